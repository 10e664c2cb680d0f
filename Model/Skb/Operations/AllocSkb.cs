using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>An empty skb. kernel: alloc_skb(), net/core/skbuff.c.</summary>
public sealed record AllocSkb(SkbId Result, int Size) : Operation
{
    public static readonly Spelling Spelling = new("alloc_skb", operands => new AllocSkb(operands.ResultSkb(), operands.Int("size", to: 65536)));

    public override bool Enabled(Names names) => !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world) => world.BindMade(Result, world.Skbs.AllocSkb(Size));

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Bind(Result, []);
        }
    }

    public override string ToString() => $"{Result} = alloc_skb({Size})";
}
