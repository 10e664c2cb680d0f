using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The device's interrupt handler runs, and then the softirq of a queue that it woke. kernel: ace_interrupt(), happy_meal_interrupt(), net_tx_action().</summary>
public sealed record Interrupt(DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("interrupt", operands => new Interrupt(operands.Dev()));

    public override bool Enabled(Names names) => names.Has(Device) && !names.IsInterleaved(Device);

    public override Observation Apply(World world)
    {
        var device = world.Device(Device);
        if (device.IsUp)
        {
            // kernel: free_irq() in dev->stop().
            device.Interrupt();
            device.QdiscRun();
        }

        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Follow(seen);
    }

    public override string ToString() => $"interrupt({Device})";
}
