using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A second struct for the same data. kernel: skb_clone(), net/core/skbuff.c.</summary>
public sealed record SkbClone(SkbId Result, SkbId Source) : Operation
{
    public static readonly Spelling Spelling = new("skb_clone", operands => new SkbClone(operands.ResultSkb(), operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Source).Clone();
        if (skb is null)
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        world.Bind(Result, skb);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: true);
        }
    }

    public override string ToString() => $"{Result} = skb_clone({Source})";
}
