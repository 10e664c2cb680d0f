using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The folded sum of a range. kernel: skb_checksum(), net/core/skbuff.c.</summary>
public sealed record SkbChecksum(SkbId Skb, int Offset, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_checksum", operands => new SkbChecksum(operands.Skb(), operands.Int("offset", to: 65536), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && Offset + Length <= names.Length(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        world.Seen.Sum = Checksums.Checksum.Fold(skb.Checksum(Offset, Length, 0));
        SumRuns(world, skb, Offset, Length);
        return world.Seen.Succeed(Length);
    }

    /// <summary>Each contiguous run of the range alone.</summary>
    internal static void SumRuns(World world, Skb skb, int offset, int length)
    {
        var run = 0;
        foreach (var piece in new Pieces(skb, offset, length))
        {
            world.Seen.Runs.Add(new RunSum(run, piece.Length, Checksums.Checksum.Fold(skb.Checksum(offset + run, piece.Length, 0))));
            run += piece.Length;
        }
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.SetAnswer(world.Skb(Skb).Bytes[Offset..(Offset + Length)]);
    }

    public override string ToString() => $"skb_checksum({Skb}, {Offset}, {Length})";
}
