namespace ZeroCopy.Specs;

/// <summary>What the AceNIC transmit ring must obey.</summary>
public static class AceRules
{
    public static readonly Rule OneSlotStaysEmpty = new("ACE-001",
        "At least one slot of the transmit ring stays empty.",
        Because: "With producer = consumer a full ring reads as an empty one, and nothing in it is ever sent.",
        Source: "linux 2.4.4 drivers/net/acenic.h, tx_space()", Basis.Source);

    public static readonly Rule EndOnLast = new("ACE-002",
        "BD_FLG_END stands on the last descriptor of a packet only.",
        Because: "There is no start flag: the chip joins descriptors until END, so two packets become one or one becomes two.",
        Source: "linux 2.4.4 drivers/net/acenic.c, ace_start_xmit()", Basis.Source);

    public static readonly Rule SumFlagOnEach = new("ACE-003",
        "BD_FLG_TCP_UDP_SUM stands on every descriptor of a packet with CHECKSUM_HW, and on no other.",
        Because: "The firmware sums what it is told to, descriptor by descriptor.",
        Source: "linux 2.4.4 drivers/net/acenic.c, ace_start_xmit()", Basis.Source);

    public static readonly Rule LastSlotOwns = new("ACE-004",
        "The slot of a packet's last descriptor owns the skb, and no other slot does.",
        Because: "Reclaim may stop in the middle of a packet: an skb freed at an earlier slot goes while its last pages are read.",
        Source: "linux 2.4.4 drivers/net/acenic.c, ace_start_xmit(), ace_tx_int()", Basis.Source);

    public static readonly Rule WaitsForReclaimOnly = new("ACE-005",
        "Where ace_start_xmit() finds the ring full, a reclaim that is under way makes room: it waits for no step of the card.",
        Because: "It spins with softirqs off, without a limit: if the ring really is full, the CPU stands until the card has sent, or for ever.",
        Source: "linux 2.4.4 drivers/net/acenic.c, the comments in ace_tx_int() and at 'overflow' in ace_start_xmit(). 2.4.4 breaks it with fragments: ace_interrupt() tests the ring before a transmit on another CPU fills it, and wakes it after", Basis.Intended);

    public static readonly Rule TxDescLife = new("ACE-010",
        "A slot is filled while it is free, posted once it is filled, done once the card has consumed what was posted, and emptied only then.",
        Because: "A slot that is filled before it is free loses an skb and a mapping; one that is emptied before the card is done takes the pages from under its DMA.",
        Source: "linux 2.4.4 drivers/net/acenic.c, ace_start_xmit(), ace_tx_int(), ace_close()", Basis.Source);
}
