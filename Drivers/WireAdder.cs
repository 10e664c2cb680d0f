namespace ZeroCopy.Drivers;

/// <summary>The adder in the hardware: one's complement sum of big-endian words, fed byte by byte as DMA delivers them. It shares no code with the stack's checksum, so that a bug there shows on the wire.</summary>
internal struct WireAdder
{
    private uint _sum;
    private bool _odd;

    /// <summary>Feeds bytes; the first of all stands in the high half of a word.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        var sum = (ulong)_sum;
        foreach (var value in bytes)
        {
            sum += _odd ? value : (uint)value << 8;
            _odd = !_odd;
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        _sum = (uint)sum;
    }

    /// <summary>What the hardware stores: the complement. It knows nothing of RFC 768's exception for 0.</summary>
    public readonly ushort Complement => (ushort)(~_sum & 0xffff);
}
