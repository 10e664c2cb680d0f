using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A connected UDP socket over a device. kernel: udp_connect(), net/ipv4/udp.c.</summary>
public sealed record UdpConnect(SockId Result, DevId Device, int IpOptions, int Priority = 0) : Operation
{
    public static readonly Spelling Spelling = new("udp_connect", operands => new UdpConnect(
        operands.Result("sk", n => new SockId(n)),
        operands.Dev(),
        (int)(operands.Option("ip_options", 0, 0, TcpConnect.MaxIpOptions) + 3) / 4 * 4,
        (int)operands.Option("priority", 0, 0, 15)));

    public override bool Enabled(Names names) =>
        names.Has(Device) && !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, new UdpSock(world, Result, world.Device(Device), IpOptions, Priority));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Bind(Result, new CopyingFlow(Result, Device, IpOptions, 0, timestamps: false, firstSeq: 0));
        world.Names.BindUdp(Result, UdpSock.MaxDatagram(IpOptions));
    }

    public override string ToString() => $"{Result} = udp_connect({Device}" + (IpOptions == 0 ? "" : $", ip_options={IpOptions}") + (Priority == 0 ? "" : $", priority={Priority}") + ")";
}
