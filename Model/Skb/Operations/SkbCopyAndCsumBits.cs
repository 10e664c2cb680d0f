using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Reads bytes and sums them by the way. kernel: skb_copy_and_csum_bits(), net/core/skbuff.c.</summary>
public sealed record SkbCopyAndCsumBits(SkbId Skb, int Offset, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_copy_and_csum_bits", operands => new SkbCopyAndCsumBits(operands.Skb(), operands.Int("offset", to: 65536), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && Offset + Length <= names.Length(Skb);

    public override Observation Apply(World world)
    {
        SkbChecksum.SumRuns(world, world.Skb(Skb), Offset, Length);
        world.Seen.Sum = Checksums.Checksum.Fold(world.Skb(Skb).CopyAndCsumBits(Offset, world.Seen.Answer(Length), 0));
        return world.Seen.Succeed(Length);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.SetAnswer(world.Skb(Skb).Bytes[Offset..(Offset + Length)]);
    }

    public override string ToString() => $"skb_copy_and_csum_bits({Skb}, {Offset}, {Length})";
}
