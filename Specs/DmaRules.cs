namespace ZeroCopy.Specs;

/// <summary>What DMA mappings and the device's accesses must obey.</summary>
public static class DmaRules
{
    public static readonly Rule InsideOneBuffer = new("DMA-001",
        "A mapping lies inside one buffer: one page, or [head, end) of one data block.",
        Because: "What lies behind belongs to somebody else: a bounce buffer copies it, an IOMMU opens it to the device.",
        Source: "linux 2.4.4 Documentation/DMA-mapping.txt, pci_map_single()", Basis.Contract);

    public static readonly Rule UnmappedAsMapped = new("DMA-002",
        "Each mapping is undone exactly once, with the address, length and direction it was made with.",
        Because: "An IOMMU frees as many entries as it is told: too few leak, too many pull a neighbour's from under its DMA.",
        Source: "linux 2.4.4 Documentation/DMA-mapping.txt, pci_unmap_single()", Basis.Contract);

    public static readonly Rule ReadsMappedOnly = new("DMA-003",
        "A device reads and writes only memory that is mapped for it in that direction.",
        Because: "An access before the map or after the unmap meets memory of another owner.",
        Source: "linux 2.4.4 Documentation/DMA-mapping.txt", Basis.Contract);

    public static readonly Rule WithinReach = new("DMA-004",
        "A device is handed only bus addresses that it can reach.",
        Because: "The upper bits are lost in its descriptor and it reads another page.",
        Source: "linux 2.4.4 Documentation/DMA-mapping.txt, DMA addressing limitations; drivers/net/sunhme.h, struct happy_meal_txd", Basis.Contract);

    public static readonly Rule NoneLeft = new("DMA-005",
        "A device without packets in flight has no mapping of packet data.",
        Because: "Mappings are a finite resource: the driver stops when the last is gone.",
        Source: "linux 2.4.4 Documentation/DMA-mapping.txt", Basis.Contract);

    public static readonly Rule RefusedMapDropsPacket = new("DMA-006",
        "A packet of which a piece cannot be mapped is dropped, once and for no other reason; what was mapped of it is undone, and the device is handed none of it.",
        Because: "An error taken for an address is read by the device; a packet that is tried again for ever stops its queue; what is not undone is gone.",
        Source: "linux 2.6.27 Documentation/DMA-API.txt, dma_mapping_error(); drivers/net/ethernet/sun/sunhme.c, happy_meal_start_xmit(), of later kernels (2.4.4: pci_map_single() cannot fail)", Basis.Later);

    public static readonly Rule MappingLife = new("DMA-010",
        "Each mapping of packet data is that of one slot in use, by address and length, and each slot in use has its own.",
        Because: "The driver unmaps what its slots say: a mapping that none names is never undone, and a slot that names another pulls it from under its owner.",
        Source: "linux 2.4.4 drivers/net/acenic.h, struct tx_ring_info; drivers/net/sunhme.c, happy_meal_tx(); Documentation/DMA-mapping.txt", Basis.Contract);
}
