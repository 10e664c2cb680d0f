using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>So much headroom, in a head that may be written. kernel: skb_cow(), include/linux/skbuff.h.</summary>
public sealed record SkbCow(SkbId Skb, int Headroom) : Operation
{
    public static readonly Spelling Spelling = new("skb_cow", operands => new SkbCow(operands.Skb(), operands.Int("headroom", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && (skb.IsCloned || Headroom > skb.Headroom))
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.Cow(Headroom) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Names.Privatise(Skb);
        }
    }

    public override string ToString() => $"skb_cow({Skb}, {Headroom})";
}
