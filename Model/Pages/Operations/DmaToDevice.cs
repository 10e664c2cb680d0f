using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A device reads the whole of what is pinned for it, by physical address. kernel: PCI_DMA_TODEVICE, include/linux/pci.h.</summary>
public sealed record DmaToDevice(PinId Pin) : Operation
{
    public static readonly Spelling Spelling = new("dma_to_device", operands => new DmaToDevice(operands.Pin()));

    public override bool Enabled(Names names) => names.Has(Pin);

    public override Observation Apply(World world)
    {
        var pin = world.Pin(Pin);
        pin.DmaToDevice(world.Memory, world.Seen.Answer(pin.Length));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.DmaToDevice(Pin);

    public override string ToString() => $"dma_to_device({Pin})";
}
