using ZeroCopy.Model;

namespace ZeroCopy.Properties.Schedule;

/// <summary>What a driver's schedules are explored on: the packets and the ring from which they begin.</summary>
/// <param name="Suite">The driver's suite, whose laws judge.</param>
/// <param name="Starts">By name: the operations before the first access.</param>
public sealed record ScheduleMix(string Suite, IReadOnlyList<(string Name, IReadOnlyList<Operation> Before)> Starts)
{
    public static IReadOnlyList<ScheduleMix> All { get; } = [Of("acenic"), Of("hme")];

    public static ScheduleMix? Find(string suite) => All.FirstOrDefault(mix => mix.Suite == suite);

    /// <summary>A page boundary lies behind the first byte of each: 1, 2 and 3 fragments.</summary>
    private static string[] Sends => ["sys_sendfile(sk0, file0, 0, 1)", "sys_sendfile(sk0, file0, 15, 2)", "sys_sendfile(sk0, file0, 15, 18)"];

    private static ScheduleMix Of(string driver) => new(driver,
    [
        .. Packets(driver, "empty", [], []),
        .. Packets(driver, "below-stop", [Sends[driver == "hme" ? 0 : 1]], []),
        .. Packets(driver, "stopped", [Sends[2]], []),
        .. Packets(driver, "wrapped", [Sends[2], "device_run(eth0, 1)", "interrupt(eth0)"], []),
        .. Packets(driver, "mid-packet", driver == "acenic" ? ["max_tx_desc(eth0, 1)"] : [], ["run(eth0, cpu0)", "run(eth0, nic, 3)"]),
        .. Packets(driver, "after-timeout", [Sends[2], "tx_timeout(eth0)"], []),
        .. Packets(driver, "watchdog", [Sends[2]], ["tx_timeout(eth0, cpu1)"]).Where(IsLargest),
        .. driver == "acenic" ? Packets("acenic, tigon=1", "tigon-1", [], []) : [],
        // Nobody but the driver holds the packet then. AceNIC: it lies across the end of the ring, which ace_close walks.
        .. Packets(driver, "closing", [Sends[driver == "hme" ? 0 : 1]], ["tcp_close(sk0, linger=0)", "dev_close(eth0, cpu1)"]).Where(IsLargest),
        .. Readers(driver),
    ]);

    private static bool IsLargest((string Name, IReadOnlyList<Operation> Before) start) => start.Name.EndsWith("-3", StringComparison.Ordinal);

    /// <summary>No packet is sent: two readers of a socket are done with a datagram.</summary>
    private static string[] Peeked => ["eth0 = register_netdev(acenic, mtu=1500)", "skb0 = alloc_skb(0)", "skb1 = skb_get(skb0)", "interleave(eth0)", "skb_free_datagram(eth0, skb0, skb1)"];

    /// <summary>Of one driver alone: its own procedures have no part in it.</summary>
    private static IEnumerable<(string, IReadOnlyList<Operation>)> Readers(string driver) =>
        driver == "acenic" ? [("readers", [.. Peeked.Select((line, i) => Script.ParseOperation(line, i + 1, Language.All))])] : [];

    /// <summary>From one ring, packets of 1 to 3 fragments; the largest waits behind each.</summary>
    /// <param name="driver">Whose ring.</param>
    /// <param name="name">What it is like.</param>
    /// <param name="before">What fills it, each to its end.</param>
    /// <param name="begun">What is under way.</param>
    private static IEnumerable<(string, IReadOnlyList<Operation>)> Packets(string driver, string name, string[] before, string[] begun) =>
        Enumerable.Range(1, Sends.Length).Select(fragments => ($"{name}-{fragments}", (IReadOnlyList<Operation>)
        [
            .. new[]
            {
                $"eth0 = register_netdev({driver})",
                "file0 = open(low, 0102030405060708090a0b0c0d0e0f100102030405060708090a0b0c0d0e0f100102)",
                "sk0 = tcp_v4_connect(eth0, mss=40)",
                "device_run(eth0, 1)",
                "netif_rx(eth0, 1)",
                "device_run(eth0, 1)",
                "interrupt(eth0)",
            }.Concat(before).Append("interleave(eth0)").Append(Sends[fragments - 1]).Append(Sends[^1]).Append("qdisc_run(eth0, cpu0)").Concat(begun)
                .Select((line, i) => Script.ParseOperation(line, i + 1, Language.All)),
        ]));
}
