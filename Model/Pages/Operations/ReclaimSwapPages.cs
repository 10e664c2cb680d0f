using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Memory is short: clean pages that nobody but the swap cache holds go. kernel: reclaim_page() on a page of swapper_space, mm/vmscan.c.</summary>
public sealed record ReclaimSwapPages : Operation
{
    public static readonly Spelling Spelling = new("reclaim_swapper_space", _ => new ReclaimSwapPages());

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world) => world.Seen.Succeed(world.Swap.Reclaim());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array has no cache.
    }

    public override string ToString() => "reclaim_swapper_space()";
}
