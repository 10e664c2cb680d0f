using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The process drops the connection: RST goes out, the write queue is purged. kernel: tcp_disconnect(), net/ipv4/tcp.c.</summary>
public sealed record TcpDisconnect(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("tcp_disconnect", operands => new TcpDisconnect(operands.Sock()));

    public override bool Enabled(Names names) => names.IsOpenTcp(Sock);

    public override Observation Apply(World world)
    {
        world.Tcp(Sock).Abort();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Names.Close(Sock);
        world.Follow(seen);
    }

    public override string ToString() => $"tcp_disconnect({Sock})";
}
