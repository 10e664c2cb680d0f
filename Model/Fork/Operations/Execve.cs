using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Fork;

/// <summary>The process runs another program, without any memory of before. Where there is no memory for that it fails, and nothing changes. kernel: sys_execve(), do_execve(), exec_mmap(), fs/exec.c.</summary>
public sealed record Execve(MmId Mm) : Operation
{
    public static readonly Spelling Spelling = new("sys_execve", operands => new Execve(operands.Mm()));

    public override bool Enabled(Names names) => names.Runs(Mm);

    public override Observation Apply(World world)
    {
        // copy_strings()
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var task = world.Task(Mm);
        if (task.Mm.Users > 1 && world.Memory.AllocationFails())
        {
            // mm_alloc()
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        world.Seen.WokeParent = task.VforkParent is not null;
        world.ReplaceMm(task, new MmStruct(task.Mm.Zone, world) { Id = Mm });
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Exec(Mm);
        }
    }

    public override string ToString() => $"sys_execve({Mm})";
}
