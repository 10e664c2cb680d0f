using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Drops linear bytes in front, and their part of a received packet's sum. kernel: ipgre_rcv(), net/ipv4/ip_gre.c; a function of its own in later kernels.</summary>
public sealed record SkbPullRcsum(SkbId Skb, int Count) : Operation
{
    public static readonly Spelling Spelling = new("skb_pull_rcsum", operands => new SkbPullRcsum(operands.Skb(), operands.Int("count", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Shape(Skb).IsReceived;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.HeadLen < Count && Count <= skb.Len)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        return skb.PullRcsum(Count) ? world.Seen.Succeed(Count) : world.Seen.Refuse(Refusal.OutOfRange);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.KeepWithSum(Skb, Count, world.Skb(Skb).Bytes.Length - Count);
        }
    }

    public override string ToString() => $"skb_pull_rcsum({Skb}, {Count})";
}
