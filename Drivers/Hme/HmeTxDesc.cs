using System.Buffers.Binary;

namespace ZeroCopy.Drivers.Hme;

/// <summary>Flags of a descriptor. kernel: TXFLAG_*, drivers/net/sunhme.h.</summary>
[Flags]
public enum TxFlags : uint
{
    None = 0,

    /// <summary>The hardware has it.</summary>
    Own = 0x80000000,

    /// <summary>Start of packet.</summary>
    Sop = 0x40000000,

    /// <summary>End of packet.</summary>
    Eop = 0x20000000,

    /// <summary>A checksum is asked for.</summary>
    CsEnable = 0x10000000,
}

/// <summary>A transmit descriptor. kernel: struct happy_meal_txd, drivers/net/sunhme.h: flags, then a 32-bit address, little-endian on PCI.</summary>
/// <param name="Flags">Ownership and framing.</param>
/// <param name="Start">Frame offset at which the sum starts: 6 bits. kernel: TXFLAG_CSBUFBEGIN.</param>
/// <param name="Location">Frame offset at which it is stored: 8 bits. kernel: TXFLAG_CSLOCATION.</param>
/// <param name="Size">Bytes: 14 bits. kernel: TXFLAG_SIZE.</param>
/// <param name="Address">Bus address.</param>
public readonly record struct HmeTxDesc(TxFlags Flags, int Start, int Location, int Size, uint Address)
{
    public const int Bytes = 8;
    public const int MaxStart = 0x3f;
    public const int MaxLocation = 0xff;
    public const int MaxSize = 0x3fff;

    /// <summary>Offset of the address; the flags come first.</summary>
    public const int AddressAt = 4;

    private const int StartShift = 14;
    private const int LocationShift = 20;
    private const TxFlags AllFlags = TxFlags.Own | TxFlags.Sop | TxFlags.Eop | TxFlags.CsEnable;

    /// <summary>All but the address, as the chip reads it. The fields are as narrow as the hardware's: what does not fit is cut, as there.</summary>
    public uint FlagWord => (uint)Flags
        | ((uint)(Location & MaxLocation) << LocationShift)
        | ((uint)(Start & MaxStart) << StartShift)
        | (uint)(Size & MaxSize);

    public static HmeTxDesc Read(ReadOnlySpan<byte> slot)
    {
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(slot);
        return new HmeTxDesc(
            (TxFlags)flags & AllFlags,
            (int)(flags >> StartShift) & MaxStart,
            (int)(flags >> LocationShift) & MaxLocation,
            (int)(flags & MaxSize),
            BinaryPrimitives.ReadUInt32LittleEndian(slot[AddressAt..]));
    }
}
