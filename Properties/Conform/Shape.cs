using System.Buffers.Binary;
using System.Globalization;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Properties.Conform;

/// <summary>One piece of a packet: the head, or a fragment.</summary>
/// <param name="Length">Bytes, 1 and more.</param>
/// <param name="Offset">Of its first byte: in its page, or for the head in its block.</param>
public readonly record struct Piece(int Length, int Offset)
{
    public override string ToString() => Offset == 0 ? $"{Length}" : $"{Length}@{Offset}";
}

/// <summary>What the device is asked to sum. kernel: skb->h.raw and skb->csum with CHECKSUM_HW.</summary>
/// <param name="Start">Frame offset of the first byte that is summed, to the frame's end.</param>
/// <param name="Location">Frame offset of the two bytes that take the sum.</param>
/// <param name="IsUdp">It is a datagram's, for which RFC 768 keeps 0.</param>
public readonly record struct SumRequest(int Start, int Location, bool IsUdp)
{
    public override string ToString() => $"{(IsUdp ? "udp" : "csum")}={Start}+{Location - Start}";
}

/// <summary>A packet as a driver is handed it: its pieces, what is to be summed, and its bytes. kernel: struct sk_buff with skb_shared_info.</summary>
public sealed record Shape(IReadOnlyList<Piece> Pieces, SumRequest? Sum, byte[] Data)
{
    /// <summary>Length field of the descriptor, and room in a block.</summary>
    public const int LongestPiece = 4096;

    /// <summary>The MTU and the Ethernet header.</summary>
    public const int LongestFrame = Drivers.Hme.HmeDriver.MaxMtu + 14;

    /// <summary>How it is written: <c>dev_queue_xmit(54 + 46@57, csum=34+16, bytes=...)</c>.</summary>
    public static Shape Parse(Operands operands)
    {
        var pieces = operands.Word<List<Piece>>("pieces such as 54 + 46@57", TryPieces);
        var sum = Request(operands, "csum", isUdp: false) ?? Request(operands, "udp", isUdp: true);
        var bytes = operands.Option("bytes") ?? throw operands.Error("dev_queue_xmit lacks bytes=...");
        var length = pieces.Sum(piece => piece.Length);
        if (length > LongestFrame)
        {
            throw operands.Error($"a frame has at most {LongestFrame} bytes, and this one {length}");
        }

        if (bytes.Length != 2 * length || !bytes.All(char.IsAsciiHexDigit))
        {
            throw operands.Error($"bytes= is not {length} bytes in hexadecimal");
        }

        return sum is { } request && request.Location + sizeof(ushort) > length
            ? throw operands.Error($"the sum's place, {request.Location}, is not in the frame")
            : new Shape(pieces, sum, Convert.FromHexString(bytes));
    }

    /// <summary>Offset in the frame of the first byte of a piece.</summary>
    public int Begin(int piece)
    {
        var at = 0;
        for (var i = 0; i < piece; i++)
        {
            at += Pieces[i].Length;
        }

        return at;
    }

    /// <summary>The frame of the copying path: all bytes in a row, and the sum of RFC 1071 over them in its place; in a datagram 0 is written as 0xffff (RFC 768).</summary>
    public byte[] Due()
    {
        var frame = Data.ToArray();
        if (Sum is { } sum)
        {
            var check = InternetSum.Check(InternetSum.Words(frame.AsSpan(sum.Start)));
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(sum.Location), sum.IsUdp && check == 0 ? (ushort)0xffff : check);
        }

        return frame;
    }

    public override string ToString() =>
        $"dev_queue_xmit({string.Join(" + ", Pieces)}{(Sum is { } sum ? $", {sum}" : "")}, bytes={Convert.ToHexStringLower(Data)})";

    private static SumRequest? Request(Operands operands, string key, bool isUdp)
    {
        if (operands.Option(key) is not { } text)
        {
            return null;
        }

        var parts = text.Split('+');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var start) && start <= Drivers.Hme.HmeTxDesc.MaxStart
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset <= Drivers.Hme.HmeTxDesc.MaxLocation - start
            ? new SumRequest(start, start + offset, isUdp)
            : throw operands.Error($"'{key}={text}' is not of the form {key}=START+OFFSET, the start at most {Drivers.Hme.HmeTxDesc.MaxStart} and both together {Drivers.Hme.HmeTxDesc.MaxLocation}");
    }

    private static bool TryPieces(string text, out List<Piece> pieces)
    {
        pieces = [];
        foreach (var word in text.Split('+', StringSplitOptions.TrimEntries))
        {
            var (length, offset) = word.IndexOf('@') is var at and >= 0 ? (word[..at], word[(at + 1)..]) : (word, "0");
            if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) || bytes is < 1 or > LongestPiece
                || !int.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var first) || first + bytes > LongestPiece)
            {
                return false;
            }

            pieces.Add(new Piece(bytes, first));
        }

        return pieces.Count <= Profile.Real.MaxSkbFrags + 1;
    }
}
