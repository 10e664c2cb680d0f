using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The queueing discipline finds its device congested: the next packet is dropped early, and the sender is told so by NET_XMIT_CN. kernel: red_enqueue(), net/sched/sch_red.c.</summary>
public sealed record RedMark(DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("red_mark", operands => new RedMark(operands.Dev()));

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        world.Device(Device).CongestNext = true;
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // The drop itself is told when it happens.
    }

    public override string ToString() => $"red_mark({Device})";
}
