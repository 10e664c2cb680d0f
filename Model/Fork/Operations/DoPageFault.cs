using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>A process begins a page fault, and stops where it has given up the lock of the page table and has what it needs: its threads, other processes and whoever is short of memory may come in between, until it resumes. It holds mmap_sem for reading meanwhile. kernel: do_page_fault(), arch/i386/mm/fault.c; handle_mm_fault(), mm/memory.c.</summary>
/// <param name="Mm">The process.</param>
/// <param name="Page">The page that it accesses.</param>
/// <param name="Write">The access stores.</param>
public sealed record DoPageFault(MmId Mm, int Page, bool Write) : Operation
{
    public static readonly Spelling Spelling = new("do_page_fault", operands => new DoPageFault(
        operands.Mm(), operands.Int("page"), operands.HasMore && operands.Word<bool>("write", IsWrite)));

    public override bool Enabled(Names names) => names.Runs(Mm) && names.IsInTask(Page, 1);

    public override Observation Apply(World world)
    {
        var task = world.Task(Mm);
        world.Tick(task);
        var refusal = task.BeginFault(Page, Write);
        return refusal == Refusal.None ? world.Seen.Succeed() : world.Seen.Refuse(refusal);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Tick(Mm);
        world.JudgeAccess(Mm, Page, Write);
        if (seen.Succeeded)
        {
            world.BeginFault(Mm, Page, seen);
        }
    }

    private static bool IsWrite(string word, out bool write) => write = word == "write";

    public override string ToString() => $"do_page_fault({Mm}, {Page}{(Write ? ", write" : "")})";
}
