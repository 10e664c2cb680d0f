using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Opens a tap on a device. kernel: packet_create(), packet_do_bind(), net/packet/af_packet.c; dev_add_pack(), net/core/dev.c.</summary>
public sealed record PacketBind(TapId Result, DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("packet_bind", operands => new PacketBind(operands.Result("tap", n => new TapId(n)), operands.Dev()));

    public override bool Enabled(Names names) => names.Has(Device) && !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, new PacketSock(world, Result, world.Device(Device)));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.BindTap(Result);

    public override string ToString() => $"{Result} = packet_bind({Device})";
}
