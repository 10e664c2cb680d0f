using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A second struct for the same data. kernel: skb_clone(), net/core/skbuff.c.</summary>
public sealed record SkbClone(SkbId Result, SkbId Source) : Operation
{
    public static readonly Spelling Spelling = new("skb_clone", operands => new SkbClone(operands.ResultSkb(), operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skb(Source).Clone());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: true);
        }
    }

    public override string ToString() => $"{Result} = skb_clone({Source})";
}
