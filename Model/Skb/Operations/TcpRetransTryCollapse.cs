using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A segment takes in the next one, where both are linear and private and there is room. Before it both have their running sums, as tcp_sendmsg() left them. kernel: tcp_retrans_try_collapse(), net/ipv4/tcp_output.c.</summary>
public sealed record TcpRetransTryCollapse(SkbId Skb, SkbId Next) : Operation
{
    public static readonly Spelling Spelling = new("tcp_retrans_try_collapse", operands => new TcpRetransTryCollapse(operands.Skb(), operands.Skb()));

    /// <summary>Both were made to be sent.</summary>
    public override bool Enabled(Names names) => names.Has(Skb) && names.Has(Next) && names.Shape(Skb) != names.Shape(Next)
        && !names.Shape(Skb).IsReceived && !names.Shape(Next).IsReceived;

    public override Observation Apply(World world)
    {
        var (skb, next) = (world.Skb(Skb), world.Skb(Next));
        if (skb.IsShared || next.IsShared || skb.IsCloned || next.IsCloned)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        if (skb.IsNonlinear || next.IsNonlinear || skb.Tailroom < next.Len)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        Sum(skb);
        Sum(next);
        skb.Collapse(next);
        world.Unbind(Next);
        next.Kfree();
        if (skb.IpSummed == ChecksumState.None)
        {
            world.Seen.Sum = Checksums.Checksum.Fold(skb.Csum);
        }

        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (!seen.Succeeded)
        {
            return;
        }

        var asks = world.Names.Shape(Skb).Sum == SumKind.Requested || world.Names.Shape(Next).Sum == SumKind.Requested;
        var bytes = world.Skb(Next).Bytes;
        bytes.CopyTo(world.Append(Skb, bytes.Length));
        world.Unbind(Next);
        if (asks)
        {
            world.Names.Ask(Skb, start: -1, at: 0);
        }
        else
        {
            world.SetAnswer(world.Skb(Skb).Bytes);
        }
    }

    private static void Sum(Skb skb)
    {
        if (skb.IpSummed == ChecksumState.None)
        {
            skb.Csum = skb.Checksum(0, skb.Len, 0);
        }
    }

    public override string ToString() => $"tcp_retrans_try_collapse({Skb}, {Next})";
}
