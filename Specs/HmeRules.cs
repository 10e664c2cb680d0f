namespace ZeroCopy.Specs;

/// <summary>What the Sun HME transmit ring must obey.</summary>
public static class HmeRules
{
    public static readonly Rule FirstSlotOwns = new("HME-001",
        "The slot of a packet's first descriptor owns the skb, and no other slot does.",
        Because: "Reclaim finds a packet by its first slot and reads its number of descriptors from the skb there.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_start_xmit(), happy_meal_tx()", Basis.Source);

    public static readonly Rule Framing = new("HME-002",
        "TXFLAG_SOP stands on the first descriptor of a packet only, TXFLAG_EOP on the last only.",
        Because: "The chip joins what lies between them into one frame.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_start_xmit()", Basis.Source);

    public static readonly Rule SumFieldsFit = new("HME-003",
        "A checksum request says where the sum starts (at most 63) and where it goes (at most 255) as the packet has it.",
        Because: "The fields have 6 and 8 bits and a larger offset is cut silently: the sum starts inside the IP header, or lands in it.",
        Source: "linux 2.4.4 drivers/net/sunhme.h, TXFLAG_CSBUFBEGIN, TXFLAG_CSLOCATION", Basis.Intended);

    public static readonly Rule OneSlotStaysEmpty = new("HME-004",
        "At least one slot of the transmit ring stays empty.",
        Because: "With tx_new = tx_old a full ring reads as an empty one.",
        Source: "linux 2.4.4 drivers/net/sunhme.h, TX_BUFFS_AVAIL", Basis.Source);

    public static readonly Rule KickFollowsOwn = new("HME-005",
        "When neither CPU nor card can go on, no descriptor in the ring is the chip's.",
        Because: "A kick that arrives before OWN finds nothing; the chip goes to sleep, and nobody kicks it again for this packet.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_start_xmit(): no barrier stands between the flags of the first descriptor and the write to ETX_PENDING", Basis.Intended);

    public static readonly Rule OwnInsideRing = new("HME-006",
        "Only descriptors from tx_old up to tx_new are the chip's.",
        Because: "The chip goes on while OWN is set: behind a packet it would find the rest of one that was given up, and read memory that is unmapped.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_init_rings(), happy_meal_tx(). unmap_partial_tx_skb() of later kernels breaks it: it leaves OWN on the fragments of a packet that it gives up", Basis.Intended);

    public static readonly Rule RingSizeTold = new("HME-007",
        "The chip is told the size of the ring at which the driver wraps.",
        Because: "One of them goes on behind the ring where the other begins anew: the chip waits there, or sends what lies there.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_init(): ETX_RSIZE, (TX_RING_SIZE >> ETX_RSIZE_SHIFT) - 1", Basis.Source);

    public static readonly Rule TxDescLife = new("HME-010",
        "A descriptor is given an address while it is free, OWN once it has the address, and is reclaimed once the chip has cleared OWN.",
        Because: "With OWN before the address the chip reads where the last packet was; a descriptor that is reclaimed under OWN takes the pages from under its DMA.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, the comment above write_txd(), happy_meal_start_xmit(), happy_meal_tx(), happy_meal_clean_rings()", Basis.Source);

    public static readonly Rule FirstGivenLast = new("HME-011",
        "The first descriptor of a packet is given to the chip when all behind it are the chip's.",
        Because: "The chip waits at the first: it would find a packet without an end.",
        Source: "linux 2.4.4 drivers/net/sunhme.c, happy_meal_start_xmit(): \"We must give this initial chunk to the device last\"", Basis.Source);
}
