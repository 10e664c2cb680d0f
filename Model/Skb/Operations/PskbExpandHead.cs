using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A new, private block with more room. kernel: pskb_expand_head(), net/core/skbuff.c.</summary>
public sealed record PskbExpandHead(SkbId Skb, int Headroom, int Tailroom) : Operation
{
    public static readonly Spelling Spelling = new("pskb_expand_head", operands => new PskbExpandHead(operands.Skb(), operands.Int("headroom", to: 65536), operands.Int("tailroom", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.ExpandHead(Headroom, Tailroom) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Names.Privatise(Skb);
        }
    }

    public override string ToString() => $"pskb_expand_head({Skb}, {Headroom}, {Tailroom})";
}
