using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A private head over the same fragments. kernel: pskb_copy(), net/core/skbuff.c.</summary>
public sealed record PskbCopy(SkbId Result, SkbId Source) : Operation
{
    public static readonly Spelling Spelling = new("pskb_copy", operands => new PskbCopy(operands.ResultSkb(), operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Source) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skb(Source).PskbCopy());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Copy(Result, Source, sharesData: false);
        }
    }

    public override string ToString() => $"{Result} = pskb_copy({Source})";
}
