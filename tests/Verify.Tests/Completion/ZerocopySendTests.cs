using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Completion;

/// <summary>Sends of the user's own pages, and when he is told: State_Event_Outcome.</summary>
public sealed class ZerocopySendTests
{
    private const string Connected = """
        eth0 = register_netdev(acenic, mtu=1500)
        page0 = alloc_page(low, 0)
        file0 = open(low, 0102030405060708)
        sk0 = tcp_v4_connect(eth0, mss=4)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        device_run(eth0, 1)
        interrupt(eth0)

        """;

    private const string Datagrams = """
        eth0 = register_netdev(acenic, mtu=1500)
        page0 = alloc_page(low, 0)
        sk0 = udp_connect(eth0)

        """;

    [Fact]
    public void Connected_Send_NamesThePageAndCopiesNothing()
    {
        var checker = After(Connected, "msg_zerocopy(sk0, page0, 3, 10)");
        Assert.Equal(10, checker.World.Seen.Count);
        Assert.Equal(0, checker.World.Cost.CopiedBytes);
        Assert.Equal(0, checker.World.Cost.SummedBytes);

        // Ten bytes in segments of four: three slots, and the user.
        Assert.Equal(4, checker.World.Page(new PageId(0)).Count);
        Assert.Equal(3, Assert.Single(checker.World.Skbs.LiveUbufs).Refs);
        Assert.Equal("", Told(checker));
    }

    [Fact]
    public void Sent_CompletionThenAck_ToldAtTheAck()
    {
        var checker = After(Connected, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\ninterrupt(eth0)");
        Assert.Equal("", Told(checker));
        Assert.Equal("0..0", Told(After(Connected, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\ninterrupt(eth0)\nnetif_rx(eth0, 1)")));
    }

    [Fact]
    public void Sent_AckThenCompletion_ToldAtTheCompletion()
    {
        Assert.Equal("", Told(After(Connected, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\nnetif_rx(eth0, 1)")));
        Assert.Equal("0..0", Told(After(Connected, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\nnetif_rx(eth0, 1)\ninterrupt(eth0)")));
    }

    [Fact]
    public void SentAgain_AckOfTheFirst_ToldWhenTheSecondHasLeftTheRing()
    {
        const string acked = "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\ninterrupt(eth0)\ntcp_retransmit_timer(sk0)\nnetif_rx(eth0, 1)";
        Assert.Equal("", Told(After(Connected, acked)));
        Assert.Equal("0..0", Told(After(Connected, acked + "\ndevice_run(eth0, 1)\ninterrupt(eth0)")));
    }

    [Fact]
    public void Told_Store_NeverShows()
    {
        // The second call sends what was stored; the law on frames compares the first one's bytes too.
        var checker = After(Connected, """
            msg_zerocopy(sk0, page0, 0, 4)
            device_run(eth0, 1)
            netif_rx(eth0, 1)
            interrupt(eth0)
            ip_recv_error(sk0)
            store_page(page0, 0, 4, 2)
            msg_zerocopy(sk0, page0, 0, 4)
            device_run(eth0, 1)
            """);
        Assert.Equal(Enumerable.Range(0, 4).Select(i => Pattern.At(2, i)), checker.World.Seen.Frames[0].Span[^4..].ToArray());
    }

    [Fact]
    public void NotTold_Store_IsNotEnabled() =>
        Assert.False(After(Connected, "msg_zerocopy(sk0, page0, 0, 1)").Apply(Script.ParseOperation("store_page(page0, 0, 1, 1)", 1, Language.All)));

    [Theory]
    [InlineData(Connected), InlineData(Datagrams)]
    public void NoScatterGather_Send_CopiesAndTellsAtOnce(string start)
    {
        var checker = After(start, "dev_features(eth0, -sg)\nrt_cache_flush()\nmsg_zerocopy(sk0, page0, 0, 2)");
        Assert.Equal(2, checker.World.Cost.CopiedBytes);
        Assert.Equal("0..0 copied", Told(checker));
    }

    [Fact]
    public void Hme_Datagram_IsCopied()
    {
        var checker = After("eth0 = register_netdev(hme, mtu=1500)\npage0 = alloc_page(low, 0)\nsk0 = udp_connect(eth0)\n", "msg_zerocopy(sk0, page0, 0, 2)");
        Assert.Equal("0..0 copied", Told(checker));
    }

    [Fact]
    public void HighPage_DeviceWithoutHighDma_ToldAsCopied()
    {
        var checker = After("eth0 = register_netdev(hme, mtu=1500)\npage0 = alloc_page(high, 0)\nsk0 = tcp_v4_connect(eth0, mss=4)\ndevice_run(eth0, 1)\nnetif_rx(eth0, 1)\n",
            "msg_zerocopy(sk0, page0, 0, 4)\ndevice_run(eth0, 2)\ninterrupt(eth0)\nnetif_rx(eth0, 1)");
        Assert.Equal(4, checker.World.Cost.CopiedBytes);
        Assert.Equal("0..0 copied", Told(checker));
    }

    [Fact]
    public void Loopback_Reception_ToldAsCopied()
    {
        const string loopback = "eth0 = register_netdev(loopback, mtu=16436)\npage0 = alloc_page(low, 0)\nsk0 = udp_connect(eth0)\n";
        Assert.Equal("", Told(After(loopback, "msg_zerocopy(sk0, page0, 0, 1)")));
        Assert.Equal("0..0 copied", Told(After(loopback, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)")));
    }

    [Fact]
    public void UnsentTail_AnotherCall_BeginsAnSkb()
    {
        var sock = After(Connected, "msg_zerocopy(sk0, page0, 0, 1, more=1)\nmsg_zerocopy(sk0, page0, 1, 1, more=1)").World.Tcp(new SockId(0));
        Assert.Equal(2, sock.WriteQueue.Length);
        Assert.NotSame(sock.WriteQueue.First!.Block.Ubuf, sock.WriteQueue.Last!.Block.Ubuf);
    }

    [Fact]
    public void UnsentTail_CopyingSend_SharesTheSkb()
    {
        var sock = After(Connected, "msg_zerocopy(sk0, page0, 0, 1, more=1)\ntcp_sendmsg(sk0, file0, 0, 2)").World.Tcp(new SockId(0));
        Assert.Equal(3, Assert.IsType<Model.Skbs.Skb>(sock.WriteQueue.Last).Len);
        Assert.NotNull(sock.WriteQueue.Last!.Block.Ubuf);
        Assert.Equal("", Told(After(Connected, "msg_zerocopy(sk0, page0, 0, 1, more=1)\ntcp_sendmsg(sk0, file0, 0, 2)\ndevice_run(eth0, 1)\ninterrupt(eth0)")));
    }

    [Theory]
    [InlineData(Connected, 1), InlineData(Connected, 2), InlineData(Connected, 3), InlineData(Connected, 4)]
    [InlineData(Datagrams, 1), InlineData(Datagrams, 2), InlineData(Datagrams, 3), InlineData(Datagrams, 4)]
    public void NoMemory_Send_GivesEverythingBack(string start, int allocation)
    {
        var checker = After(start, $"fail_alloc({allocation})\nmsg_zerocopy(sk0, page0, 0, 1)");
        Assert.Equal(Refusal.NoMemory, checker.World.Seen.Refusal);
        Assert.Equal(1, checker.World.Page(new PageId(0)).Count);
        Assert.Empty(checker.World.Skbs.LiveUbufs);
        Assert.Equal((0u, 0), (checker.World.Sock(new SockId(0)).ZcKey, checker.World.Sock(new SockId(0)).WmemQueued));
    }

    [Fact]
    public void PartialSend_NoMemoryForThePage_IsNumbered()
    {
        // The third segment's page, after two notification, skb and page allocations each, and two clones.
        var checker = After(Connected, "fail_alloc(12)\nmsg_zerocopy(sk0, page0, 0, 12)");
        Assert.Equal(8, checker.World.Seen.Count);
        Assert.Equal(1u, checker.World.Sock(new SockId(0)).ZcKey);
        Assert.Equal(2, checker.World.Tcp(new SockId(0)).WriteQueue.Length);
    }

    [Theory]
    [InlineData(Connected), InlineData(Datagrams)]
    public void Empty_Send_HasNoNumber(string start)
    {
        var checker = After(start, "msg_zerocopy(sk0, page0, 0, 0)");
        Assert.True(checker.World.Seen.Succeeded);
        Assert.Equal(0u, checker.World.Sock(new SockId(0)).ZcKey);
        Assert.Empty(checker.World.Skbs.LiveUbufs);
    }

    [Fact]
    public void Connecting_Send_WouldBlockAndHasNoNumber()
    {
        var checker = After("eth0 = register_netdev(acenic, mtu=1500)\npage0 = alloc_page(low, 0)\nsk0 = tcp_v4_connect(eth0, mss=4)\n", "msg_zerocopy(sk0, page0, 0, 1)");
        Assert.Equal((Refusal.WouldBlock, 0u), (checker.World.Seen.Refusal, checker.World.Sock(new SockId(0)).ZcKey));
    }

    [Fact]
    public void Queued_NextCall_JoinsTheRange()
    {
        var checker = After(Datagrams, "dev_features(eth0, -sg)\nmsg_zerocopy(sk0, page0, 0, 1)\nmsg_zerocopy(sk0, page0, 0, 1)\nmsg_zerocopy(sk0, page0, 0, 1)");
        Assert.Equal("0..2 copied", Told(checker));
    }

    [Fact]
    public void Queued_OtherKind_StandsApart() =>
        Assert.Equal("0..0, 1..1 copied", Told(After(Datagrams, "msg_zerocopy(sk0, page0, 0, 1)\ndevice_run(eth0, 1)\ninterrupt(eth0)\ndev_features(eth0, -sg)\nmsg_zerocopy(sk0, page0, 0, 1)")));

    [Fact]
    public void Pending_LaterCallDone_ToldOutOfOrder() =>
        Assert.Equal("1..1 copied", Told(After(Datagrams, "msg_zerocopy(sk0, page0, 0, 1)\ndev_features(eth0, -sg)\nmsg_zerocopy(sk0, page0, 0, 1)")));

    [Fact]
    public void LastNumber_NextCall_WrapsWithinTheRange()
    {
        var checker = After(Datagrams, "sk_zckey(sk0, 4294967295)\ndev_features(eth0, -sg)\nmsg_zerocopy(sk0, page0, 0, 1)\nmsg_zerocopy(sk0, page0, 0, 1)\nip_recv_error(sk0)");
        Assert.Equal(new Told(new SockId(0), uint.MaxValue, 0, Copied: true), checker.World.Seen.Told);
        Assert.Equal(2, checker.World.Seen.Count);
    }

    [Fact]
    public void EmptyErrorQueue_Read_WouldBlock()
    {
        var checker = After(Datagrams, "msg_zerocopy(sk0, page0, 0, 1)\nip_recv_error(sk0)");
        Assert.Equal((Refusal.WouldBlock, null), (checker.World.Seen.Refusal, checker.World.Seen.Told));
    }

    [Fact]
    public void Pending_PageLetGo_FrameStaysUntilTheDeviceHasRead()
    {
        Assert.Equal(1, Assert.Single(After(Datagrams, "msg_zerocopy(sk0, page0, 0, 1)\nput_page(page0)").World.Memory.InUse).Count);
        Assert.Empty(After(Datagrams, "msg_zerocopy(sk0, page0, 0, 1)\nput_page(page0)\ndevice_run(eth0, 1)\ninterrupt(eth0)").World.Memory.InUse);
    }

    [Fact]
    public void Real_Send_HoldsInPagesOf4096() =>
        Scripts.Holds(Scripts.Real("""
            eth0 = register_netdev(acenic, mtu=1500)
            page0 = alloc_page(above4g, 1)
            sk0 = tcp_v4_connect(eth0, mss=1460)
            device_run(eth0, 1)
            netif_rx(eth0, 1)
            msg_zerocopy(sk0, page0, 1, 4095)
            device_run(eth0, 9)
            interrupt(eth0)
            netif_rx(eth0, 9)
            ip_recv_error(sk0)
            """));

    private static Checker After(string start, string operations) => Scripts.Holds(Scripts.Tiny(start + operations));

    private static string Told(Checker checker) => string.Join(", ", checker.World.Sock(new SockId(0)).ErrorQueue.Ranges);
}
