using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Transmit;

/// <summary>A device goes down, comes up and is reset, mappings are refused, interrupts get lost: State_Event_Outcome.</summary>
public sealed class UpDownTests
{
    private const string Packet = "sys_sendfile(sk0, file0, 15, 18)\n";

    private static readonly DevId Eth0 = new(0);

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    [InlineData("unconverted")]
    public void PacketsWaitingAndInFlight_DevClose_DropsThemAll(string driver)
    {
        var world = Scripts.Holds(Connected(driver, Packet + "xmit_busy(eth0)\n" + Packet + "dev_close(eth0)")).World;
        Assert.Equal([DropReason.Down, DropReason.Down], world.Seen.Drops.Select(drop => drop.Reason));
        var device = world.Device(Eth0);
        Assert.Equal((false, 0, 0), (device.IsUp, device.InFlight, device.QueueLength));
        Assert.All(device.Dma.Mappings, mapping => Assert.True(mapping.Consistent));
    }

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    [InlineData("unconverted")]
    [InlineData("loopback")]
    public void Down_Send_IsTakenForSentAndGoesAgainWhenItIsUp(string driver)
    {
        const string down = "dev_close(eth0)\n" + Packet;
        var world = Scripts.Holds(Connected(driver, down)).World;
        Assert.Equal(DropReason.Down, Assert.Single(world.Seen.Drops).Reason);
        Assert.Equal(world.Tcp(new SockId(0)).WriteSeq, world.Tcp(new SockId(0)).SndNxt);
        world = Scripts.Holds(Connected(driver, down + "dev_open(eth0)\ntcp_retransmit_timer(sk0)\ndevice_run(eth0, 1)")).World;
        Assert.Single(world.Seen.Deliveries);
    }

    [Fact]
    public void Down_CardAndInterrupt_DoNothing()
    {
        var world = Scripts.Holds(Connected("acenic", Packet + "dev_close(eth0)\ninterrupt(eth0)\nnetif_rx(eth0, 1)\ndevice_run(eth0, 1)")).World;
        Assert.Equal((0L, 0), (world.Seen.Count, world.Seen.Frames.Count));
    }

    [Fact]
    public void Up_DevOpen_DoesNothing() => Assert.Equal(0, Scripts.Holds(Connected("hme", "dev_open(eth0)")).World.Seen.Count);

    [Fact]
    public void Down_DevClose_DoesNothing() => Assert.Equal(0, Scripts.Holds(Connected("hme", "dev_close(eth0)\ndev_close(eth0)")).World.Seen.Count);

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    public void Stopped_TxTimeout_DropsTheRingAndWakes(string driver)
    {
        var world = Scripts.Holds(Connected(driver, Packet + "tx_timeout(eth0)")).World;
        Assert.Equal(DropReason.Timeout, Assert.Single(world.Seen.Drops).Reason);
        Assert.False(world.Device(Eth0).Stopped);
        world = Scripts.Holds(Connected(driver, Packet + "tx_timeout(eth0)\ntcp_retransmit_timer(sk0)\ndevice_run(eth0, 1)")).World;
        Assert.Single(world.Seen.Deliveries);
    }

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    public void SentButNotReclaimed_TxTimeout_CountsTheFrameOnce(string driver)
    {
        var world = Scripts.Holds(Connected(driver, Packet + "device_run(eth0, 1)\ntx_timeout(eth0)")).World;
        Assert.Equal((0, 0), (world.Device(Eth0).InFlight, world.Seen.Frames.Count));
    }

    /// <summary>What a report tells of a frame is of the packet that it was, not of one that the driver dropped before.</summary>
    [Theory]
    [InlineData("tx_timeout(eth0)\n")]
    [InlineData("dev_close(eth0)\ndev_open(eth0)\n")]
    public void Dropped_Replay_NamesThePacketThatIsSent(string lost)
    {
        var replay = new Replay(Connected("hme", Packet + lost + "tcp_retransmit_timer(sk0)\ndevice_run(eth0, 1)")) { Explains = true };
        IReadOnlyList<string> told = [];
        while (replay.Next(out var step))
        {
            told = step.Changes;
        }

        Assert.Contains(told, line => line.StartsWith("eth0 emits 72 bytes: segment 3, ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("acenic", "")]
    [InlineData("hme", "dev_close(eth0)\n")]
    [InlineData("unconverted", Packet + Packet + Packet + Packet)]
    [InlineData("loopback", "")]
    public void NothingToWake_TxTimeout_DoesNothing(string driver, string before) =>
        Assert.Equal(0, Scripts.Holds(Connected(driver, before + "tx_timeout(eth0)")).World.Seen.Count);

    [Theory]
    [InlineData("acenic", 1)]
    [InlineData("acenic", 2)]
    [InlineData("acenic", 4)]
    [InlineData("hme", 1)]
    [InlineData("hme", 2)]
    [InlineData("hme", 4)]
    [InlineData("unconverted", 1)]
    public void RefusedMapping_Xmit_DropsThePacketAndLeavesNothing(string driver, int k)
    {
        var world = Scripts.Holds(Connected(driver, $"fail_map(eth0, {k})\n" + Packet)).World;
        var device = world.Device(Eth0);
        Assert.Equal(DropReason.NoMapping, Assert.Single(world.Seen.Drops).Reason);
        Assert.Equal((0, 1), (device.InFlight, device.Dma.Failed));
        Assert.All(device.Dma.Mappings, mapping => Assert.True(mapping.Consistent));
        Assert.Equal(device.Ring.Producer, device.Ring.Consumer);
        if (device is HmeDriver hme)
        {
            Assert.DoesNotContain(Enumerable.Range(0, hme.TxSkbs.Length), slot => hme.Descriptor(slot).Flags.HasFlag(TxFlags.Own));
        }

        world = Scripts.Holds(Connected(driver, $"fail_map(eth0, {k})\n" + Packet + "tcp_retransmit_timer(sk0)\ndevice_run(eth0, 1)")).World;
        Assert.Single(world.Seen.Deliveries);
    }

    [Fact]
    public void PartOfAPacketTold_Interrupt_UnmapsItAndKeepsTheSkb()
    {
        var world = Scripts.Holds(Connected("acenic", "max_tx_desc(eth0, 1)\ninterleave(eth0)\n" + Packet
            + "qdisc_run(eth0, cpu0)\nrun(eth0, cpu0)\nrun(eth0, nic, 7)\nrun(eth0, tick)\ndo_irq(eth0, cpu1)\nrun(eth0, cpu1)")).World;
        var ace = (AceNicDriver)world.Device(Eth0);
        Assert.Equal(1, ace.InFlight);
        Assert.Equal(2, ace.Dma.Mappings.Count(mapping => !mapping.Consistent));
        Assert.Equal(2, (ace.Ring.Producer - ace.Ring.Consumer + ace.Ring.Entries) % ace.Ring.Entries);
    }

    [Fact]
    public void Hme_MaxTxDesc_IsRefused() => Assert.Equal(Refusal.Invalid, Scripts.Holds(Connected("hme", "max_tx_desc(eth0, 1)")).World.Seen.Refusal);

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    public void LostInterrupt_StoppedQueue_WaitsForTheWatchdog(string driver)
    {
        const string lost = "interleave(eth0)\n" + Packet + "qdisc_run(eth0, cpu0)\nrun(eth0, cpu0)\nrun(eth0, nic)\nrun(eth0, tick)\nlose_irq(eth0)\n";
        var world = Scripts.Holds(Connected(driver, lost + "run(eth0, nic)")).World;
        Assert.True(world.Device(Eth0) is { Stopped: true, Smp.LacksIrq: true, Smp.IsStill: false });
        world = Scripts.Holds(Connected(driver, lost + "tx_timeout(eth0, cpu1)\nrun(eth0, cpu1)\nrun(eth0, nic)")).World;
        Assert.True(world.Device(Eth0) is { Stopped: false, InFlight: 0, Smp.LacksIrq: false, Smp.IsStill: true });
    }

    [Theory]
    [InlineData("acenic")]
    [InlineData("hme")]
    public void NothingNew_RaisedInterrupt_IsTakenForNothing(string driver)
    {
        var world = Scripts.Holds(Connected(driver, "interleave(eth0)\nraise_irq(eth0)\ndo_irq(eth0, cpu1)\nrun(eth0, cpu1)\nrun(eth0, nic)")).World;
        Assert.True(world.Device(Eth0).Smp!.IsStill);
    }

    private static Script Connected(string driver, string rest) => Scripts.Tiny($"""
        eth0 = register_netdev({driver}, mtu=1500)
        file0 = open(low, 0102030405060708090a0b0c0d0e0f100102030405060708090a0b0c0d0e0f100102)
        sk0 = tcp_v4_connect(eth0, mss=40)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        device_run(eth0, 1)
        interrupt(eth0)
        {rest}
        """);
}
