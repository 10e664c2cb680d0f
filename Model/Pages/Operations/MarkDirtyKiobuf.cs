using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Says that the device wrote the first bytes of a kiobuf: their pages are dirty. kernel: mark_dirty_kiobuf(), mm/memory.c.</summary>
public sealed record MarkDirtyKiobuf(PinId Pin, int Count) : Operation
{
    public static readonly Spelling Spelling = new("mark_dirty_kiobuf", operands => new MarkDirtyKiobuf(operands.Kiobuf(), operands.Int("bytes", from: 1)));

    public override bool Enabled(Names names) => names.IsInto(Pin);

    public override Observation Apply(World world)
    {
        world.Pin(Pin).MarkDirty(Count);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (Count >= world.Names.Length(Pin))
        {
            world.Names.SetWritten(Pin, false);
        }
    }

    public override string ToString() => $"mark_dirty_kiobuf({Pin}, {Count})";
}
