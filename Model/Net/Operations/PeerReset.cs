using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The peer resets the connection: its RST waits on the wire. It happens at the other host; RFC 793 section 3.4.</summary>
public sealed record PeerReset(SockId Sock) : Operation
{
    public static readonly Spelling Spelling = new("peer_reset", operands => new PeerReset(operands.Sock()));

    public override bool Enabled(Names names) => names.IsTcp(Sock);

    public override Observation Apply(World world) => world.Seen.Succeed(world.Receiver.Reset(Sock) ? 1 : 0);

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // It is told when the frame arrives.
    }

    public override string ToString() => $"peer_reset({Sock})";
}
