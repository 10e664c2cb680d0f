using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Makes so many bytes linear; false where the packet is shorter or there is no memory. kernel: pskb_may_pull() with __pskb_pull_tail(), net/core/skbuff.c.</summary>
public sealed record PskbMayPull(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("pskb_may_pull", operands => new PskbMayPull(operands.Skb(), operands.Int("linear bytes", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => names.Shape(Skb).Listed == 0;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && Length > skb.HeadLen && Length <= skb.Len)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.MayPull(Length) ? world.Seen.Succeed() : world.Seen.Refuse(Length > skb.Len ? Refusal.OutOfRange : Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.MakeLinear(Skb, Length);
        }
    }

    public override string ToString() => $"pskb_may_pull({Skb}, {Length})";
}
