using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A fault: the driver returns 1 for the next packet that it is handed, and takes nothing of it. kernel: dev->hard_start_xmit() that is busy, net/sched/sch_generic.c, qdisc_restart().</summary>
public sealed record XmitBusy(DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("xmit_busy", operands => new XmitBusy(operands.Dev()));

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        world.Device(Device).BusyNext = true;
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // What was not taken is not emitted.
    }

    public override string ToString() => $"xmit_busy({Device})";
}
