using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Cuts the packet in two; a caller makes a shared block private first. kernel: skb_split(), net/ipv4/tcp_output.c, as tcp_fragment() calls it.</summary>
public sealed record SkbSplit(SkbId Result, SkbId Skb, int Length) : Operation
{
    public static readonly Spelling Spelling = new("skb_split", operands => new SkbSplit(operands.ResultSkb(), operands.Skb(), operands.Int("length", to: 65535)));

    public override bool Enabled(Names names) => names.Has(Skb) && !names.Has(Result) && Length < names.Length(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        if (skb.Block.FragList.Count > 0)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        var rest = world.Skbs.AllocSkb(Math.Max(0, skb.HeadLen - Length));
        if (rest is null)
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        if (skb.IsNonlinear && skb.IsCloned && !skb.ExpandHead(0, 0))
        {
            rest.Kfree();
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        skb.Split(rest, Length);
        world.Bind(Result, rest);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            PskbTrim.MakePrivate(world, Skb);
            world.Bind(Result, world.Skb(Skb).Bytes[Length..]);
            world.Names.SetLinear(Result, Math.Max(0, world.Names.Shape(Skb).Linear - Length));
            world.Keep(Skb, 0, Length);
        }
    }

    public override string ToString() => $"{Result} = skb_split({Skb}, {Length})";
}
