namespace ZeroCopy.Drivers.Hme;

/// <summary>Register offsets that transmission uses, from the base of the PCI device. kernel: GREG_*, ETX_*, BMAC_*, drivers/net/sunhme.h.</summary>
public static class HmeRegisters
{
    public const uint GregSwReset = 0x000;

    /// <summary>Both halves. kernel: GREG_RESET_ALL.</summary>
    public const uint ResetAll = 3;

    /// <summary>Interrupt causes; reading clears them.</summary>
    public const uint GregStat = 0x100;

    /// <summary>1 keeps a cause from the interrupt line.</summary>
    public const uint GregImask = 0x104;

    /// <summary>After a reset no cause interrupts.</summary>
    public const uint MaskAll = 0xffffffff;

    /// <summary>What the driver does not want to hear of: each frame sent or received, and parity errors of the transmitter, which come with others. kernel: GREG_IMASK_GOTFRAME, _RCNTEXP, _SENTFRAME, _TXPERR.</summary>
    public const uint Unwanted = 0x10000103;

    /// <summary>Writing 1 makes the chip look at its ring: the kick.</summary>
    public const uint EtxPending = 0x2000;

    public const uint EtxCfg = 0x2004;

    /// <summary>Bus address of the ring, 2 KiB aligned.</summary>
    public const uint EtxRing = 0x2008;

    /// <summary>Entries / 16 - 1.</summary>
    public const uint EtxRsize = 0x202c;

    public const uint BmacTxCfg = 0x620c;

    /// <summary>The name of a register that transmission uses.</summary>
    public static string NameOf(uint offset) => offset switch
    {
        GregSwReset => "GREG_SWRESET",
        GregStat => "GREG_STAT",
        GregImask => "GREG_IMASK",
        EtxRing => "ETX_RING",
        EtxRsize => "ETX_RSIZE",
        EtxCfg => "ETX_CFG",
        BmacTxCfg => "BMAC_TXCFG",
        EtxPending => "ETX_PENDING",
        _ => $"register 0x{offset:x}",
    };

    /// <summary>A packet has gone from host memory. kernel: GREG_STAT_HOSTTOTX.</summary>
    public const uint StatHostToTx = 0x01000000;

    /// <summary>The ring is empty. kernel: GREG_STAT_TXALL.</summary>
    public const uint StatTxAll = 0x02000000;
}
