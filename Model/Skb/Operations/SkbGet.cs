using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>One more holder of the same struct. kernel: skb_get(), include/linux/skbuff.h.</summary>
public sealed record SkbGet(SkbId Result, SkbId Source) : Operation
{
    public static readonly Spelling Spelling = new("skb_get", operands => new SkbGet(operands.ResultSkb(), operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, world.Skb(Source).Get());
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Bind(Result, Source);
    }

    public override string ToString() => $"{Result} = skb_get({Source})";
}
