using ZeroCopy.Specs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Skbs;

/// <content>Reads of the packet as one run of bytes, with and without a sum.</content>
public sealed partial class Skb
{
    /// <summary>The sum of a range, which is copied by the way. kernel: skb_copy_and_csum_bits().</summary>
    public uint CopyAndCsumBits(int offset, Bytes to, uint sum)
    {
        if (to.Length > Len - offset)
        {
            throw new BugException(SkbRules.Room, $"skb_copy_and_csum_bits of {offset}+{to.Length} in an skb of {Len}");
        }

        Fire(SkbMachine.Event.Read);
        var position = 0;
        foreach (var piece in new Pieces(this, offset, to.Length))
        {
            piece.CopyTo(to.Slice(position, piece.Length));
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), position);
            position += piece.Length;
        }

        return sum;
    }

    /// <summary>Reads bytes across linear part and fragments; false, and nothing read, where they go beyond the packet. kernel: skb_copy_bits().</summary>
    public bool CopyBits(int offset, Bytes to)
    {
        if (to.Length > Len - offset)
        {
            return false;
        }

        Fire(SkbMachine.Event.Read);
        var done = 0;
        foreach (var piece in new Pieces(this, offset, to.Length))
        {
            piece.CopyTo(to.Slice(done, piece.Length));
            done += piece.Length;
        }

        return true;
    }

    /// <summary>The partial sum of a range that lies in the packet: each piece from 0, added at its place in the range. kernel: skb_checksum().</summary>
    public uint Checksum(int offset, int length, uint sum)
    {
        if (length > Len - offset)
        {
            throw new BugException(SkbRules.Room, $"skb_checksum of {offset}+{length} in an skb of {Len}");
        }

        Fire(SkbMachine.Event.Read);
        var position = 0;
        foreach (var piece in new Pieces(this, offset, length))
        {
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), position);
            position += piece.Length;
        }

        return sum;
    }
}
