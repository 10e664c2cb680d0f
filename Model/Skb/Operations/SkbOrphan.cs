using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The packet has no owner any more: the charge is given back now. kernel: skb_orphan(), include/linux/skbuff.h.</summary>
public sealed record SkbOrphan(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("skb_orphan", operands => new SkbOrphan(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        world.Skb(Skb).Orphan();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // An owner is not a byte.
    }

    public override string ToString() => $"skb_orphan({Skb})";
}
