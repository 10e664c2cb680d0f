using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Smp;

/// <summary>Two readers of one socket are done with a datagram at the same time, one access after the other: on CPU 0 the one that takes it from the receive queue, on CPU 1 one that has looked at it there (MSG_PEEK). Both names are gone. kernel: skb_recv_datagram(), skb_free_datagram(), net/core/datagram.c.</summary>
/// <param name="Device">Whose CPUs.</param>
/// <param name="Skb">What the queue has.</param>
/// <param name="Peeked">The same packet, as the other reader has it.</param>
public sealed record SkbFreeDatagram(DevId Device, SkbId Skb, SkbId Peeked) : ScheduleStep(Device)
{
    public static readonly Spelling Spelling = new("skb_free_datagram", operands => new SkbFreeDatagram(operands.Dev(), operands.Skb(), operands.Skb()));

    /// <summary>Two names of one packet, and no third.</summary>
    public override bool Enabled(Names names) => base.Enabled(names) && Skb != Peeked && names.Has(Skb) && names.Has(Peeked)
        && names.Shape(Skb) == names.Shape(Peeked) && names.Shape(Skb).Names == 2;

    public override Observation Apply(World world)
    {
        var smp = world.Device(Device).Smp!;
        if (!smp.CanShare)
        {
            return world.Seen.Succeed();
        }

        smp.Shared.Share(world.Skb(Skb));
        world.Unbind(Skb);
        world.Unbind(Peeked);
        smp.Start(AgentId.Cpu0, smp.Shared.Dequeue);
        smp.Start(AgentId.Cpu1, smp.Shared.Kfree);
        return world.Seen.Succeed(1);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Count > 0)
        {
            world.Unbind(Skb);
            world.Unbind(Peeked);
        }
    }

    public override string ToString() => $"skb_free_datagram({Device}, {Skb}, {Peeked})";
}
