using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Drops a reference. kernel: kfree_skb(), include/linux/skbuff.h.</summary>
public sealed record KfreeSkb(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("kfree_skb", operands => new KfreeSkb(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        world.Unbind(Skb);
        skb.Kfree();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Unbind(Skb);
    }

    public override string ToString() => $"kfree_skb({Skb})";
}
