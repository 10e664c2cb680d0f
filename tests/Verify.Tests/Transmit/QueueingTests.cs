using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Transmit;

/// <summary>Taps, bands, a busy driver, a full and a congested queue: State_Event_Outcome.</summary>
public sealed class QueueingTests
{
    private const string Connected = """
        eth0 = register_netdev(acenic, mtu=1500)
        file0 = open(high, 0102030405060708)
        sk0 = tcp_v4_connect(eth0, mss=4)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        device_run(eth0, 1)
        interrupt(eth0)

        """;

    [Fact]
    public void PagedPacket_Tap_KeepsThePageUntilItHasRead()
    {
        const string sent = Connected + """
            tap0 = packet_bind(eth0)
            sys_sendfile(sk0, file0, 0, 4)
            device_run(eth0, 1)
            netif_rx(eth0, 1)
            interrupt(eth0)
            reclaim_page(file0)

            """;
        Assert.Equal(0, Scripts.Holds(Scripts.Tiny(sent)).World.Seen.Count);
        var read = Scripts.Holds(Scripts.Tiny(sent + "packet_recvmsg(tap0)"));
        Assert.Equal([1, 2, 3, 4], read.World.Seen.Read[^4..].ToArray());
        Assert.Equal(1, Scripts.Holds(Scripts.Tiny(sent + "packet_recvmsg(tap0)\nreclaim_page(file0)")).World.Seen.Count);
        Assert.Equal(1, Scripts.Holds(Scripts.Tiny(sent + "packet_release(tap0)\nreclaim_page(file0)")).World.Seen.Count);
    }

    [Fact]
    public void EmptyTap_Read_WouldBlock() =>
        Assert.Equal(Refusal.WouldBlock, Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(hme)\ntap0 = packet_bind(eth0)\npacket_recvmsg(tap0)")).World.Seen.Refusal);

    [Fact]
    public void BusyDriver_Tap_SeesTheFrameTwice()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "tap0 = packet_bind(eth0)\nxmit_busy(eth0)\nsys_sendfile(sk0, file0, 0, 1)\ninterrupt(eth0)\npacket_recvmsg(tap0)"));
        var first = checker.World.Seen.Read.ToArray();
        checker = Scripts.Holds(Scripts.Tiny(Connected + "tap0 = packet_bind(eth0)\nxmit_busy(eth0)\nsys_sendfile(sk0, file0, 0, 1)\ninterrupt(eth0)\npacket_recvmsg(tap0)\npacket_recvmsg(tap0)"));
        Assert.Equal(first, checker.World.Seen.Read.ToArray());
    }

    [Fact]
    public void NoMemoryForTheClone_Tap_MissesAndThePacketGoes()
    {
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(acenic)\nfile0 = open(low, 01)\nsk0 = udp_connect(eth0)\ntap0 = packet_bind(eth0)\nfail_alloc(4)\nudp_sendmsg(sk0, file0, 0, 1)"));
        Assert.Equal(TapFate.NoMemory, checker.World.Seen.Shown[0].Fate);
        Assert.Equal(1, checker.World.Device(new DevId(0)).InFlight);
    }

    [Fact]
    public void FullTap_Packet_IsMissed()
    {
        var datagrams = string.Concat(Enumerable.Repeat("udp_sendmsg(sk0, file0, 0, 1)\ndevice_run(eth0, 1)\n", 12));
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(loopback)\nfile0 = open(low, 01)\nsk0 = udp_connect(eth0)\ntap0 = packet_bind(eth0)\n" + datagrams + "udp_sendmsg(sk0, file0, 0, 1)"));
        Assert.Equal(TapFate.Full, checker.World.Seen.Shown[0].Fate);
    }

    [Fact]
    public void BusyDriver_Requeue_KeepsTheOrderOfTheBand()
    {
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(hme)\nfile0 = open(low, 0102)\nsk0 = udp_connect(eth0)\nxmit_busy(eth0)\nudp_sendmsg(sk0, file0, 0, 1)\nxmit_busy(eth0)\nudp_sendmsg(sk0, file0, 1, 1)\ninterrupt(eth0)\ndevice_run(eth0, 2)"));
        Assert.Equal([1, 2], new[] { checker.World.Seen.Frames[0].Span[^1], checker.World.Seen.Frames[1].Span[^1] });
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(4, 1)]
    [InlineData(6, 0)]
    [InlineData(7, 0)]
    [InlineData(15, 1)]
    public void Priority_Packet_WaitsInItsBand(int priority, int band)
    {
        var checker = Scripts.Holds(Scripts.Tiny($"eth0 = register_netdev(hme)\nfile0 = open(low, 01)\nsk0 = udp_connect(eth0, priority={priority})\nxmit_busy(eth0)\nudp_sendmsg(sk0, file0, 0, 1)"));
        Assert.Equal(1, checker.World.Device(new DevId(0)).Bands[band].Length);
    }

    [Fact]
    public void FullBand_Datagram_IsGoneAndNobodyIsTold()
    {
        var datagrams = string.Concat(Enumerable.Repeat("udp_sendmsg(sk0, file0, 0, 1)\n", 3 + 7));
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(unconverted)\nfile0 = open(low, 01)\nsk0 = udp_connect(eth0)\n" + datagrams + "udp_sendmsg(sk0, file0, 0, 1)"));
        Assert.Equal(DropReason.QueueFull, Assert.Single(checker.World.Seen.Drops).Reason);
        Assert.True(checker.World.Seen.Succeeded);
    }

    [Fact]
    public void Congestion_Segment_CountsAsSentAndIsRepairedByTheTimer()
    {
        const string lost = Connected + "red_mark(eth0)\nsys_sendfile(sk0, file0, 0, 4)\n";
        var checker = Scripts.Holds(Scripts.Tiny(lost));
        var sock = checker.World.Tcp(new SockId(0));
        Assert.Equal(DropReason.Congestion, Assert.Single(checker.World.Seen.Drops).Reason);
        Assert.Equal(sock.WriteSeq, sock.SndNxt);
        Assert.Single(Scripts.Holds(Scripts.Tiny(lost + "tcp_retransmit_timer(sk0)\ndevice_run(eth0, 1)")).World.Seen.Deliveries);
    }
}
