namespace ZeroCopy.Specs;

/// <summary>What a socket buffer and each operation on it must obey.</summary>
public static class SkbRules
{
    public static readonly Rule Geometry = new("SKB-001",
        "head <= data <= tail <= end, and tail - data = len - data_len.",
        Because: "Headers are pushed and data appended by these pointers alone; past them lies another object.",
        Source: "linux 2.4.4 include/linux/skbuff.h, struct sk_buff, skb_headlen()", Basis.Source);

    public static readonly Rule PagedLength = new("SKB-002",
        "data_len is the sum of the fragments' sizes.",
        Because: "Whoever walks the fragments stops by data_len: bytes are lost or read past the last fragment.",
        Source: "linux 2.4.4 net/core/skbuff.c, skb_copy_bits()", Basis.Source);

    public static readonly Rule FreedByLastHolder = new("SKB-003",
        "Only the last holder of an skb releases its data.",
        Because: "A holder that frees early pulls pages from under another holder's DMA.",
        Source: "linux 2.4.4 include/linux/skbuff.h, kfree_skb(): users", Basis.Source);

    public static readonly Rule FragmentsFit = new("SKB-004",
        "An skb has at most MAX_SKB_FRAGS fragments, each of at least one byte and inside its page.",
        Because: "The seventh fragment lies behind the shared info; an empty one is a descriptor that some chips never finish.",
        Source: "linux 2.4.4 include/linux/skbuff.h, MAX_SKB_FRAGS, struct skb_frag_struct", Basis.Source);

    public static readonly Rule DataRef = new("SKB-005",
        "dataref is the number of live skbs whose data block this is.",
        Because: "Too low frees a block in use, too high never frees it.",
        Source: "linux 2.4.4 net/core/skbuff.c, skb_release_data()", Basis.Source);

    public static readonly Rule SharedIsCloned = new("SKB-006",
        "Where dataref is above 1, every skb of the block is marked cloned.",
        Because: "skb_cloned() is the only question a writer asks before it writes.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_cloned()", Basis.Source);

    public static readonly Rule PutIsLinear = new("SKB-007",
        "skb_put is for linear skbs.",
        Because: "Bytes after the tail of a paged skb stand before its fragments: the data would be reordered.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_put(): SKB_LINEAR_ASSERT", Basis.Source);

    public static readonly Rule Room = new("SKB-008",
        "An operation takes no more room or data than there is: tailroom for put, headroom for push, linear bytes for pull.",
        Because: "skb_over_panic and skb_under_panic: the bytes would land in the shared info or before the block.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_put(), skb_push(), __skb_pull()", Basis.Source);

    public static readonly Rule SoleOwnerReplacesBlock = new("SKB-009",
        "A data block is replaced (expand_head, linearize, pull_tail) under its sole user only.",
        Because: "Another user of the struct keeps pointers into the block that is given back.",
        Source: "linux 2.4.4 net/core/skbuff.c, pskb_expand_head(), skb_linearize(): skb_shared()", Basis.Source);

    public static readonly Rule NotFreedOnList = new("SKB-010",
        "An skb on a list is not freed.",
        Because: "The list would go on through freed memory.",
        Source: "linux 2.4.4 net/core/skbuff.c, __kfree_skb(): skb->list", Basis.Source);

    public static readonly Rule DriverOwns = new("SKB-011",
        "After hard_start_xmit has returned 0, the driver alone owns the skb until it frees it.",
        Because: "The device may read it at any time: a change is half seen, a free is a read of other data.",
        Source: "linux 2.4.4 Documentation/networking/netdevices.txt, hard_start_xmit; net/sched/sch_generic.c, qdisc_restart()", Basis.Contract);

    public static readonly Rule BytesAgree = new("SKB-012",
        "After each operation every skb reads the bytes that a plain array would hold.",
        Because: "This is what zero-copy claims: pages are shared, and nobody can tell.",
        Source: "linux 2.4.4 net/core/skbuff.c, the comment above each operation; include/linux/skbuff.h, skb_cloned()", Basis.Source);

    public static readonly Rule RefusedForCause = new("SKB-013",
        "An operation is refused only for lack of room, of fragment slots or of memory, or because the bytes are not its own to write.",
        Because: "A refusal without cause drops packets that would fit.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_tailroom(), skb_headroom(); net/core/skbuff.c, skb_copy_bits(): -EFAULT", Basis.Source);

    public static readonly Rule LifeIsLegal = new("SKB-014",
        "An skb is allocated, queued, handed to a driver and freed in that order, each at most once.",
        Because: "An skb queued twice, or freed while queued, corrupts both lists.",
        Source: "linux 2.4.4 include/linux/skbuff.h, __skb_queue_tail(), __skb_unlink(), kfree_skb()", Basis.Source);

    public static readonly Rule OwnerCharged = new("SKB-015",
        "When nothing of a socket is in flight, its wmem_alloc and wmem_queued are 0 again.",
        Because: "A charge that is not given back closes the send buffer a little more with each packet.",
        Source: "linux 2.4.4 include/net/sock.h, skb_set_owner_w(), sock_wfree(); include/net/tcp.h, tcp_free_skb()", Basis.Source);

    public static readonly Rule NoneIsLost = new("SKB-017",
        "An skb has no more users than it has holders: callers, the list that it is on, the driver that has it.",
        Because: "A user that is nobody never frees: the skb, its pages and its charge are lost.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_get(), kfree_skb()", Basis.Source);

    public static readonly Rule TapCharged = new("SKB-060",
        "A tap's rmem_alloc is the truesize of the clones that wait in it, and below its receive buffer.",
        Because: "A charge that stays makes the tap deaf; one that is missing lets a tap that nobody reads hold every page that was sent.",
        Source: "linux 2.4.4 net/packet/af_packet.c, packet_rcv(): rmem_alloc and rcvbuf; net/core/datagram.c, skb_free_datagram()", Basis.Source);

    public static readonly Rule PurgedAtOnce = new("SKB-062",
        "A socket that drops its connection has an empty write queue and no page of its own, while clones of what it had queued keep their data until they are freed.",
        Because: "A purge that frees what a clone in a ring still reads hands its pages to somebody else; one that frees too little keeps them for a connection that is gone.",
        Source: "linux 2.4.4 include/net/tcp.h, tcp_writequeue_purge(); net/ipv4/tcp_ipv4.c, tcp_v4_destroy_socket()", Basis.Source);

    public static readonly Rule WriteOwnBytes = new("SKB-016",
        "A byte of a data block is written only where no other live skb has it within [data, tail).",
        Because: "A clone's reader, perhaps a tap, would see another packet's header.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_cloned(); net/ipv4/tcp_output.c, tcp_transmit_skb(): headers are pushed on a clone into headroom that only it names", Basis.Source);

    public static readonly Rule KeepsAllWithoutMemory = new("SKB-020",
        "An operation that is refused for lack of memory leaves lengths, fragments, users and page references as they were, its own and every other holder's.",
        Because: "Failures are rare: what a failed call leaves half done is found by the next one, long after.",
        Source: "linux 2.4.4 net/core/skbuff.c, pskb_expand_head(), skb_linearize(), skb_copy_expand()", Basis.Source);

    public static readonly Rule LinearBytes = new("SKB-021",
        "After each operation so many bytes are linear as its description says; after pskb_may_pull at least those that were asked for.",
        Because: "Whoever asks reads that many bytes by pointer.",
        Source: "linux 2.4.4 include/linux/skbuff.h, pskb_may_pull(), pskb_pull(); net/core/skbuff.c, __pskb_pull_tail()", Basis.Source);

    public static readonly Rule RoomAsPromised = new("SKB-022",
        "What skb_cow, skb_realloc_headroom, skb_copy_expand and pskb_expand_head give has the room that was asked for, in a head of its own.",
        Because: "The caller pushes its header at once, without looking.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_cow(); net/core/skbuff.c, skb_realloc_headroom(), skb_copy_expand(), pskb_expand_head()", Basis.Source);

    public static readonly Rule PadIsZero = new("SKB-023",
        "A packet shorter than the least length of a frame is followed by zeroes up to it, within its block.",
        Because: "The device sends them: what was there before is another packet's data.",
        Source: "linux 2.4.21 net/core/skbuff.c, skb_pad(); include/linux/skbuff.h, skb_padto(); CVE-2003-0001", Basis.Later);

    public static readonly Rule ChargedForItsBlock = new("SKB-024",
        "The second half of a packet that was cut is charged for the block that it was given: its linear bytes, and no fragment.",
        Because: "Fragments are charged already: the send buffer would fill with memory that nobody uses.",
        Source: "linux 2.4.4 net/ipv4/tcp_output.c, tcp_fragment(), as intended: corrected by BK 300fc65990 (2004-10-19)", Basis.Intended);

    public static readonly Rule DestructorInSoftirq = new("SKB-025",
        "dev_kfree_skb_irq runs no destructor: the softirq does.",
        Because: "The destructor takes locks that the interrupted code may hold.",
        Source: "linux 2.4.4 include/linux/netdevice.h, dev_kfree_skb_irq(); net/core/dev.c, net_tx_action()", Basis.Source);

    public static readonly Rule SharedFragsMarked = new("SKB-026",
        "Where somebody else may have the bytes of a fragment, the data block says so, whatever moved the fragment there.",
        Because: "An operation that loses the mark lets a later one encrypt the page cache in place.",
        Source: "linux 6 include/linux/skbuff.h, SKBFL_SHARED_FRAG, and every place in which fragments move; CVE-2026-43284, -43500, -43503. linux 2.4 has no such writer", Basis.Later);

    public static readonly Rule InPlaceWriterOwns = new("SKB-027",
        "A packet is written in place only where no fragment may be somebody else's.",
        Because: "The page is a file's, or another packet's: the writer changes what it was only lent.",
        Source: "linux 6 net/ipv4/esp4.c, esp_output_head(); net/core/skbuff.c, skb_cow_data(). linux 2.4 has no such writer", Basis.Later);

    public static readonly Rule LastHolderReadsLate = new("SKB-029",
        "Who finds that it is an skb's last holder reads the skb after the count; who unlinks an skb has that seen before its count falls.",
        Because: "A list that was read early is one that the other holder has taken it from since: an skb that is on none is a BUG, or freed memory is on a list.",
        Source: "linux 2.4.4 include/linux/skbuff.h, kfree_skb(): no barrier behind users == 1, mended by BK 09d3e84de4 (2005-02-05); include/asm-sparc64/spinlock.h, spin_unlock(); arch/sparc64/lib/atomic.S", Basis.Intended);

    public static readonly Rule OwnAfterUnshare = new("SKB-028",
        "What skb_share_check gives has one user; what skb_unshare gives shares no data; what skb_orphan leaves has no owner.",
        Because: "The protocol behind it writes to the packet.",
        Source: "linux 2.4.4 include/linux/skbuff.h, skb_share_check(), skb_unshare(), skb_orphan()", Basis.Source);

    public static readonly Rule SoftirqTakesAll = new("SKB-030",
        "When net_tx_action has run, nothing waits in the completion queue.",
        Because: "The interrupt raised one softirq for all of them: what is left waits for the next interrupt, with its pages, and its sender's buffer stays full.",
        Source: "linux 2.4.4 net/core/dev.c, net_tx_action(), which takes the whole list at once; include/linux/netdevice.h, dev_kfree_skb_irq()", Basis.Source);
}
