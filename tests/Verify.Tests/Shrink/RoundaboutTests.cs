using System.Text.Json.Nodes;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Shrink;

/// <summary>Scripts on which taking away alone once stopped: nothing in them can go, and yet another script is shorter. Each comes down to the witness's length, or below.</summary>
[Trait("Category", "Long")]
public sealed class RoundaboutTests(RoundaboutTests.Roundabout roundabout) : IClassFixture<RoundaboutTests.Roundabout>
{
    private static readonly (string Mutant, string[] Script)[] Scripts =
    [
        ("C1", ["skb0 = dev_alloc_skb(none, bad, 1, 0)", "skb1 = skb_split(skb0, 0)", "skb2 = skb_clone(skb1)", "skb_unshare(skb2)", "tcp_retrans_try_collapse(skb1, skb2)"]),
        ("C4", ["skb0 = alloc_skb(0)", "skb1 = dev_alloc_skb(none, bad, 16, 0)", "ip_frag_reasm(skb0, skb1)", "esp_output(skb0, 0)", "tcp_v4_send_check(skb0, 0, 0)", "skb_pull(skb0, 1)"]),
        ("G3", ["skb0 = dev_alloc_skb(none, bad, 1, 0)", "skb1 = skb_split(skb0, 0)", "ip_frag_reasm(skb0, skb1)", "skb2 = skb_clone(skb0)", "pskb_trim(skb0, 0)"]),
        ("G148", ["p0 = mm_alloc(low)", "mmap(p0, 0, 1, rw, private)", "kio0 = map_user_kiobuf(READ, p0, 0, 1)", "kio1 = map_user_kiobuf(WRITE, p0, 0, 1)", "lock_kiovec(kio1, kio0)"]),
        ("K5",
        [
            "p0 = mm_alloc(low)", "mmap(p0, 0, 1, rw, private)", "kio0 = map_user_kiobuf(WRITE, p0, 0, 1)", "p1 = mm_alloc(low)", "mmap(p1, 0, 2, rw, private)",
            "kio1 = map_user_kiobuf(READ, p1, 0, 1)", "kio2 = map_user_kiobuf(WRITE, p1, 1, 16)", "lock_kiovec(kio0)", "lock_kiovec(kio2)",
        ]),
        ("D7",
        [
            "eth0 = register_netdev(acenic, mtu=68)", $"file0 = open(low, {new string('0', 82)})", "sk0 = udp_connect(eth0)",
            "udp_sendmsg(sk0, file0, 0, 41)", "udp_sendmsg(sk0, file0, 0, 41)", "udp_sendmsg(sk0, file0, 0, 41)", "udp_sendmsg(sk0, file0, 0, 41)",
        ]),
        ("G4",
        [
            "eth0 = register_netdev(hme, mtu=74)", $"file0 = open(low, {new string('0', 34)})", "sk0 = tcp_v4_connect(eth0, mss=34)", "device_run(eth0, 1)", "netif_rx(eth0, 1)",
            "fail_alloc(5)", "sys_sendfile(sk0, file0, 0, 17)", "sys_sendfile(sk0, file0, 0, 17)",
        ]),
        ("G67",
        [
            "eth0 = register_netdev(acenic, mtu=68)", "file0 = open(low, 0000000000)", "sk0 = tcp_v4_connect(eth0, mss=1)", "device_run(eth0, 1)", "netif_rx(eth0, 1)",
            "peer_window(sk0, 0)", "sys_sendfile(sk0, file0, 0, 5)", "device_run(eth0, 16)", "netif_rx(eth0, 16)",
        ]),
        ("Z7",
        [
            "eth0 = register_netdev(hme, mtu=68)", "file0 = open(low, 00000000)", "page0 = alloc_page(low, 0)", "sk0 = tcp_v4_connect(eth0, mss=1)", "sk1 = tcp_v4_connect(eth0, mss=16)",
            "device_run(eth0, 16)", "netif_rx(eth0, 16)", "msg_zerocopy(sk1, page0, 0, 1, more=1)", "sys_sendfile(sk0, file0, 0, 4)",
            "tcp_retransmit_timer(sk0)", "tcp_retransmit_timer(sk0)", "tcp_sendmsg(sk1, file0, 0, 1)",
        ]),
        ("G19",
        [
            "eth0 = register_netdev(loopback, mtu=69)", $"file0 = open(low, {new string('0', 26)})", "sk0 = tcp_v4_connect(eth0, mss=16, ip_options=16)", "device_run(eth0, 1)", "netif_rx(eth0, 1)",
            "tcp_sendmsg(sk0, file0, 0, 13)", "icmp_frag_needed(sk0, 68)",
        ]),
        ("G39",
        [
            "eth0 = register_netdev(hme, mtu=68)", "sk0 = tcp_v4_connect(eth0, mss=1)", "device_run(eth0, 1)", "netif_rx(eth0, 1)", "tcp_close(sk0)", "tcp_retransmit_timer(sk0)",
            "tcp_retransmit_timer(sk0)", "tcp_retransmit_timer(sk0)", "tcp_retransmit_timer(sk0)", "tcp_retransmit_timer(sk0)",
        ]),
        ("Z9",
        [
            "eth0 = register_netdev(loopback, mtu=68)", "file0 = open(low, 0000)", "sk0 = tcp_v4_connect(eth0, mss=16)", "device_run(eth0, 1)", "netif_rx(eth0, 1)",
            "fail_alloc(4)", "sys_sendfile(sk0, file0, 0, 1)", "sys_sendfile(sk0, file0, 1, 1)",
        ]),
        ("Z2",
        [
            "eth0 = register_netdev(hme, mtu=68)", "sk0 = tcp_v4_connect(eth0, mss=1)", "device_run(eth0, 1)", "netif_rx(eth0, 1)", "page0 = alloc_page(high, 0)",
            "msg_zerocopy(sk0, page0, 0, 1)", "device_run(eth0, 16)", "netif_rx(eth0, 1)",
        ]),
        ("Z9",
        [
            "eth0 = register_netdev(acenic, mtu=68)", $"file0 = open(low, {new string('0', 98)})", "sk0 = tcp_v4_connect(eth0, mss=16)", "device_run(eth0, 1)", "netif_rx(eth0, 1)",
            "tcp_sendmsg(sk0, file0, 0, 49)", "sys_sendfile(sk0, file0, 0, 1)", "sys_sendfile(sk0, file0, 1, 1)",
        ]),
        ("Z4",
        [
            "eth0 = register_netdev(loopback, mtu=72)", $"file0 = open(low, {new string('0', 34)})", "page0 = alloc_page(low, 0)", "sk0 = tcp_v4_connect(eth0, mss=16, ip_options=16)",
            "device_run(eth0, 1)", "netif_rx(eth0, 1)", "sys_sendfile(sk0, file0, 0, 17)", "msg_zerocopy(sk0, page0, 0, 1)", "msg_zerocopy(sk0, page0, 0, 1)", "msg_zerocopy(sk0, page0, 0, 16)",
            "icmp_frag_needed(sk0, 68)", "device_run(eth0, 16)", "netif_rx(eth0, 1)", "device_run(eth0, 1)", "netif_rx(eth0, 16)",
        ]),
        ("G200",
        [
            "p0 = mm_alloc(low)", "mmap(p0, 0, 2, rw, private)", "store(p0, 16, 1, 1)", "load(p0, 0, 1)", "vec0 = get_user_pages(READ, p0, 0, 1)", "load(p0, 16, 1)", "mprotect(p0, 0, 1, r)", "mprotect(p0, 0, 1, rw)", "load(p0, 16, 1)", "store(p0, 0, 1, 0)",
        ]),
        ("G61",
        [
            "eth0 = register_netdev(unconverted, mtu=68)", "page0 = alloc_page(low, 0)", "sk0 = tcp_v4_connect(eth0, mss=1)", "device_run(eth0, 1)", "tcp_retransmit_timer(sk0)", "netif_rx(eth0, 1)",
            "msg_zerocopy(sk0, page0, 0, 1)", "sk1 = tcp_v4_connect(eth0, mss=1, priority=6)", "interrupt(eth0)",
        ]),
        ("D11", ["eth0 = register_netdev(acenic, mtu=68, consistent=above4g)", "skb0 = ipip_rcv(hw, 28, 16, 0)", "ip_forward(skb0, eth0)", "device_run(eth0, 1)"]),
        ("D11", ["eth0 = register_netdev(acenic, mtu=68, consistent=above4g)", "sk0 = tcp_v4_connect(eth0, mss=1)", "interleave(eth0)", "run(eth0, nic, 1)"]),
    ];

    /// <summary>A mutant, and the number of the row: one mutant may have several.</summary>
    public static TheoryData<string, int> Rows
    {
        get
        {
            var rows = new TheoryData<string, int>();
            for (var i = 0; i < Scripts.Length; i++)
            {
                rows.Add(Scripts[i].Mutant, i);
            }

            return rows;
        }
    }

    [LongTheory]
    [MemberData(nameof(Rows))]
    public void Script_comes_down_to_the_witness(string id, int row)
    {
        var mutant = Sources.Find(id)!;
        string[] script = [$"{mutant.Witness.Split('\n')[0]} mutant={id} expect={mutant.Breaks}\n{string.Join('\n', Scripts[row].Script)}\n"];
        var found = JsonNode.Parse(roundabout.Build.With(mutant).Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Prove), script, mutant.Breaks, Shrinker.DefaultEvaluations, (long)Certificate.DefaultSteps))![0]!;
        Assert.InRange(found["length"]!.GetValue<int>(), 1, Script.Parse(mutant.Witness, Language.All).Operations.Count);
        Assert.Equal("proven", found["minimal"]!.GetValue<string>());
    }

    /// <summary>Those mutants in one build.</summary>
    public sealed class Roundabout
    {
        internal WovenBuild Build { get; } = new([.. Sources.Mutants.Where(mutant => Scripts.Any(row => row.Mutant == mutant.Id))]);
    }
}
