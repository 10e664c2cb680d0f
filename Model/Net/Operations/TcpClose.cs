using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Closes the sending side: FIN goes after the data. kernel: tcp_close(), net/ipv4/tcp.c.</summary>
/// <param name="Sock">The socket.</param>
/// <param name="LingerNot">SO_LINGER with no time at all: the connection is reset, and what was not sent is dropped.</param>
public sealed record TcpClose(SockId Sock, bool LingerNot = false) : Operation
{
    public static readonly Spelling Spelling = new("tcp_close", operands => new TcpClose(operands.Sock(), operands.Option("linger", 1, 0, 1) == 0));

    public override bool Enabled(Names names) => names.IsOpenTcp(Sock);

    public override Observation Apply(World world)
    {
        var sock = world.Tcp(Sock);
        if (LingerNot)
        {
            sock.Abort();
            return world.Seen.Succeed();
        }

        return sock.Close() ? world.Seen.Succeed()
            : world.Seen.Refuse(sock.State == TcpSock.TcpState.SynSent ? Refusal.WouldBlock : Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Names.Close(Sock);
        }

        world.Follow(seen);
    }

    public override string ToString() => $"tcp_close({Sock}{(LingerNot ? ", linger=0" : "")})";
}
