using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A private, linear copy. kernel: skb_copy(), net/core/skbuff.c.</summary>
public sealed record SkbCopy(SkbId Result, SkbId Source) : Operation
{
    public static readonly Spelling Spelling = new("skb_copy", operands => new SkbCopy(operands.ResultSkb(), operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skb(Source).Copy());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: false);
            world.Linearize(Result);
        }
    }

    public override string ToString() => $"{Result} = skb_copy({Source})";
}
