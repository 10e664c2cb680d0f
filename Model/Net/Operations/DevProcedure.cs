using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Model.Net;

/// <summary>A procedure of the device beside transmit and interrupt: to its end at once, or, where the device is interleaved, begun on a CPU.</summary>
/// <param name="Device">Whose.</param>
/// <param name="Cpu">Where it begins; null where it runs to its end.</param>
public abstract record DevProcedure(DevId Device, AgentId? Cpu) : Operation
{
    public override bool Enabled(Names names) => names.Has(Device) && names.IsInterleaved(Device) == (Cpu is not null);

    public override Observation Apply(World world)
    {
        var device = world.Device(Device);
        if (!IsDue(device) || (Cpu is { } at && !device.Smp!.Agents[(int)at].IsIdle))
        {
            return world.Seen.Succeed();
        }

        if (Cpu is { } cpu)
        {
            device.Smp!.Start(cpu, agent => Begin(device, agent));
        }
        else
        {
            device.RunAlone(agent => Begin(device, agent));
        }

        return world.Seen.Succeed(1);
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Follow(seen);

    public sealed override string ToString() => Cpu is { } cpu ? $"{Word}({Device}, {ScheduleStep.Spell(cpu)})" : $"{Word}({Device})";

    /// <summary>The kernel's function, as a script says it.</summary>
    protected abstract string Word { get; }

    /// <summary>Whether there is anything for it to do now.</summary>
    protected abstract bool IsDue(NetDevice device);

    protected abstract IEnumerator<Stop> Begin(NetDevice device, Agent cpu);

    protected static AgentId? ReadCpu(Operands operands) => operands.HasMore ? ScheduleStep.ReadAgent(operands, cpu: true) : null;
}

/// <summary>The device goes down. kernel: dev_close(), net/core/dev.c.</summary>
public sealed record DevClose(DevId Device, AgentId? Cpu) : DevProcedure(Device, Cpu)
{
    public static readonly Spelling Spelling = new("dev_close", operands => new DevClose(operands.Dev(), ReadCpu(operands)));

    protected override string Word => "dev_close";

    protected override bool IsDue(NetDevice device) => device.IsUp;

    protected override IEnumerator<Stop> Begin(NetDevice device, Agent cpu) => device.DevClose(cpu);
}

/// <summary>The device comes up again. kernel: dev_open(), net/core/dev.c.</summary>
public sealed record DevOpen(DevId Device, AgentId? Cpu) : DevProcedure(Device, Cpu)
{
    public static readonly Spelling Spelling = new("dev_open", operands => new DevOpen(operands.Dev(), ReadCpu(operands)));

    protected override string Word => "dev_open";

    protected override bool IsDue(NetDevice device) => !device.IsUp;

    protected override IEnumerator<Stop> Begin(NetDevice device, Agent cpu) => device.DevOpen(cpu);
}

/// <summary>The watchdog finds that the queue has been stopped for too long. kernel: dev_watchdog(), net/sched/sch_generic.c; dev->tx_timeout.</summary>
public sealed record TxTimeout(DevId Device, AgentId? Cpu) : DevProcedure(Device, Cpu)
{
    public static readonly Spelling Spelling = new("tx_timeout", operands => new TxTimeout(operands.Dev(), ReadCpu(operands)));

    protected override string Word => "tx_timeout";

    protected override bool IsDue(NetDevice device) => device is { HasTxTimeout: true, Stopped: true, IsUp: true };

    protected override IEnumerator<Stop> Begin(NetDevice device, Agent cpu) => device.DevWatchdog(cpu);
}
