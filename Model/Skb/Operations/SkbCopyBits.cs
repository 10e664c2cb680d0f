using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Reads bytes across head and fragments. kernel: skb_copy_bits(), net/core/skbuff.c.</summary>
public sealed record SkbCopyBits(SkbId Skb, int Offset, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_copy_bits", operands => new SkbCopyBits(operands.Skb(), operands.Int("offset", to: 65536), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        var to = world.Seen.Answer(Length);
        if (!skb.CopyBits(Offset, to))
        {
            world.Seen.Answer(0);
            return world.Seen.Refuse(Refusal.OutOfRange);
        }

        return world.Seen.Succeed(Length);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.SetAnswer(world.Skb(Skb).Bytes[Offset..(Offset + Length)]);
        }
    }

    public override string ToString() => $"skb_copy_bits({Skb}, {Offset}, {Length})";
}
