namespace ZeroCopy.Model.Copying;

/// <summary>The checksum of RFC 1071, as its section 1 says it: add the 16-bit words, fold, invert. Nothing is clever here: this loop is a judge.</summary>
public static class InternetSum
{
    /// <summary>The sum of big-endian words, a last odd byte padded with 0, added to a sum so far.</summary>
    public static ulong Words(ReadOnlySpan<byte> bytes, ulong sum = 0)
    {
        for (var i = 0; i < bytes.Length; i += 2)
        {
            sum += (uint)(bytes[i] << 8) + (i + 1 < bytes.Length ? bytes[i + 1] : 0u);
        }

        return sum;
    }

    /// <summary>Folded to 16 bits, not inverted.</summary>
    public static ushort Fold(ulong sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum >> 16) + (sum & 0xffff);
        }

        return (ushort)sum;
    }

    /// <summary>The checksum: folded and inverted.</summary>
    public static ushort Check(ulong sum) => (ushort)(0xffff - Fold(sum));
}
