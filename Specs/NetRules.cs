namespace ZeroCopy.Specs;

/// <summary>What features, queueing and sockets must obey.</summary>
public static class NetRules
{
    public static readonly Rule ByReference = new("NET-001",
        "sendfile puts page-cache pages into the segment, and neither copies nor sums them, exactly where the route's device had scatter/gather and some checksum feature when the route was looked up.",
        Because: "Without scatter/gather the pages must be copied anyway; without a device's sum a page could change between the sum and the wire.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, tcp_sendpage()", Basis.Source);

    public static readonly Rule CopiedAndSummed = new("NET-002",
        "Data that is copied into the kernel at the call is copied once and summed by the CPU in the same pass.",
        Because: "The sum belongs to the snapshot; a second pass over the data is what the combined copy exists to avoid.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, tcp_sendmsg(): csum_and_copy_from_user(); net/ipv4/udp.c, udp_getfrag()", Basis.Source);

    public static readonly Rule LinearizedWithoutSg = new("NET-003",
        "A paged skb is linearised before the driver exactly where the device lacks scatter/gather or NET-004 asks for it.",
        Because: "A driver that was not converted reads skb->data alone and would send the headers without the data.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit()", Basis.Source);

    public static readonly Rule HighPagesNeedHighDma = new("NET-004",
        "A fragment in high memory reaches a driver only if its device has NETIF_F_HIGHDMA.",
        Because: "The device cannot address the page, or reads another one.",
        Source: "linux 2.4.4 net/core/dev.c, illegal_highdma()", Basis.Source);

    public static readonly Rule SummedByCpuIffDeviceCannot = new("NET-005",
        "An skb that asks for the device's sum is summed by the CPU exactly where the device has no checksum feature for it, or its descriptor cannot say where the sum starts and goes.",
        Because: "Summed twice it costs what zero-copy saves; summed by nobody it is dropped by the receiver.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit(): skb_checksum_help(); drivers/net/sunhme.h, TXFLAG_CSBUFBEGIN", Basis.Intended);

    public static readonly Rule PlanIsContiguous = new("NET-006",
        "The segments of a flow follow each other without a gap, and a retransmission repeats a range that was sent.",
        Because: "A gap is data that never arrives, an overlap with other bytes is data that arrives wrong.",
        Source: "RFC 793 section 3.3; linux 2.4.4 net/ipv4/tcp.c, skb_entail()", Basis.Contract);

    public static readonly Rule PlanFitsMss = new("NET-007",
        "A segment carries at most the MSS less its options, and the frame fits the device's MTU.",
        Because: "With DF set a frame that is too long goes nowhere.",
        Source: "RFC 1122 section 4.2.2.6; linux 2.4.4 net/ipv4/tcp_output.c, tcp_sync_mss(); net/ipv4/ip_output.c", Basis.Contract);

    public static readonly Rule IdZeroWithDf = new("NET-008",
        "A packet with DF carries IP id 0.",
        Because: "An id matters to reassembly only. 2.4.4 numbers the DF packets of a connected socket to please one faulty stack; a fixed id is our simplification, so that both paths make the same header.",
        Source: "RFC 6864 section 4.1; linux 2.4.4 include/net/ip.h, ip_select_ident()", Basis.Intended);

    public static readonly Rule ReceiverAccepts = new("NET-009",
        "The receiver accepts every frame that was sent, and what it hands on is what the sender accepted, in order.",
        Because: "A frame with a wrong sum or length is silence on the wire.",
        Source: "linux 2.4.4 net/ipv4/tcp_ipv4.c, tcp_v4_rcv(); net/ipv4/udp.c, udp_rcv()", Basis.Contract);

    public static readonly Rule BusyKeepsNothing = new("NET-010",
        "hard_start_xmit that returns 1 has kept no reference to the skb and left no mapping.",
        Because: "The core queues the skb again: it would be sent, and freed, twice.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, qdisc_restart(); Documentation/networking/netdevices.txt", Basis.Contract);

    public static readonly Rule AwakeAccepts = new("NET-011",
        "While a device's queue is awake its driver takes the largest packet.",
        Because: "Returning 1 while awake makes the core spin on the device.",
        Source: "linux 2.4.4 Documentation/networking/netdevices.txt; net/sched/sch_generic.c, qdisc_restart()", Basis.Contract);

    public static readonly Rule FreedWhenDone = new("NET-013",
        "After an interrupt that finds the hardware done, the driver has freed every skb and undone every mapping.",
        Because: "An skb that is never freed keeps its pages and its share of the send buffer.",
        Source: "linux 2.4.4 Documentation/networking/netdevices.txt; drivers/net/acenic.c, ace_tx_int(); drivers/net/sunhme.c, happy_meal_tx()", Basis.Contract);

    public static readonly Rule TapSeesWhatGoesOut = new("NET-020",
        "A tap on a device is shown each packet at each attempt to hand it to the driver, in order, and reads the bytes that go out; where the device is to make the sum, the seed stands in its place.",
        Because: "What a tap shows is what people believe was sent. It clones before the driver sees the packet, so that a driver may never write what it is handed.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit_nit(); net/sched/sch_generic.c, qdisc_restart(); net/packet/af_packet.c, packet_rcv(), packet_recvmsg()", Basis.Source);

    public static readonly Rule BandOrder = new("NET-021",
        "The next packet that a driver is handed is the oldest of the lowest band that is not empty; one that the driver refused stays the oldest of its band.",
        Because: "Order within a band is the order of a flow's segments: a requeue at the tail makes the receiver see a gap at each busy driver.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, pfifo_fast_dequeue(), pfifo_fast_requeue()", Basis.Source);

    public static readonly Rule BandFull = new("NET-022",
        "The queueing discipline drops a packet for lack of room exactly where its band holds more than tx_queue_len packets.",
        Because: "A band without a limit holds pages for ever behind a stopped device; a limit that is too low loses what would have fitted.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, pfifo_fast_enqueue(): qlen <= tx_queue_len", Basis.Source);

    public static readonly Rule CnIsSent = new("NET-023",
        "For TCP a packet that met NET_XMIT_CN was sent; one that met NET_XMIT_DROP was not.",
        Because: "CN may speak of another packet: sent again at once, and as new, the segment would go twice, and the queue that asked for less would get more.",
        Source: "linux 2.4.4 net/ipv4/tcp_output.c, tcp_transmit_skb(): net_xmit_eval of the result", Basis.Source);

    public static readonly Rule HookCosts = new("NET-024",
        "While a netfilter hook is registered, no fragments and no request for the device's sum come to dev_queue_xmit: each paged packet was copied, and each request summed, by the CPU.",
        Because: "A hook knows no fragments. Zero-copy dies silently: sendfile still goes by reference, and the CPU touches every byte after all.",
        Source: "linux 2.4.4 net/core/netfilter.c, nf_hook_slow()", Basis.Source);

    public static readonly Rule PathMtuObeyed = new("NET-025",
        "After a smaller path MTU was told, no segment in flight stays longer than it allows: what is longer is cut and goes again at once.",
        Because: "With DF set a longer packet is dropped by the same router again, until the connection dies.",
        Source: "RFC 1191 section 3; linux 2.4.4 net/ipv4/tcp_ipv4.c, do_pmtu_discovery(); net/ipv4/tcp_output.c, tcp_simple_retransmit(), tcp_fragment()", Basis.Contract);

    public static readonly Rule WindowObeyed = new("NET-026",
        "New data is sent only up to the right edge of the window that the peer told last.",
        Because: "The peer has no room for it: it is dropped, and sent again.",
        Source: "RFC 793 section 3.7; linux 2.4.4 net/ipv4/tcp_output.c, tcp_snd_test(); net/ipv4/tcp_input.c, tcp_ack_update_window()", Basis.Contract);

    public static readonly Rule FragmentsCover = new("NET-027",
        "The fragments of a datagram cover it without gap or overlap, each but the last a multiple of 8 bytes; all carry one id, which the next datagram of the socket does not.",
        Because: "The receiver joins by id and offset alone: two datagrams with one id are joined to a third that nobody sent.",
        Source: "RFC 791 section 3.2; linux 2.4.4 net/ipv4/ip_output.c, ip_build_xmit_slow()", Basis.Contract);

    public static readonly Rule SilentAfterReset = new("NET-028",
        "A connection that either end has reset sends nothing any more.",
        Because: "The other end has forgotten it: what comes would be answered by a reset of whoever has the port now.",
        Source: "RFC 793 section 3.4; linux 2.4.4 net/ipv4/tcp_input.c, tcp_reset(); net/ipv4/tcp.c, tcp_disconnect()", Basis.Contract);

    public static readonly Rule SendHeadIsUnsent = new("NET-029",
        "send_head is the first segment of the write queue that was not sent yet.",
        Because: "At one that was sent, the next push sends what the peer has had, from an skb that an acknowledgement may free; behind one that was not, its bytes never go.",
        Source: "linux 2.4.4 net/ipv4/tcp_output.c, update_send_head(); net/ipv4/tcp.c, tcp_sendmsg(), at do_fault", Basis.Intended);

    public static readonly Rule ListLinearized = new("NET-030",
        "An skb with a list of skbs is linearised before the driver exactly where its device does not take lists, or NET-003 asks for it.",
        Because: "A driver that knows fragments walks those alone: head and fragments go out, the list does not, and nobody is told.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit(); include/linux/netdevice.h, NETIF_F_FRAGLIST, which has a bit of its own from 2.4.9 only", Basis.Intended);

    public static readonly Rule ForwardedWithoutSum = new("NET-031",
        "A packet that is forwarded asks no device for a sum, whatever the device that received it said.",
        Because: "Received, CHECKSUM_HW is an answer, and csum a sum; sent, it is a request, and csum a place: the packet would be written to there.",
        Source: "linux 2.4.4 net/ipv4/ip_forward.c, ip_forward(); include/linux/skbuff.h, the comment on checksumming", Basis.Source);

    public static readonly Rule BandByPriority = new("NET-032",
        "A packet waits in the band of its priority: interactive and control (6 and 7) in 0, filler and bulk (1, 2, 3 and 5) in 2, everything else in 1.",
        Because: "Bands are served in their order: a bulk transfer in a low band keeps an interactive packet waiting behind all of it.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, prio2band, pfifo_fast_enqueue(); include/linux/pkt_sched.h, TC_PRIO_*", Basis.Source);

    public static readonly Rule WaitingFramesAreTaken = new("NET-033",
        "netif_rx hands on as many of the frames that wait as it was told to, or all of them.",
        Because: "An acknowledgement that stays behind keeps the pages of what it acknowledges, and a sender whose window it opens stands still.",
        Source: "linux 2.4.4 net/core/dev.c, netif_rx(), net_rx_action()", Basis.Source);

    public static readonly Rule OldestGoesAgain = new("NET-034",
        "When the retransmission timer ends, the first byte that the peer has not acknowledged goes again, or bytes before it, which the peer answers; unless there is no memory for it.",
        Because: "The peer keeps nothing that it cannot put in order: sending only what comes later brings no acknowledgement, and the connection hangs.",
        Source: "RFC 2988 section 5.4; RFC 793 section 3.9, SEGMENT ARRIVES; linux 2.4.4 net/ipv4/tcp_timer.c, tcp_retransmit_timer(); net/ipv4/tcp_output.c, tcp_retransmit_skb(), tcp_fragment()", Basis.Contract);

    public static readonly Rule SynAndFinAreAnswered = new("NET-035",
        "The SYN and the FIN of the peer are acknowledged when they are taken, unless there is no memory for it.",
        Because: "The peer sends them again until they are, and keeps its half of the connection as long.",
        Source: "RFC 793 section 3.9, SEGMENT ARRIVES; linux 2.4.4 net/ipv4/tcp_input.c, tcp_rcv_synsent_state_process(), tcp_fin()", Basis.Contract);

    public static readonly Rule ContinuationTakesNoSlot = new("NET-036",
        "Within a segment that waits no fragment continues the one before it: a piece that does makes that one longer.",
        Because: "Slots are few: a file that is sent a few bytes at a time would fill them long before the segment is full.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, can_coalesce(), do_tcp_sendpages(), tcp_sendmsg()", Basis.Source);

    public static readonly Rule AcknowledgedLeaves = new("NET-037",
        "When an acknowledgement is taken, what it acknowledges to the last byte leaves the write queue, even where it says nothing new.",
        Because: "It holds its pages, and stands before what the timer should send. A segment that is cut where the peer has acknowledged leaves such a part, and its acknowledgement is the same again.",
        Source: "linux 2.4.4 net/ipv4/tcp_input.c, tcp_ack(), tcp_clean_rtx_queue()", Basis.Source);

    public static readonly Rule StoppedWillWake = new("NET-012",
        "While a device's queue is stopped it has packets whose completion will wake it.",
        Because: "Nothing else starts the queue again but the watchdog.",
        Source: "linux 2.4.4 include/linux/netdevice.h, netif_stop_queue(), netif_wake_queue()", Basis.Contract);

    public static readonly Rule QueueLife = new("NET-014",
        "A queue hands a packet over only while it is awake, and is stopped only where its ring has room for no more than the largest packet.",
        Because: "A driver that is called while stopped has no room; a queue that stops with room lets the link idle until an interrupt.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, qdisc_restart(); include/linux/netdevice.h, netif_stop_queue(); Documentation/networking/netdevices.txt", Basis.Contract);

    public static readonly Rule CallsAreNumbered = new("NET-050",
        "Each zero-copy send that succeeds and is not empty has the next number of its socket, modulo 2^32; a call that fails uses none and is not told.",
        Because: "The user counts calls himself: one number too many or too few, and he writes to a page that is still being sent.",
        Source: "linux 4.14 net/core/skbuff.c, sock_zerocopy_alloc(), sock_zerocopy_put_abort(); Documentation/networking/msg_zerocopy.rst (2.4 has no such send)", Basis.Later);

    public static readonly Rule ToldOnce = new("NET-051",
        "Each zero-copy send is pending, or in exactly one range of its socket's error queue, or was read from it.",
        Because: "What is told twice frees a page that is in use again; what is never told is never freed.",
        Source: "linux 4.14 net/core/skbuff.c, sock_zerocopy_callback(); Documentation/networking/msg_zerocopy.rst (2.4 has no such send)", Basis.Later);

    public static readonly Rule RangesAreJoined = new("NET-052",
        "A notification is joined to the last range of the error queue exactly where it continues that range and says the same of copying.",
        Because: "One entry a call fills the queue; a range joined wrongly tells of calls that are pending.",
        Source: "linux 4.14 net/core/skbuff.c, skb_zerocopy_notify_extend(); Documentation/networking/msg_zerocopy.rst (2.4 has no such send)", Basis.Later);

    public static readonly Rule CopiedIsSaid = new("NET-053",
        "A range says \"copied\" exactly where the CPU copied bytes of its calls: at the call, for a device that takes no fragments, for a hook, or at a local receiver. Of a segment that was cut, the halves count for one another.",
        Because: "The user stops pinning pages for nothing when he is told that they were copied, and only then.",
        Source: "linux 4.14 net/core/skbuff.c, skb_copy_ubufs(), skb_zcopy_clear(); SO_EE_CODE_ZEROCOPY_COPIED in Documentation/networking/msg_zerocopy.rst (2.4 has no such send)", Basis.Later);

    public static readonly Rule OneNotification = new("NET-054",
        "An skb carries bytes of one zero-copy send at most.",
        Because: "It has room for one notification: the bytes of the other call would be sent without one.",
        Source: "linux 4.14 net/core/skbuff.c, skb_zerocopy_iter_stream() (2.4 has no such send)", Basis.Later);

    public static readonly Rule UserPagesByReference = new("NET-055",
        "A zero-copy send puts the user's pages into the segment, and neither copies nor sums them, exactly where the route has scatter/gather and a checksum that the CPU need not make.",
        Because: "Elsewhere the bytes must be copied anyway, or summed before they are safe from the user.",
        Source: "linux 4.14 net/ipv4/tcp.c, tcp_sendmsg_locked(); net/ipv4/ip_output.c, __ip_append_data() (2.4 has no such send)", Basis.Later);

    public static readonly Rule DownHoldsNothing = new("NET-061",
        "When dev_close() has come to its end the driver holds no packet and no mapping, and the hardware reads no memory of it.",
        Because: "The pages go to others: a card that still reads sends what they hold then.",
        Source: "linux 2.4.4 net/core/dev.c, dev_close(); net/sched/sch_generic.c, dev_deactivate(); Documentation/networking/netdevices.txt, dev->stop", Basis.Contract);

    public static readonly Rule WatchdogHelps = new("NET-062",
        "When tx_timeout has come to its end, the queue is awake and the ring takes the largest packet.",
        Because: "It is the last that could start the queue again; one that it wakes without room is handed a packet that it cannot take.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, dev_watchdog(); drivers/net/sunhme.c, happy_meal_tx_timeout(). ace_watchdog() of 2.4.4 breaks it: it wakes a full ring, and does nothing where an interrupt was lost", Basis.Intended);

    public static readonly Rule LocksAreReleased = new("NET-063",
        "Where no procedure of a device is under way on any CPU, none of its locks is held.",
        Because: "The next who wants it spins for ever, with interrupts off.",
        Source: "linux 2.4.4 net/sched/sch_generic.c, qdisc_restart(); drivers/net/sunhme.c, happy_meal_start_xmit(), happy_meal_interrupt(); include/linux/spinlock.h", Basis.Contract);

    public static readonly Rule NothingIsStuck = new("NET-060",
        "When neither CPU nor card can go on, every packet that was handed over has gone out and been freed, and the queue is awake.",
        Because: "Nothing is under way that would free the packet or wake the queue: traffic stops until somebody resets the card.",
        Source: "linux 2.4.4 drivers/net/acenic.c, the comment in ace_tx_int(); include/linux/netdevice.h, netif_stop_queue(), netif_wake_queue()", Basis.Contract);
}
