using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>The process ends; with the last that has it, its memory goes. What devices still have pinned stays in its frames until it is let go. kernel: do_exit(), exit_mm(), mmput(), exit_mmap().</summary>
public sealed record DoExit(MmId Mm) : Operation
{
    public static readonly Spelling Spelling = new("do_exit", operands => new DoExit(operands.Mm()));

    public override bool Enabled(Names names) => names.Runs(Mm);

    public override Observation Apply(World world)
    {
        world.Seen.WokeParent = world.Task(Mm).VforkParent is not null;
        world.Exit(world.Task(Mm));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Exit(Mm);

    public override string ToString() => $"do_exit({Mm})";
}
