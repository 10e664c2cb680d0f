using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Closes a tap: the clones that it did not read are freed. kernel: packet_release(), net/packet/af_packet.c.</summary>
public sealed record PacketRelease(TapId Tap) : Operation
{
    public static readonly Spelling Spelling = new("packet_release", operands => new PacketRelease(operands.Tap()));

    public override bool Enabled(Names names) => names.Has(Tap);

    public override Observation Apply(World world)
    {
        world.Tap(Tap).Release();
        world.Unbind(Tap);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.CloseTap(Tap);

    public override string ToString() => $"packet_release({Tap})";
}
