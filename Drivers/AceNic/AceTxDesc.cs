using System.Buffers.Binary;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>Flags of a descriptor. kernel: BD_FLG_*, drivers/net/acenic.h.</summary>
[Flags]
public enum BdFlags : ushort
{
    None = 0,
    TcpUdpSum = 0x01,
    IpSum = 0x02,
    End = 0x04,
    CoalNow = 0x800,
}

/// <summary>A transmit descriptor. kernel: struct tx_desc, drivers/net/acenic.h: address high, address low, size &lt;&lt; 16 | flags, reserved &lt;&lt; 16 | vlan.</summary>
/// <param name="Address">Bus address, 64 bits.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Flags">See <see cref="BdFlags"/>.</param>
public readonly record struct AceTxDesc(ulong Address, int Size, BdFlags Flags)
{
    public const int Bytes = 16;

    /// <summary>Offsets of its words.</summary>
    public const int AddrHi = 0;
    public const int AddrLo = 4;
    public const int FlagSize = 8;

    /// <summary>The name of a word by its offset.</summary>
    public static string NameOf(int offset) => offset switch { AddrHi => "addrhi", AddrLo => "addrlo", _ => "flagsize" };

    /// <summary>The word that says how many bytes there are, and what they are.</summary>
    public static uint FlagSizeOf(int size, BdFlags flags) => ((uint)size << 16) | (uint)flags;

    public static AceTxDesc Read(ReadOnlySpan<byte> slot)
    {
        var flagSize = BinaryPrimitives.ReadUInt32LittleEndian(slot[FlagSize..]);
        return new AceTxDesc(AceInfo.ReadAddress(slot[AddrHi..]), (int)(flagSize >> 16), (BdFlags)(flagSize & 0xffff));
    }
}
