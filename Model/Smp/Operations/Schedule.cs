using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Smp;

/// <summary>A step of a schedule: something of an interleaved device goes on. What cannot go on stays where it is, and the step counts 0: so a schedule remains one when it is cut.</summary>
public abstract record ScheduleStep(DevId Device) : Operation
{
    public override bool Enabled(Names names) => names.Has(Device) && names.IsInterleaved(Device);

    /// <summary>What was handed over and what went out is followed at the access at which it was.</summary>
    public override void Apply(CopyingWorld world, Observation seen) => world.Follow(seen);

    public static AgentId ReadAgent(Operands operands, bool cpu = false) => operands.Word<AgentId>(
        cpu ? "cpu0 or cpu1" : "cpu0, cpu1, nic or tick",
        (string word, out AgentId agent) =>
        {
            agent = word switch { "cpu0" => AgentId.Cpu0, "cpu1" => AgentId.Cpu1, "nic" => AgentId.Nic, _ => AgentId.Tick };
            return word is "cpu0" or "cpu1" || (!cpu && word is "nic" or "tick");
        });

    public static string Spell(AgentId agent) => agent switch { AgentId.Cpu0 => "cpu0", AgentId.Cpu1 => "cpu1", AgentId.Nic => "nic", _ => "tick" };
}

/// <summary>A CPU begins to hand the queue's packets to the driver. kernel: qdisc_run(), include/net/pkt_sched.h.</summary>
public sealed record QdiscRun(DevId Device, AgentId Cpu) : ScheduleStep(Device)
{
    public static readonly Spelling Spelling = new("qdisc_run", operands => new QdiscRun(operands.Dev(), ReadAgent(operands, cpu: true)));

    public override Observation Apply(World world)
    {
        var device = world.Device(Device);
        if (!device.Smp!.Agents[(int)Cpu].IsIdle)
        {
            return world.Seen.Succeed();
        }

        device.Smp.Start(Cpu, device.QdiscRun);
        return world.Seen.Succeed(1);
    }

    public override string ToString() => $"qdisc_run({Device}, {Spell(Cpu)})";
}

/// <summary>A CPU takes an interrupt of the device's line, which may be another device's: the line is shared. kernel: do_IRQ(), arch/i386/kernel/irq.c.</summary>
public sealed record Irq(DevId Device, AgentId Cpu) : ScheduleStep(Device)
{
    public static readonly Spelling Spelling = new("do_irq", operands => new Irq(operands.Dev(), ReadAgent(operands, cpu: true)));

    public override Observation Apply(World world)
    {
        var smp = world.Device(Device).Smp!;
        if (!smp.CanHandle(Cpu))
        {
            return world.Seen.Succeed();
        }

        smp.Interrupt(Cpu);
        return world.Seen.Succeed(1);
    }

    public override string ToString() => $"do_irq({Device}, {Spell(Cpu)})";
}

/// <summary>An agent goes on, for so many accesses or until it can no more; each finds the newest value. No kernel function: it is the schedule.</summary>
/// <param name="Device">Whose.</param>
/// <param name="Agent">Who.</param>
/// <param name="Stops">Accesses; 0 for all that it can make.</param>
public sealed record RunStops(DevId Device, AgentId Agent, int Stops) : ScheduleStep(Device)
{
    /// <summary>A card that finds work for ever goes on so often.</summary>
    private const int Most = 1000;

    public static readonly Spelling Spelling = new("run", operands => new RunStops(operands.Dev(), ReadAgent(operands), operands.HasMore ? operands.Int("accesses", from: 1) : 0));

    public override int Applications => Stops == 0 ? Most : Stops;

    public override bool CanGoOn(World world) => world.Device(Device).Smp!.IsRunnable(Agent);

    public override Observation Apply(World world)
    {
        var smp = world.Device(Device).Smp!;
        if (!smp.IsRunnable(Agent))
        {
            return world.Seen.Succeed();
        }

        smp.Step(Agent, 0);
        return world.Seen.Succeed(1);
    }

    public override string ToString() => Stops == 0 ? $"run({Device}, {Spell(Agent)})" : $"run({Device}, {Spell(Agent)}, {Stops})";
}

/// <summary>An agent makes one access and finds an older value: a store is late, or this load was early. No kernel function: it is the memory.</summary>
/// <param name="Device">Whose.</param>
/// <param name="Agent">Who.</param>
/// <param name="Outcome">Which of the older values, from 1.</param>
public sealed record Reorder(DevId Device, AgentId Agent, int Outcome) : ScheduleStep(Device)
{
    public static readonly Spelling Spelling = new("reorder", operands => new Reorder(operands.Dev(), ReadAgent(operands), operands.HasMore ? operands.Int("an older value", from: 1) : 1));

    public override Observation Apply(World world)
    {
        var smp = world.Device(Device).Smp!;
        if (smp.Outcomes(Agent) <= Outcome)
        {
            return world.Seen.Succeed();
        }

        smp.Step(Agent, Outcome);
        return world.Seen.Succeed(1);
    }

    public override string ToString() => Outcome == 1 ? $"reorder({Device}, {Spell(Agent)})" : $"reorder({Device}, {Spell(Agent)}, {Outcome})";
}
