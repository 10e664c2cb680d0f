namespace ZeroCopy.Drivers;

/// <summary>What somebody who writes a driver must know beside its rules: the registers, the descriptor, and who owns what when. The order of its accesses is not written here: it is taken from the driver itself.</summary>
/// <param name="Driver">Its word.</param>
/// <param name="Title">Card and ring.</param>
/// <param name="Source">Where this is written.</param>
/// <param name="Registers">Name, offset, what a write or read does.</param>
/// <param name="Descriptor">Its words and their bits, in the order in which they lie.</param>
/// <param name="Ownership">Who owns what from when to when.</param>
/// <param name="Order">Why the accesses stand in their order.</param>
public sealed record DriverPage(
    string Driver,
    string Title,
    string Source,
    IReadOnlyList<(string Name, string Offset, string Meaning)> Registers,
    IReadOnlyList<(string Word, string Meaning)> Descriptor,
    IReadOnlyList<string> Ownership,
    IReadOnlyList<string> Order)
{
    public static IReadOnlyList<DriverPage> All { get; } =
    [
        new("acenic", "AceNIC (Alteon Tigon II, transmit ring in host memory; Tigon I, in the card's)", "linux 2.4.4 drivers/net/acenic.[ch]",
        [
            ("HostCtrl", "0x040", "read: bit 0 (IN_INT) says that this card asks for an interrupt; the line may be shared. write: MASK_INTS 0x40 keeps the line down"),
            ("WinBase, Window", "0x068, 0x800", "write: where in the card's memory the window begins; the 512 words of the window. Tigon I alone: its ring lies at 0x3800, and each word of a descriptor is a write to the window"),
            ("CpuCtrl", "0x140", "write: CPU_HALT 0x10000 halts the card, which leaves what it was in; 0 starts it at slot 0. Reading it back makes sure that it stands"),
            ("Mb0Lo", "0x504", "write 0: acknowledges the interrupt. What the card tells after this arrived interrupts again; reading it back makes sure that it has"),
            ("TxPrd", "0x514", "write: the producer index, one past the last descriptor that the card may read"),
            ("InfoPtrHi, InfoPtrLo", "0x608, 0x60c", "write: bus address of the information block, which holds the ring's address, its flags (NO_PSEUDO_HDR among them: the stack has seeded the pseudo header) and the address of *tx_csm"),
        ],
        [
            ("addrhi, addrlo", "bus address of a piece, 64 bits"),
            ("flagsize", "bytes << 16 | flags: TCP_UDP_SUM 0x01 on every descriptor of a packet that asks for a sum, END 0x04 on its last, COAL_NOW 0x800 stripped before the card sees it"),
            ("vlanres", "0"),
        ],
        [
            "A Tigon II has 256 entries, in host memory, and TX_HOST_RING in the ring's flags says so; a Tigon I has 128, in its own memory. One always stays empty and is not counted as free: (consumer - producer - 1) modulo the ring are. It is full where at most MAX_SKB_FRAGS (6) are free, so that a ring that is not full takes the largest packet.",
            "tx_prd is written by hard_start_xmit alone, tx_ret_csm by the handler alone. *tx_csm is written by the card's DMA.",
            "Slots from tx_ret_csm to tx_prd belong to packets in flight: each keeps its mapping and length, the last of a packet the skb too. Descriptors from the card's own index to TxPrd are the card's.",
            "The card interrupts after it has written *tx_csm, by ticks and count; the write may arrive after the interrupt; a register that is read makes it arrive.",
            "A slot is the handler's once *tx_csm is beyond it, and hard_start_xmit's once tx_ret_csm is. The card may tell of a part of a packet: what it has read is unmapped then, and the skb, in the last slot, stays.",
            "Where a piece cannot be mapped, the slots of the packet are unmapped and emptied again, tx_prd stays where it was, and the packet is dropped: hard_start_xmit returns 0.",
            "dev_close and the watchdog take the ring back: the line masked, the card halted, the halt read back, the handler waited for; then the slots from tx_ret_csm to tx_prd are emptied, unmapped, and their skbs freed, and all three indices are 0.",
        ],
        [
            "hard_start_xmit with a full ring (by tx_ret_csm) changes nothing and reads tx_ret_csm until there is room: a reclaim on another CPU is about to publish it.",
            "After the last descriptor it reads tx_ret_csm again: where the ring is full now, the packet closes it, and only then it takes the lock, stops, tests with tx_ret_csm once more, and clears the bit where there is room after all.",
            "The handler leaves where the card did not ask, where the index has not moved, and where the ring would still be full: the next index comes. Each slot is emptied, then unmapped by its own length, and its skb freed.",
            "It tests tx_prd again under the lock where the queue is stopped; with room it clears the bit and schedules the queue (cpu1 begins again).",
            "Descriptors before the producer (wmb): the card reads up to the index that it was given.",
            "The producer in memory before the mailbox (wmb): the card may be done before the handler, on another CPU, sees tx_prd, and the handler would take the ring for full and leave.",
            "The consumer index before slots and producer (rmb), and all of them after the acknowledgement was read back: otherwise the last packets are never told of.",
            "Slots emptied before tx_ret_csm (wmb): hard_start_xmit fills them as soon as it sees it.",
            "The queue is woken before tx_ret_csm is published: hard_start_xmit may find the ring full for the rest of the handler, and waits for that. In a driver without a lock the other order wakes a ring that was filled again.",
            "The halt is read back before anything is unmapped: the write is posted, and the card reads on until it arrives.",
            "synchronize_irq before the slots are looked at: a handler on the other CPU may have read one and not emptied it.",
            "Indices before the card starts (wmb): it writes *tx_csm.",
            "Stop and second test on one side, test, wake and consumer on the other, under one lock, interrupts off on both sides: ACE-005, NET-060.",
        ]),
        new("hme", "Sun HME, transmit ring in host memory", "linux 2.4.4 drivers/net/sunhme.[ch]",
        [
            ("GREG_SWRESET", "0x000", "write 3: stops both halves, which leave what they were in; it reads as 0 when that is done"),
            ("GREG_STAT", "0x100", "read: the causes, which the reading clears. 0x01000000 (HOSTTOTX): a packet has gone; 0x02000000 (TXALL): the ring is empty, and the only one that the handler reclaims by"),
            ("GREG_IMASK", "0x104", "write: a 1 keeps a cause from the interrupt line. After a reset all are kept from it; the driver writes 0x10000103, each frame sent or received and parity errors of the transmitter"),
            ("ETX_PENDING", "0x2000", "write 1: the kick. The chip looks at the descriptor that it waits for"),
            ("ETX_RING", "0x2008", "write: bus address of the ring, aligned to 2 KiB"),
            ("ETX_RSIZE", "0x202c", "write: entries / 16 - 1. The chip goes back to slot 0 behind so many"),
            ("ETX_CFG, BMAC_TXCFG", "0x2004, 0x620c", "write 1: transmit DMA, and the transmitter, enabled"),
        ],
        [
            ("tx_flags", "OWN bit 31 (the chip's), SOP bit 30, EOP bit 29, CSENABLE bit 28, where the sum goes bits 20 to 27, where it starts bits 14 to 19, bytes bits 0 to 13"),
            ("tx_addr", "bus address of a piece, 32 bits"),
        ],
        [
            "The ring has 32 entries (16 to 256); one always stays empty. The queue is stopped where the largest packet does not fit any more, and woken where it does again.",
            "The checksum fields stand in every descriptor of a packet. A start beyond 63 or a place beyond 255 does not fit and is not handed to the driver: the CPU sums.",
            "A descriptor is the chip's from the store that sets OWN to the DMA that clears it. Reading a register makes those DMAs arrive.",
            "The slot of a packet's first descriptor keeps the skb. When the first and the last descriptor (by its number of fragments) have come back, the slot is emptied, each descriptor unmapped with the address and length that stand in it, and the skb freed.",
            "tx_new and tx_old are read and written under happy_lock, in hard_start_xmit with interrupts off. With too few free slots it stops the queue, changes nothing else, and returns 1.",
            "Where a piece cannot be mapped, the pieces before it are unmapped, OWN is cleared in every descriptor that was given, and the packet is dropped: hard_start_xmit returns 0. OWN that stays would lead the chip on behind the next shorter packet.",
            "dev_close and the watchdog take the ring back under happy_lock: the chip is reset, the reset read back, each packet unmapped and freed, every tx_flags 0, tx_new and tx_old 0; then the registers are written again.",
        ],
        [
            "The address before OWN (wmb): the chip may look as soon as OWN is there.",
            "The other descriptors of a packet before its first (wmb): the chip waits at the first, and must not see half a chain.",
            "OWN before the kick (wmb): a kick that comes first finds nothing, and nobody kicks again (HME-005).",
            "The reset is read back before anything is unmapped; every tx_flags is 0 before ETX_CFG starts the chip (wmb).",
            "The causes are read before the descriptors: the reading makes the chip's DMAs arrive.",
        ]),
    ];
}
