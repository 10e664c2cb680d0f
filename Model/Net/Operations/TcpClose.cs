using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Closes the sending side: FIN goes after the data. kernel: tcp_close(), net/ipv4/tcp.c.</summary>
public sealed record TcpClose(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("tcp_close", operands => new TcpClose(operands.Sock()));

    public override bool Enabled(Names names) => names.IsOpenTcp(Sock);

    public override Observation Apply(World world)
    {
        var sock = world.Tcp(Sock);
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

    public override string ToString() => $"tcp_close({Sock})";
}
