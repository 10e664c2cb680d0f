using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Transmit;

/// <summary>Purge, reset, hook, route, path, window, collapse, faults and IP fragments: State_Event_Outcome.</summary>
public sealed class ConnectionTests
{
    private const string Connected = """
        eth0 = register_netdev(acenic, mtu=200)
        file0 = open(high, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f)
        sk0 = tcp_v4_connect(eth0, mss=48)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        device_run(eth0, 1)
        interrupt(eth0)

        """;

    private static readonly SockId Sock = new(0);

    [Theory]
    [InlineData("tcp_disconnect(sk0)")]
    [InlineData("tcp_close(sk0, linger=0)")]
    [InlineData("tcp_close(sk0)\ntcp_out_of_resources(sk0)")]
    public void CloneInRing_Purge_KeepsThePageUntilTheCardIsDone(string purge)
    {
        var script = Connected + "sys_sendfile(sk0, file0, 0, 16)\n" + purge + "\nreclaim_page(file0)\n";
        var checker = Scripts.Holds(Scripts.Tiny(script));
        Assert.Equal(0, checker.World.Seen.Count);
        Assert.Equal(0, checker.World.Tcp(Sock).WmemQueued);
        Assert.NotEqual(0, checker.World.Tcp(Sock).WmemAlloc);
        checker = Scripts.Holds(Scripts.Tiny(script + "device_run(eth0, 4)\ninterrupt(eth0)\nreclaim_page(file0)"));
        Assert.Equal((1, 0, 0), (checker.World.Seen.Count, checker.World.Tcp(Sock).WmemAlloc, checker.World.Skbs.Live.Count));
    }

    [Fact]
    public void Established_Disconnect_SendsAReset() =>
        Assert.Equal(TcpFlags.Rst | TcpFlags.Ack, Assert.Single(Scripts.Holds(Scripts.Tiny(Connected + "tcp_disconnect(sk0)")).World.Seen.Plan).Flags);

    [Fact]
    public void SynSent_Disconnect_SaysNothing() =>
        Assert.Empty(Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(hme)\nsk0 = tcp_v4_connect(eth0, mss=1)\ntcp_disconnect(sk0)")).World.Seen.Plan);

    [Fact]
    public void QueuedData_ResetByPeer_KeepsTheQueueUntilTheProcessCloses()
    {
        const string reset = Connected + "sys_sendfile(sk0, file0, 0, 16)\npeer_reset(sk0)\nnetif_rx(eth0, 1)\n";
        Assert.Equal(1, Scripts.Holds(Scripts.Tiny(reset)).World.Tcp(Sock).WriteQueue.Length);
        Assert.Equal(Refusal.Reset, Scripts.Holds(Scripts.Tiny(reset + "sys_sendfile(sk0, file0, 0, 1)")).World.Seen.Refusal);
        Assert.Equal(0, Scripts.Holds(Scripts.Tiny(reset + "tcp_close(sk0)")).World.Tcp(Sock).WriteQueue.Length);
    }

    [Fact]
    public void Orphan_ResetByPeer_IsPurged() =>
        Assert.Equal(0, Scripts.Holds(Scripts.Tiny(Connected + "sys_sendfile(sk0, file0, 0, 16)\ntcp_close(sk0)\npeer_reset(sk0)\nnetif_rx(eth0, 1)")).World.Tcp(Sock).WriteQueue.Length);

    [Fact]
    public void Hook_PagedPacket_IsCopiedAndSummedByTheCpu()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "nf_register_hook()\nsys_sendfile(sk0, file0, 0, 40)"));
        Assert.Equal((0, 40, 40), (checker.World.Cost.CopiedAtCall, checker.World.Cost.CopiedLater, checker.World.Cost.SummedLater));
        checker = Scripts.Holds(Scripts.Tiny(Connected + "nf_register_hook()\nnf_unregister_hook()\nsys_sendfile(sk0, file0, 0, 40)"));
        Assert.Equal((0, 0), (checker.World.Cost.CopiedLater, checker.World.Cost.SummedLater));
    }

    [Fact]
    public void Hook_NoMemory_KeepsTheSegmentUnsent()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "nf_register_hook()\nsys_sendfile(sk0, file0, 0, 1)\nfail_alloc(4)\nsys_sendfile(sk0, file0, 1, 1)"));
        Assert.NotNull(checker.World.Tcp(Sock).SendHead);
    }

    [Fact]
    public void FeaturesOff_StaleRoute_GoesByReferenceAndIsCopiedAtTheDevice()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "dev_features(eth0, -sg)\nsys_sendfile(sk0, file0, 0, 40)"));
        Assert.Equal((0, 40), (checker.World.Cost.CopiedAtCall, checker.World.Cost.CopiedLater));
        checker = Scripts.Holds(Scripts.Tiny(Connected + "dev_features(eth0, -sg)\nrt_cache_flush()\nsys_sendfile(sk0, file0, 0, 40)"));
        Assert.Equal((40, 0), (checker.World.Cost.CopiedAtCall, checker.World.Cost.CopiedLater));
    }

    [Fact]
    public void PagedInFlight_NarrowerPath_IsCutAndGoesAgain()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "sys_sendfile(sk0, file0, 0, 40)\nicmp_frag_needed(sk0, 68)"));
        Assert.Equal([(28, 2), (12, 2)], checker.World.Seen.Plan.Select(segment => (segment.Length, segment.Attempt)));
        Assert.True(Assert.Single(checker.World.Seen.Cuts).Paged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void PagedInFlight_CutWithoutMemory_ChangesNothing(int k)
    {
        var sent = Connected + "sys_sendfile(sk0, file0, 0, 40)\n";
        var before = Scripts.Holds(Scripts.Tiny(sent)).World.Tcp(Sock);
        var after = Scripts.Holds(Scripts.Tiny(sent + $"fail_alloc({k})\nicmp_frag_needed(sk0, 68)")).World.Tcp(Sock);
        Assert.Equal((1, before.WmemQueued, before.WriteQueue.First!.Len), (after.WriteQueue.Length, after.WmemQueued, after.WriteQueue.First!.Len));
    }

    [Fact]
    public void PagedSegment_Fin_GoesWithTheData()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "peer_window(sk0, 0)\nnetif_rx(eth0, 1)\nsys_sendfile(sk0, file0, 0, 16)\ntcp_close(sk0)\npeer_window(sk0, 99)\nnetif_rx(eth0, 1)"));
        var segment = Assert.Single(checker.World.Seen.Plan);
        Assert.Equal((16, true), (segment.Length, (segment.Flags & TcpFlags.Fin) != 0));
    }

    [Fact]
    public void ClosedWindow_Timer_Probes()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Connected + "peer_window(sk0, 0)\nnetif_rx(eth0, 1)\nsys_sendfile(sk0, file0, 0, 16)\ntcp_retransmit_timer(sk0)"));
        Assert.Equal((0, checker.World.Tcp(Sock).SndUna - 1), (checker.World.Seen.Plan[0].Length, checker.World.Seen.Plan[0].Seq));
    }

    [Fact]
    public void NarrowWindow_Timer_SendsWhatFits() =>
        Assert.Equal(5, Scripts.Holds(Scripts.Tiny(Connected + "peer_window(sk0, 5)\nnetif_rx(eth0, 1)\nsys_sendfile(sk0, file0, 0, 16)\ntcp_retransmit_timer(sk0)")).World.Seen.Plan[0].Length);

    [Fact]
    public void SmallLinearSegments_Timer_GoAgainAsOne()
    {
        const string sent = "eth0 = register_netdev(loopback, mtu=68)\nfile0 = open(low, 010203040506)\nsk0 = tcp_v4_connect(eth0, mss=20)\ndevice_run(eth0, 1)\nnetif_rx(eth0, 1)\n"
            + "tcp_sendmsg(sk0, file0, 0, 3)\ntcp_sendmsg(sk0, file0, 3, 3)\n";
        Assert.Equal(6, Scripts.Holds(Scripts.Tiny(sent + "device_run(eth0, 4)\ntcp_retransmit_timer(sk0)")).World.Seen.Plan[0].Length);
        Assert.Equal(3, Scripts.Holds(Scripts.Tiny(sent + "tcp_retransmit_timer(sk0)")).World.Seen.Plan[0].Length);
    }

    [Fact]
    public void NewSegment_FaultAtByteZero_IsTakenBack()
    {
        var sock = Scripts.Holds(Scripts.Tiny(Connected + "tcp_sendmsg(sk0, file0, 0, 1)\nfail_alloc(3)\ntcp_sendmsg(sk0, file0, 32, 1)")).World.Tcp(Sock);
        Assert.Equal((1, null), (sock.WriteQueue.Length, sock.SendHead));
    }

    [Fact]
    public void LongDatagram_Send_GoesInPiecesFromTheLast()
    {
        const string sent = "eth0 = register_netdev(loopback, mtu=68)\nfile0 = open(low, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f)\nsk0 = udp_connect(eth0)\nudp_sendmsg(sk0, file0, 0, 48)\n";
        var checker = Scripts.Holds(Scripts.Tiny(sent));
        Assert.Equal([(48, 8, false), (0, 40, true)], checker.World.Seen.Plan.Select(segment => (segment.FragmentOffset, segment.Length, segment.MoreFragments)));
        checker = Scripts.Holds(Scripts.Tiny(sent + "device_run(eth0, 2)"));
        Assert.Equal((1, 1), (checker.World.Seen.Reassembled, checker.World.Seen.Deliveries.Count));
    }

    [Fact]
    public void LongDatagram_NoMemoryInTheMiddle_LosesThePiecesThatWent()
    {
        const string sent = "eth0 = register_netdev(loopback, mtu=68)\nfile0 = open(low, 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f)\nsk0 = udp_connect(eth0)\nfail_alloc(4)\nudp_sendmsg(sk0, file0, 0, 48)\n";
        var checker = Scripts.Holds(Scripts.Tiny(sent));
        Assert.Equal((Refusal.NoMemory, 1), (checker.World.Seen.Refusal, checker.World.Seen.Plan.Count));
        Assert.Empty(Scripts.Holds(Scripts.Tiny(sent + "device_run(eth0, 2)")).World.Seen.Deliveries);
    }
}
