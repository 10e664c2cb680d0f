using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Explore;

/// <summary>A finite mix of a suite: its operations with a few operands each, spelled as in scripts.</summary>
/// <param name="Suite">Whose laws judge it.</param>
/// <param name="DefaultDepth">How far it is explored where nobody says.</param>
/// <param name="Starts">By name: the operations before the first event.</param>
/// <param name="Operations">The events. A new name is always the lowest that is free.</param>
/// <param name="Bound">Keeps the states few: whether an operation may be taken, by what the copying path knows.</param>
/// <param name="OwnName">Its word on the command line, where it is not the suite's.</param>
public sealed record ExploreMix(
    string Suite,
    int DefaultDepth,
    IReadOnlyList<(string Name, IReadOnlyList<Operation> Before)> Starts,
    IReadOnlyList<Operation> Operations,
    Func<CopyingWorld, Operation, bool> Bound,
    string? OwnName = null)
{
    private const int MostPacketBytes = 3;
    private const int MostStreamBytes = 4;

    public static IReadOnlyList<ExploreMix> All { get; } =
    [
        new("skb", 7, [("empty", [])], SkbOperations(names: 2), SmallPackets),
        new("pages", 8, [("mapped", Parse(["p0 = mm_alloc(low)", "mmap(p0, 0, 2, rw, private)"]))], PagesOperations(), AnyPages),
        new("fork", 8, [("one-slot", Parse([.. OneSlotIsFree, "p0 = mm_alloc(low)", "mmap(p0, 0, 2, rw, private)", .. SliceIsUsedUp]))], ForkOperations(), AnyPages),
        new("fork", 9, [("two-threads", Parse(["file0 = open(low, 01)", "p0 = mm_alloc(low)", "mmap(p0, 0, 1, rw, private)", "mmap(p0, 1, 1, rw, private, file0, 0)", "p1 = do_fork(p0, CLONE_VM)", .. Enumerable.Repeat("load(p1, 0, 1)", 4), "madvise_dontneed(p0, 0, 1)"]))], ThreadOperations(), OneTruncation, "threads"),
        new("transmit", 4, [.. DriverKind.All.Select(Connected)], NetOperations(), ShortStreams),
        new("acenic", 6, [Connected(DriverKind.All.Single(kind => kind.Word == "acenic"))], NetOperations(), ShortStreams),
        new("hme", 6, [Connected(DriverKind.All.Single(kind => kind.Word == "hme"))], NetOperations(), ShortStreams),
        new("transmit", 5, [Lending("acenic"), Lending("loopback")], ZerocopyOperations(), FewCalls, "completion"),
    ];

    /// <summary>Its word on the command line.</summary>
    public string Name => OwnName ?? Suite;

    /// <summary>The operations of a way to a state, those of its start included.</summary>
    public IReadOnlyList<Operation> ScriptOf(Trace trace) => [.. Starts[trace.Start].Before, .. trace.Events.Select(e => Operations[e])];

    /// <summary>The mix of a name; null where there is none.</summary>
    public static ExploreMix? Find(string name) => All.FirstOrDefault(mix => mix.Name == name);

    private static List<Operation> SkbOperations(int names)
    {
        var lines = new List<string> { "page0 = alloc_page(low, 2)", "put_page(page0)", "fail_alloc(1)", "fail_alloc(2)" };
        for (var n = 0; n < names; n++)
        {
            lines.AddRange(
            [
                $"skb{n} = alloc_skb(2)",
                $"skb_reserve(skb{n}, 1)",
                $"skb_put(skb{n}, 1, 1)",
                $"skb_push(skb{n}, 1, 2)",
                $"skb_pull(skb{n}, 1)",
                $"pskb_may_pull(skb{n}, 1)",
                $"pskb_trim(skb{n}, 1)",
                $"skb_fill_page_desc(skb{n}, page0, 0, 1)",
                $"skb_fill_page_desc(skb{n}, page0, 1, 2)",
                $"kfree_skb(skb{n})",
                $"pskb_expand_head(skb{n}, 0, 0)",
                $"skb_linearize(skb{n})",
                $"skb_copy_bits(skb{n}, 0, 1)",
                $"skb_checksum(skb{n}, 0, 1)",
                $"skb_checksum(skb{n}, 0, 2)",
                $"skb_checksum(skb{n}, 1, 1)",
            ]);
            foreach (var other in Enumerable.Range(0, names).Where(other => other != n))
            {
                lines.AddRange(
                [
                    $"skb{n} = skb_clone(skb{other})",
                    $"skb{n} = skb_copy(skb{other})",
                    $"skb{n} = pskb_copy(skb{other})",
                    $"skb{n} = skb_get(skb{other})",
                    $"skb{n} = skb_split(skb{other}, 1)",
                ]);
            }
        }

        return Parse(lines);
    }

    /// <summary>A device of a driver, a file of two pages in high memory, and a connection with its handshake behind it.</summary>
    private static (string Name, IReadOnlyList<Operation> Before) Connected(DriverKind kind) => (kind.Word, Parse(
    [
        $"eth0 = register_netdev({kind.Word}, mtu=200)",
        "file0 = open(high, 0102030405060708090a0b0c0d0e0f101112)",
        "sk0 = tcp_v4_connect(eth0, mss=3)",
        "device_run(eth0, 1)",
        "netif_rx(eth0, 1)",
        "device_run(eth0, 1)",
        "interrupt(eth0)",
    ]));

    private static List<Operation> NetOperations() => Parse(
    [
        "sys_sendfile(sk0, file0, 0, 1)",
        "sys_sendfile(sk0, file0, 15, 3)",
        "tcp_sendmsg(sk0, file0, 0, 2)",
        "sk1 = udp_connect(eth0)",
        "udp_sendmsg(sk1, file0, 0, 2)",
        "device_run(eth0, 1)",
        "interrupt(eth0)",
        "netif_rx(eth0, 1)",
        "tcp_retransmit_timer(sk0)",
        "tcp_close(sk0)",
        "reclaim_page(file0)",
        "dev_features(eth0, -sg)",
        "dev_features(eth0, +sg)",
        "dev_features(eth0, -csum)",
        "dev_features(eth0, -highdma)",
        "fail_alloc(1)",
        "fail_alloc(2)",
    ]);

    /// <summary>The same connection, and a page of the user's own.</summary>
    private static (string Name, IReadOnlyList<Operation> Before) Lending(string driver)
    {
        var (name, before) = Connected(DriverKind.All.Single(kind => kind.Word == driver));
        return (name, [.. before, .. Parse(["page0 = alloc_page(high, 0)"])]);
    }

    private static List<Operation> ZerocopyOperations() => Parse(
    [
        "msg_zerocopy(sk0, page0, 0, 1)",
        "msg_zerocopy(sk0, page0, 1, 2, more=1)",
        "tcp_sendmsg(sk0, file0, 0, 1)",
        "sk1 = udp_connect(eth0)",
        "msg_zerocopy(sk1, page0, 0, 1)",
        "device_run(eth0, 1)",
        "interrupt(eth0)",
        "netif_rx(eth0, 1)",
        "tcp_retransmit_timer(sk0)",
        "ip_recv_error(sk0)",
        "ip_recv_error(sk1)",
        "sk_zckey(sk0, 4294967295)",
        "store_page(page0, 0, 1, 1)",
        "put_page(page0)",
        "dev_features(eth0, -sg)",
        "dev_features(eth0, +sg)",
        "fail_alloc(1)",
        "fail_alloc(2)",
        "fail_alloc(4)",
    ]);

    private static List<Operation> Parse(IReadOnlyList<string> lines) => [.. lines.Select((line, i) => Script.ParseOperation(line, i + 1, Language.All))];

    /// <summary>A process with two pages, kiobufs over one and over both, swap; each with the few operands that differ.</summary>
    private static List<Operation> PagesOperations() => Parse(
    [
        "store(p0, 0, 1, 1)",
        "store(p0, 16, 1, 2)",
        "load(p0, 0, 1)",
        "mprotect(p0, 0, 1, r)",
        "mprotect(p0, 0, 1, rw)",
        "munmap(p0, 0, 1)",
        "swap_out(p0, 0)",
        "page_launder()",
        "end_buffer_io_async()",
        "reclaim_swapper_space()",
        "kio0 = map_user_kiobuf(READ, p0, 0, 1)",
        "kio0 = map_user_kiobuf(READ, p0, 0, 1, swap_out=1)",
        "kio0 = map_user_kiobuf(WRITE, p0, 15, 2)",
        "kio1 = map_user_kiobuf(READ, p0, 15, 2)",
        "lock_kiovec(kio0)",
        "lock_kiovec(kio1)",
        "unlock_kiovec(kio0)",
        "dma_from_device(kio0, 3)",
        "mark_dirty_kiobuf(kio0, 1)",
        "unmap_kiobuf(kio0)",
        "unmap_kiobuf(kio1)",
        "vec0 = get_user_pages(READ, p0, 0, 1, times=255)",
        "do_exit(p0)",
        "fail_alloc(1)",
    ]);

    /// <summary>A process that nothing happens to has all pages of swap space but one.</summary>
    private static string[] OneSlotIsFree => ["p2 = mm_alloc(low)", "mmap(p2, 0, 3, rw, private)", .. Enumerable.Range(0, 3).Select(n => $"store(p2, {n * 16}, 1, 0)"), .. Enumerable.Range(0, 3).Select(n => $"swap_out(p2, {n})"), "page_launder()", "end_buffer_io_async()", "reclaim_swapper_space()"];

    /// <summary>What is left of a slice is no part of these states: nothing is.</summary>
    private static string[] SliceIsUsedUp => [.. Enumerable.Repeat("load(p0, 0, 1)", 4)];

    /// <summary>A parent and a child, two pages; each with the few operands that differ.</summary>
    private static List<Operation> ForkOperations() => Parse(
    [
        "p1 = do_fork(p0)",
        "p1 = do_fork(p0, CLONE_VFORK)",
        "store(p0, 0, 1, 1)",
        "store(p1, 0, 1, 2)",
        "store(p0, 16, 1, 1)",
        "store(p1, 16, 1, 2)",
        "load(p0, 0, 1)",
        "load(p1, 0, 1)",
        "access_process_vm(p1, 0, 1, 1)",
        "mprotect(p1, 0, 1, r)",
        "madvise_dontneed(p0, 0, 1)",
        "swap_out(p0, 0)",
        "swap_out(p1, 0)",
        "page_launder()",
        "end_buffer_io_async()",
        "reclaim_swapper_space()",
        "sys_execve(p1)",
        "do_exit(p1)",
        "fail_alloc(3)",
    ]);

    /// <summary>Two threads, a page of memory and one of a file: who stands in a fault, and what comes in between.</summary>
    private static List<Operation> ThreadOperations() => Parse(
    [
        "do_page_fault(p0, 0)",
        "do_page_fault(p0, 0, write)",
        "do_page_fault(p1, 0)",
        "do_page_fault(p1, 0, write)",
        "do_page_fault(p0, 1)",
        "do_page_fault(p0, 1, write)",
        "do_page_fault(p1, 1, write)",
        "resume(p0)",
        "resume(p1)",
        "store(p0, 0, 1, 1)",
        "store(p1, 0, 1, 2)",
        "load(p1, 0, 1)",
        "store(p1, 16, 1, 2)",
        "access_process_vm(p0, 0, 1, 1)",
        "swap_out(p0, 0)",
        "page_launder()",
        "end_buffer_io_async()",
        "reclaim_swapper_space()",
        "vmtruncate(file0, 0)",
        "fail_alloc(1)",
    ]);

    private static bool OneTruncation(CopyingWorld copying, Operation operation) => operation is not Model.Pages.Vmtruncate || copying.Writes == 0;

    private static bool AnyPages(CopyingWorld copying, Operation operation) => true;

    private static bool SmallPackets(CopyingWorld copying, Operation operation) =>
        operation is not (Model.Skbs.SkbPut or Model.Skbs.SkbPush or Model.Skbs.SkbFillPageDesc)
        || Enumerable.Range(0, 2).All(name => !copying.HasSkb(new SkbId(name)) || copying.Names.Length(new SkbId(name)) < MostPacketBytes);

    private static bool ShortStreams(CopyingWorld copying, Operation operation) => operation switch
    {
        Model.Net.Sendfile or Model.Net.TcpSendmsg => copying.Flow(new SockId(0)).Accepted < MostStreamBytes,
        Model.Net.UdpSendmsg => copying.Flow(new SockId(1)).Accepted < MostStreamBytes,
        _ => true,
    };

    /// <summary>The page is stored into once: the versions of a byte are counted.</summary>
    private static bool FewCalls(CopyingWorld copying, Operation operation) => operation switch
    {
        Model.Net.MsgZerocopy call => copying.Flow(call.Sock).Accepted < MostStreamBytes,
        Model.Pages.StorePage => copying.Writes == 0,
        _ => ShortStreams(copying, operation),
    };
}
