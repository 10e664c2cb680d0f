using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The retransmission timer fires: the oldest segment goes again. kernel: tcp_retransmit_timer(), net/ipv4/tcp_timer.c.</summary>
public sealed record TcpRetransmitTimer(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("tcp_retransmit_timer", operands => new TcpRetransmitTimer(operands.Sock()));

    public override bool Enabled(Names names) => names.IsTcp(Sock);

    public override Observation Apply(World world)
    {
        world.Tcp(Sock).RetransmitTimer();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Follow(seen);
    }

    public override string ToString() => $"tcp_retransmit_timer({Sock})";
}
