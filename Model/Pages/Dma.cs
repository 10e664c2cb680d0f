using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>A live DMA mapping.</summary>
/// <param name="Address">Bus address of the first byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Consistent">Ring memory, mapped in both directions for as long as the driver lives; else packet data, to the device only.</param>
public readonly record struct DmaMapping(ulong Address, int Length, bool Consistent);

/// <summary>The DMA interface of one device: what is mapped for it, and its accesses by bus address. kernel: pci_map_single(), pci_alloc_consistent(), Documentation/DMA-mapping.txt.</summary>
/// <remarks>On i386 a bus address is the physical address, and unmapping does nothing. The model keeps the books that an IOMMU would.</remarks>
public sealed class Dma(PhysicalMemory memory)
{
    private const ulong Error = ulong.MaxValue;

    private readonly List<DmaMapping> _mappings = [];
    private readonly List<Block> _consistent = [];
    private int _failAt;

    /// <summary>The live mappings, oldest first.</summary>
    public ListView<DmaMapping> Mappings => _mappings;

    /// <summary>Mappings made and undone so far.</summary>
    public long Changes { get; private set; }

    /// <summary>Mappings that were refused so far.</summary>
    public int Failed { get; private set; }

    /// <summary>The k-th mapping of packet data from here on is refused: a fault that the script orders.</summary>
    public void FailAt(int k) => _failAt = k;

    /// <summary>Whether a mapping was refused. kernel: none in 2.4.4, whose pci_map_single() cannot say so; dma_mapping_error(), DMA_MAPPING_ERROR later.</summary>
    public static bool IsError(ulong address) => address == Error;

    /// <summary>kernel: pci_map_single(virt_to_bus(...), length, PCI_DMA_TODEVICE).</summary>
    /// <returns>The bus address; where it was refused, what <see cref="IsError"/> knows.</returns>
    public ulong MapSingle(ulong physical, int length)
    {
        if (_failAt > 0 && --_failAt == 0)
        {
            Failed++;
            Fire(MappingMachine.Event.Fail, MappingMachine.Guard.None, physical, length);
            return Error;
        }

        Changes++;
        Fire(MappingMachine.Event.Map, MappingMachine.Guard.None, physical, length);
        _mappings.Add(new DmaMapping(physical, length, Consistent: false));
        return physical;
    }

    /// <summary>A fragment's mapping: the same as a single one in 2.4.4, computed in 64 bits. kernel: pci_map_single_high() of drivers/net/acenic.c; pci_map_page() from 2.4.13.</summary>
    public ulong MapPage(Page page, int offset, int length) => MapSingle(page.Address + (ulong)offset, length);

    /// <summary>kernel: pci_unmap_single(). With anything but a live mapping's own address and length it is a BUG (DMA-002).</summary>
    public void UnmapSingle(ulong address, int length)
    {
        var at = 0;
        while (at < _mappings.Count && (_mappings[at].Address != address || _mappings[at].Length != length || _mappings[at].Consistent))
        {
            at++;
        }

        Fire(MappingMachine.Event.Unmap, at < _mappings.Count ? MappingMachine.Guard.AsMapped : MappingMachine.Guard.None, address, length);
        Changes++;
        _mappings.RemoveAt(at);
    }

    /// <summary>Ring memory that driver and device share. kernel: pci_alloc_consistent().</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="zone">Low memory; or beyond 32 bits, for a device that said it can.</param>
    public Block AllocConsistent(int length, Zone zone = Zone.Low)
    {
        var block = memory.KmallocAtBoot(length, zone);
        block.Bytes.Fill(0);
        _mappings.Add(new DmaMapping(block.Address, length, Consistent: true));
        _consistent.Add(block);
        return block;
    }

    /// <summary>The device reads by bus address. Outside a live mapping it is a BUG (DMA-003).</summary>
    /// <param name="address">First bus address.</param>
    /// <param name="to">Where the bytes go; its length says how many.</param>
    public void DeviceRead(ulong address, Bytes to)
    {
        Require(address, to.Length, write: false);
        var done = 0;
        while (done < to.Length)
        {
            if (!memory.TryAt(unchecked(address + (ulong)done), out var bytes, out _, out _))
            {
                throw new BugException(DmaRules.ReadsMappedOnly, $"the device reads at bus address 0x{unchecked(address + (ulong)done):x}, where there is no memory");
            }

            var count = Math.Min(bytes.Length, to.Length - done);
            bytes[..count].CopyTo(to.Slice(done, count));
            done += count;
        }
    }

    /// <summary>The device writes by bus address, to ring memory only.</summary>
    public void DeviceWrite(ulong address, ReadOnlySpan<byte> from)
    {
        Require(address, from.Length, write: true);
        Arriving?.Invoke(address, BinaryPrimitives.ReadUInt32LittleEndian(from));
        memory.TryAt(address, out var bytes, out _, out _);
        bytes[..from.Length].Write(from);
    }

    /// <summary>Told of a word of ring memory before it arrives: who follows the lives of descriptors.</summary>
    public Action<ulong, uint>? Arriving { get; set; }

    /// <summary>What is mapped at an address, in words.</summary>
    private string Mapped(ulong address)
    {
        foreach (var mapping in _mappings)
        {
            if (address >= mapping.Address && address < mapping.Address + (ulong)mapping.Length)
            {
                return $"the mapping there has {mapping.Length} bytes{(mapping.Address == address ? "" : $", {memory.Spell(mapping.Address, mapping.Length)}")}";
            }
        }

        return "nothing is mapped there";
    }

    private void Require(ulong address, int length, bool write)
    {
        var inside = MappingMachine.Guard.None;
        foreach (var mapping in _mappings)
        {
            if (address >= mapping.Address && length <= mapping.Length && address - mapping.Address <= (ulong)(mapping.Length - length))
            {
                if (mapping.Consistent)
                {
                    return;
                }

                inside = MappingMachine.Guard.Inside;
                break;
            }
        }

        Fire(write ? MappingMachine.Event.DeviceWrite : MappingMachine.Event.DeviceRead, inside, address, length);
    }

    /// <summary>What a guard was met by is mapped; where none was, nothing is, or something else.</summary>
    private void Fire(MappingMachine.Event @event, MappingMachine.Guard guards, ulong address, int length)
    {
        var state = guards == MappingMachine.Guard.None ? MappingMachine.State.Unmapped : MappingMachine.State.Mapped;
        if (MappingMachine.Table.Next((int)state, (int)@event, (int)guards) < 0)
        {
            Bug(state, @event, guards, address, length);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(MappingMachine.State state, MappingMachine.Event @event, MappingMachine.Guard guards, ulong address, int length)
    {
        var what = @event switch
        {
            MappingMachine.Event.Unmap => $"pci_unmap_single({length} bytes) of",
            MappingMachine.Event.DeviceWrite => $"the device writes {length} byte{(length == 1 ? "" : "s")} at",
            _ => $"the device reads {length} byte{(length == 1 ? "" : "s")} at",
        };
        throw new BugException(MappingMachine.Table.Forbids(state, @event, guards), $"{what} {memory.Spell(address, length)}; {Mapped(address)}");
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_failAt);
        state.Write(_mappings.Count);
        foreach (var mapping in _mappings)
        {
            state.WriteAddress(memory, mapping.Address);
            state.Write(mapping.Length);
            state.Write(mapping.Consistent);
        }
    }
}
