namespace ZeroCopy.Model.Net;

/// <summary>The device seam: hardware as a driver sees it, ours or somebody else's. Below it lie only registers, and memory by bus address.</summary>
public interface IDevice
{
    /// <summary>A 32-bit write that has arrived at the device's registers. kernel: writel().</summary>
    void WriteRegister(uint offset, uint value);

    /// <summary>A 32-bit read; some registers clear themselves by it. kernel: readl().</summary>
    uint ReadRegister(uint offset);

    /// <summary>Works on at most so many packets that the driver has handed over.</summary>
    /// <returns>The frames emitted.</returns>
    int Run(int packets);

    /// <summary>What the hardware remembers between two steps.</summary>
    void WriteState(StateWriter state);
}
