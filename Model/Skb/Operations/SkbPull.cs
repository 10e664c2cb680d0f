using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Drops bytes in front, as far as they are linear; NULL where the packet is shorter. kernel: skb_pull(), include/linux/skbuff.h.</summary>
public sealed record SkbPull(SkbId Skb, int Count) : Operation
{
    public static readonly Spelling Spelling = new("skb_pull", operands => new SkbPull(operands.Skb(), operands.Int("count", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.HeadLen < Count && Count <= skb.Len)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        return skb.Pull(Count) ? world.Seen.Succeed(Count) : world.Seen.Refuse(Refusal.OutOfRange);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Keep(Skb, Count, world.Skb(Skb).Bytes.Length - Count);
        }
    }

    public override string ToString() => $"skb_pull({Skb}, {Count})";
}
