using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Tests.ScriptFiles;

/// <summary>The text of scripts: parse(print(s)) = s, and what does not parse says which word on which line.</summary>
public sealed class ScriptTests
{
    private const string Header = "zcverify-script 1 size=tiny kernel=linux244 suite=test\n";

    private const string EveryOperation = """
        page0 = alloc_page(above4g, 255)
        put_page(page0)
        store_page(page0, 1, 2, 255)
        file0 = open(dma, 00ff)
        file1 = open(high, empty)
        reclaim_page(file0)
        generic_file_write(file0, 1048575, 1, 255)
        vmtruncate(file0, 0)
        sys_fsync(file0)
        fail_alloc(3)
        interleave(eth0)
        qdisc_run(eth0, cpu0)
        do_irq(eth0, cpu1)
        run(eth0, nic)
        run(eth0, tick, 3)
        reorder(eth0, cpu0)
        reorder(eth0, nic, 2)
        skb_free_datagram(eth0, skb0, skb1)
        p0 = mm_alloc(high)
        mmap(p0, 0, 2, rw, private)
        mmap(p0, 2, 1, r, shared_rdonly, file0, 0)
        mmap(p0, 3, 1, none, shared, file0, 1)
        munmap(p0, 3, 1)
        mprotect(p0, 0, 1, r)
        sys_msync(p0, 2, 1)
        store(p0, 1, 15, 7)
        load(p0, 1, 15)
        swap_out(p0, 0)
        page_launder()
        end_buffer_io_async()
        reclaim_swapper_space()
        kio0 = map_user_kiobuf(READ, p0, 0, 17)
        kio1 = map_user_kiobuf(WRITE, p0, 0, 1, swap_out=2)
        lock_kiovec(kio0)
        lock_kiovec(kio0, kio1, wait=0)
        unlock_kiovec(kio0)
        dma_from_device(kio0, 3)
        mark_dirty_kiobuf(kio0, 17)
        unmap_kiobuf(kio0)
        vec0 = get_user_pages(WRITE, p0, 0, 1)
        vec1 = get_user_pages(READ, p0, 0, 1, times=255)
        dma_to_device(vec0)
        unpin_user_pages_dirty_lock(vec0)
        p1 = do_fork(p0)
        p2 = do_fork(p0, dma=0)
        do_exit(p2)
        p2 = do_fork(p0, CLONE_VM)
        p3 = do_fork(p0, CLONE_VFORK)
        sys_execve(p3)
        schedule()
        store(p1, 0, 1, 1, swap_out=1)
        vec0 = get_user_pages(WRITE, p1, 0, 1, FOLL_GET)
        access_process_vm(p1, 0, 1, 2)
        access_process_vm(p1, 0, 1, 2, dontneed=1)
        do_page_fault(p1, 0)
        resume(p1)
        do_page_fault(p1, 0, write)
        madvise_dontneed(p1, 0, 1)
        do_exit(p0)
        skb0 = alloc_skb(65536)
        skb_reserve(skb0, 16)
        skb_put(skb0, 3, 7)
        skb_push(skb0, 2, 0)
        skb_pull(skb0, 1)
        pskb_may_pull(skb0, 2)
        pskb_trim(skb0, 3)
        skb_fill_page_desc(skb0, page0, 0, 16)
        skb1 = skb_clone(skb0)
        skb2 = skb_copy(skb0)
        skb3 = pskb_copy(skb0)
        skb4 = skb_get(skb0)
        kfree_skb(skb4)
        pskb_expand_head(skb0, 8, 0)
        skb_linearize(skb0)
        skb5 = skb_split(skb0, 1)
        skb_copy_bits(skb0, 0, 1)
        skb_checksum(skb0, 0, 1)
        pskb_pull(skb0, 1)
        skb_trim(skb0, 3)
        skb6 = skb_copy_expand(skb0, 4, 8)
        skb7 = skb_realloc_headroom(skb0, 64)
        skb_cow(skb0, 16)
        skb_copy_and_csum_bits(skb0, 0, 2)
        tcp_v4_send_check(skb0, 0, 16)
        skb_checksum_help(skb0)
        skb_share_check(skb0)
        skb_unshare(skb0)
        sk9 = sk_alloc()
        skb8 = sock_wmalloc(sk9, 65536)
        skb_orphan(skb8)
        dev_kfree_skb_irq(skb8)
        net_tx_action()
        skb_padto(skb0, 60)
        tcp_retrans_try_collapse(skb0, skb6)
        skb9 = dev_alloc_skb(hw, bad, 20, 1)
        skb10 = dev_alloc_skb(unnecessary, good, 2, 0)
        skb_pull_rcsum(skb9, 3)
        pskb_trim_rcsum(skb9, 3)
        tcp_checksum_complete(skb9)
        ip_frag_reasm(skb9, skb10)
        skb_append_page(skb0, low, 16, 255)
        esp_output(skb0, 77)
        skb_over_panic(skb0)
        skb_linear_assert(skb0)
        skb_under_panic(skb0)
        __skb_pull(skb0)
        __pskb_pull_tail(skb0)
        ___pskb_trim(skb0)
        pskb_expand_head_shared(skb0)
        skb_linearize_shared(skb0)
        __kfree_skb(skb0)
        skb_checksum_beyond(skb0)
        skb_copy_and_csum_beyond(skb0)
        skb_checksum_help_beyond(skb0)
        skb_split_into_itself(skb0)
        eth0 = register_netdev(acenic, mtu=9000)
        eth1 = register_netdev(loopback, mtu=16436, features=-sg-csum)
        dev_features(eth0, -sg+csum)
        sk0 = tcp_v4_connect(eth0, mss=40)
        sk1 = tcp_v4_connect(eth0, mss=40, ip_options=12, timestamps=1, isn=4294967295)
        sk2 = udp_connect(eth1)
        sk3 = udp_connect(eth1, ip_options=40)
        sys_sendfile(sk0, file0, 0, 2)
        tcp_sendmsg(sk0, file0, 1, 1)
        udp_sendmsg(sk2, file0, 0, 2)
        msg_zerocopy(sk0, page0, 1, 3, more=1)
        ip_recv_error(sk0)
        sk_zckey(sk1, 4294967295)
        tcp_retransmit_timer(sk0)
        tcp_close(sk0)
        device_run(eth0, 64)
        interrupt(eth0)
        netif_rx(eth0, 1)
        sk4 = tcp_v4_connect(eth1, mss=40, priority=6)
        sk5 = udp_connect(eth0, priority=2)
        tcp_close(sk4, linger=0)
        tcp_disconnect(sk4)
        tcp_out_of_resources(sk4)
        peer_reset(sk4)
        peer_window(sk0, 0)
        icmp_frag_needed(sk0, 576)
        rt_cache_flush()
        nf_register_hook()
        nf_unregister_hook()
        tap0 = packet_bind(eth0)
        packet_recvmsg(tap0)
        packet_release(tap0)
        xmit_busy(eth0)
        red_mark(eth0)
        skb9 = ipip_rcv(hw, 60, 24, 1)
        ip_forward(skb9, eth0)
        fail_map(eth0, 2)
        dev_close(eth0)
        dev_open(eth0, cpu1)
        tx_timeout(eth0)
        max_tx_desc(eth0, 1)
        lose_irq(eth0)
        raise_irq(eth0)
        eth3 = register_netdev(acenic, mtu=1500, tigon=1)
        """;

    [Fact]
    public void Printing_gives_what_was_parsed() =>
        Assert.Equal(Header + EveryOperation.ReplaceLineEndings("\n") + "\n", Script.Parse(Header + EveryOperation, Language.All).ToString());

    [Fact]
    public void Every_kind_of_operation_is_above() =>
        Assert.All(Language.All, spelling => Assert.Contains(spelling.Name + "(", EveryOperation, StringComparison.Ordinal));

    [Fact]
    public void Header_keeps_what_it_names()
    {
        const string header = "zcverify-script 1 size=real kernel=linux6 suite=skb mutant=S15 expect=PIN-001";
        Assert.Equal(header + "\n", Script.Parse(header + "\n", Language.All).ToString());
    }

    [Theory]
    [InlineData("", "line 1: a script begins with")]
    [InlineData("zcverify-script 2 size=tiny", "line 1: a script begins with")]
    [InlineData("zcverify-script 1 size=tiny suite=x", "line 1: the first line lacks kernel=")]
    [InlineData("zcverify-script 1 size=huge kernel=linux244 suite=x", "line 1: 'size=huge' is not known")]
    [InlineData(Header + "\n\nskb_fly(skb0)", "line 4: 'skb_fly' is not an operation")]
    [InlineData(Header + "skb0 = alloc_skb", "line 2: 'skb0 = alloc_skb' is not of the form")]
    [InlineData(Header + "skb0 = alloc_skb(ten)", "line 2: 'ten' is not a number (size)")]
    [InlineData(Header + "skb0 = alloc_skb(-1)", "line 2: '-1' is not a number (size)")]
    [InlineData(Header + "skb0 = alloc_skb(65537)", "line 2: '65537' is out of range (size: 0 to 65536)")]
    [InlineData(Header + "skb0 = alloc_skb(99999999999999999999)", "line 2: '99999999999999999999' is not a number")]
    [InlineData(Header + "skb0 = alloc_skb()", "line 2: alloc_skb lacks size")]
    [InlineData(Header + "skb0 = alloc_skb(1, 2)", "line 2: alloc_skb does not take '2'")]
    [InlineData(Header + "alloc_skb(1)", "line 2: alloc_skb gives a result")]
    [InlineData(Header + "skb0 = kfree_skb(skb1)", "line 2: kfree_skb gives no result")]
    [InlineData(Header + "kfree_skb(page0)", "line 2: 'page0' is not a name such as skb0")]
    [InlineData(Header + "kfree_skb(skb10000)", "line 2: 'skb10000' is not a name")]
    [InlineData(Header + "page0 = alloc_page(attic, 0)", "line 2: 'attic' is not a zone")]
    [InlineData(Header + "file0 = open(low, 0g)", "line 2: '0g' is not bytes in hexadecimal")]
    [InlineData(Header + "eth0 = register_netdev(ne2000)", "line 2: 'ne2000' is not a driver")]
    [InlineData(Header + "eth0 = register_netdev(hme, mtu=9000)", "line 2: '9000' is out of range (mtu: 68 to 1500)")]
    [InlineData(Header + "dev_features(eth0, -tso)", "line 2: '-tso' is not a change")]
    public void Wrong_text_names_word_and_line(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<ScriptException>(() => Script.Parse(text, Language.All)).Message, StringComparison.Ordinal);
}
