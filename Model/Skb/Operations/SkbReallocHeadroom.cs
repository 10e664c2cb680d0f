using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The same packet with a head of its own and more room before it. kernel: skb_realloc_headroom(), net/core/skbuff.c.</summary>
public sealed record SkbReallocHeadroom(SkbId Result, SkbId Source, int Headroom) : Operation
{
    public static readonly Spelling Spelling = new("skb_realloc_headroom", operands => new SkbReallocHeadroom(operands.ResultSkb(), operands.Skb(), operands.Int("headroom", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skb(Source).ReallocHeadroom(Headroom));

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: false);
        }
    }

    public override string ToString() => $"{Result} = skb_realloc_headroom({Source}, {Headroom})";
}
