using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Fork;

/// <summary>What a child shares with its parent. kernel: clone_flags.</summary>
public enum CloneFlags
{
    /// <summary>Nothing: fork().</summary>
    None,

    /// <summary>The memory: a thread.</summary>
    Vm,

    /// <summary>The memory, and the parent sleeps until the child lets it go: vfork().</summary>
    Vfork,
}

/// <summary>A child, with a copy of its parent's memory or with the memory itself. kernel: do_fork(), copy_mm(), dup_mmap(), kernel/fork.c.</summary>
/// <param name="Result">The child.</param>
/// <param name="Parent">Who calls.</param>
/// <param name="Flags">What they share.</param>
/// <param name="DmaAt">A fault of the schedule: when fork has looked at the pins of this page, another thread pins it for a device, which writes the pattern of seed 5 there and lets it go when fork is over; -1 for none.</param>
public sealed record DoFork(MmId Result, MmId Parent, CloneFlags Flags, int DmaAt = -1) : Operation
{
    /// <summary>The seed of what that device writes.</summary>
    public const int DmaSeed = 5;

    public static readonly Spelling Spelling = new("do_fork", operands => new DoFork(
        operands.ResultMm(),
        operands.Mm(),
        operands.HasMore ? operands.Word<CloneFlags>("CLONE_VM or CLONE_VFORK", TryParse) : CloneFlags.None,
        (int)operands.Option("dma", -1, 0, int.MaxValue)));

    public override bool Enabled(Names names) => names.Runs(Parent) && !names.Has(Result) && (Flags != CloneFlags.None || !names.HasFault(Parent))
        && (DmaAt < 0 || (Flags == CloneFlags.None && names.IsInTask(DmaAt, 1) && names.IsMapped(Parent, DmaAt, 1) && names.IsStorable(Parent, DmaAt * names.PageSize, names.PageSize)));

    public override Observation Apply(World world)
    {
        // alloc_task_struct()
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var parent = world.Task(Parent);
        if (Flags == CloneFlags.None)
        {
            return CopyMm(world, parent);
        }

        var child = new TaskStruct(Result, parent.Mm, world.Profile.TaskPages);
        if (Flags == CloneFlags.Vfork)
        {
            parent.Vfork(child);
        }
        else
        {
            parent.Fork();
        }

        Start(world, parent, child);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (!seen.Succeeded)
        {
            world.Protect(Parent, seen.PagesDone);
        }
        else if (Flags == CloneFlags.None)
        {
            world.Fork(Result, Parent);
        }
        else
        {
            world.Share(Result, Parent, sleeps: Flags == CloneFlags.Vfork);
        }

        if (seen.WasWritten)
        {
            // The device waited until fork was over.
            world.Store(Parent, DmaAt * world.PageSize, world.PageSize, DmaSeed);
        }
    }

    private Observation CopyMm(World world, TaskStruct parent)
    {
        // mm_alloc()
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var mm = new MmStruct(parent.Mm.Zone, world) { Id = Result };
        parent.Mm.PinInFork = DmaAt;
        var isWhole = mm.DupMmap(parent.Mm);

        // Here is the instant of the copy: until now another thread may have written without a fault.
        world.FlushTlb(parent.Mm);
        if (!isWhole)
        {
            mm.ExitMmap();
            parent.Mm.TakePinnedInFork()?.Unpin(plain: false);
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        Dma(world, parent.Mm);
        parent.Fork();
        Start(world, parent, new TaskStruct(Result, mm, world.Profile.TaskPages));
        return world.Seen.Succeed();
    }

    /// <summary>The device that was to write meanwhile: it has the page by now, or waited for the end of fork.</summary>
    private void Dma(World world, MmStruct mm)
    {
        var page = mm.TakePinnedInFork() ?? (DmaAt < 0 ? null : mm.Pin(DmaAt));
        if (page is not null)
        {
            Pattern.Fill(page.Bytes.Span, DmaSeed);
            page.Bytes.Shadow.Clear();
            page.Mapping?.Stamp(page, 0, page.Bytes.Length, world.NextWrite());
            page.SetDirty();
            page.Unpin(plain: false);
            world.Seen.WasWritten = true;
        }
    }

    /// <summary>The child runs first, for it has the slice: a hint, and none where the parent has nothing left. kernel: p->counter = current->counter; current->counter = 0; current->need_resched = 1.</summary>
    private static void Start(World world, TaskStruct parent, TaskStruct child)
    {
        (child.Counter, parent.Counter) = (parent.Counter, 0);
        world.Bind(child);
    }

    private static string Word(CloneFlags flags) => flags == CloneFlags.Vm ? "CLONE_VM" : "CLONE_VFORK";

    private static bool TryParse(string word, out CloneFlags flags)
    {
        flags = word == Word(CloneFlags.Vm) ? CloneFlags.Vm : word == Word(CloneFlags.Vfork) ? CloneFlags.Vfork : CloneFlags.None;
        return flags != CloneFlags.None;
    }

    public override string ToString() => $"{Result} = do_fork({Parent}{(Flags == CloneFlags.None ? "" : $", {Word(Flags)}")}{(DmaAt < 0 ? "" : $", dma={DmaAt}")})";
}
