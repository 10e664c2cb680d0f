using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.Hme;

/// <summary>The Sun HME driver, transmit side. kernel: drivers/net/sunhme.[ch] of 2.4.4 as intended: the queue stops and wakes where the largest packet still fits, as from 2.4.19, and a checksum request that does not fit the descriptor never comes here.</summary>
public sealed class HmeDriver : NetDevice
{
    /// <summary>Ethernet's own. kernel: ETH_DATA_LEN.</summary>
    public const int MaxMtu = 1500;

    private const int RingAlign = 2048;

    private readonly Skb?[] _txSkbs;
    private readonly Block _ring;
    private readonly IDevice _device;
    private int _txNew;
    private int _txOld;

    public HmeDriver(World world, DevId id, int mtu, NetifFeatures lacking)
        : base(world, id, "hme", mtu, lacking)
    {
        var size = world.Profile.HmeTxRingSize;
        _txSkbs = new Skb?[size];
        // The hardware wants its ring aligned to 2 KiB: a block of that size class is.
        _ring = Dma.AllocConsistent(RingAlign);
        _device = new HmeDevice(Dma, world.Wire, id, size);
        _device.WriteRegister(HmeRegisters.GregSwReset, 3);
        _device.WriteRegister(HmeRegisters.EtxRing, (uint)_ring.Address);
        _device.WriteRegister(HmeRegisters.EtxRsize, (uint)((size / 16) - (size >= 16 ? 1 : 0)));
        _device.WriteRegister(HmeRegisters.EtxCfg, 1);
        _device.WriteRegister(HmeRegisters.BmacTxCfg, 1);
    }

    public override NetifFeatures HardwareFeatures => NetifFeatures.Sg | NetifFeatures.HwCsum;

    public override int AddressBits => 32;

    public override TxRing Ring => new(_txSkbs.Length, _txNew, _txOld, World.Profile.MaxSkbFrags + 1);

    public override int InFlight
    {
        get
        {
            var count = 0;
            foreach (var skb in _txSkbs)
            {
                count += skb is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>Who owns the skb, by slot. kernel: hp->tx_skbs[].</summary>
    public ReadOnlySpan<Skb?> TxSkbs => _txSkbs;

    /// <summary>The descriptor in a slot, as it lies in memory.</summary>
    public HmeTxDesc Descriptor(int slot) => HmeTxDesc.Read(At(slot));

    public override void AddHeld(List<Skb> to)
    {
        foreach (var slot in _txSkbs)
        {
            if (slot is { } skb)
            {
                to.Add(skb);
            }
        }
    }

    /// <summary>kernel: happy_meal_start_xmit().</summary>
    public override bool HardStartXmit(Skb skb)
    {
        if (TxBuffsAvail <= skb.NrFrags)
        {
            StopQueue();
            return false;
        }

        var sum = TxFlags.None;
        var (start, location) = (0, 0);
        if (skb.IpSummed == ChecksumState.Hw)
        {
            start = skb.TransportHeader - skb.Data;
            location = start + (int)skb.Csum;
            sum = TxFlags.CsEnable;
        }

        var entry = _txNew;
        _txSkbs[entry] = skb;
        var head = Dma.MapSingle(skb.Block.Memory!.Address + (ulong)skb.Data, skb.HeadLen);
        var next = Next(entry);
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            var mapping = Dma.MapPage(frag.Page, frag.Offset, frag.Size);
            var eop = i == skb.NrFrags - 1 ? TxFlags.Eop : TxFlags.None;
            WriteTxd(next, new HmeTxDesc(TxFlags.Own | eop | sum, start, location, frag.Size, Low(mapping)));
            next = Next(next);
        }

        // The first descriptor last: the chip waits at its slot and must not see half a chain.
        var only = skb.NrFrags == 0 ? TxFlags.Eop : TxFlags.None;
        WriteTxd(entry, new HmeTxDesc(TxFlags.Own | TxFlags.Sop | only | sum, start, location, skb.HeadLen, Low(head)));
        _txNew = next;
        if (TxBuffsAvail <= World.Profile.MaxSkbFrags + 1)
        {
            StopQueue();
        }

        _device.WriteRegister(HmeRegisters.EtxPending, 1);
        return true;
    }

    public override int RunDevice(int packets) => _device.Run(packets);

    /// <summary>kernel: happy_meal_interrupt(): reading the causes clears them; the ring is looked at when all of it has gone.</summary>
    public override void Interrupt()
    {
        if ((_device.ReadRegister(HmeRegisters.GregStat) & HmeRegisters.StatTxAll) != 0)
        {
            Tx();
        }
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_txNew);
        state.Write(_txOld);
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

    /// <summary>kernel: happy_meal_tx().</summary>
    private void Tx()
    {
        while (_txOld != _txNew)
        {
            var skb = _txSkbs[_txOld]!;
            var last = (_txOld + skb.NrFrags) % _txSkbs.Length;
            if (Descriptor(_txOld).Flags.HasFlag(TxFlags.Own) || Descriptor(last).Flags.HasFlag(TxFlags.Own))
            {
                break;
            }

            _txSkbs[_txOld] = null;
            for (var i = 0; i <= skb.NrFrags; i++)
            {
                var descriptor = Descriptor(_txOld);
                Dma.UnmapSingle(descriptor.Address, descriptor.Size);
                _txOld = Next(_txOld);
            }

            skb.Kfree();
        }

        if (Stopped && TxBuffsAvail > World.Profile.MaxSkbFrags + 1)
        {
            WakeQueue();
        }
    }

    private void WriteTxd(int slot, HmeTxDesc descriptor)
    {
        descriptor.Write(At(slot));
        Descriptors++;
    }

    private Span<byte> At(int slot) => _ring.Bytes.Span.Slice(slot * HmeTxDesc.Bytes, HmeTxDesc.Bytes);

    private int Next(int slot) => (slot + 1) % _txSkbs.Length;

    /// <summary>The descriptor has 32 bits for an address; NET-004 keeps higher pages away.</summary>
    private static uint Low(ulong address) => unchecked((uint)address);

    /// <summary>Free slots; one always stays empty. kernel: TX_BUFFS_AVAIL.</summary>
    private int TxBuffsAvail => _txOld <= _txNew ? _txOld + (_txSkbs.Length - 1) - _txNew : _txOld - _txNew - 1;
}
