using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Zeroes behind a short packet, up to the least length that a device sends; the packet's own length stays. The name is that of what it gives; without memory it is gone. kernel: skb_padto() of later kernels, include/linux/skbuff.h.</summary>
public sealed record SkbPadto(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_padto", operands => new SkbPadto(operands.Skb(), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        var padded = skb.PadTo(Length);
        return padded == skb ? world.Seen.Succeed() : world.BindInstead(Skb, padded);
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.FollowCopy(Skb, seen.Succeeded, isReplaced: seen.Count == Skbs.Skb.Replaced);

    public override string ToString() => $"skb_padto({Skb}, {Length})";
}
