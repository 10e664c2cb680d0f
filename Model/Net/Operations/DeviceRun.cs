using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The hardware sends at most so many of the packets that it was told of. No kernel function: it is the card.</summary>
public sealed record DeviceRun(DevId Device, int Packets) : Operation
{
    public static readonly Spelling Spelling = new("device_run", operands => new DeviceRun(operands.Dev(), operands.Int("packets", from: 1)));

    public override bool Enabled(Names names) => names.Has(Device) && !names.IsInterleaved(Device);

    public override Observation Apply(World world)
    {
        return world.Seen.Succeed(world.Device(Device).RunDevice(Packets));
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Follow(seen);
    }

    public override string ToString() => $"device_run({Device}, {Packets})";
}
