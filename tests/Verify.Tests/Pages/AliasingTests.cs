using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Tests.Pages;

/// <summary>What a write between call and transmission does to the frame: by path, and by when it was read.</summary>
public sealed class AliasingTests
{
    [Theory]
    [InlineData("acenic, mtu=200", "", "sys_sendfile", "202326")]
    [InlineData("acenic, mtu=200", "", "tcp_sendmsg", "808182")]
    [InlineData("acenic, mtu=200, features=-csum", "", "sys_sendfile", "808182")]
    [InlineData("unconverted, mtu=200", "", "sys_sendfile", "808182")]
    [InlineData("loopback, mtu=200", "", "sys_sendfile", "202326")]
    [InlineData("hme, mtu=200", "", "sys_sendfile", "202326")]
    public void QueuedSegment_Write_ShowsByReferenceOnly(string device, string options, string send, string payload) =>
        Assert.Equal(payload, Payload(Connected(device, options), [$"{send}(sk0, file0, 0, 3)", "generic_file_write(file0, 0, 3, 1)", "device_run(eth0, 9)"]));

    [Fact]
    public void QueuedSegment_Truncate_ShowsZeroesOfTheLastPage() =>
        Assert.Equal("800000", Payload(Connected("acenic, mtu=200", ""), ["sys_sendfile(sk0, file0, 0, 3)", "vmtruncate(file0, 1)", "device_run(eth0, 9)"]));

    [Fact]
    public void QueuedSegment_PageTruncatedAway_ShowsWhatItHeld() =>
        Assert.Equal("808182", Payload(
            Connected("acenic, mtu=200", ""),
            ["sys_sendfile(sk0, file0, 0, 3)", "vmtruncate(file0, 0)", "generic_file_write(file0, 0, 3, 1)", "device_run(eth0, 9)"]));

    [Fact]
    public void LinearisedSegment_Write_DoesNotShow() =>
        Assert.Equal("808182", Payload(
            Connected("hme, mtu=200", "", "high"),
            ["sys_sendfile(sk0, file0, 0, 3)", "generic_file_write(file0, 0, 3, 1)", "device_run(eth0, 9)"]));

    [Fact]
    public void Retransmission_AfterWrite_ShowsItThoughTheFirstDidNot()
    {
        var checker = Connected("acenic, mtu=200", "");
        Assert.Equal("808182", Payload(checker, ["sys_sendfile(sk0, file0, 0, 3)", "device_run(eth0, 9)"]));
        Assert.Equal("202326", Payload(checker, ["interrupt(eth0)", "generic_file_write(file0, 0, 3, 1)", "tcp_retransmit_timer(sk0)", "device_run(eth0, 9)"]));
    }

    [Fact]
    public void SummedByCpu_Write_IsDroppedByTheReceiverAndSentAgain()
    {
        var checker = Connected("hme, mtu=200", ", ip_options=40");
        Payload(checker, ["sys_sendfile(sk0, file0, 0, 3)", "generic_file_write(file0, 0, 3, 1)", "device_run(eth0, 9)"]);
        Assert.Equal("TCP checksum is wrong", Assert.Single(checker.World.Seen.Rejected).Why);

        Assert.Equal("202326", Payload(checker, ["interrupt(eth0)", "tcp_retransmit_timer(sk0)", "device_run(eth0, 9)"]));
        Assert.Empty(checker.World.Seen.Rejected);
        Assert.Equal(3, checker.World.Receiver.Received(new SockId(0)));
    }

    private static Checker Connected(string device, string options, string zone = "low")
    {
        var checker = new Checker(Profile.Tiny);
        Payload(checker, [$"eth0 = register_netdev({device})", $"file0 = open({zone}, 808182)", $"sk0 = tcp_v4_connect(eth0, mss=40{options})", "device_run(eth0, 1)", "netif_rx(eth0, 1)"]);
        return checker;
    }

    /// <summary>The payload of the last frame that the device sent; every law holds at each step.</summary>
    private static string Payload(Checker checker, string[] lines)
    {
        foreach (var line in lines)
        {
            Assert.True(checker.Apply(Script.ParseOperation(line, 1, Language.All)), line);
            Assert.Empty(checker.Violations);
        }

        var seen = checker.World.Seen;
        for (var i = seen.Frames.Count - 1; i >= 0; i--)
        {
            if (!seen.Frames[i].FromPeer)
            {
                var frame = seen.Frames[i].Span;
                var transport = 14 + ((frame[14] & 15) * 4);
                return Convert.ToHexStringLower(frame[(transport + (frame[transport + 12] / 16 * 4))..]);
            }
        }

        return "";
    }
}
