using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Drops bytes in front, made linear first; false where the packet is shorter or there is no memory. kernel: pskb_pull(), include/linux/skbuff.h.</summary>
public sealed record PskbPull(SkbId Skb, int Count) : Operation
{
    public static readonly Spelling Spelling = new("pskb_pull", operands => new PskbPull(operands.Skb(), operands.Int("count", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => names.Shape(Skb).Listed == 0;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && Count > skb.HeadLen && Count <= skb.Len)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.PskbPull(Count) ? world.Seen.Succeed(Count) : world.Seen.Refuse(Count > skb.Len ? Refusal.OutOfRange : Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.MakeLinear(Skb, Count);
            world.Keep(Skb, Count, world.Skb(Skb).Bytes.Length - Count);
        }
    }

    public override string ToString() => $"pskb_pull({Skb}, {Count})";
}
