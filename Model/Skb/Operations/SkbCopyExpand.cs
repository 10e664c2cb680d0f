using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A private, linear copy with other rooms. kernel: skb_copy_expand(), net/core/skbuff.c.</summary>
public sealed record SkbCopyExpand(SkbId Result, SkbId Source, int Headroom, int Tailroom) : Operation
{
    public static readonly Spelling Spelling = new("skb_copy_expand", operands => new SkbCopyExpand(operands.ResultSkb(), operands.Skb(), operands.Int("headroom", to: 65536), operands.Int("tailroom", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skb(Source).CopyExpand(Headroom, Tailroom));

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: false);
            world.Linearize(Result);
        }
    }

    public override string ToString() => $"{Result} = skb_copy_expand({Source}, {Headroom}, {Tailroom})";
}
