namespace ZeroCopy.Specs;

/// <summary>In what the zero-copy path must equal the copying path.</summary>
public static class EqvRules
{
    public static readonly Rule EmittedOnce = new("EQV-001",
        "Every skb that is handed to dev_queue_xmit is emitted exactly once, or dropped for a recorded reason.",
        Because: "A packet sent twice or never is the mildest form of a lost descriptor.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit()", Basis.Contract);

    public static readonly Rule FrameEqual = new("EQV-002",
        "Each emitted frame is byte for byte the frame that the copying path makes, its checksum field included.",
        Because: "This is the claim of zero-copy.",
        Source: "linux 2.4.4 net/core/dev.c, dev_queue_xmit(); net/ipv4/tcp.c, tcp_sendpage()", Basis.Contract);

    public static readonly Rule OriginExact = new("EQV-003",
        "Each payload byte of a frame comes from the offset of the file that it stands for.",
        Because: "Equal values hide exchanged bytes: a file of zeroes is sent right by any program.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, do_tcp_sendpages()", Basis.Contract);

    public static readonly Rule Ends = new("EQV-004",
        "Every operation ends.",
        Because: "A loop over a ring or a list that has lost its end takes the machine with it; the watchdog sees it, and nothing else does.",
        Source: "linux 2.4.4 drivers/net/acenic.c, ace_tx_int() (ends at the consumer index); net/sched/sch_generic.c, qdisc_restart() (ends when the driver is busy)", Basis.Contract);

    public static readonly Rule WithinReading = new("EQV-010",
        "A byte on the wire is one that the file had while this transmission might read it: at the call where it was copied, else from the call to the private copy of dev_queue_xmit, or to the device's reading.",
        Because: "A copy that shows a later write is no copy; by reference a byte from before the call was never sent, and after a private copy nothing may show.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, tcp_sendpage(), tcp_sendmsg(); net/core/dev.c, dev_queue_xmit(); net/core/sock.c, sock_no_sendpage()", Basis.Source);

    public static readonly Rule CallSaysReference = new("EQV-011",
        "Only sendfile over a route with scatter/gather and a checksum leaves its bytes to be read later.",
        Because: "Whoever may write after the call must know it: everything else is safe when the call returns.",
        Source: "linux 2.4.4 net/ipv4/tcp.c, tcp_sendpage(): route_caps", Basis.Source);

    public static readonly Rule StaleSum = new("EQV-012",
        "A frame whose shared pages were written between the CPU's sum and the device's reading carries the sum of the bytes as they were; a receiver that verifies drops it.",
        Because: "This is a hazard of 2.4.4, which sums fragments in place: the frame is lost and TCP sends it again; taken for right, it would hide a real error.",
        Source: "linux 2.4.4 net/core/dev.c, skb_checksum_help(): skb_checksum() over the fragments", Basis.Source);
}
