using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Prepends bytes of a pattern, where a caller that looks first would. kernel: skb_push() after skb_headroom(), include/linux/skbuff.h.</summary>
public sealed record SkbPush(SkbId Skb, int Count, int Data) : Operation
{
    public static readonly Spelling Spelling = new("skb_push", operands => new SkbPush(operands.Skb(), operands.Int("count", to: 65536), operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.Headroom < Count)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        if (!skb.OwnsBytes(skb.Data - Count, skb.Data))
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        Pattern.Fill(skb.Push(Count).Span, Data);
        return world.Seen.Succeed(Count);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            Pattern.Fill(world.Prepend(Skb, Count), Data);
        }
    }

    public override string ToString() => $"skb_push({Skb}, {Count}, {Data})";
}
