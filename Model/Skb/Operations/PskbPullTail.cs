using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Makes more of the packet linear. kernel: pskb_may_pull() and __pskb_pull_tail(), net/core/skbuff.c.</summary>
public sealed record PskbPullTail(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("pskb_may_pull", operands => new PskbPullTail(operands.Skb(), operands.Int("linear bytes", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && Length <= names.Length(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (Length <= skb.HeadLen)
        {
            return world.Seen.Succeed();
        }

        if (skb.IsShared)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.PullTail(Length - skb.HeadLen) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // The bytes stay the same.
    }

    public override string ToString() => $"pskb_may_pull({Skb}, {Length})";
}
