using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Headroom for an empty skb. kernel: skb_reserve(), include/linux/skbuff.h.</summary>
public sealed record SkbReserve(SkbId Skb, int Count) : Operation
{
    public static readonly Spelling Spelling = new("skb_reserve", operands => new SkbReserve(operands.Skb(), operands.Int("count", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Length(Skb) == 0;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.Tailroom < Count)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        skb.Reserve(Count);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // Room is not data, but a sum that was asked for starts at a place in the block.
        if (seen.Succeeded)
        {
            world.Names.Reserve(Skb, Count);
        }
    }

    public override string ToString() => $"skb_reserve({Skb}, {Count})";
}
