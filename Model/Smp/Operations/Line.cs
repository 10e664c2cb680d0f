namespace ZeroCopy.Model.Smp;

/// <summary>A fault of the interrupt line. No kernel function: it is the board.</summary>
public abstract record Line(DevId Device) : ScheduleStep(Device)
{
    public override Observation Apply(World world)
    {
        var smp = world.Device(Device).Smp!;
        var was = world.Device(Device).Hardware.IsIrqRaised;
        smp.SetIrq(IsRaised);
        return world.Seen.Succeed(was == world.Device(Device).Hardware.IsIrqRaised ? 0 : 1);
    }

    protected abstract bool IsRaised { get; }
}

/// <summary>What the card asked for gets lost.</summary>
public sealed record LoseIrq(DevId Device) : Line(Device)
{
    public static readonly Spelling Spelling = new("lose_irq", operands => new LoseIrq(operands.Dev()));

    protected override bool IsRaised => false;

    public override string ToString() => $"lose_irq({Device})";
}

/// <summary>The card asks once more, or for nothing.</summary>
public sealed record RaiseIrq(DevId Device) : Line(Device)
{
    public static readonly Spelling Spelling = new("raise_irq", operands => new RaiseIrq(operands.Dev()));

    protected override bool IsRaised => true;

    public override string ToString() => $"raise_irq({Device})";
}
