using System.Buffers.Binary;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Properties.Conform;

/// <summary>What a device sends that deviates in the given ways and in no other. qemu: sunhme_transmit(), hw/net/sunhme.c, 7.2.</summary>
/// <param name="deviations">The ways; none of them is the law.</param>
public sealed class Foretold(IReadOnlyList<Deviation> deviations)
{
    /// <summary>qemu: HME_FIFO_SIZE. No frame of the driver's own is longer; several in a row are.</summary>
    private const int FifoBytes = 2048;

    private readonly bool _joins = deviations.Contains(Deviation.Joins);
    private readonly bool _sumsBefore = deviations.Contains(Deviation.SumsBefore);
    private readonly bool _sumsApart = deviations.Contains(Deviation.SumsApart);
    private readonly bool _keepsZero = deviations.Contains(Deviation.UdpZero);
    private readonly byte[] _fifo = new byte[FifoBytes];
    private int _fill;

    /// <summary>The device begins to look at its ring.</summary>
    public void Kick() => _fill = 0;

    /// <summary>The next frame of the same kick; valid until the one behind it.</summary>
    public ReadOnlySpan<byte> Next(Shape shape)
    {
        _fill = _joins ? _fill : 0;
        var sum = 0UL;
        for (int i = 0, read = 0; i < shape.Pieces.Count; read += shape.Pieces[i++].Length)
        {
            var (begin, length) = (_fill, Math.Min(shape.Pieces[i].Length, FifoBytes - _fill));
            shape.Data.AsSpan(read, length).CopyTo(_fifo.AsSpan(begin));
            _fill += length;
            sum += shape.Sum is { } asked ? Piece(begin, _fill, asked.Start) : 0UL;
        }

        if (shape.Sum is { } request)
        {
            var check = InternetSum.Check(sum);
            BinaryPrimitives.WriteUInt16BigEndian(_fifo.AsSpan(request.Location), request.IsUdp && check == 0 && !_keepsZero ? (ushort)0xffff : check);
        }

        return _fifo.AsSpan(0, _fill);
    }

    /// <summary>What a piece adds to the sum.</summary>
    private ushort Piece(int begin, int end, int start)
    {
        var from = begin <= start && end > start ? start
            : end <= start && !_sumsBefore ? end
            : begin;
        var sum = InternetSum.Fold(InternetSum.Words(_fifo.AsSpan(from, end - from)));
        // At an odd distance the bytes of each word are exchanged.
        return from > start && (from - start) % 2 != 0 && !_sumsApart ? BinaryPrimitives.ReverseEndianness(sum) : sum;
    }
}
