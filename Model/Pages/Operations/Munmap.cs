using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A range of the address space is free again; pages without an area may be among it. kernel: do_munmap(), mm/mmap.c.</summary>
public sealed record Munmap(MmId Mm, int Page, int Pages) : Operation
{
    public static readonly Spelling Spelling = new("munmap", operands => new Munmap(
        operands.Mm(), operands.Int("first page"), operands.Int("pages", from: 1)));

    public override bool Enabled(Names names) => names.Runs(Mm) && !names.HasFault(Mm) && names.IsInTask(Page, Pages) && !names.IsFree(Mm, Page, Pages);

    public override Observation Apply(World world) =>
        world.Mm(Mm).Munmap(Page, Pages) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Munmap(Mm, Page, Pages);
        }
    }

    public override string ToString() => $"munmap({Mm}, {Page}, {Pages})";
}
