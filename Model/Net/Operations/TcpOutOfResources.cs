using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>There are too many sockets that no process has: this one is reset and purged, whatever it still had to send. kernel: tcp_out_of_resources(), net/ipv4/tcp_timer.c.</summary>
public sealed record TcpOutOfResources(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("tcp_out_of_resources", operands => new TcpOutOfResources(operands.Sock()));

    public override bool Enabled(Names names) => names.IsTcp(Sock) && !names.IsOpenTcp(Sock);

    public override Observation Apply(World world)
    {
        world.Tcp(Sock).Abort();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Follow(seen);

    public override string ToString() => $"tcp_out_of_resources({Sock})";
}
