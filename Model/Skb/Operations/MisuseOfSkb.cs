using ZeroCopy.Model.Copying;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>A call that must end in BUG(). kernel: skb_over_panic() and its like.</summary>
public sealed record MisuseOfSkb(Misuse Misuse, SkbId Skb) : Operation
{
    public override Rule? Panics => Misuse.Rule;

    public override bool Enabled(Names names) => names.Has(Skb) && Misuse.IsWrong(names, Skb);

    public override Observation Apply(World world)
    {
        Misuse.Call(world.Skb(Skb));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // It does not come back.
    }

    public override string ToString() => $"{Misuse.Name}({Skb})";
}
