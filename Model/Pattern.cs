namespace ZeroCopy.Model;

/// <summary>The bytes that operations write: byte i of the pattern with a seed. Seed 0 is 1, 2, 3, ..., to be read easily in a report.</summary>
public static class Pattern
{
    public static byte At(int seed, int i) => unchecked((byte)(((i + 1) * ((2 * seed) + 1)) + (seed * 29)));

    public static void Fill(Span<byte> bytes, int seed) => Fill(bytes, seed, 0);

    /// <summary>The pattern from byte <paramref name="from"/> on.</summary>
    public static void Fill(Span<byte> bytes, int seed, int from)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = At(seed, from + i);
        }
    }
}
