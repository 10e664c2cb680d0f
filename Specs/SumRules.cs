namespace ZeroCopy.Specs;

/// <summary>What Internet checksums, partial sums and their states must obey.</summary>
public static class SumRules
{
    public static readonly Rule RunSum = new("SUM-001",
        "The partial sum of a run of bytes folds to its RFC 1071 sum.",
        Because: "Wide loops carry between lanes: an error shows only at some lengths and values.",
        Source: "RFC 1071 section 1 and 2; linux 2.4.4 arch/i386/lib/checksum.S, csum_partial()", Basis.Contract);

    public static readonly Rule BlockAdd = new("SUM-002",
        "The sum of a packet in pieces equals the sum of the whole: a piece at an odd position is added with its bytes swapped.",
        Because: "Fragments start at any byte; without the swap the sum is wrong for odd lengths before them.",
        Source: "linux 2.4.4 include/net/checksum.h, csum_block_add(); RFC 1071 section 2 (B)", Basis.Source);

    public static readonly Rule PseudoHeaderSeed = new("SUM-003",
        "With CHECKSUM_HW the checksum field holds the folded, not inverted sum of the pseudo header: addresses, protocol, length.",
        Because: "The device sums the segment with the field in it and stores the complement; any other seed makes every frame wrong.",
        Source: "linux 2.4.4 net/ipv4/tcp_ipv4.c, tcp_v4_send_check(); RFC 793 section 3.1", Basis.Source);

    public static readonly Rule CheckOffset = new("SUM-004",
        "With CHECKSUM_HW skb->csum is the offset of the checksum field from h.raw, 16 for TCP, and h.raw is the transport header.",
        Because: "The device stores the sum where it is told: over a port or an urgent pointer.",
        Source: "linux 2.4.4 include/linux/skbuff.h, comment on checksumming; net/ipv4/tcp_ipv4.c, tcp_v4_send_check()", Basis.Source);

    public static readonly Rule UdpNeverZero = new("SUM-005",
        "A UDP checksum that comes out as 0 is sent as 0xffff.",
        Because: "0 on the wire means that the sender made none: the receiver would not check.",
        Source: "RFC 768; linux 2.4.4 net/ipv4/udp.c, udp_getfrag()", Basis.Contract);

    public static readonly Rule FieldInHead = new("SUM-010",
        "When the CPU makes a sum that was asked for, its start and its field lie in the linear part.",
        Because: "The field is written by pointer: into the shared info, or into another packet.",
        Source: "linux 2.4.4 net/core/dev.c, skb_checksum_help()", Basis.Source);

    public static readonly Rule CopyKeepsSum = new("SUM-011",
        "A clone or copy says of its checksum what its original says, and starts the sum at the same byte.",
        Because: "A copy that lost the request is sent with the seed in its checksum field.",
        Source: "linux 2.4.4 net/core/skbuff.c, skb_clone(), skb_copy(), pskb_copy(); skb_copy_expand() as intended", Basis.Intended);

    public static readonly Rule StartInPacket = new("SUM-012",
        "A requested sum starts within the packet: with its first byte the request is gone.",
        Because: "The device would sum from before the data, and store into what was pulled.",
        Source: "linux 4.3 include/linux/skbuff.h, skb_postpull_rcsum(): 6ae459bdaaee, 31b33dfb0a14. linux 2.4 does not look", Basis.Later);

    public static readonly Rule CollapsedSum = new("SUM-013",
        "The running sum of a segment that took in the next one is the sum of both.",
        Because: "It is sent as it is: every retransmission of the segment is dropped by the receiver.",
        Source: "linux 2.4.4 net/ipv4/tcp_output.c, tcp_retrans_try_collapse(), as intended: corrected in 2.4.6-pre8", Basis.Intended);

    public static readonly Rule ReceivedSum = new("SUM-014",
        "A received packet that says CHECKSUM_HW holds the sum of its bytes, whatever was taken off or put together.",
        Because: "A stale sum drops good packets, or lets bad ones through.",
        Source: "linux 2.4.4 net/ipv4/ip_input.c, ip_rcv(): padding; net/ipv4/ip_gre.c, ipgre_rcv(); net/ipv4/ip_fragment.c, ip_frag_reasm(); pskb_trim_rcsum() as of d55bef5059dd", Basis.Later);

    public static readonly Rule VouchedForCause = new("SUM-015",
        "A packet is CHECKSUM_UNNECESSARY only where the device vouched for it or its sum was verified.",
        Because: "Nobody looks at its checksum again.",
        Source: "linux 2.4.4 include/linux/skbuff.h, comment on checksumming; net/ipv4/tcp_ipv4.c, tcp_v4_checksum_init()", Basis.Source);

    public static readonly Rule LifeIsLegal = new("SUM-016",
        "What is known of a packet's checksum changes only by the device, by who asks for a sum or makes it, and by who changes the bytes.",
        Because: "The same two fields mean an offset on the way out and a sum on the way in.",
        Source: "linux 2.4.4 include/linux/skbuff.h, comment on checksumming", Basis.Source);

    public static readonly Rule VerdictIsRight = new("SUM-017",
        "A received packet is found good exactly where its bytes sum to negative zero.",
        Because: "Bad data would be handed on, or good data sent again for ever.",
        Source: "RFC 1071 section 1 (3); linux 2.4.4 net/ipv4/tcp_input.c, __tcp_checksum_complete()", Basis.Contract);
}
