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
}
