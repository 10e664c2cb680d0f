using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Unlocks the pages of a kiobuf that is locked. kernel: unlock_kiovec(), mm/memory.c.</summary>
public sealed record UnlockKiovec(PinId Pin) : Operation
{
    public static readonly Spelling Spelling = new("unlock_kiovec", operands => new UnlockKiovec(operands.Kiobuf()));

    public override bool Enabled(Names names) => names.IsLocked(Pin);

    public override Observation Apply(World world)
    {
        world.Pin(Pin).Unlock();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.SetLocked(Pin, false);

    public override string ToString() => $"unlock_kiovec({Pin})";
}
