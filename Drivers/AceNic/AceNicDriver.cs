using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>The AceNIC driver, transmit side, with the 256-entry ring in host memory. kernel: drivers/net/acenic.[ch] of 2.4.4 as intended: the mapping of a paged skb's head ends with the head, and the high address word is stored.</summary>
public sealed class AceNicDriver : NetDevice
{
    /// <summary>kernel: ACE_JUMBO_MTU.</summary>
    public const int MaxMtu = 9000;

    private readonly Slot[] _slots;
    private readonly Block _ring;
    private readonly Block _txCsm;
    private readonly IDevice _device;
    private int _txPrd;
    private int _txRetCsm;

    public AceNicDriver(World world, DevId id, int mtu, NetifFeatures lacking)
        : base(world, id, "acenic", mtu, lacking)
    {
        var entries = world.Profile.AceTxRingEntries;
        _slots = new Slot[entries];
        _ring = Dma.AllocConsistent(entries * AceTxDesc.Bytes);
        _txCsm = Dma.AllocConsistent(sizeof(uint));
        var info = Dma.AllocConsistent(AceInfo.Bytes);
        AceInfo.WriteAddress(info.Bytes.Span[AceInfo.TxCtrl..], _ring.Address);
        // The stack seeds the pseudo header: the firmware must not add it again. acenic.c, ace_init().
        BinaryPrimitives.WriteUInt16LittleEndian(
            info.Bytes.Span[(AceInfo.TxCtrl + 8)..], (ushort)(RcbFlags.TcpUdpSum | RcbFlags.NoPseudoHdr | RcbFlags.CoalIntOnly | RcbFlags.TxHostRing));
        AceInfo.WriteAddress(info.Bytes.Span[AceInfo.TxCsmPtr..], _txCsm.Address);
        _device = new AceNicDevice(Dma, world.Wire, id, entries);
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
            var count = 0;
            foreach (var slot in _slots)
            {
                count += slot.Skb is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>The slots' books: who owns the skb, and what is mapped. kernel: ap->skb->tx_skbuff[].</summary>
    public ReadOnlySpan<Slot> Slots => _slots;

    /// <summary>The descriptor in a slot, as it lies in memory.</summary>
    public AceTxDesc Descriptor(int slot) => AceTxDesc.Read(_ring.Bytes.Span.Slice(slot * AceTxDesc.Bytes, AceTxDesc.Bytes));

    public override void AddHeld(List<Skb> to)
    {
        foreach (var slot in _slots)
        {
            if (slot.Skb is { } skb)
            {
                to.Add(skb);
            }
        }
    }

    /// <summary>kernel: ace_start_xmit().</summary>
    public override bool HardStartXmit(Skb skb)
    {
        var idx = _txPrd;
        if (RingFull(_txRetCsm, idx))
        {
            // 2.4.4 spins here until reclaim goes on. Driver and device take turns, so nothing would: busy, as later drivers say.
            return false;
        }

        var sum = skb.IpSummed == ChecksumState.Hw ? BdFlags.TcpUdpSum : BdFlags.None;
        var paged = skb.NrFrags > 0;
        var head = Dma.MapSingle(skb.Block.Memory!.Address + (ulong)skb.Data, skb.HeadLen);
        idx = LoadTxBd(idx, head, skb.HeadLen, sum | (paged ? BdFlags.None : BdFlags.End), paged ? null : skb);
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            var last = i == skb.NrFrags - 1;
            var mapping = Dma.MapPage(frag.Page, frag.Offset, frag.Size);
            idx = LoadTxBd(idx, mapping, frag.Size, sum | (last ? BdFlags.End : BdFlags.None), last ? skb : null);
        }

        // wmb: the descriptors are in memory before the producer index says so.
        _txPrd = idx;
        _device.WriteRegister(AceRegisters.TxPrd, (uint)idx);
        if (RingFull(_txRetCsm, idx))
        {
            StopQueue();
            // The consumer may have moved between the test and the stop.
            if (!RingFull(_txRetCsm, _txPrd))
            {
                WakeQueue();
            }
        }

        return true;
    }

    public override int RunDevice(int packets) => _device.Run(packets);

    /// <summary>kernel: ace_interrupt(): acknowledges, reads the consumer index, and reclaims only where that leaves the ring with room.</summary>
    public override void Interrupt()
    {
        _device.WriteRegister(AceRegisters.Mb0Lo, 0);
        var txCsm = (int)BinaryPrimitives.ReadUInt32LittleEndian(_txCsm.Bytes.Span);
        if (txCsm != _txRetCsm && !RingFull(txCsm, _txPrd))
        {
            TxInt(txCsm);
        }
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_txPrd);
        state.Write(_txRetCsm);
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

    /// <summary>kernel: ace_tx_int().</summary>
    private void TxInt(int txCsm)
    {
        for (var idx = _txRetCsm; idx != txCsm; idx = (idx + 1) % _slots.Length)
        {
            var (skb, mapping, mapLen) = _slots[idx];
            _slots[idx] = default;
            // By length: address 0 is as good as any, where 2.4.4 takes it for "no mapping".
            if (mapLen > 0)
            {
                Dma.UnmapSingle(mapping, mapLen);
            }

            // dev_kfree_skb_irq: the slot of the last descriptor has it.
            skb?.Kfree();
        }

        // Woken before the consumer is published: the other order could wake a ring that was filled again.
        if (Stopped)
        {
            WakeQueue();
        }

        _txRetCsm = txCsm;
    }

    /// <summary>kernel: ace_load_tx_bd().</summary>
    /// <returns>The next slot.</returns>
    private int LoadTxBd(int idx, ulong address, int size, BdFlags flags, Skb? owner)
    {
        new AceTxDesc(address, size, flags).Write(_ring.Bytes.Span.Slice(idx * AceTxDesc.Bytes, AceTxDesc.Bytes));
        _slots[idx] = new Slot(owner, address, size);
        Descriptors++;
        return (idx + 1) % _slots.Length;
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
