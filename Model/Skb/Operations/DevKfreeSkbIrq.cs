using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Drops a reference in a hard interrupt. kernel: dev_kfree_skb_irq(), include/linux/netdevice.h.</summary>
public sealed record DevKfreeSkbIrq(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("dev_kfree_skb_irq", operands => new DevKfreeSkbIrq(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        world.Unbind(Skb);
        skb.KfreeIrq();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Unbind(Skb);
    }

    public override string ToString() => $"dev_kfree_skb_irq({Skb})";
}
