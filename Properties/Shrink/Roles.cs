using System.Text.RegularExpressions;
using ZeroCopy.Model;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Operations by what they do in a script, each with plain operands; of two that do the same the plainer stands first. A name stands for any of its kind.</summary>
/// <param name="lexicon">Spells them.</param>
/// <param name="rows">The operations, those together that do the same.</param>
public sealed class Roles(Lexicon lexicon, IReadOnlyList<IReadOnlyList<string>> rows)
{
    /// <summary>Of the language of this specification.</summary>
    public static readonly IReadOnlyList<IReadOnlyList<string>> Rows =
    [
        ["fail_alloc(1)", "fail_alloc(2)", "fail_alloc(3)"],

        // Memory and files.
        ["file0 = open(low, 00)", "file0 = open(low, 0000)", "page0 = alloc_page(low, 0)"],
        ["put_page(page0)"],
        ["store_page(page0, 0, 1, 1)"],
        ["generic_file_write(file0, 0, 1, 1)", "vmtruncate(file0, 0)"],
        ["reclaim_page(file0)"],
        ["sys_fsync(file0)"],

        // Packets of a test.
        [
            "skb0 = alloc_skb(0)", "skb0 = alloc_skb(1)", "skb0 = alloc_skb(16)", "skb_put(skb0, 1, 0)", "skb_put(skb0, 2, 0)", "skb0 = dev_alloc_skb(none, bad, 1, 0)", "skb0 = dev_alloc_skb(hw, bad, 2, 0)", "skb0 = sock_wmalloc(sk0, 0)", 
            "skb_push(skb0, 1, 0)", "skb_append_page(skb0, low, 1, 0)", "skb_fill_page_desc(skb0, page0, 0, 1)", "ip_frag_reasm(skb0, skb1)", "skb0 = skb_split(skb1, 0)", "skb0 = skb_split(skb1, 1)",
        ],
        ["skb_reserve(skb0, 1)"],
        ["skb_pull(skb0, 1)", "pskb_pull(skb0, 1)", "pskb_may_pull(skb0, 1)", "skb_pull_rcsum(skb0, 1)"],
        ["skb_trim(skb0, 0)", "pskb_trim(skb0, 0)", "pskb_trim(skb0, 1)", "pskb_trim_rcsum(skb0, 1)"],
        ["skb0 = skb_get(skb1)", "skb0 = skb_clone(skb1)", "skb0 = skb_copy(skb1)", "skb0 = pskb_copy(skb1)", "skb0 = skb_copy_expand(skb1, 0, 0)", "skb0 = skb_realloc_headroom(skb1, 1)", "pskb_expand_head(skb0, 0, 0)", "skb_cow(skb0, 1)", "skb_linearize(skb0)", "skb_unshare(skb0)"],
        ["tcp_retrans_try_collapse(skb0, skb1)"],
        ["skb_copy_bits(skb0, 0, 1)", "skb_copy_bits(skb0, 0, 2)", "skb_checksum(skb0, 0, 1)", "skb_checksum(skb0, 0, 2)", "skb_copy_and_csum_bits(skb0, 0, 1)", "skb_copy_and_csum_bits(skb0, 0, 2)", "tcp_checksum_complete(skb0)"],
        ["tcp_v4_send_check(skb0, 0, 0)"],
        ["skb_checksum_help(skb0)"],
        ["skb_padto(skb0, 1)"],
        ["kfree_skb(skb0)", "dev_kfree_skb_irq(skb0)", "skb_orphan(skb0)"],
        ["net_tx_action()"],
        ["esp_output(skb0, 1)"],
        ["sk0 = sk_alloc()"],

        // Sockets.
        ["sk0 = tcp_v4_connect(eth0, mss=1)", "sk0 = udp_connect(eth0)", "skb0 = ipip_rcv(none, 28, 32, 0)"],
        ["sys_sendfile(sk0, file0, 0, 1)", "sys_sendfile(sk0, file0, 0, 2)", "tcp_sendmsg(sk0, file0, 0, 1)", "udp_sendmsg(sk0, file0, 0, 1)", "msg_zerocopy(sk0, page0, 0, 1)", "msg_zerocopy(sk0, page0, 0, 1, more=1)", "ip_forward(skb0, eth0)"],
        ["tcp_retransmit_timer(sk0)", "icmp_frag_needed(sk0, 68)"],
        ["tcp_close(sk0)", "tcp_close(sk0, linger=0)", "tcp_disconnect(sk0)", "peer_reset(sk0)", "tcp_out_of_resources(sk0)"],
        ["peer_window(sk0, 0)", "peer_window(sk0, 1)"],
        ["ip_recv_error(sk0)"],

        // Devices.
        ["eth0 = register_netdev(acenic, mtu=68)", "eth0 = register_netdev(acenic, mtu=68, tigon=1)", "eth0 = register_netdev(hme, mtu=68)", "eth0 = register_netdev(loopback, mtu=68)", "eth0 = register_netdev(unconverted, mtu=68)"],
        ["device_run(eth0, 1)", "device_run(eth0, 16)", "netif_rx(eth0, 1)", "netif_rx(eth0, 16)", "interrupt(eth0)"],
        ["dev_features(eth0, -sg)", "dev_features(eth0, +sg)", "dev_features(eth0, -csum)"],
        ["tap0 = packet_bind(eth0)"],
        ["packet_recvmsg(tap0)", "packet_release(tap0)"],
        ["nf_register_hook()", "nf_unregister_hook()"],
        ["xmit_busy(eth0)", "red_mark(eth0)", "fail_map(eth0, 1)", "max_tx_desc(eth0, 1)"],
        ["dev_close(eth0)", "tx_timeout(eth0)"],
        ["dev_open(eth0)"],

        // Processes.
        ["p0 = mm_alloc(low)"],
        ["mmap(p0, 0, 1, rw, private)", "mmap(p0, 0, 1, r, private)", "mmap(p0, 0, 2, rw, private)", "mmap(p0, 0, 1, rw, shared, file0, 0)", "mmap(p0, 0, 1, rw, private, file0, 0)"],
        ["load(p0, 0, 1)", "store(p0, 0, 1, 1)", "access_process_vm(p0, 0, 1, 1)", "kio0 = map_user_kiobuf(READ, p0, 0, 1)", "kio0 = map_user_kiobuf(READ, p0, 0, 1, swap_out=1)", "kio0 = map_user_kiobuf(WRITE, p0, 0, 1)", "vec0 = get_user_pages(READ, p0, 0, 1)", "vec0 = get_user_pages(WRITE, p0, 0, 1)", "vec0 = get_user_pages(READ, p0, 0, 1, times=255)"],
        ["mprotect(p0, 0, 1, r)", "mprotect(p0, 0, 1, rw)", "madvise_dontneed(p0, 0, 1)", "munmap(p0, 0, 1)"],
        ["p0 = do_fork(p1)", "p0 = do_fork(p1, CLONE_VFORK)", "p0 = do_fork(p1, CLONE_VM)"],
        ["do_exit(p0)", "sys_execve(p0)"],
        ["schedule()"],
        ["swap_out(p0, 0)"],
        ["page_launder()"],
        ["end_buffer_io_async()"],
        ["reclaim_swapper_space()"],
        ["sys_msync(p0, 0, 1)"],
        ["unmap_kiobuf(kio0)", "mark_dirty_kiobuf(kio0, 1)", "unpin_user_pages_dirty_lock(vec0)"],
        ["lock_kiovec(kio0)", "lock_kiovec(kio0, wait=0)"],
        ["unlock_kiovec(kio0)"],
        ["dma_from_device(kio0, 1)", "dma_from_device(vec0, 1)", "dma_to_device(kio0)", "dma_to_device(vec0)"],
    ];

    /// <summary>Of two scripts of a length: by the operation that stands last in the table, then by the one before it.</summary>
    public static readonly Comparer<int[]> Order = Comparer<int[]>.Create(static (one, other) => one.AsSpan().SequenceCompareTo(other));

    private static readonly Dictionary<string, int> Ranks = Rows.SelectMany(alike => alike).Select(Line.NameOf).Distinct().Index().ToDictionary(name => name.Item, name => name.Index);

    // Not generated: mutants are compiled without source generators.
    private static readonly Regex Name = new(@"\b([a-z]+)\d+\b");

    private static readonly Dictionary<string, int> Spellings = Rows.SelectMany(alike => alike).Select(WithoutNames).Distinct().Index().ToDictionary(text => text.Item, text => text.Index);

    private readonly Line[][] _roles = [.. rows.Select(alike => alike.Select(row => lexicon.Parse(row) ?? throw new ModelException($"'{row}' is not an operation")).ToArray())];

    /// <summary>Every plain line.</summary>
    public IEnumerable<Line> All => _roles.SelectMany(lines => lines);

    /// <summary>Plain lines that do what the operations of a script do.</summary>
    public IEnumerable<Line> Of(IReadOnlyList<Line> script) =>
        _roles.Where(lines => lines.Any(line => script.Any(other => other.Name == line.Name))).SelectMany(lines => lines);

    /// <summary>The place of a spelling, names apart, among all: where one operation stands in two, the plainer comes before. One that is no plain line comes last.</summary>
    public static int Spelling(string text) => Spellings.GetValueOrDefault(WithoutNames(text), Spellings.Count);

    private static string WithoutNames(string text) => Name.Replace(text, match => match.Groups[1].Value);

    /// <summary>Places of operations, as <see cref="Order"/> compares them.</summary>
    public static int[] Sorted(IEnumerable<int> ranks) => [.. ranks.OrderDescending()];

    /// <summary>The place of an operation among all: the plainer of two has the lower.</summary>
    public static int Rank(string name) => Ranks.GetValueOrDefault(name, Ranks.Count);
}
