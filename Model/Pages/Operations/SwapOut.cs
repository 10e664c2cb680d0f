using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Memory is short, and a page of a process is asked for until it is old: the count says pages taken, 0 or 1. kernel: swap_out(), try_to_swap_out(), mm/vmscan.c.</summary>
public sealed record SwapOut(MmId Mm, int Page) : Operation
{
    public static readonly Spelling Spelling = new("swap_out", operands => new SwapOut(operands.Mm(), operands.Int("page")));

    public override bool Enabled(Names names) => names.Has(Mm) && names.IsInTask(Page, 1) && names.IsMapped(Mm, Page, 1);

    public override Observation Apply(World world) => world.Seen.Succeed(world.Mm(Mm).SwapOut(Page) ? 1 : 0);

    public override void Apply(CopyingWorld world, Observation seen) => world.SwapOut(Mm, Page, isTaken: seen.Count > 0);

    public override string ToString() => $"swap_out({Mm}, {Page})";
}
