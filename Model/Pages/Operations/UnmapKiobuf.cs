using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Lets the pages of a kiobuf go, unlocked first where they are locked. What the device wrote must have been marked dirty before. kernel: unmap_kiobuf(), mm/memory.c.</summary>
public sealed record UnmapKiobuf(PinId Pin) : Operation
{
    public static readonly Spelling Spelling = new("unmap_kiobuf", operands => new UnmapKiobuf(operands.Kiobuf()));

    public override bool Enabled(Names names) => names.Has(Pin) && !names.IsWritten(Pin);

    public override Observation Apply(World world)
    {
        world.Pin(Pin).Unmap();
        world.Unbind(Pin);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Unbind(Pin);

    public override string ToString() => $"unmap_kiobuf({Pin})";
}
