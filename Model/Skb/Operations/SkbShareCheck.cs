using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>An skb with one user: the same one, or a clone for which one user of it goes. The name is that of what it gives; without memory it is gone. kernel: skb_share_check(), include/linux/skbuff.h.</summary>
public sealed record SkbShareCheck(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("skb_share_check", operands => new SkbShareCheck(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        return skb.IsShared ? world.BindInstead(Skb, skb.Clone()) : world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (!seen.Succeeded)
        {
            world.Unbind(Skb);
        }
        else if (world.Names.IsShared(Skb))
        {
            world.Replace(Skb, sharesData: true);
        }
    }

    public override string ToString() => $"skb_share_check({Skb})";
}
