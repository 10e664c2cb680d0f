using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Transmit;

/// <summary>Datagrams of another host, whole or as a list of skbs, on their way to a device: State_Event_Outcome.</summary>
public sealed class ForwardingTests
{
    private static readonly SkbId Skb = new(0);

    [Theory]
    [InlineData("acenic", true)]
    [InlineData("hme", true)]
    [InlineData("unconverted", true)]
    [InlineData("loopback", false)]
    public void List_IpForward_IsLinearisedWhereTheDeviceTakesNone(string driver, bool linearized)
    {
        var checker = Scripts.Holds(Scripts.Tiny($"eth0 = register_netdev({driver})\nskb0 = ipip_rcv(none, 60, 24, 1)\nip_forward(skb0, eth0)"));
        var decision = Assert.Single(checker.World.Seen.Decisions);
        Assert.Equal((true, false, linearized), (decision.Listed, decision.Paged, decision.Linearized));
        Assert.Equal(linearized ? 1 : 3, checker.World.Skbs.Live.Count);
    }

    [Fact]
    public void ListOnLoopbackWithoutFraglist_IpForward_IsLinearised() =>
        Assert.True(Assert.Single(Scripts.Holds(Scripts.Tiny(
            "eth0 = register_netdev(loopback, features=-fraglist)\nskb0 = ipip_rcv(none, 60, 24, 1)\nip_forward(skb0, eth0)")).World.Seen.Decisions).Linearized);

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    [InlineData("unconverted")]
    [InlineData("loopback")]
    public void List_IpForward_GoesOutWholeAndOneHopOlder(string driver)
    {
        var checker = Scripts.Holds(Scripts.Tiny($"eth0 = register_netdev({driver})\nskb0 = ipip_rcv(hw, 61, 8, 1)\nip_forward(skb0, eth0)\ndevice_run(eth0, 1)"));
        var frame = checker.World.Seen.Frames[0].Span;
        Assert.Equal((14 + 61, 63), (frame.Length, frame[14 + 8]));
        Assert.Empty(checker.World.Seen.Rejected);
        Assert.Empty(checker.World.Seen.Deliveries);
    }

    [Fact]
    public void Clone_IpForward_ReadsItsOldTtl()
    {
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(acenic)\nskb0 = ipip_rcv(none, 40, 24, 1)\nskb1 = skb_clone(skb0)\nip_forward(skb0, eth0)"));
        Assert.Equal(64, checker.World.Skb(new SkbId(1)).Linear.Span[8]);
        Assert.False(checker.World.Skb(new SkbId(1)).IsCloned);
    }

    [Theory]
    [InlineData("fail_alloc(1)\nskb0 = ipip_rcv(none, 60, 24, 1)")]
    [InlineData("fail_alloc(4)\nskb0 = ipip_rcv(none, 60, 24, 1)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\nfail_alloc(1)\nip_forward(skb0, eth0)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\nnf_register_hook()\nfail_alloc(1)\nip_forward(skb0, eth0)")]
    public void NoMemory_LeavesNothing(string script)
    {
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(hme)\n" + script));
        Assert.Equal((Refusal.NoMemory, 0), (checker.World.Seen.Refusal, checker.World.Skbs.Live.Count));
    }

    [Fact]
    public void Hook_IpForward_TakesTheListAway()
    {
        var seen = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(loopback)\nnf_register_hook()\nskb0 = ipip_rcv(none, 60, 24, 1)\nip_forward(skb0, eth0)")).World.Seen;
        Assert.Equal((true, false), (Assert.Single(seen.HookPasses).Linearized, Assert.Single(seen.Decisions).Listed));
    }

    /// <summary>What ip_rcv() would have dropped, or ip_send() would fragment, is no packet to be forwarded: the operation is not enabled.</summary>
    [Theory]
    [InlineData("skb0 = dev_alloc_skb(none, bad, 60, 1)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\nskb_pull(skb0, 1)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\npskb_trim(skb0, 59)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 64, 1)\nskb_push(skb0, 1, 0)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\nskb1 = dev_alloc_skb(none, bad, 8, 1)\nip_frag_reasm(skb0, skb1)")]
    [InlineData("skb0 = ipip_rcv(none, 60, 24, 1)\nskb1 = skb_get(skb0)")]
    [InlineData("skb0 = ipip_rcv(none, 69, 24, 1)")]
    public void NoWholeDatagramOfTheStack_IpForward_IsNotEnabled(string script)
    {
        var checker = Scripts.Holds(Scripts.Tiny("eth0 = register_netdev(acenic, mtu=68)\n" + script));
        Assert.False(checker.Apply(new IpForward(Skb, new DevId(0))));
    }

    [Theory]
    [InlineData(8, 20)]
    [InlineData(16, 20)]
    [InlineData(24, 24)]
    public void FirstFragmentShorterThanTheHeader_IpipRcv_PullsIt(int piece, int linear)
    {
        var skb = Scripts.Holds(Scripts.Tiny($"skb0 = ipip_rcv(hw, 61, {piece}, 1)")).World.Skb(Skb);
        Assert.Equal((linear, 61, ChecksumState.Hw), (skb.HeadLen, skb.Len, skb.IpSummed));
    }

    /// <summary>The judge is judged: the sum of 64 bytes meets negative zero, the others carry or do not.</summary>
    [Fact]
    public void AnyLength_IpForward_HasTheSumOfAFreshHeader()
    {
        for (var length = IpipRcv.HeaderBytes; length < 70; length++)
        {
            var checker = Scripts.Holds(Scripts.Tiny($"eth0 = register_netdev(unconverted)\nskb0 = ipip_rcv(none, {length}, 64, 2)\nip_forward(skb0, eth0)\ndevice_run(eth0, 1)"));
            Assert.Null(EqvLaws.FirstDifference(checker.World.Seen, checker.Copying));
        }
    }
}
