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
public sealed record DoFork(MmId Result, MmId Parent, CloneFlags Flags) : Operation
{
    public static readonly Spelling Spelling = new("do_fork", operands => new DoFork(
        operands.ResultMm(),
        operands.Mm(),
        operands.HasMore ? operands.Word<CloneFlags>("CLONE_VM or CLONE_VFORK", TryParse) : CloneFlags.None));

    public override bool Enabled(Names names) => names.Runs(Parent) && !names.Has(Result);

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

        var child = new TaskStruct(Result, parent.Mm);
        if (Flags == CloneFlags.Vfork)
        {
            parent.Vfork(child);
        }
        else
        {
            parent.Fork();
        }

        world.Bind(child);
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
    }

    private Observation CopyMm(World world, TaskStruct parent)
    {
        // mm_alloc()
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var mm = new MmStruct(parent.Mm.Zone, world) { Id = Result };
        if (!mm.DupMmap(parent.Mm))
        {
            mm.ExitMmap();
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        parent.Fork();
        world.Bind(new TaskStruct(Result, mm));
        return world.Seen.Succeed();
    }

    private static string Word(CloneFlags flags) => flags == CloneFlags.Vm ? "CLONE_VM" : "CLONE_VFORK";

    private static bool TryParse(string word, out CloneFlags flags)
    {
        flags = word == Word(CloneFlags.Vm) ? CloneFlags.Vm : word == Word(CloneFlags.Vfork) ? CloneFlags.Vfork : CloneFlags.None;
        return flags != CloneFlags.None;
    }

    public override string ToString() => $"{Result} = do_fork({Parent}{(Flags == CloneFlags.None ? "" : $", {Word(Flags)}")})";
}
