namespace ZeroCopy.Model;

/// <summary>What a packet's owner was told of its checksum.</summary>
public enum SumKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The device is asked to make it.</summary>
    Requested,

    /// <summary>The device gave the sum of the whole packet.</summary>
    Summed,

    /// <summary>Somebody vouches for it.</summary>
    Vouched,
}

/// <summary>What operations alone say of a packet: how many of its bytes are linear, who shares its data, what was said of its sum. Both paths know it, so that an operation may be enabled by it.</summary>
public sealed class SkbShape
{
    public int Length { get; internal set; }

    /// <summary>Bytes of the linear part.</summary>
    public int Linear { get; internal set; }

    /// <summary>Bytes of skbs on its list.</summary>
    public int Listed { get; internal set; }

    /// <summary>Bytes of fragments.</summary>
    public int Paged => Length - Linear - Listed;

    /// <summary>Names that the script has for it.</summary>
    public int Names { get; internal set; }

    /// <summary>Its data, which clones share.</summary>
    public SharedData Data { get; internal set; } = null!;

    public SumKind Sum { get; internal set; }

    /// <summary>It came from a device.</summary>
    public bool IsReceived { get; internal set; }

    /// <summary>Where a requested sum starts; -1 where that is not said yet.</summary>
    public int SumStart { get; internal set; }

    /// <summary>The field of a requested sum, from its start.</summary>
    public int SumAt { get; internal set; }

    public bool IsNonlinear => Linear < Length;

    /// <summary>Its bytes are an IPv4 datagram of another host, from the header on, and none is missing.</summary>
    public bool IsDatagram { get; internal set; }

    /// <summary>Whether another packet that has a name shares its data.</summary>
    public bool IsCloned => Data.Packets > 1;

    /// <summary>Bytes were added, or written: what was known of the sum is not known any more, nor what they are.</summary>
    internal void Extended()
    {
        Sum = Sum is SumKind.Summed or SumKind.Vouched ? SumKind.None : Sum;
        IsDatagram = false;
    }

    internal void Ask(int start, int at) => (Sum, SumStart, SumAt) = (SumKind.Requested, start, at);

    internal void Put(int count)
    {
        (Length, Linear) = (Length + count, Linear + count);
        Extended();
    }

    internal void Fill(int count)
    {
        Length += count;
        Extended();
    }

    internal void Push(int count)
    {
        (Length, Linear) = (Length + count, Linear + count);
        SumStart += Sum == SumKind.Requested && SumStart >= 0 ? count : 0;
        Extended();
    }

    /// <summary>Keeps a range; a sum over the whole packet is gone with the first byte, and so is a request that started before it.</summary>
    internal void Keep(int offset, int length)
    {
        if (length == Length)
        {
            return;
        }

        var behind = Length - Listed;
        Listed = Math.Max(0, offset + length - behind) - Math.Max(0, offset - behind);
        Linear = Math.Clamp(Linear - offset, 0, length);
        Length = length;
        IsDatagram = false;
        Sum = Sum == SumKind.Summed ? SumKind.None : Sum;
        MoveStart(offset);
    }

    /// <summary>The packet begins so many bytes later.</summary>
    internal void MoveStart(int count)
    {
        if (Sum == SumKind.Requested && SumStart >= 0)
        {
            SumStart -= count;
            Sum = SumStart < 0 ? SumKind.None : Sum;
        }
    }

    internal void MakeLinear(int count)
    {
        Linear = Math.Max(Linear, count);
        Listed = Math.Min(Listed, Length - Linear);
    }

    internal void CopyFrom(SkbShape other) =>
        (Length, Linear, Listed, Sum, SumStart, SumAt, IsReceived, IsDatagram) = (other.Length, other.Linear, other.Listed, other.Sum, other.SumStart, other.SumAt, other.IsReceived, other.IsDatagram);

    internal void Start(int length) => (Length, Linear, Listed, Sum, SumStart, SumAt, IsReceived, IsDatagram) = (length, length, 0, SumKind.None, -1, 0, false, false);
}

/// <summary>Data that packets share. kernel: the block that skb_clone() counts in dataref.</summary>
public sealed class SharedData
{
    /// <summary>Packets with a name whose data this is.</summary>
    public int Packets { get; internal set; }
}
