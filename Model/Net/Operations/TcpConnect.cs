using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Opens a connection over a device: SYN goes out. kernel: tcp_v4_connect(), net/ipv4/tcp_ipv4.c.</summary>
/// <param name="Result">The socket.</param>
/// <param name="Device">The route's device.</param>
/// <param name="Mss">At most this much payload in a segment, options not yet taken off.</param>
/// <param name="IpOptions">Bytes of IP options, a multiple of 4.</param>
/// <param name="Timestamps">Whether segments carry RFC 7323 timestamps.</param>
/// <param name="Isn">Initial sequence number.</param>
/// <param name="Priority">0 to 15. kernel: SO_PRIORITY.</param>
public sealed record TcpConnect(SockId Result, DevId Device, int Mss, int IpOptions, bool Timestamps, uint Isn, int Priority = 0) : Operation
{
    /// <summary>The initial sequence number of a script that does not say.</summary>
    public const uint DefaultIsn = 0x10000000;

    /// <summary>The largest IPv4 header has 15 words. RFC 791 section 3.1.</summary>
    public const int MaxIpOptions = 40;

    public static readonly Spelling Spelling = new("tcp_v4_connect", operands => new TcpConnect(
        operands.Result("sk", n => new SockId(n)),
        operands.Dev(),
        (int)operands.Option("mss", 536, 1, 65495),
        (int)(operands.Option("ip_options", 0, 0, MaxIpOptions) + 3) / 4 * 4,
        operands.Option("timestamps", 0, 0, 1) == 1,
        (uint)operands.Option("isn", DefaultIsn, 0, uint.MaxValue),
        (int)operands.Option("priority", 0, 0, 15)));

    public override bool Enabled(Names names) =>
        names.Has(Device) && !names.Has(Result) && Mss <= names.Mtu(Device) - Ipv4.HeaderBytes - Tcp.HeaderBytes
        && TcpSock.EffectiveMss(Mss, names.Mtu(Device), IpOptions, Timestamps) > 0;

    public override Observation Apply(World world)
    {
        var sock = new TcpSock(world, Result, world.Device(Device), Mss, IpOptions, Timestamps, Isn, Priority);
        world.Bind(Result, sock);
        if (!sock.Connect())
        {
            world.Unbind(Result);
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (!seen.Succeeded)
        {
            return;
        }

        var mtu = world.Names.Mtu(Device);
        world.Bind(Result, new CopyingFlow(Result, Device, IpOptions, mtu - 40, Timestamps, unchecked(Isn + 1)));
        world.Names.BindTcp(Result);
        world.Follow(seen);
    }

    public override string ToString() =>
        $"{Result} = tcp_v4_connect({Device}, mss={Mss}"
        + (IpOptions == 0 ? "" : $", ip_options={IpOptions}")
        + (Timestamps ? ", timestamps=1" : "")
        + (Isn == DefaultIsn ? "" : $", isn={Isn}")
        + (Priority == 0 ? "" : $", priority={Priority}")
        + ")";
}
