using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Hangs the next fragment of a datagram behind its first; neither has an owner any more, and the name of the next is gone. kernel: ip_frag_reasm(), net/ipv4/ip_fragment.c.</summary>
public sealed record IpFragReasm(SkbId Skb, SkbId Next) : Operation
{
    public static readonly Spelling Spelling = new("ip_frag_reasm", operands => new IpFragReasm(operands.Skb(), operands.Skb()));

    /// <summary>The queue of fragments holds each alone.</summary>
    public override bool Enabled(Names names) => names.Has(Skb) && names.Has(Next) && names.Shape(Skb) != names.Shape(Next)
        && !names.IsShared(Skb) && !names.IsShared(Next) && names.Shape(Next) is { Listed: 0, Length: > 0 };

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var (skb, next) = (world.Skb(Skb), world.Skb(Next));
        if (!skb.AppendToList(next))
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        world.Unbind(Next);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            var bytes = world.Skb(Next).Bytes;
            var (one, other) = (world.Names.Shape(Skb), world.Names.Shape(Next));
            var kind = one.IsReceived && other.IsReceived && one.Sum == other.Sum ? one.Sum : SumKind.None;
            bytes.CopyTo(world.AppendPaged(Skb, bytes.Length));
            world.Names.Joined(Skb, bytes.Length, kind);
            world.Unbind(Next);
        }
    }

    public override string ToString() => $"ip_frag_reasm({Skb}, {Next})";
}
