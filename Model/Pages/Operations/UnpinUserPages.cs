using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Lets the pages of a vector go, marked dirty where a device could write to them. kernel: unpin_user_pages_dirty_lock(), mm/gup.c, from linux 5.6 on.</summary>
public sealed record UnpinUserPages(PinId Pin) : Operation
{
    public static readonly Spelling Spelling = new("unpin_user_pages_dirty_lock", operands => new UnpinUserPages(operands.Vector()));

    public override bool Enabled(Names names) => names.Has(Pin);

    public override Observation Apply(World world)
    {
        var pin = world.Pin(Pin);
        if (pin.Into)
        {
            pin.MarkDirty(pin.Length);
        }

        pin.Unmap();
        world.Unbind(Pin);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Unbind(Pin);

    public override string ToString() => $"unpin_user_pages_dirty_lock({Pin})";
}
