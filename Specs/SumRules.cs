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
}
