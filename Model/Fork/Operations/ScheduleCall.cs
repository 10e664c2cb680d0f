using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>Says which process the kernel would run now: the count is its number. Nobody has to follow: a script says who does what, in any order. kernel: schedule(), goodness(), kernel/sched.c, of which the one tick more for the same memory and the preference for who runs already are left out. A process that stands in a page fault is not told: it waits for a page.</summary>
public sealed record ScheduleCall : Operation
{
    public static readonly Spelling Spelling = new("schedule", _ => new ScheduleCall());

    public override bool Enabled(Names names) => names.AnyRuns();

    public override Observation Apply(World world)
    {
        var next = Best(world);
        if (next.Counter == 0)
        {
            // Nobody has anything left: everyone gets a slice, who sleeps keeps half of what he has besides.
            for (var name = 0; name < world.TaskNames; name++)
            {
                if (world.TryTask(new MmId(name)) is { } task)
                {
                    task.Counter = (task.Counter / 2) + world.Profile.SliceTicks;
                }
            }

            next = Best(world);
        }

        return world.Seen.Succeed(next.Id.Value);
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Schedule();

    /// <summary>The first of those with the largest rest of a slice.</summary>
    private static TaskStruct Best(World world)
    {
        TaskStruct? best = null;
        for (var name = 0; name < world.TaskNames; name++)
        {
            if (world.TryTask(new MmId(name)) is { State: ProcessMachine.State.Running } task && (best is null || task.Counter > best.Counter))
            {
                best = task;
            }
        }

        return best ?? throw new ModelException("schedule with nobody to run");
    }

    public override string ToString() => "schedule()";
}
