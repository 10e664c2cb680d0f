using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Cuts a packet whose data is its own, or whose cut moves the tail only. kernel: skb_trim(), include/linux/skbuff.h; in ip_rcv() it takes off the padding of the link.</summary>
public sealed record SkbTrim(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_trim", operands => new SkbTrim(operands.Skb(), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (((skb.IsCloned && skb.IsNonlinear) || skb.ListIsShared) && Length < skb.Len)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        skb.TrimInPlace(Length);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded && Length < world.Skb(Skb).Bytes.Length)
        {
            world.Keep(Skb, 0, Length);
        }
    }

    public override string ToString() => $"skb_trim({Skb}, {Length})";
}
