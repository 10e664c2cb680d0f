using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Cuts a received packet and takes what is cut out of its sum. kernel: pskb_trim_rcsum() of later kernels.</summary>
public sealed record PskbTrimRcsum(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("pskb_trim_rcsum", operands => new PskbTrimRcsum(operands.Skb(), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Shape(Skb).IsReceived;

    public override bool KeepsAllWithoutMemory(Names names) => names.Shape(Skb).Listed == 0;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && skb.IsCloned && skb.IsNonlinear && Length < skb.Len)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.TrimRcsum(Length) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded && Length < world.Skb(Skb).Bytes.Length)
        {
            PskbTrim.MakePrivate(world, Skb);
            world.KeepWithSum(Skb, 0, Length);
        }
    }

    public override string ToString() => $"pskb_trim_rcsum({Skb}, {Length})";
}
