using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The user reads the oldest range of zero-copy sends that are done. kernel: recvmsg() with MSG_ERRQUEUE, ip_recv_error(), net/ipv4/ip_sockglue.c (4.14 for zero-copy sends; 2.4 has the queue).</summary>
public sealed record IpRecvError(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("ip_recv_error", operands => new IpRecvError(operands.Sock()));

    public override bool Enabled(Names names) => names.IsTcp(Sock) || names.IsUdp(Sock);

    public override Observation Apply(World world)
    {
        if (!world.Sock(Sock).RecvError(out var told))
        {
            return world.Seen.Refuse(Refusal.WouldBlock);
        }

        world.Seen.Told = told;
        return world.Seen.Succeed(told.Count);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Told is { } told)
        {
            world.Learn(told);
        }
    }

    public override string ToString() => $"ip_recv_error({Sock})";
}
