using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>A process that stands in a page fault gets the lock of the page table again, and goes on to the end of the fault. Where it must wait for the lock of a page it stays where it is. kernel: handle_mm_fault(), mm/memory.c, behind spin_lock(&amp;mm->page_table_lock).</summary>
public sealed record Resume(MmId Mm) : Operation
{
    public static readonly Spelling Spelling = new("resume", operands => new Resume(operands.Mm()));

    public override bool Enabled(Names names) => names.IsInFault(Mm);

    public override Observation Apply(World world)
    {
        var refusal = world.Task(Mm).Resume();
        return refusal == Refusal.None ? world.Seen.Succeed() : world.Seen.Refuse(refusal);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.EndFault(Mm, seen);
        }
    }

    public override string ToString() => $"resume({Mm})";
}
