using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A device writes the whole of what is pinned for it, by physical address. Not where a file has become shorter than its page: bytes behind its end are nobody's. kernel: PCI_DMA_FROMDEVICE, include/linux/pci.h.</summary>
public sealed record DmaFromDevice(PinId Pin, int Data) : Operation
{
    public static readonly Spelling Spelling = new("dma_from_device", operands => new DmaFromDevice(operands.Pin(), operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => names.IsInto(Pin) && !names.IsBehindFile(Pin);

    public override Observation Apply(World world)
    {
        var pin = world.Pin(Pin);
        pin.DmaFromDevice(world.Memory, Data, pin.IsOfFile ? world.NextWrite() : 0);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.DmaFromDevice(Pin, Data);

    public override string ToString() => $"dma_from_device({Pin}, {Data})";
}
