using System.Buffers.Binary;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Conform;

/// <summary>A device under comparison.</summary>
/// <param name="Device">As its driver sees it.</param>
/// <param name="IsIrqRaised">Its interrupt line.</param>
/// <param name="KeepsBooks">It is ours: a read of what is not mapped is stopped (DMA-003). Another reads zeroes there.</param>
public sealed record Card(IDevice Device, Func<bool> IsIrqRaised, bool KeepsBooks);

/// <summary>Where a device is plugged in.</summary>
/// <param name="World">The machine.</param>
/// <param name="Id">The device's name.</param>
/// <param name="Bus">Its DMA.</param>
/// <param name="Ring">Entries of the ring.</param>
/// <param name="HasIommu">Bus addresses go through the IOMMU.</param>
public readonly record struct Site(World World, DevId Id, Dma Bus, int Ring, bool HasIommu);

/// <summary>A machine of its own with the HME driver, unchanged, on one device.</summary>
/// <param name="name">The device's name in messages.</param>
/// <param name="plug">Makes the device.</param>
public sealed class Rig(string name, Func<Site, Card> plug)
{
    private static readonly DevId Eth0 = new(0);

    private readonly World _world = new(Profile.Real);
    private HmeDriver? _driver;
    private Card? _card;
    private Bytes _ring;
    private int _handed;
    private bool _hasIommu;
    private uint? _stat;

    public string Name => name;

    /// <summary>Our own device.</summary>
    public static Rig Ours() => new("ours", static site =>
    {
        var device = new HmeDevice(site.Bus, site.World.Wire, site.Id, site.World.Profile.HmeRingGranule);
        return new Card(device, () => device.IsIrqRaised, KeepsBooks: true);
    });

    public bool KeepsBooks => _card!.KeepsBooks;

    public bool IsIrqRaised => _card!.IsIrqRaised();

    /// <summary>Packets that the driver has taken since the session began.</summary>
    public int Taken => _handed - _driver!.QueueLength;

    /// <summary>The frames of the last <see cref="Run"/>.</summary>
    public FrameLog Frames => _world.Seen.Frames;

    /// <summary>The ring's memory.</summary>
    public ReadOnlySpan<byte> Ring => _ring.Span;

    /// <summary>A machine after boot, with its driver.</summary>
    public void Begin(int ring, bool hasIommu)
    {
        _world.Reset();
        (_handed, _hasIommu) = (0, hasIommu);
        _driver = new HmeDriver(_world, Eth0, HmeDriver.MaxMtu, NetifFeatures.None, ring, bus =>
        {
            _card = plug(new Site(_world, Eth0, bus, ring, hasIommu));
            return new Tap(this, _card.Device);
        });
        _world.Bind(Eth0, _driver);
        _world.Memory.TryAt(_driver.Dma.Mappings[0].Address, out var memory, out _, out _);
        _ring = memory[..(ring * HmeTxDesc.Bytes)];
    }

    /// <summary>Builds the packet and hands it on.</summary>
    public void Xmit(Shape shape)
    {
        _world.BeginStep();
        var head = shape.Pieces[0];
        var skb = _world.Skbs.AllocSkb(head.Offset + head.Length) ?? throw new ModelException("memory is short, and nothing asked for that");
        skb.Reserve(head.Offset);
        skb.Put(head.Length).Write(shape.Data.AsSpan(0, head.Length));
        for (int i = 1, at = head.Length; i < shape.Pieces.Count; at += shape.Pieces[i++].Length)
        {
            var (length, offset) = shape.Pieces[i];
            var page = _world.Memory.AllocPage(Zone.Low) ?? throw new ModelException("memory is short, and nothing asked for that");
            page.Bytes.Slice(offset, length).Write(shape.Data.AsSpan(at, length));
            skb.FillPageDesc(page, offset, length);
        }

        if (shape.Sum is { } sum)
        {
            skb.TransportHeader = skb.Data + sum.Start;
            skb.AskDevice();
            skb.Csum = (uint)(sum.Location - sum.Start);
        }

        _driver!.DevQueueXmit(skb, _handed++);
    }

    /// <summary>The device works on what it was told of.</summary>
    /// <param name="withheld">The slot from which on OWN is withheld, and given back afterwards; negative for none.</param>
    /// <param name="kicks">What was withheld before has been given back, and the device must be told.</param>
    /// <param name="unmapped">A slot whose mapping is undone; negative for none.</param>
    /// <param name="vanished">Of the bytes that the slot names, whether the IOMMU has nothing for them then.</param>
    /// <returns>The check that stopped device or driver; null where none did.</returns>
    public BugException? Run(int withheld, bool kicks, int unmapped, out bool[] vanished)
    {
        _world.BeginStep();
        vanished = [];
        var slot = withheld < 0 ? [] : _ring.Span.Slice(withheld * HmeTxDesc.Bytes, sizeof(uint));
        if (withheld >= 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(slot, BinaryPrimitives.ReadUInt32LittleEndian(slot) & ~(uint)TxFlags.Own);
        }

        if (kicks)
        {
            _card!.Device.WriteRegister(HmeRegisters.EtxPending, 1);
        }

        try
        {
            // A wrong driver's descriptor may name what was never mapped so.
            vanished = unmapped < 0 ? [] : Unmap(HmeTxDesc.Read(_ring.Span[(unmapped * HmeTxDesc.Bytes)..]));
            _driver!.RunDevice(int.MaxValue);
        }
        catch (BugException bug)
        {
            return bug;
        }

        if (withheld >= 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(slot, BinaryPrimitives.ReadUInt32LittleEndian(slot) | (uint)TxFlags.Own);
        }

        return null;
    }

    /// <summary>The driver's handler, and the queue that it may have woken.</summary>
    /// <returns>What it read from GREG_STAT; null where it did not look.</returns>
    public uint? Interrupt()
    {
        _world.BeginStep();
        _stat = null;
        _driver!.Interrupt();
        _driver.QdiscRun();
        return _stat;
    }

    private bool[] Unmap(HmeTxDesc descriptor)
    {
        var dma = _driver!.Dma;
        dma.UnmapSingle(descriptor.Address, descriptor.Size);
        return [.. Enumerable.Range(0, descriptor.Size).Select(i => _hasIommu && !dma.Mappings.Any(mapping => Overlaps(mapping, descriptor.Address + (ulong)i)))];
    }

    /// <summary>The IOMMU of a sun4u maps whole pages of its own size: what is beside a live mapping is mapped with it.</summary>
    private static bool Overlaps(in DmaMapping mapping, ulong address) =>
        mapping.Address >> IommuPageShift <= address >> IommuPageShift && (mapping.Address + (ulong)mapping.Length - 1) >> IommuPageShift >= address >> IommuPageShift;

    /// <summary>8 KiB. kernel: IO_PAGE_SHIFT, arch/sparc64.</summary>
    public const int IommuPageShift = 13;

    /// <summary>Listens to what the driver reads.</summary>
    private sealed class Tap(Rig rig, IDevice below) : IDevice
    {
        public void WriteRegister(uint offset, uint value) => below.WriteRegister(offset, value);

        public uint ReadRegister(uint offset)
        {
            var value = below.ReadRegister(offset);
            rig._stat = offset == HmeRegisters.GregStat ? value : rig._stat;
            return value;
        }

        public int Run(int packets) => below.Run(packets);

        public void WriteState(StateWriter state) => below.WriteState(state);
    }
}
