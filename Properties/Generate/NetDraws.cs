using ZeroCopy.Drivers;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Properties.Generate;

/// <summary>How operations on files, sockets and devices are drawn. Sequence numbers stand near 2^32, segments around the MSS, files around pages.</summary>
public static partial class NetDraws
{
    private const int NarrowestMtu = 68;

    /// <summary>The mix over the drivers that are given.</summary>
    public static IReadOnlyList<Draw> Over(params DriverKind[] kinds) =>
    [
        new("register_netdev", 1, Needs.NewDev, hand => Register(hand, kinds), Always: true),
        new("open", 3, Needs.NewFile, Open, Always: true),
        new("tcp_v4_connect", 3, Needs.Dev | Needs.NewSock, Connect, Allocates: 3, Always: true),
        new("udp_connect", 3, Needs.Dev | Needs.NewSock, hand => new UdpConnect(hand.NewSock(), hand.Dev(), Options(hand), Priority(hand))),
        new("sys_sendfile", 16, Needs.OpenTcp | Needs.File, SendPages, Allocates: 3),
        new("tcp_sendmsg", 8, Needs.OpenTcp | Needs.File, hand =>
        {
            // The second allocation of a call that opens a page is for the page that it copies from.
            if (hand.FailsAt == 2 && hand.Rng.OneIn(2))
            {
                return SendBehindPages(hand);
            }

            var (file, offset, count) = Range(hand);
            return new TcpSendmsg(hand.OpenTcp(), file, offset, count);
        }, Allocates: 3),
        new("tcp_sendmsg", 4, Needs.OpenTcp | Needs.File, SendBehindPages, Allocates: 3),
        new("udp_sendmsg", 8, Needs.Udp | Needs.File, SendDatagram, Allocates: 3),
        new("alloc_page", 2, Needs.NewPage, hand => new AllocPage(hand.NewPage(), hand.Zone(), hand.Data()), Allocates: 2),
        new("put_page", 4, Needs.Page, hand => new PutPage(hand.Page())),
        new("msg_zerocopy", 20, Needs.OpenTcp | Needs.Page, SendZerocopy, Allocates: 3),
        new("ip_recv_error", 4, Needs.Tcp, ReadErrors),
        new("sk_zckey", 3, Needs.Tcp, hand => new SkZcKey(hand.OpenTcp(), unchecked(0u - (uint)hand.Rng.Below(4)))),
        new("store_page", 6, Needs.Page, hand =>
        {
            var offset = hand.Within(hand.PageSize - 1);
            return new StorePage(hand.Page(), offset, Math.Max(1, hand.Within(hand.PageSize - offset)), hand.Data());
        }),
        new("device_run", 10, Needs.Dev, hand => new DeviceRun(hand.Dev(), 1 + hand.Rng.Below(4)), Always: true),
        new("interrupt", 8, Needs.Dev, hand => new Interrupt(hand.Dev()), Always: true),
        new("netif_rx", 8, Needs.Dev, hand => new NetifRx(hand.Dev(), 1 + hand.Rng.Below(3)), Allocates: 3, Always: true),
        new("tcp_retransmit_timer", 6, Needs.Tcp, hand => new TcpRetransmitTimer(InFlight(hand)), Allocates: 3),
        new("tcp_close", 2, Needs.OpenTcp, hand => new TcpClose(Established(hand)), Allocates: 3),
        new("reclaim_page", 3, Needs.File, hand => new ReclaimPages(hand.File())),
        new("generic_file_write", 8, Needs.File, Write, Allocates: 3),
        new("vmtruncate", 2, Needs.File, Truncate),
        new("sys_fsync", 2, Needs.File, hand => new Fsync(hand.File())),
        new("dev_features", 6, Needs.Dev, Switch),
        new("tcp_close", 1, Needs.OpenTcp, hand => new TcpClose(Established(hand), LingerNot: true), Allocates: 3),
        new("tcp_disconnect", 3, Needs.OpenTcp, hand => new TcpDisconnect(Established(hand)), Allocates: 2),
        new("tcp_out_of_resources", 3, Needs.Orphan, hand => new TcpOutOfResources(Orphan(hand)), Allocates: 2),
        new("peer_reset", 2, Needs.Tcp, hand => new PeerReset(hand.Tcp())),
        new("peer_window", 3, Needs.Tcp, Window),
        new("icmp_frag_needed", 4, Needs.Tcp, hand => ZerocopyThatIsSplit(hand) ?? Narrow(hand), Allocates: 4, Prepares: true),
        new("rt_cache_flush", 3, Needs.Tcp, _ => new RtCacheFlush()),
        new("nf_register_hook", 2, Needs.Dev, _ => new NfHook(true)),
        new("nf_unregister_hook", 2, Needs.Dev, _ => new NfHook(false)),
        new("packet_bind", 2, Needs.Dev | Needs.NewTap, hand => new PacketBind(hand.NewTap(), hand.Dev())),
        new("packet_recvmsg", 6, Needs.Tap, hand => new PacketRecvmsg(hand.Tap())),
        new("packet_release", 2, Needs.Tap, hand => new PacketRelease(hand.Tap())),
        new("xmit_busy", 2, Needs.Dev, hand => new XmitBusy(hand.Dev())),
        new("red_mark", 2, Needs.Dev, hand => new RedMark(hand.Dev())),
        new("fail_map", 3, Needs.Dev, hand => new FailMap(hand.Dev(), 1 + hand.Rng.Below(hand.World.Profile.MaxSkbFrags + 1))),
        new("dev_close", 2, Needs.Dev, GoDown, Prepares: true),
        new("dev_open", 1, Needs.Dev, GoUp),
        new("tx_timeout", 4, Needs.Dev, TimeOut, Prepares: true),
        new("ipip_rcv", 3, Needs.NewSkb | Needs.Dev, Tunnelled, Allocates: 4),
        new("ip_forward", 3, Needs.Skb | Needs.Dev, hand => new IpForward(hand.Skb(IsDatagram), hand.Dev()), Allocates: 3),
        new("fail_alloc", 8, Needs.None, Fail, Prepares: true),
    ];

    /// <summary>What a sequence needs before the rest has something to work on: a device, a file, a socket, the handshake. Null once it is there.</summary>
    public static Operation? Setup(Hand hand, IReadOnlyList<DriverKind> kinds)
    {
        if (hand.World.Devices.Count == 0)
        {
            return Register(hand, kinds);
        }

        if (hand.World.Files.Count == 0)
        {
            return Open(hand);
        }

        if (hand.World.Socks.Count == 0)
        {
            return hand.Rng.OneIn(3) ? new UdpConnect(hand.NewSock(), hand.Dev(), Options(hand), Priority(hand)) : Connect(hand);
        }

        foreach (var sock in hand.World.Socks)
        {
            if (sock is TcpSock { State: TcpSock.TcpState.SynSent })
            {
                return sock.Device.Smp is not null ? null
                    : hand.World.Wire.Pending(sock.Device.Id) > 0 ? new NetifRx(sock.Device.Id, 1)
                    : sock.Device.InFlight > 0 ? new DeviceRun(sock.Device.Id, 1)
                    : null;
            }
        }

        return null;
    }

    /// <summary>Down, and soon up again; an interleaved device while its card goes on.</summary>
    private static DevClose GoDown(Hand hand)
    {
        var device = hand.Dev();
        var cpu = Cpu(hand, device);
        if (cpu is { } at)
        {
            GoesOnBeside(hand, device, at);
            hand.Plan(_ => new DevOpen(device, at), _ => new RunStops(device, at, 0));
        }
        else
        {
            hand.Plan(drawn => drawn.Rng.OneIn(2) ? new DeviceRun(device, 1) : new Interrupt(device), _ => new DevOpen(device, null));
        }

        return new DevClose(device, cpu);
    }

    private static DevOpen GoUp(Hand hand)
    {
        var device = hand.Dev();
        return new DevOpen(device, Cpu(hand, device));
    }

    /// <summary>Only a queue that is stopped is looked after.</summary>
    private static TxTimeout TimeOut(Hand hand)
    {
        var device = hand.Dev();
        for (var i = 0; i < hand.World.Devices.Count; i++)
        {
            device = hand.World.Devices[i].Stopped ? hand.World.Devices[i].Id : device;
        }

        var cpu = Cpu(hand, device);
        if (cpu is { } at)
        {
            GoesOnBeside(hand, device, at);
        }

        return new TxTimeout(device, cpu);
    }

    /// <summary>A procedure that begins on a CPU comes to its end, and somewhere in the middle the card goes on.</summary>
    private static void GoesOnBeside(Hand hand, DevId device, AgentId cpu) => hand.Plan(
        drawn => new RunStops(device, cpu, 1 + drawn.Rng.Below(20)),
        drawn => new RunStops(device, AgentId.Nic, 1 + drawn.Rng.Below(10)),
        _ => new RunStops(device, cpu, 0));

    /// <summary>Where a procedure begins on a device that is interleaved; elsewhere it runs to its end.</summary>
    private static AgentId? Cpu(Hand hand, DevId device) =>
        !hand.Names.IsInterleaved(device) ? null : hand.Rng.OneIn(2) ? AgentId.Cpu1 : AgentId.Cpu0;

    private static RegisterNetdev Register(Hand hand, IReadOnlyList<DriverKind> kinds)
    {
        var kind = kinds[hand.Rng.Below(kinds.Count)];
        var off = hand.Rng.OneIn(3) ? hand.Features() & kind.Features : NetifFeatures.None;
        var device = hand.NewDev();
        var mtu = hand.Rng.Below(6) switch { 0 => DriverKind.MinMtu, 1 => 100, 2 => 200, _ => kind.DefaultMtu };
        var (tigon, consistent) = kind.Word != "acenic" ? (2, Zone.Low) : hand.Rng.Below(8) switch
        {
            < 2 => (1, Zone.Low),
            2 => (2, Zone.Above4G),
            _ => (2, Zone.Low),
        };
        // The small profile has a ring of its own, smaller than the chip's smallest.
        var ring = kind.Word == "hme" && hand.World.Profile.Size == Size.Real && hand.Rng.OneIn(2) ? HmeDriver.RingSizes[hand.Rng.Below(HmeDriver.RingSizes.Length)] : 0;
        return new RegisterNetdev(device, kind, mtu, off, tigon, ring, consistent);
    }

    private static OpenFile Open(Hand hand)
    {
        var file = hand.NewFile();
        return new OpenFile(file, hand.Zone(), hand.Rng.OneIn(4) ? ZeroSum(hand) : hand.Content());
    }

    /// <summary>Bytes whose datagram from the first socket comes out with a sum of 0: RFC 768 has a rule for it.</summary>
    private static LiteralContent ZeroSum(Hand hand)
    {
        var bytes = new byte[2 * (1 + hand.Rng.Below(hand.PageSize))];
        for (var i = 2; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(hand.Rng.Next() >> 56);
        }

        const ulong addresses = 0x0a00 + 0x0001 + 0x0a00 + 0x0002;
        var udp = (ulong)bytes.Length + 8;
        var sum = InternetSum.Fold(addresses + 17 + udp + (ulong)Tcp.PortOf(new SockId(0)) + (ulong)Tcp.PeerPort + udp + InternetSum.Words(bytes));
        var missing = 0xffff - sum;
        (bytes[0], bytes[1]) = ((byte)(missing >> 8), (byte)(missing & 0xff));
        return new LiteralContent(bytes);
    }

    private static TcpConnect Connect(Hand hand)
    {
        var dev = hand.Dev();
        var limit = hand.Names.Has(dev) ? hand.Names.Mtu(dev) - 40 : 1;
        var mss = hand.Rng.Below(8) switch
        {
            0 => 1,
            1 => 7,
            2 => hand.PageSize,
            3 or 4 => 3 * hand.PageSize,
            5 or 6 => limit,
            _ => hand.World.Profile.DefaultMss,
        };
        var isn = hand.Rng.OneIn(2) ? TcpConnect.DefaultIsn : unchecked(0u - (uint)hand.Rng.Below(300));
        return new TcpConnect(hand.NewSock(), dev, Math.Min(mss, limit), Options(hand), hand.Rng.OneIn(3), isn, Priority(hand));
    }

    /// <summary>Bytes of IP options: 32 and more do not fit HME's descriptor.</summary>
    private static int Options(Hand hand) => hand.Rng.OneIn(3) ? 4 * hand.Rng.Below(11) : 0;

    /// <summary>A priority of each band: best effort, interactive, bulk.</summary>
    private static int Priority(Hand hand) => hand.Rng.OneIn(2) ? 0 : 2 * (1 + hand.Rng.Below(3));

    private static bool IsDatagram(Names names, SkbId skb) => names.Shape(skb).IsDatagram && !names.IsShared(skb);

    /// <summary>Another host's datagram, up to a device's MTU, whole or in pieces; mostly it goes on at once.</summary>
    private static IpipRcv Tunnelled(Hand hand)
    {
        var (id, dev) = (hand.NewSkb(), hand.Dev());
        var most = Math.Min(hand.Names.Has(dev) ? hand.Names.Mtu(dev) : NarrowestMtu, IpipRcv.MostBytes);
        var length = Math.Min(most, IpipRcv.HeaderBytes + (hand.Rng.OneIn(8) ? most : hand.Length(hand.PageSize)));
        var piece = hand.Rng.OneIn(4) ? (length + 7) & ~7 : 8 * (1 + hand.Rng.Below(4));
        piece = Math.Max(piece, (length / 8) & ~7);
        if (!hand.Rng.OneIn(4))
        {
            hand.Plan(_ => new IpForward(id, dev));
        }

        return new IpipRcv(id, hand.Rng.OneIn(2) ? ChecksumState.Hw : ChecksumState.None, length, piece, hand.Data());
    }

    /// <summary>A failure to come; one time in three of what seldom asks for memory: it says something more only where a connection is in the right state.</summary>
    private static Operation Fail(Hand hand)
    {
        if (hand.Rng.OneIn(3) && hand.TrySkb(IsDatagram) is { } datagram)
        {
            hand.Plan(at => new IpForward(datagram, at.Dev()));
            return new FailAlloc(1 + hand.Rng.Below(2));
        }

        if (hand.Rng.OneIn(3))
        {
            if (hand.Rng.OneIn(3) && Stopped(hand) is { } dev)
            {
                hand.Plan(
                    _ => new DeviceRun(dev, 4),
                    at => new FailAlloc(1 + at.Rng.Below(2)),
                    _ => new Interrupt(dev));
                return new PacketBind(hand.NewTap(), dev);
            }

            if (hand.Rng.OneIn(3) && hand.Names.Count(NameKind.File) > 0 && WaitsBehindPages(hand) is not null)
            {
                hand.Plan(_ => new FailAlloc(2), SendBehindPages);
                return new ReclaimPages(hand.File());
            }

            if (hand.Rng.OneIn(4) && hand.Names.Count(NameKind.Page) > 0 && hand.Udp() is var udp && hand.Names.IsUdp(udp))
            {
                hand.Plan(at => new MsgZerocopy(udp, at.Page(), 0, Math.Min(1 + at.Rng.Below(at.PageSize), at.Names.MaxDatagram(udp)), More: false));
                return new FailAlloc(1 + hand.Rng.Below(5));
            }

            hand.Plan(at => at.Rng.Below(13) switch
            {
                0 => new TcpClose(Established(at), at.Rng.OneIn(4)),
                1 => new TcpDisconnect(Established(at)),
                2 or 3 => new TcpOutOfResources(Orphan(at)),
                4 => new NetifRx(at.Dev(), 3),
                < 7 => new TcpRetransmitTimer(InFlight(at)),
                < 10 => Narrow(at),
                _ => SendBehindPages(at),
            });
            return new FailAlloc(1 + hand.Rng.Below(4));
        }

        return new FailAlloc(1 + (hand.Rng.OneIn(2) ? 3 + hand.Rng.Below(4) : Math.Min(hand.Rng.Below(5), hand.Rng.Below(5))));
    }

    /// <summary>A device whose queue waits: the interrupt that wakes it shows packets to a tap, which takes memory.</summary>
    private static DevId? Stopped(Hand hand)
    {
        foreach (var device in hand.World.Devices)
        {
            if (device.Stopped && device.QueueLength > 0)
            {
                return device.Id;
            }
        }

        return null;
    }

    /// <summary>Where memory is to fail, a socket with something in flight: it is sent again. Else one time in two a socket whose first two segments fit in one.</summary>
    private static SockId InFlight(Hand hand) =>
        Failing(hand, sock => sock.WriteQueue.First is { } first && first != sock.SendHead) ?? (hand.Rng.OneIn(2) ? Find(hand, CanCollapse) : null) ?? hand.Tcp();

    private static bool CanCollapse(TcpSock sock) =>
        sock.WriteQueue.First is { IsCloned: false, IsNonlinear: false, Len: > 0 } first && first != sock.SendHead
        && first.NextInList is { IsCloned: false, IsNonlinear: false, Len: > 0 } next && next != sock.SendHead && first.Len + next.Len <= sock.Mss;

    /// <summary>Where memory is to fail, a socket that must say that it closes.</summary>
    private static SockId Established(Hand hand) => Failing(hand, sock => sock.State == TcpSock.TcpState.Established && hand.Names.IsOpenTcp(sock.Id)) ?? hand.OpenTcp();

    /// <summary>Where memory is to fail, an orphan whose peer is told.</summary>
    private static SockId Orphan(Hand hand) =>
        Failing(hand, sock => sock.State is TcpSock.TcpState.FinWait1 or TcpSock.TcpState.FinWait2 && !hand.Names.IsOpenTcp(sock.Id)) ?? hand.Orphan();

    private static SockId? Failing(Hand hand, Func<TcpSock, bool> wanted) => hand.IsFailing ? Find(hand, wanted) : null;

    private static SockId? Find(Hand hand, Func<TcpSock, bool> wanted)
    {
        foreach (var sock in hand.World.Socks)
        {
            if (sock is TcpSock tcp && wanted(tcp))
            {
                return sock.Id;
            }
        }

        return null;
    }

    /// <summary>Narrower than before; where memory is to fail, and else one time in two, than a segment that is in flight: its parts are sent again, and are done one after the other.</summary>
    private static IcmpFragNeeded Narrow(Hand hand)
    {
        if ((hand.IsFailing || hand.Rng.OneIn(2)) && Find(hand, IsWide) is { } wide)
        {
            if (!hand.IsFailing && hand.Rng.OneIn(2) && hand.World.Sock(wide).Device.Id is var dev)
            {
                hand.Plan(_ => new DeviceRun(dev, 3), _ => new NetifRx(dev, 3), _ => new Interrupt(dev), _ => new DeviceRun(dev, 1), _ => new Interrupt(dev));
            }

            return new IcmpFragNeeded(wide, NarrowestMtu);
        }

        return new IcmpFragNeeded(hand.Tcp(), NarrowestMtu + (hand.Rng.Below(3) is 0 or 1 ? hand.Length(hand.PageSize) : hand.Rng.Below(200)));
    }

    /// <summary>Where nothing is in flight that a narrower path must split, a page that it will: sent by reference, so that its parts share one notification, and are done at different times. Null where no connection is wide enough.</summary>
    private static Operation? ZerocopyThatIsSplit(Hand hand)
    {
        if (hand.IsFailing || Find(hand, IsWide) is not null || Find(hand, sock => WillSplit(hand, sock)) is not { } id)
        {
            return null;
        }

        var dev = hand.World.Sock(id).Device.Id;
        var isNew = hand.Names.Count(NameKind.Page) == 0;
        var page = isNew ? hand.NewPage() : hand.Page();
        var call = new MsgZerocopy(id, page, 0, hand.PageSize, More: false);
        if (isNew)
        {
            hand.Plan(_ => call);
        }

        hand.Plan(
            _ => new IcmpFragNeeded(id, NarrowestMtu),
            at => new DeviceRun(dev, 1 + at.Rng.Below(4)),
            at => new NetifRx(dev, 1 + at.Rng.Below(3)),
            _ => new Interrupt(dev),
            _ => new DeviceRun(dev, 1),
            _ => new Interrupt(dev));
        return isNew ? new AllocPage(page, Zone.Low, hand.Data()) : call;
    }

    /// <summary>Whether a page goes out at once and by reference, in a segment that the narrowest path does not take.</summary>
    private static bool WillSplit(Hand hand, TcpSock sock) =>
        sock is { State: TcpSock.TcpState.Established, SendHead: null } && hand.Names.IsOpenTcp(sock.Id) && sock.Device.Features.HasFlag(NetifFeatures.Sg)
        && sock.PathMtu > NarrowestMtu && Math.Min(sock.Mss, hand.PageSize) > NarrowestMtu - 40 - sock.IpOptionBytes;

    /// <summary>Whether something is in flight that the narrowest path does not take.</summary>
    private static bool IsWide(TcpSock sock)
    {
        for (var skb = sock.WriteQueue.First; skb is not null && skb != sock.SendHead && sock.PathMtu > NarrowestMtu; skb = skb.NextInList)
        {
            if (skb.Len > NarrowestMtu - 40 - sock.IpOptionBytes)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A few features off or on: the sum where a page is held that may be written; where a socket has something to tell, whether its next call is copied.</summary>
    private static DevFeatures Switch(Hand hand)
    {
        if (hand.Rng.OneIn(4) && Telling(hand) is { } sock && hand.World.Sock(sock).Device is { } device)
        {
            return device.Features.HasFlag(NetifFeatures.Sg)
                ? new DevFeatures(device.Id, NetifFeatures.Sg, NetifFeatures.None)
                : new DevFeatures(device.Id, NetifFeatures.None, NetifFeatures.Sg | NetifFeatures.AnyCsum);
        }

        return hand.Rng.OneIn(2)
            ? new DevFeatures(hand.Dev(), hand.Rng.OneIn(2) && Held(hand) is not null ? NetifFeatures.AnyCsum : hand.Features(), NetifFeatures.None)
            : new DevFeatures(hand.Dev(), NetifFeatures.None, hand.Features());
    }
}
