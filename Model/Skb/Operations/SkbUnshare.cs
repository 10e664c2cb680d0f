using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>An skb that shares no data: the same one, or a copy for which one user of it goes. The name is that of what it gives; without memory it is gone. kernel: skb_unshare(), include/linux/skbuff.h. It looks at the data, not at users.</summary>
public sealed record SkbUnshare(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("skb_unshare", operands => new SkbUnshare(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        return skb.IsCloned ? world.BindInstead(Skb, skb.Copy()) : world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.FollowCopy(Skb, seen.Succeeded, isReplaced: seen.Count == Skbs.Skb.Replaced);

    public override string ToString() => $"skb_unshare({Skb})";
}
