using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Send;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Table;

/// <summary>Who moves the data and who sums it: driver, protocol, zone and features decide.</summary>
public sealed class ByReferenceTests
{
    private const int Bytes = 5000;

    [Theory]
    [InlineData("acenic       tcp  low      -          0   by-reference  device")]
    [InlineData("acenic       tcp  high     -          0   by-reference  device")]
    [InlineData("acenic       tcp  above4g  -          0   by-reference  device")]
    [InlineData("acenic       tcp  low      -          40  by-reference  device")]
    [InlineData("acenic       tcp  low      -sg        0   copied        cpu")]
    [InlineData("acenic       tcp  low      -csum      0   copied        cpu")]
    [InlineData("acenic       tcp  high     -sg-csum   0   copied        cpu")]
    [InlineData("acenic       tcp  high     -highdma   0   linearised    device")]
    [InlineData("acenic       tcp  low      -highdma   0   by-reference  device")]
    [InlineData("hme          tcp  low      -          0   by-reference  device")]
    [InlineData("hme          tcp  high     -          0   linearised    device")]
    [InlineData("hme          tcp  above4g  -          0   linearised    device")]
    [InlineData("hme          tcp  low      -          28  by-reference  device")]
    [InlineData("hme          tcp  low      -          32  by-reference  cpu")]
    [InlineData("hme          tcp  low      -          40  by-reference  cpu")]
    [InlineData("hme          tcp  low      -sg        0   copied        cpu")]
    [InlineData("hme          tcp  low      -csum      0   copied        cpu")]
    [InlineData("unconverted  tcp  low      -          0   copied        cpu")]
    [InlineData("unconverted  tcp  high     -          0   copied        cpu")]
    [InlineData("unconverted  tcp  above4g  -          0   copied        cpu")]
    [InlineData("loopback     tcp  above4g  -          0   by-reference  nobody")]
    [InlineData("loopback     tcp  low      -csum      0   copied        cpu")]
    [InlineData("acenic       udp  low      -          0   copied        cpu")]
    [InlineData("acenic       udp  above4g  -          0   copied        cpu")]
    [InlineData("hme          udp  low      -          0   copied        cpu")]
    [InlineData("hme          udp  high     -          0   copied        cpu")]
    [InlineData("unconverted  udp  low      -          0   copied        cpu")]
    [InlineData("loopback     udp  low      -          0   copied        cpu")]
    public void Table_says_who_copies_and_who_sums(string row)
    {
        var word = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(DriverKind.TryParse(word[0], out var driver));
        Assert.True(Zones.TryParse(word[2], out var zone));
        Assert.True(FeatureWords.TryParseChange(word[3] == "-" ? "" : word[3], out var off, out _, out _));
        Assert.Null(SendOptions.Refuse(
            driver, word[1] == "tcp", 500, null, zone, off & driver.Features, int.Parse(word[4]), timestamps: false, retransmit: 0, out var options));
        var transfer = new Transfer(options, new LiteralContent(new byte[Bytes]), _ => { }, keepScript: false, CancellationToken.None);
        transfer.Run();

        Assert.Empty(transfer.Violations);
        var cost = transfer.Checker.World.Cost;
        Assert.Equal(word[5] == "copied" ? Bytes : 0, cost.CopiedAtCall);
        Assert.Equal(word[5] == "linearised" ? Bytes : 0, cost.CopiedLater);
        Assert.Equal(word[6] == "cpu" ? Bytes : 0, cost.SummedAtCall + cost.SummedLater);
        Assert.Equal(word[5] == "by-reference", transfer.ZeroCopy.PageReferences > 0);
    }

    [Theory]
    [InlineData("-sg")]
    [InlineData("-csum")]
    public void Data_accepted_after_a_feature_went_is_copied(string change)
    {
        var checker = Scripts.Holds(Scripts.Real($"""
            eth0 = register_netdev(acenic, mtu=1500)
            file0 = open(low, 0102030405060708)
            sk0 = tcp_v4_connect(eth0, mss=1460)
            device_run(eth0, 1)
            netif_rx(eth0, 1)
            sys_sendfile(sk0, file0, 0, 4)
            dev_features(eth0, {change})
            rt_cache_flush()
            sys_sendfile(sk0, file0, 4, 4)
            device_run(eth0, 9)
            """));
        Assert.Equal(4, checker.World.Cost.CopiedAtCall);
        Assert.Equal(4, checker.World.Cost.SummedAtCall);
        Assert.Equal(0, checker.World.Cost.CopiedLater + checker.World.Cost.SummedLater);
    }
}
