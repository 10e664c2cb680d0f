using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ZeroCopy.Model.Checksums;

/// <summary>Internet checksum arithmetic on 32-bit partial sums of network-order words. kernel: include/net/checksum.h; RFC 1071.</summary>
/// <remarks>A partial sum is not canonical: equal data may give sums that differ by multiples of 0xffff. Compare after <see cref="Fold"/>.</remarks>
public static class Checksum
{
    /// <summary>Runs at least this long take the wide loop.</summary>
    private const int WideBytes = 64;

    /// <summary>Adds a run of bytes, padded with a zero byte to a whole word, to a partial sum. kernel: csum_partial().</summary>
    public static uint Partial(ReadOnlySpan<byte> bytes, uint sum)
    {
        ulong words = 0;
        if (bytes.Length >= WideBytes)
        {
            var wide = bytes.Length / WideBytes * WideBytes;
            words = SwapBytesInWords(FoldTo32(SumWide(bytes[..wide])));
            bytes = bytes[wide..];
        }

        var i = 0;
        for (; i + 1 < bytes.Length; i += 2)
        {
            words += (uint)((bytes[i] << 8) | bytes[i + 1]);
        }

        if (i < bytes.Length)
        {
            words += (uint)(bytes[i] << 8);
        }

        return Add(sum, FoldTo32(words));
    }

    /// <summary>One's complement addition of 32 bits: the carry goes round. kernel: csum_add().</summary>
    public static uint Add(uint a, uint b) => FoldTo32((ulong)a + b);

    /// <summary>kernel: csum_sub().</summary>
    public static uint Sub(uint a, uint b) => Add(a, ~b);

    /// <summary>Adds the sum of a piece that begins <paramref name="position"/> bytes after the start of the sum: at an odd position its bytes stand in the other halves of the words. kernel: csum_block_add().</summary>
    public static uint BlockAdd(uint sum, uint piece, int position) =>
        Add(sum, (position & 1) != 0 ? SwapBytesInWords(piece) : piece);

    /// <summary>kernel: csum_block_sub().</summary>
    public static uint BlockSub(uint sum, uint piece, int position) =>
        Sub(sum, (position & 1) != 0 ? SwapBytesInWords(piece) : piece);

    /// <summary>The 16-bit checksum: both halves added and inverted. kernel: csum_fold().</summary>
    public static ushort Fold(uint sum)
    {
        sum = (sum >> 16) + (sum & 0xffff);
        sum += sum >> 16;
        return (ushort)(~sum & 0xffff);
    }

    /// <summary>The partial sum of the pseudo header: addresses, protocol, transport length. kernel: csum_tcpudp_nofold(); RFC 793 section 3.1.</summary>
    /// <param name="source">IPv4 address, host order.</param>
    /// <param name="destination">IPv4 address, host order.</param>
    /// <param name="protocol">6 for TCP, 17 for UDP.</param>
    /// <param name="length">Bytes of transport header and data.</param>
    /// <param name="sum">Partial sum to add to.</param>
    public static uint PseudoHeader(uint source, uint destination, byte protocol, int length, uint sum) =>
        Add(Add(Add(sum, source), destination), (uint)(protocol + length));

    private static uint FoldTo32(ulong sum)
    {
        sum = (sum >> 32) + (sum & 0xffffffff);
        sum = (sum >> 32) + (sum & 0xffffffff);
        return (uint)sum;
    }

    private static uint SwapBytesInWords(uint sum) => ((sum & 0x00ff00ff) << 8) | ((sum >> 8) & 0x00ff00ff);

    /// <summary>Sums 32-bit little-endian words in 64-bit lanes; the lanes hold 2^32 of them before they could carry. RFC 1071 section 2 (B): the order of bytes may be mended in the sum.</summary>
    private static ulong SumWide(ReadOnlySpan<byte> bytes)
    {
        var low = Vector512.Create(0xffffffffUL);
        var even = Vector512<ulong>.Zero;
        var odd = Vector512<ulong>.Zero;
        foreach (var block in MemoryMarshal.Cast<byte, Vector512<ulong>>(bytes))
        {
            even += block & low;
            odd += Vector512.ShiftRightLogical(block, 32);
        }

        return Vector512.Sum(even) + Vector512.Sum(odd);
    }
}
