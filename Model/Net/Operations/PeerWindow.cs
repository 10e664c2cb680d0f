using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The peer's program reads less, or more: its window changes, and an acknowledgement tells it. It happens at the other host; RFC 793 section 3.7.</summary>
public sealed record PeerWindow(SockId Sock, int Bytes) : Operation
{
    public static readonly Spelling Spelling = new("peer_window", operands => new PeerWindow(operands.Sock(), operands.Int("bytes", to: Tcp.Window)));

    public override bool Enabled(Names names) => names.IsTcp(Sock);

    public override Observation Apply(World world) => world.Seen.Succeed(world.Receiver.SetWindow(Sock, Bytes) ? 1 : 0);

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // It is told when the frame arrives.
    }

    public override string ToString() => $"peer_window({Sock}, {Bytes})";
}
