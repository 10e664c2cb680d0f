using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A tap reads the oldest packet that it was shown, and lets it go. kernel: packet_recvmsg(), net/packet/af_packet.c.</summary>
public sealed record PacketRecvmsg(TapId Tap) : Operation
{
    public static readonly Spelling Spelling = new("packet_recvmsg", operands => new PacketRecvmsg(operands.Tap()));

    public override bool Enabled(Names names) => names.Has(Tap);

    public override Observation Apply(World world) =>
        world.Tap(Tap).Receive() ? world.Seen.Succeed(world.Seen.ReadLength) : world.Seen.Refuse(Refusal.WouldBlock);

    public override void Apply(CopyingWorld world, Observation seen) => world.ReadTap(Tap, seen);

    public override string ToString() => $"packet_recvmsg({Tap})";
}
