using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The same bytes without fragments. kernel: skb_linearize(), net/core/skbuff.c.</summary>
public sealed record SkbLinearize(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("skb_linearize", operands => new SkbLinearize(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.Linearize() ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Linearize(Skb);
        }
    }

    public override string ToString() => $"skb_linearize({Skb})";
}
