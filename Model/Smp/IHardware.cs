using ZeroCopy.Model.Net;

namespace ZeroCopy.Model.Smp;

/// <summary>A card whose work can be followed one access at a time.</summary>
public interface IHardware : IDevice
{
    /// <summary>It knows of packets that it has not taken.</summary>
    bool HasWork { get; }

    /// <summary>It has done what the host does not know of, and its coalescing timer will say so.</summary>
    bool HasNews { get; }

    /// <summary>It asks for an interrupt.</summary>
    bool IsIrqRaised { get; }

    /// <summary>Times that it was halted or reset: whatever it was in the middle of, it has left.</summary>
    int Halts { get; }

    /// <summary>A fault: the line is raised, or what it asked for is lost.</summary>
    void SetIrq(bool raised);

    /// <summary>Takes one packet from the ring and sends it.</summary>
    IEnumerator<Stop> Packet();

    /// <summary>Tells the host how far it is.</summary>
    IEnumerator<Stop> Coalesce();
}
