using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Cuts the packet to its first bytes. kernel: pskb_trim(), ___pskb_trim(), net/core/skbuff.c.</summary>
public sealed record PskbTrim(SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("pskb_trim", operands => new PskbTrim(operands.Skb(), operands.Int("length", to: 65536)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => names.Shape(Skb).Listed == 0;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && skb.IsCloned && skb.IsNonlinear && Length < skb.Len)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.Trim(Length) ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded && Length < world.Skb(Skb).Bytes.Length)
        {
            MakePrivate(world, Skb);
            world.Keep(Skb, 0, Length);
        }
    }

    /// <summary>Fragments are cut in a copy of the shared info that is the packet's own.</summary>
    internal static void MakePrivate(CopyingWorld world, SkbId skb)
    {
        if (world.Names.Shape(skb).IsNonlinear)
        {
            world.Names.Privatise(skb);
        }
    }

    public override string ToString() => $"pskb_trim({Skb}, {Length})";
}
