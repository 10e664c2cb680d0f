using System.Buffers.Binary;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Cli.Qemu;

/// <summary>The machine around the card: PCI bridges and IOMMU, programmed as firmware and kernel do. qemu: hw/sparc64/sun4u.c, hw/sparc64/sun4u_iommu.c, hw/pci-host/sabre.c.</summary>
internal sealed class Sun4u
{
    /// <summary>The card's registers.</summary>
    public const ulong Registers = 0x1ff_1000_0000;

    /// <summary>Status in the card's configuration space: bit 3 is its interrupt line.</summary>
    public const ulong NicStatus = PciConfig + Nic + 0x06;

    /// <summary>Where bus address 0 lies behind the IOMMU: elsewhere, so that going past it would show.</summary>
    public const ulong Translation = 128 << 20;

    private const ulong IommuControl = 0x1fe_0000_0200;
    private const ulong IommuTsbBase = 0x1fe_0000_0208;
    private const ulong PciConfig = 0x1fe_0100_0000;
    private const ulong Nic = 1 << 16;
    private const ulong BridgeB = 1 << 11;
    private const ulong BridgeA = BridgeB | (1 << 8);
    private const ulong PciCommand = 0x04;
    private const uint VendorAndDevice = 0x1001108e;

    /// <summary>The table of the IOMMU: 128 K entries of 8 bytes map 1 GiB.</summary>
    private const ulong Tsb = 384 << 20;
    private const ulong TsbOfLargestSize = 7 << 16;

    private readonly HashSet<ulong> _mapped = [];
    private readonly HashSet<ulong> _wanted = [];

    public Sun4u(QtestLink link)
    {
        Link = link;
        Configure(BridgeB + 0x18, 0x00010100); // bus 0, 1, up to 1
        Configure(BridgeB + 0x20, 0x1ff01000); // memory 0x10000000 to 0x1fffffff
        Configure(BridgeB + PciCommand, 6, sizeof(ushort));
        Configure(BridgeA + 0x18, 0x00020200);
        Configure(BridgeA + 0x20, 0x2ff02000);
        Configure(BridgeA + PciCommand, 7, sizeof(ushort));
        Configure(Nic + 0x10, 0x10000000);
        Configure(Nic + PciCommand, 6, sizeof(ushort));
        link.Read(PciConfig + Nic, sizeof(uint));
        var id = BinaryPrimitives.ReadUInt32LittleEndian(link.Flush()[0]);
        if (id != VendorAndDevice)
        {
            throw new AdapterException($"PCI device 1:0.0 is {id:x8}, not a sunhme, {VendorAndDevice:x8}");
        }
    }

    public QtestLink Link { get; }

    /// <summary>Bus addresses go through the table, or are physical ones.</summary>
    public void UseIommu(bool on)
    {
        Write(IommuTsbBase, Tsb);
        Write(IommuControl, on ? TsbOfLargestSize | 1 : 0);
    }

    /// <summary>Makes the table say what is mapped, in whole pages, and nothing else.</summary>
    public void Map(IReadOnlyList<DmaMapping> mappings)
    {
        _wanted.Clear();
        foreach (var mapping in mappings)
        {
            for (var page = mapping.Address >> Rig.IommuPageShift; page <= (mapping.Address + (ulong)mapping.Length - 1) >> Rig.IommuPageShift; page++)
            {
                _wanted.Add(page);
                if (_mapped.Add(page))
                {
                    // kernel: IOPTE_VALID, IOPTE_WRITE.
                    Write(Tsb + (page * sizeof(ulong)), (1UL << 63) | ((page << Rig.IommuPageShift) + Translation) | 2);
                }
            }
        }

        foreach (var page in _mapped.Where(page => !_wanted.Contains(page)).Order().ToList())
        {
            _mapped.Remove(page);
            Write(Tsb + (page * sizeof(ulong)), 0);
        }
    }

    /// <summary>Registers and tables of the host bridge are big-endian.</summary>
    private void Write(ulong address, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Link.Write(address, bytes);
    }

    /// <summary>Configuration space is little-endian.</summary>
    private void Configure(ulong register, uint value, int width = sizeof(uint))
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Link.Write(PciConfig + register, bytes[..width]);
    }
}
