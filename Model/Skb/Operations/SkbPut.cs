using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Appends bytes of a pattern, where a caller that looks first would. kernel: skb_put() after skb_tailroom(), include/linux/skbuff.h.</summary>
public sealed record SkbPut(SkbId Skb, int Count, int Data) : Operation
{
    public static readonly Spelling Spelling = new("skb_put", operands => new SkbPut(operands.Skb(), operands.Int("count", to: 65536), operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.Tailroom < Count || skb.IsNonlinear)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        if (!skb.OwnsBytes(skb.Tail, skb.Tail + Count))
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        Pattern.Fill(skb.Put(Count).Span, Data);
        return world.Seen.Succeed(Count);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            Pattern.Fill(world.Append(Skb, Count), Data);
        }
    }

    public override string ToString() => $"skb_put({Skb}, {Count}, {Data})";
}
