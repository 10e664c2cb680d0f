using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;
using ZeroCopy.Specs;

namespace ZeroCopy.Drivers.Hme;

/// <summary>The Sun HME driver, transmit side. kernel: drivers/net/sunhme.[ch] of 2.4.4 as intended: the queue stops and wakes where the largest packet still fits, as from 2.4.19, and a checksum request that does not fit the descriptor never comes here.</summary>
public sealed partial class HmeDriver : NetDevice
{
    /// <summary>Ethernet's own. kernel: ETH_DATA_LEN.</summary>
    public const int MaxMtu = 1500;

    /// <summary>What the chip can be told. kernel: TX_RING_SIZE of sunhme.h, 16, 32, 64, 128 or 256.</summary>
    public static ReadOnlySpan<int> RingSizes => [16, 32, 64, 128, 256];

    private const int RingAlign = 2048;

    private const int NewKind = Word.FirstOfDriver;
    private const int OldKind = NewKind + 1;
    private const int SkbKind = OldKind + 1;

    private readonly Skb?[] _txSkbs;
    private readonly HmeTxDescMachine.State[] _lives;
    private readonly Block _ring;
    private readonly IDevice _device;

    /// <summary>Our own chip, the lives of whose descriptors are followed; null for somebody else's, which is judged by what it does.</summary>
    private readonly HmeDevice? _chip;
    private int _txNew;
    private int _txOld;

    /// <summary>Where the packet begins that hard_start_xmit writes, or wrote last.</summary>
    private int _entry;

    /// <summary>A driver, and the chip below it.</summary>
    /// <param name="world">The machine.</param>
    /// <param name="id">Its name.</param>
    /// <param name="mtu">Bytes.</param>
    /// <param name="lacking">Features that are off.</param>
    /// <param name="size">Entries of the ring: one of <see cref="RingSizes"/>; 0 for the profile's.</param>
    /// <param name="foreign">Makes somebody else's chip; null for ours.</param>
    public HmeDriver(World world, DevId id, int mtu, NetifFeatures lacking, int size = 0, Func<Dma, IDevice>? foreign = null)
        : base(world, id, "hme", mtu, lacking)
    {
        size = size == 0 ? world.Profile.HmeTxRingSize : size;
        _txSkbs = new Skb?[size];
        _lives = new HmeTxDescMachine.State[size];
        // The hardware wants its ring aligned to 2 KiB: a block of that size class is.
        _ring = Dma.AllocConsistent(RingAlign);
        if (foreign is null)
        {
            _chip = new HmeDevice(Dma, world.Wire, id, world.Profile.HmeRingGranule);
            Dma.Arriving = Arriving;
        }

        _device = _chip ?? foreign!(Dma);
        _device.WriteRegister(HmeRegisters.GregSwReset, HmeRegisters.ResetAll);
        RunAlone(_ => Init());
    }

    public override NetifFeatures HardwareFeatures => NetifFeatures.Sg | NetifFeatures.HwCsum;

    public override int AddressBits => 32;

    public override TxRing Ring => new(_txSkbs.Length, _txNew, _txOld, World.Profile.MaxSkbFrags + 1);

    public override int InFlight
    {
        get
        {
            var count = InHand is null ? 0 : 1;
            for (var slot = 0; slot < _txSkbs.Length; slot++)
            {
                count += SkbIn(slot) is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>The size of the ring as our chip was told it.</summary>
    public int RingAsTold => _chip?.Entries ?? _txSkbs.Length;

    /// <summary>Who owns the skb, by slot. kernel: hp->tx_skbs[].</summary>
    public ReadOnlySpan<Skb?> TxSkbs => _txSkbs;

    /// <summary>The descriptor in a slot, as it lies in memory.</summary>
    public HmeTxDesc Descriptor(int slot) => HmeTxDesc.Read(At(slot));

    public override void AddHeld(List<Skb> to)
    {
        AddInHand(to);
        for (var slot = 0; slot < _txSkbs.Length; slot++)
        {
            if (SkbIn(slot) is { } skb)
            {
                to.Add(skb);
            }
        }
    }

    public override bool HardStartXmit(Skb skb) => StartXmitAlone(skb);

    public override void Interrupt() => InterruptAlone();

    public override bool CanInterleave => _chip is not null;

    public override bool HasTxTimeout => true;

    protected override IDevice Device => _device;

    /// <summary>kernel: happy_meal_start_xmit().</summary>
    public override IEnumerator<Stop> StartXmit(Agent cpu, Skb skb)
    {
        var sum = TxFlags.None;
        var (start, location) = (0, 0);
        if (skb.IpSummed == ChecksumState.Hw)
        {
            start = skb.TransportHeader - skb.Data;
            location = start + (int)skb.Csum;
            sum = TxFlags.CsEnable;
        }

        yield return Stop.SpinLockIrq(Word.DriverLock);
        yield return Stop.Load(TxOld);
        var old = cpu.Value;
        yield return Stop.Load(TxNew);
        var entry = cpu.Value;
        if (BuffsAvail(old, entry) <= skb.NrFrags)
        {
            yield return Stop.SetBit(Word.Xoff);
            yield return Stop.SpinUnlockIrq(Word.DriverLock);
            yield break;
        }

        Take();
        _entry = entry;
        yield return Stop.Store(SkbAt(entry), new Datum(0, skb));
        PutDown();
        var head = Dma.MapSingle(skb.Block.Memory!.Address + (ulong)skb.Data, skb.HeadLen);
        if (Dma.IsError(head))
        {
            yield return Stop.Call(Drop(skb, entry));
            yield break;
        }

        var next = Next(entry);
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            var mapping = Dma.MapPage(frag.Page, frag.Offset, frag.Size);
            if (Dma.IsError(mapping))
            {
                Dma.UnmapSingle(head, skb.HeadLen);
                yield return Stop.Call(UnmapPartial(cpu, entry, next));
                yield return Stop.Call(Drop(skb, entry));
                yield break;
            }

            var eop = i == skb.NrFrags - 1 ? TxFlags.Eop : TxFlags.None;
            yield return Stop.Store(AddressOf(next), Low(mapping));
            yield return Stop.Wmb; // kernel: write_txd(): the chip may look once OWN is there.
            yield return Stop.Store(FlagsOf(next), new HmeTxDesc(TxFlags.Own | eop | sum, start, location, frag.Size, Low(mapping)).FlagWord);
            Descriptors++;
            next = Next(next);
        }

        // The first descriptor last: the chip waits at its slot and must not see half a chain.
        var only = skb.NrFrags == 0 ? TxFlags.Eop : TxFlags.None;
        yield return Stop.Store(AddressOf(entry), Low(head));
        yield return Stop.Wmb; // The address and the rest of the chain, then OWN.
        yield return Stop.Store(FlagsOf(entry), new HmeTxDesc(TxFlags.Own | TxFlags.Sop | only | sum, start, location, skb.HeadLen, Low(head)).FlagWord);
        Descriptors++;
        yield return Stop.Store(TxNew, next);
        if (BuffsAvail(old, next) <= World.Profile.MaxSkbFrags + 1)
        {
            yield return Stop.SetBit(Word.Xoff);
        }

        yield return Stop.Wmb; // Not in 2.4.4: a kick that overtakes OWN finds nothing, and nobody kicks again (HME-005).
        yield return Stop.Writel(HmeRegisters.EtxPending, 1);
        yield return Stop.SpinUnlockIrq(Word.DriverLock);
    }

    /// <summary>kernel: happy_meal_interrupt(), happy_meal_tx(): reading the causes clears them; the ring is looked at when all of it has gone.</summary>
    public override IEnumerator<Stop> Interrupt(Agent cpu)
    {
        yield return Stop.Readl(HmeRegisters.GregStat);
        if ((cpu.Loaded.Number & HmeRegisters.StatTxAll) == 0)
        {
            yield break;
        }

        yield return Stop.SpinLock(Word.DriverLock);
        yield return Stop.Load(TxNew);
        var end = cpu.Value;
        yield return Stop.Load(TxOld);
        var elem = cpu.Value;
        while (elem != end)
        {
            yield return Stop.Load(SkbAt(elem));
            var skb = cpu.Loaded.Skb ?? throw new BugException(HmeRules.FirstSlotOwns, $"tx_skbs[{elem}] names no skb, and a packet begins there");
            yield return Stop.Load(FlagsOf(elem));
            if ((cpu.Loaded.Number & (long)TxFlags.Own) != 0)
            {
                break;
            }

            yield return Stop.Load(FlagsOf((elem + skb.NrFrags) % _txSkbs.Length));
            if ((cpu.Loaded.Number & (long)TxFlags.Own) != 0)
            {
                break;
            }

            yield return Stop.Store(SkbAt(elem), default(Datum));
            for (var i = 0; i <= skb.NrFrags; i++)
            {
                // By what the descriptor says: the skb's own lengths are for no single piece of it.
                var descriptor = Descriptor(elem);
                Dma.UnmapSingle(descriptor.Address, descriptor.Size);
                elem = Next(elem);
            }

            skb.Kfree();
        }

        yield return Stop.Store(TxOld, elem);
        yield return Stop.Load(Word.Xoff);
        if (cpu.Value != 0 && BuffsAvail(elem, end) > World.Profile.MaxSkbFrags + 1)
        {
            yield return Stop.ClearBit(Word.Xoff);
            NetifSchedule(cpu);
        }

        yield return Stop.SpinUnlock(Word.DriverLock);
    }

    /// <summary>kernel: happy_meal_close().</summary>
    protected override IEnumerator<Stop> Close(Agent cpu)
    {
        yield return Stop.SpinLockIrq(Word.DriverLock);
        yield return Stop.SetBit(Word.Xoff);
        yield return Stop.Call(Halt());
        yield return Stop.Call(CleanRings(cpu, DropReason.Down));
        yield return Stop.SpinUnlockIrq(Word.DriverLock);
    }

    /// <summary>kernel: happy_meal_open().</summary>
    protected override IEnumerator<Stop> Open(Agent cpu)
    {
        yield return Stop.Call(Init());
        yield return Stop.ClearBit(Word.Xoff);
    }

    /// <summary>kernel: happy_meal_tx_timeout(), with the lock as from 2.4.19. 2.4.4 sets it for SBUS cards only.</summary>
    protected override IEnumerator<Stop> TxTimeout(Agent cpu)
    {
        yield return Stop.SpinLockIrq(Word.DriverLock); // The handler may be at the ring.
        yield return Stop.Call(Halt());
        yield return Stop.Call(CleanRings(cpu, DropReason.Timeout));
        yield return Stop.Call(Init());
        yield return Stop.ClearBit(Word.Xoff);
        NetifSchedule(cpu);
        yield return Stop.SpinUnlockIrq(Word.DriverLock); // After the reset.
    }

    public override int RunDevice(int packets) => _device.Run(packets);

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_txNew);
        state.Write(_txOld);
        state.Write(IsHalted);
        for (var slot = _txOld; slot != _txNew; slot = Next(slot))
        {
            var (flags, start, location, size, address) = Descriptor(slot);
            state.Write((long)flags);
            state.Write(start);
            state.Write(location);
            state.Write(size);
            state.WriteAddress(World.Memory, address);
        }

        for (var slot = 0; slot < _txSkbs.Length; slot++)
        {
            state.Write(Descriptor(slot).Flags.HasFlag(TxFlags.Own));
            state.Write(_txSkbs[slot] is not null);
            _txSkbs[slot]?.WriteState(state);
        }

        _device.WriteState(state);
    }

    /// <summary>A request's start and location must fit 6 and 8 bits: 32 bytes of IP options and more do not.</summary>
    protected override bool SumRequestFits(int start, int at) => start <= HmeTxDesc.MaxStart && at <= HmeTxDesc.MaxLocation;

    protected override bool Fits =>
        (Smp is null ? BuffsAvail(_txOld, _txNew) : BuffsAvail((int)Smp.Newest(TxOld).Number, (int)Smp.Newest(TxNew).Number)) > World.Profile.MaxSkbFrags;

    protected override Datum ReadOwn(in Word word) => word.Kind switch
    {
        NewKind => new Datum(_txNew),
        OldKind => new Datum(_txOld),
        SkbKind => new Datum(0, _txSkbs[word.Slot]),
        _ => base.ReadOwn(word),
    };

    protected override void WriteOwn(in Word word, in Datum datum)
    {
        switch (word.Kind)
        {
            case NewKind:
                _txNew = (int)datum.Number;
                break;
            case OldKind:
                Reclaim((int)datum.Number);
                _txOld = (int)datum.Number;
                break;
            case SkbKind:
                _txSkbs[word.Slot] = datum.Skb;
                break;
            default:
                base.WriteOwn(word, datum);
                break;
        }
    }

    protected override string Spell(in Word word) => word switch
    {
        { IsRegister: true } => HmeRegisters.NameOf((uint)word.Slot),
        { Kind: NewKind } => "tx_new",
        { Kind: Word.DriverLockKind } => "happy_lock",
        { Kind: OldKind } => "tx_old",
        { Kind: SkbKind } => $"tx_skbs[{word.Slot}]",
        { Address: not 0 } => $"txd[{(word.Address - _ring.Address) / HmeTxDesc.Bytes}].{((word.Address - _ring.Address) % HmeTxDesc.Bytes == 0 ? "tx_flags" : "tx_addr")}",
        _ => base.Spell(word),
    };

    protected override bool IsRing(ulong address) => address >= _ring.Address && address < _ring.Address + (ulong)(Ring.Entries * HmeTxDesc.Bytes);

    protected override ReadOnlySpan<byte> RingBytes(ulong address) => _ring.Bytes.Span.Slice((int)(address - _ring.Address), sizeof(uint));

    /// <summary>Until the register reads as zero. kernel: happy_meal_stop().</summary>
    private static IEnumerator<Stop> Halt()
    {
        yield return Stop.Writel(HmeRegisters.GregSwReset, HmeRegisters.ResetAll);
        yield return Stop.Readl(HmeRegisters.GregSwReset);
    }

    /// <summary>Frees what the ring holds. kernel: happy_meal_clean_rings(), happy_meal_init_rings(), their transmit halves.</summary>
    private IEnumerator<Stop> CleanRings(Agent cpu, DropReason reason)
    {
        for (var i = 0; i < _txSkbs.Length; i++)
        {
            yield return Stop.Load(SkbAt(i));
            if (cpu.Loaded.Skb is not { } skb)
            {
                continue;
            }

            yield return Stop.Store(SkbAt(i), default(Datum));
            for (var frag = 0; frag <= skb.NrFrags; frag++)
            {
                var txd = Descriptor((i + frag) % _txSkbs.Length);
                Dma.UnmapSingle(txd.Address, txd.Size);
            }

            DropTaken(skb, reason);
        }

        for (var i = 0; i < _txSkbs.Length; i++)
        {
            yield return Stop.Store(FlagsOf(i), 0);
        }

        yield return Stop.Store(TxNew, 0);
        yield return Stop.Store(TxOld, 0);
    }

    /// <summary>kernel: happy_meal_init(), its transmit half.</summary>
    private IEnumerator<Stop> Init()
    {
        yield return Stop.Wmb; // No descriptor is the chip's when it starts.
        yield return Stop.Writel(HmeRegisters.EtxRing, (uint)_ring.Address);
        yield return Stop.Writel(HmeRegisters.GregImask, HmeRegisters.Unwanted);
        yield return Stop.Writel(HmeRegisters.EtxRsize, (uint)((_txSkbs.Length / World.Profile.HmeRingGranule) - 1));
        yield return Stop.Writel(HmeRegisters.EtxCfg, 1);
        yield return Stop.Writel(HmeRegisters.BmacTxCfg, 1);
    }

    /// <summary>Undoes the mappings of a packet's fragments. kernel: none in 2.4.4; unmap_partial_tx_skb() of later ones, which leaves OWN where it was: the next shorter packet would lead the chip on into it.</summary>
    private IEnumerator<Stop> UnmapPartial(Agent cpu, int entry, int next)
    {
        for (var elem = Next(entry); elem != next; elem = Next(elem))
        {
            yield return Stop.Load(FlagsOf(elem));
            var size = (int)(cpu.Loaded.Number & HmeTxDesc.MaxSize);
            yield return Stop.Load(AddressOf(elem));
            Dma.UnmapSingle((ulong)cpu.Loaded.Number, size);
            yield return Stop.Store(FlagsOf(elem), 0); // OWN.
        }
    }

    /// <summary>The packet goes no further. kernel: dma_map_error of happy_meal_start_xmit(), later.</summary>
    private IEnumerator<Stop> Drop(Skb skb, int entry)
    {
        yield return Stop.Store(SkbAt(entry), default(Datum));
        DropTaken(skb, DropReason.NoMapping);
        yield return Stop.SpinUnlockIrq(Word.DriverLock);
    }

    private static Word TxNew => new(NewKind);

    private static Word TxOld => new(OldKind);

    /// <summary>The skb that a slot names, or is about to.</summary>
    private Skb? SkbIn(int slot) => Smp is null ? _txSkbs[slot] : Smp.Newest(SkbAt(slot)).Skb;

    private static Word SkbAt(int slot) => new(SkbKind, slot);

    private Word FlagsOf(int slot) => Word.At(_ring.Address + (ulong)(slot * HmeTxDesc.Bytes));

    private Word AddressOf(int slot) => Word.At(_ring.Address + (ulong)((slot * HmeTxDesc.Bytes) + HmeTxDesc.AddressAt));

    private Span<byte> At(int slot) => _ring.Bytes.Span.Slice(slot * HmeTxDesc.Bytes, HmeTxDesc.Bytes);

    private int Next(int slot) => (slot + 1) % _txSkbs.Length;

    /// <summary>The descriptor has 32 bits for an address; NET-004 keeps higher pages away.</summary>
    private static uint Low(ulong address) => unchecked((uint)address);

    /// <summary>Free slots; one always stays empty. kernel: TX_BUFFS_AVAIL.</summary>
    private int BuffsAvail(int old, int @new) => old <= @new ? old + (_txSkbs.Length - 1) - @new : old - @new - 1;
}
