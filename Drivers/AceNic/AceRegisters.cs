using System.Buffers.Binary;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>Register offsets that transmission uses. kernel: struct ace_regs, drivers/net/acenic.h.</summary>
internal static class AceRegisters
{
    /// <summary>Whether this card asks for an interrupt. kernel: HostCtrl.</summary>
    public const uint HostCtrl = 0x40;

    /// <summary>kernel: IN_INT of HostCtrl.</summary>
    public const int InInt = 1;

    /// <summary>kernel: MASK_INTS of HostCtrl.</summary>
    public const int MaskInts = 0x40;

    /// <summary>The card's processor. kernel: CpuCtrl.</summary>
    public const uint CpuCtrl = 0x140;

    /// <summary>kernel: CPU_HALT of CpuCtrl.</summary>
    public const uint CpuHalt = 0x00010000;

    /// <summary>Writing 0 acknowledges the interrupt. kernel: Mb0Lo.</summary>
    public const uint Mb0Lo = 0x504;

    /// <summary>The producer mailbox. kernel: TxPrd.</summary>
    public const uint TxPrd = 0x514;

    /// <summary>Bus address of the general information block. kernel: InfoPtrHi, InfoPtrLo.</summary>
    public const uint InfoPtrHi = 0x608;

    public const uint InfoPtrLo = 0x60c;

    /// <summary>Where in the card's memory the window begins. kernel: WinBase.</summary>
    public const uint WinBase = 0x68;

    /// <summary>A part of the card's memory, as registers. kernel: Window[512].</summary>
    public const uint Window = 0x800;

    public const uint WindowBytes = 0x800;

    /// <summary>Where the transmit ring lies in a Tigon I's memory. kernel: TX_RING_BASE.</summary>
    public const uint TxRingBase = 0x3800;

    /// <summary>The name of a register that transmission uses.</summary>
    public static string NameOf(uint offset) => offset switch
    {
        HostCtrl => nameof(HostCtrl),
        CpuCtrl => nameof(CpuCtrl),
        Mb0Lo => nameof(Mb0Lo),
        TxPrd => nameof(TxPrd),
        InfoPtrHi => nameof(InfoPtrHi),
        InfoPtrLo => nameof(InfoPtrLo),
        WinBase => nameof(WinBase),
        >= Window and < Window + WindowBytes => $"tx_ring[{(offset - Window) / AceTxDesc.Bytes}].{AceTxDesc.NameOf((int)(offset - Window) % AceTxDesc.Bytes)}",
        _ => $"register 0x{offset:x}",
    };
}

/// <summary>The block that tells the firmware where everything is. kernel: struct ace_info, struct ring_ctrl, drivers/net/acenic.h.</summary>
internal static class AceInfo
{
    public const int Bytes = 1168;

    /// <summary>Ring control of the transmit ring: address high, address low, flags (16 bits), max_len (16 bits). kernel: tx_ctrl.</summary>
    public const int TxCtrl = 1056;

    /// <summary>Where the firmware writes the consumer index: address high, address low. kernel: tx_csm_ptr.</summary>
    public const int TxCsmPtr = 1152;

    /// <summary>kernel: set_aceaddr(); the high word first, each little-endian here.</summary>
    public static void WriteAddress(Span<byte> to, ulong address)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, (uint)(address >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], (uint)(address & 0xffffffff));
    }

    public static ulong ReadAddress(ReadOnlySpan<byte> from) =>
        ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(from) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(from[4..]);
}

/// <summary>kernel: RCB_FLG_*, drivers/net/acenic.h.</summary>
[Flags]
internal enum RcbFlags : ushort
{
    None = 0,
    TcpUdpSum = 0x01,
    NoPseudoHdr = 0x08,
    CoalIntOnly = 0x20,
    TxHostRing = 0x40,
}
