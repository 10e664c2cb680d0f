using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The stack takes at most so many frames of the peer that wait on a device. kernel: netif_rx(), net_rx_action(), net/core/dev.c.</summary>
public sealed record NetifRx(DevId Device, int Frames) : Operation
{
    public static readonly Spelling Spelling = new("netif_rx", operands => new NetifRx(operands.Dev(), operands.Int("frames", from: 1)));

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        var taken = 0;
        for (; taken < Frames && world.Device(Device).IsUp && world.Wire.Pending(Device) > 0; taken++)
        {
            world.Wire.NetifRx(Device);
        }

        return world.Seen.Succeed(taken);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Follow(seen);
    }

    public override string ToString() => $"netif_rx({Device}, {Frames})";
}
