using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>The AceNIC driver, transmit side: a Tigon II with the 256-entry ring in host memory, or a Tigon I with 128 entries in the card's, through a window. kernel: drivers/net/acenic.[ch] of 2.4.4 as intended: the mapping of a paged skb's head ends with the head, the high address word is stored, and the ring is where the chip has it, as from 2.4.19.</summary>
public sealed partial class AceNicDriver : NetDevice
{
    /// <summary>kernel: ACE_JUMBO_MTU.</summary>
    public const int MaxMtu = 9000;

    private const int PrdKind = Word.FirstOfDriver;
    private const int RetCsmKind = PrdKind + 1;
    private const int SlotKind = RetCsmKind + 1;

    private readonly Slot[] _slots;
    private readonly AceTxDescMachine.State[] _lives;
    private readonly Block? _ring;
    private readonly Block _txCsm;
    private readonly AceNicDevice _device;
    private int _txPrd;
    private int _txRetCsm;

    /// <param name="world">Where.</param>
    /// <param name="id">Its name.</param>
    /// <param name="mtu">Bytes.</param>
    /// <param name="lacking">Features that are off.</param>
    /// <param name="tigon">Version of the chip: 1 or 2. kernel: ap->version, ACE_IS_TIGON_I().</param>
    /// <param name="consistent">Where ring, consumer index and information block lie.</param>
    public AceNicDriver(World world, DevId id, int mtu, NetifFeatures lacking, int tigon = 2, Zone consistent = Zone.Low)
        : base(world, id, "acenic", mtu, lacking)
    {
        var fits = tigon == 1 ? world.Profile.TigonITxRingEntries : world.Profile.AceTxRingEntries;
        var entries = fits;
        _slots = new Slot[entries];
        _lives = new AceTxDescMachine.State[entries];
        _ring = tigon == 1 ? null : Dma.AllocConsistent(entries * AceTxDesc.Bytes, consistent);
        _txCsm = Dma.AllocConsistent(sizeof(uint), consistent);
        Dma.Arriving = Arriving;
        var info = Dma.AllocConsistent(AceInfo.Bytes, consistent);
        AceInfo.WriteAddress(info.Bytes.Span[AceInfo.TxCtrl..], _ring?.Address ?? AceRegisters.TxRingBase);
        // The stack seeds the pseudo header: the firmware must not add it again. acenic.c, ace_init().
        BinaryPrimitives.WriteUInt16LittleEndian(
            info.Bytes.Span[(AceInfo.TxCtrl + 8)..], (ushort)(RcbFlags.TcpUdpSum | RcbFlags.NoPseudoHdr | RcbFlags.CoalIntOnly | (_ring is null ? RcbFlags.None : RcbFlags.TxHostRing)));
        AceInfo.WriteAddress(info.Bytes.Span[AceInfo.TxCsmPtr..], _txCsm.Address);
        _device = new AceNicDevice(Dma, world.Wire, id, fits);
        if (_ring is null)
        {
            _device.WriteRegister(AceRegisters.WinBase, AceRegisters.TxRingBase);
        }

        _device.WriteRegister(AceRegisters.InfoPtrHi, (uint)(info.Address >> 32));
        _device.WriteRegister(AceRegisters.InfoPtrLo, (uint)(info.Address & 0xffffffff));
    }

    public override NetifFeatures HardwareFeatures => NetifFeatures.Sg | NetifFeatures.IpCsum | NetifFeatures.HighDma;

    public override int AddressBits => 64;

    public override TxRing Ring => new(_slots.Length, _txPrd, _txRetCsm, World.Profile.MaxSkbFrags + 1);

    public override int InFlight
    {
        get
        {
            var count = InHand is null ? 0 : 1;
            for (var idx = 0; idx < _slots.Length; idx++)
            {
                count += SkbIn(idx) is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>The slots' books: who owns the skb, and what is mapped. kernel: ap->skb->tx_skbuff[].</summary>
    public ReadOnlySpan<Slot> Slots => _slots;

    /// <summary>The descriptor in a slot, as it lies in memory, the host's or the card's.</summary>
    public AceTxDesc Descriptor(int slot) => _ring is null ? _device.Descriptor(slot) : AceTxDesc.Read(_ring.Bytes.Span.Slice(slot * AceTxDesc.Bytes, AceTxDesc.Bytes));

    public override void AddHeld(List<Skb> to)
    {
        AddInHand(to);
        for (var idx = 0; idx < _slots.Length; idx++)
        {
            if (SkbIn(idx) is { } skb)
            {
                to.Add(skb);
            }
        }
    }

    public override bool HardStartXmit(Skb skb) => StartXmitAlone(skb);

    public override void Interrupt() => InterruptAlone();

    public override bool CanInterleave => true;

    public override bool HasTxTimeout => true;

    /// <summary>The card tells of each descriptor that it has read, in the middle of a packet too. kernel: module parameter max_tx_desc.</summary>
    public bool TellsOfEachDescriptor
    {
        get => _device.TellsOfEachDescriptor;
        set => _device.TellsOfEachDescriptor = value;
    }

    protected override IDevice Device => _device;

    /// <summary>kernel: ace_start_xmit().</summary>
    public override IEnumerator<Stop> StartXmit(Agent cpu, Skb skb)
    {
        yield return Stop.Load(TxPrd);
        var idx = cpu.Value;
        yield return Stop.Load(TxRetCsm);
        // Woken by a reclaim that has not published its consumer yet: that is on its way, on another CPU.
        while (RingFull(cpu.Value, idx))
        {
            yield return Stop.Await(TxRetCsm, cpu.Value);
        }

        Take();
        var (first, sum) = (idx, skb.IpSummed == ChecksumState.Hw ? BdFlags.TcpUdpSum : BdFlags.None);
        for (var piece = 0; piece <= skb.NrFrags; piece++)
        {
            var (mapping, size) = Map(skb, piece);
            if (Dma.IsError(mapping))
            {
                yield return Stop.Call(Empty(cpu, first, idx, DropReason.NoMapping)); // 2.4.4 has no answer for it: pci_map_single() cannot fail there.
                DropTaken(skb, DropReason.NoMapping);
                yield break;
            }

            var last = piece == skb.NrFrags;
            yield return Stop.Store(SlotAt(idx), new Datum(unchecked((long)mapping), last ? skb : null, size));
            if (last)
            {
                PutDown();
            }

            // kernel: ace_load_tx_bd().
            yield return Stop.Store(DescriptorAt(idx, AceTxDesc.AddrHi), (long)(mapping >> 32));
            yield return Stop.Store(DescriptorAt(idx, AceTxDesc.AddrLo), (long)(mapping & 0xffffffff));
            yield return Stop.Store(DescriptorAt(idx, AceTxDesc.FlagSize), AceTxDesc.FlagSizeOf(size, sum | (last ? BdFlags.End : BdFlags.None)));
            Descriptors++;
            idx = (idx + 1) % _slots.Length;
        }

        yield return Stop.Load(TxRetCsm);
        var closes = RingFull(cpu.Value, idx);
        yield return Stop.Wmb; // The descriptors are in memory before the producer index says so.
        yield return Stop.Store(TxPrd, idx);
        // The handler, on another CPU, must not see a consumer index beyond the producer: it would take the ring for full.
        yield return Stop.Wmb; // Not in 2.4.4: the producer, then the mailbox.
        yield return Stop.Writel(AceRegisters.TxPrd, (uint)idx);
        if (!closes)
        {
            yield break;
        }

        // 2.4.4 has no lock: its handler wakes a ring that fragments have filled again (ACE-005), or looks before the stop and publishes after the second test (NET-060).
        yield return Stop.SpinLockIrq(Word.DriverLock);
        yield return Stop.SetBit(Word.Xoff);
        yield return Stop.Load(TxRetCsm); // The consumer may have moved between the test and the stop.
        if (!RingFull(cpu.Value, idx))
        {
            yield return Stop.ClearBit(Word.Xoff);
        }

        yield return Stop.SpinUnlockIrq(Word.DriverLock);
    }

    /// <summary>kernel: ace_interrupt(), ace_tx_int(): acknowledges, reads the consumer index, and reclaims only where that leaves the ring with room.</summary>
    public override IEnumerator<Stop> Interrupt(Agent cpu)
    {
        yield return Stop.Readl(AceRegisters.HostCtrl);
        if ((cpu.Value & AceRegisters.InInt) == 0)
        {
            // The line is shared.
            yield break;
        }

        // Acknowledged, and the acknowledgement has arrived, before the index is read: a later one interrupts again.
        yield return Stop.Writel(AceRegisters.Mb0Lo, 0);
        yield return Stop.Readl(AceRegisters.Mb0Lo);
        yield return Stop.Load(TxCsm);
        var txCsm = cpu.Value;
        yield return Stop.Rmb; // Not in 2.4.4: slots and producer are read after the index that gives them back.
        yield return Stop.Load(TxRetCsm);
        var idx = cpu.Value;
        yield return Stop.Load(TxPrd);
        if (txCsm == idx || RingFull(txCsm, cpu.Value))
        {
            yield break;
        }

        for (; idx != txCsm; idx = (idx + 1) % _slots.Length)
        {
            yield return Stop.Load(SlotAt(idx));
            var (mapping, skb, mapLen) = cpu.Loaded;
            yield return Stop.Store(SlotAt(idx), default(Datum));
            // By length: address 0 is as good as any, where 2.4.4 takes it for "no mapping".
            if (mapLen > 0)
            {
                Dma.UnmapSingle(unchecked((ulong)mapping), mapLen);
            }

            // dev_kfree_skb_irq: the slot of the last descriptor has it.
            skb?.Kfree();
        }

        // Woken before the consumer is published: the other order could wake a ring that was filled again.
        yield return Stop.SpinLockIrq(Word.DriverLock); // Not in 2.4.4: stop, wake and consumer are one.
        yield return Stop.Load(Word.Xoff);
        if (cpu.Value != 0)
        {
            yield return Stop.Load(TxPrd); // Not in 2.4.4: whoever stopped the queue has filled slots since the test above.
            if (!RingFull(txCsm, cpu.Value))
            {
                yield return Stop.ClearBit(Word.Xoff);
                NetifSchedule(cpu);
            }
        }

        yield return Stop.Wmb; // The slots are empty before they are given back.
        yield return Stop.Store(TxRetCsm, txCsm);
        yield return Stop.SpinUnlockIrq(Word.DriverLock); // After the consumer.
    }

    /// <summary>kernel: ace_close(). 2.4.4 asks the firmware to stop its stack and frees at once, whatever the card is reading.</summary>
    protected override IEnumerator<Stop> Close(Agent cpu)
    {
        yield return Stop.SetBit(Word.Xoff);
        yield return Stop.Call(TakeBack(cpu, DropReason.Down));
    }

    /// <summary>kernel: ace_open().</summary>
    protected override IEnumerator<Stop> Open(Agent cpu)
    {
        yield return Stop.Call(Start());
        yield return Stop.ClearBit(Word.Xoff);
    }

    /// <summary>kernel: ace_watchdog(), which looks whether the card has said something, and else wakes the queue, full or not. Intended as in FreeBSD sys/dev/ti, ti_watchdog(): the card starts anew.</summary>
    protected override IEnumerator<Stop> TxTimeout(Agent cpu)
    {
        yield return Stop.Call(TakeBack(cpu, DropReason.Timeout));
        yield return Stop.Call(Start());
        yield return Stop.ClearBit(Word.Xoff);
        NetifSchedule(cpu);
    }

    public override int RunDevice(int packets) => _device.Run(packets);

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_txPrd);
        state.Write(_txRetCsm);
        state.Write(IsHalted);
        state.Write(_txCsm.Bytes);
        for (var idx = _txRetCsm; idx != _txPrd; idx = (idx + 1) % _slots.Length)
        {
            var (address, size, flags) = Descriptor(idx);
            state.WriteAddress(World.Memory, address);
            state.Write(size);
            state.Write((long)flags);
        }

        foreach (var (skb, mapping, mapLen) in _slots)
        {
            state.Write(mapLen);
            if (mapLen > 0)
            {
                state.WriteAddress(World.Memory, mapping);
            }

            state.Write(skb is not null);
            skb?.WriteState(state);
        }

        _device.WriteState(state);
    }

    /// <summary>Slots that are empty, published or not; one stays so.</summary>
    protected override bool Fits
    {
        get
        {
            var empty = -1;
            for (var idx = 0; idx < _slots.Length; idx++)
            {
                empty += (Smp is null ? _slots[idx].MapLen : Smp.Newest(SlotAt(idx)).Length) == 0 ? 1 : 0;
            }

            return empty > World.Profile.MaxSkbFrags;
        }
    }

    protected override Datum ReadOwn(in Word word) => word.Kind switch
    {
        PrdKind => new Datum(_txPrd),
        RetCsmKind => new Datum(_txRetCsm),
        SlotKind => _slots[word.Slot] is var (skb, mapping, mapLen) ? new Datum(unchecked((long)mapping), skb, mapLen) : default,
        _ => base.ReadOwn(word),
    };

    protected override void WriteOwn(in Word word, in Datum datum)
    {
        switch (word.Kind)
        {
            case PrdKind:
                Post((int)datum.Number);
                _txPrd = (int)datum.Number;
                break;
            case RetCsmKind:
                _txRetCsm = (int)datum.Number;
                break;
            case SlotKind:
                LiveOn(word.Slot, datum.Length);
                _slots[word.Slot] = new Slot(datum.Skb, unchecked((ulong)datum.Number), datum.Length);
                break;
            default:
                base.WriteOwn(word, datum);
                break;
        }
    }

    protected override string Spell(in Word word) => word switch
    {
        { IsRegister: true } => AceRegisters.NameOf((uint)word.Slot),
        { Kind: PrdKind } => "tx_prd",
        { Kind: Word.DriverLockKind } => "ap->lock",
        { Kind: RetCsmKind } => "tx_ret_csm",
        { Kind: SlotKind } => $"tx_skbuff[{word.Slot}]",
        { Address: not 0 } when word.Address == _txCsm.Address => "*tx_csm",
        { Address: not 0 } when _ring is not null => $"tx_ring[{(word.Address - _ring.Address) / AceTxDesc.Bytes}].{AceTxDesc.NameOf((int)((word.Address - _ring.Address) % AceTxDesc.Bytes))}",
        _ => base.Spell(word),
    };

    protected override bool IsRing(ulong address) => _ring is not null && address >= _ring.Address && address < _ring.Address + (ulong)(Ring.Entries * AceTxDesc.Bytes);

    protected override ReadOnlySpan<byte> RingBytes(ulong address) => address == _txCsm.Address
        ? _txCsm.Bytes.Span[..sizeof(uint)]
        : _ring!.Bytes.Span.Slice((int)(address - _ring.Address), sizeof(uint));

    private static Word TxPrd => new(PrdKind);

    private static Word TxRetCsm => new(RetCsmKind);

    /// <summary>Where the firmware writes the consumer index. kernel: *ap->tx_csm.</summary>
    private Word TxCsm => Word.At(_txCsm.Address);

    /// <summary>The skb that a slot names, or is about to.</summary>
    private Skb? SkbIn(int idx) => Smp is null ? _slots[idx].Skb : Smp.Newest(SlotAt(idx)).Skb;

    private static Word SlotAt(int idx) => new(SlotKind, idx);

    /// <summary>A word of a descriptor: memory that the card reads, or a register of its window. kernel: ace_load_tx_bd().</summary>
    private Word DescriptorAt(int idx, int field) => _ring is null
        ? Word.Register(AceRegisters.Window + (uint)((idx * AceTxDesc.Bytes) + field))
        : Word.At(_ring.Address + (ulong)((idx * AceTxDesc.Bytes) + field));

    /// <summary>Nothing of the ring is the card's any more, and it is empty.</summary>
    private IEnumerator<Stop> TakeBack(Agent cpu, DropReason reason)
    {
        // kernel: ace_mask_irq(): no handler runs, and none will.
        yield return Stop.Writel(AceRegisters.HostCtrl, AceRegisters.MaskInts);
        // Not in 2.4.4: the processor stands, and when the register has been read it has stood since: no DMA is under way.
        yield return Stop.Writel(AceRegisters.CpuCtrl, AceRegisters.CpuHalt);
        yield return Stop.Readl(AceRegisters.CpuCtrl);
        yield return Stop.SynchronizeIrq;
        // 2.4.4 begins at slot 0: of a packet that lies across the end of the ring it frees the skb while its first pieces are mapped (DMA-001).
        yield return Stop.Load(TxPrd);
        var end = cpu.Value;
        yield return Stop.Load(TxRetCsm);
        yield return Stop.Call(Empty(cpu, cpu.Value, end, reason));
        yield return Stop.Store(TxPrd, 0);
        yield return Stop.Store(TxRetCsm, 0);
        yield return Stop.Store(TxCsm, 0);
    }

    /// <summary>The card begins at slot 0. kernel: ace_init(), where it sets the indices and clears CPU_HALT.</summary>
    private static IEnumerator<Stop> Start()
    {
        yield return Stop.Wmb; // The indices are in memory before the card writes there.
        yield return Stop.Writel(AceRegisters.CpuCtrl, 0);
        yield return Stop.Writel(AceRegisters.HostCtrl, 0);
    }

    /// <summary>Slots of packets that are not going to be sent: each piece is unmapped before the skb, which the last of a packet has, goes. kernel: the loop of ace_close().</summary>
    private IEnumerator<Stop> Empty(Agent cpu, int first, int end, DropReason reason)
    {
        for (var idx = first; idx != end; idx = (idx + 1) % _slots.Length)
        {
            yield return Stop.Load(SlotAt(idx));
            if (cpu.Loaded is { Length: > 0 } slot)
            {
                yield return Stop.Store(SlotAt(idx), default(Datum));
                Dma.UnmapSingle(unchecked((ulong)slot.Number), slot.Length);
                if (slot.Skb is { } skb)
                {
                    DropTaken(skb, reason);
                }
            }
        }
    }

    /// <summary>Maps the head (piece 0) or a fragment. kernel: ace_map_tx_skb(), ace_map_tx_frag().</summary>
    private (ulong Mapping, int Size) Map(Skb skb, int piece)
    {
        if (piece == 0)
        {
            return (Dma.MapSingle(skb.Block.Memory!.Address + (ulong)skb.Data, skb.HeadLen), skb.HeadLen);
        }

        var frag = skb.Frags[piece - 1];
        return (Dma.MapPage(frag.Page, frag.Offset, frag.Size), frag.Size);
    }

    /// <summary>Free slots; one always stays empty. kernel: tx_space().</summary>
    private int TxSpace(int csm, int prd) => (csm - prd - 1 + _slots.Length) % _slots.Length;

    /// <summary>kernel: tx_ring_full(): TX_RESERVED is MAX_SKB_FRAGS, so that a ring that is not full takes the largest packet.</summary>
    private bool RingFull(int csm, int prd) => TxSpace(csm, prd) <= World.Profile.MaxSkbFrags;

    /// <summary>kernel: struct tx_ring_info.</summary>
    /// <param name="Skb">Freed when this slot is reclaimed; null in all but a packet's last.</param>
    /// <param name="Mapping">Bus address.</param>
    /// <param name="MapLen">Bytes mapped; 0 for an empty slot.</param>
    public readonly record struct Slot(Skb? Skb, ulong Mapping, int MapLen);
}
