using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The process ends. What devices still have pinned stays in its frames until it is let go. kernel: exit_mmap(), mm/mmap.c.</summary>
public sealed record ExitMmap(MmId Mm) : Operation
{
    public static readonly Spelling Spelling = new("exit_mmap", operands => new ExitMmap(operands.Mm()));

    public override bool Enabled(Names names) => names.Has(Mm);

    public override Observation Apply(World world)
    {
        world.Mm(Mm).ExitMmap();
        world.Unbind(Mm);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Exit(Mm);

    public override string ToString() => $"exit_mmap({Mm})";
}
