using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Drivers.Unconverted;

/// <summary>A driver that nobody converted: it knows skb->data and skb->len, no features, one descriptor a packet. It must work on as before. kernel: drivers/net/tulip/, as an example of them all.</summary>
public sealed class UnconvertedDriver : NetDevice
{
    public const int MaxMtu = 1500;

    private readonly (Skb? Skb, ulong Mapping)[] _ring;
    private readonly Block _descriptors;
    private readonly IDevice _device;
    private int _curTx;
    private int _dirtyTx;

    public UnconvertedDriver(World world, DevId id, int mtu, NetifFeatures lacking)
        : base(world, id, "unconverted", mtu, lacking)
    {
        var size = world.Profile.UnconvertedTxRingSize;
        _ring = new (Skb?, ulong)[size];
        _descriptors = Dma.AllocConsistent(size * UnconvertedDevice.DescriptorBytes);
        _device = new UnconvertedDevice(Dma, world.Wire, id, size);
        _device.WriteRegister(UnconvertedDevice.RingBase, (uint)_descriptors.Address);
    }

    public override NetifFeatures HardwareFeatures => NetifFeatures.None;

    public override int AddressBits => 32;

    public override TxRing Ring => new(_ring.Length, _curTx, _dirtyTx, SlotsForLargest: 1);

    public override int InFlight
    {
        get
        {
            var count = 0;
            foreach (var slot in _ring)
            {
                count += slot.Skb is null ? 0 : 1;
            }

            return count;
        }
    }

    /// <summary>The slots' books: who owns the skb, and where it is mapped.</summary>
    public ReadOnlySpan<(Skb? Skb, ulong Mapping)> TxSkbuff => _ring;

    public override void AddHeld(List<Skb> to)
    {
        foreach (var slot in _ring)
        {
            if (slot.Skb is { } skb)
            {
                to.Add(skb);
            }
        }
    }

    /// <summary>kernel: tulip_start_xmit().</summary>
    public override bool HardStartXmit(Skb skb)
    {
        if (Free == 0)
        {
            StopQueue();
            return false;
        }

        var mapping = Dma.MapSingle(skb.Block.Memory!.Address + (ulong)skb.Data, skb.Len);
        if (Dma.IsError(mapping))
        {
            DropTaken(skb, DropReason.NoMapping);
            return true;
        }

        _ring[_curTx] = (skb, mapping);
        var descriptor = At(_curTx);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[UnconvertedDevice.AddressAt..], unchecked((uint)mapping));
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor[UnconvertedDevice.LengthAt..], (uint)skb.Len);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, UnconvertedDevice.Own);
        Descriptors++;
        _curTx = (_curTx + 1) % _ring.Length;
        if (Free == 0)
        {
            StopQueue();
        }

        _device.WriteRegister(UnconvertedDevice.PollDemand, 1);
        return true;
    }

    public override int RunDevice(int packets) => _device.Run(packets);

    /// <summary>kernel: tulip_interrupt(), its transmit half.</summary>
    public override void Interrupt()
    {
        while (_dirtyTx != _curTx && (BinaryPrimitives.ReadUInt32LittleEndian(At(_dirtyTx)) & UnconvertedDevice.Own) == 0)
        {
            var (skb, mapping) = _ring[_dirtyTx];
            _ring[_dirtyTx] = default;
            Dma.UnmapSingle(mapping, skb!.Len);
            skb.Kfree();
            _dirtyTx = (_dirtyTx + 1) % _ring.Length;
        }

        if (Stopped && Free > 0)
        {
            WakeQueue();
        }
    }

    /// <summary>kernel: tulip_close(): the chip is stopped, and its ring emptied.</summary>
    protected override IEnumerator<Stop> Close(Agent cpu)
    {
        StopQueue();
        _device.WriteRegister(UnconvertedDevice.RingBase, (uint)_descriptors.Address);
        for (var slot = 0; slot < _ring.Length; slot++)
        {
            At(slot).Clear();
            if (_ring[slot].Skb is { } skb)
            {
                Dma.UnmapSingle(_ring[slot].Mapping, skb.Len);
                _ring[slot] = default;
                DropTaken(skb, DropReason.Down);
            }
        }

        (_curTx, _dirtyTx) = (0, 0);
        yield break;
    }

    /// <summary>kernel: tulip_open().</summary>
    protected override IEnumerator<Stop> Open(Agent cpu)
    {
        WakeQueue();
        yield break;
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_curTx);
        state.Write(_dirtyTx);
        for (var slot = 0; slot < _ring.Length; slot++)
        {
            var descriptor = At(slot);
            state.Write(BinaryPrimitives.ReadUInt32LittleEndian(descriptor));
            var (skb, mapping) = _ring[slot];
            state.Write(skb is not null);
            if (skb is not null)
            {
                skb.WriteState(state);
                state.WriteAddress(World.Memory, mapping);
                state.WriteAddress(World.Memory, BinaryPrimitives.ReadUInt32LittleEndian(descriptor[UnconvertedDevice.AddressAt..]));
                state.Write(BinaryPrimitives.ReadUInt32LittleEndian(descriptor[UnconvertedDevice.LengthAt..]));
            }
        }

        _device.WriteState(state);
    }

    private int Free => (_dirtyTx - _curTx - 1 + _ring.Length) % _ring.Length;

    private Span<byte> At(int slot) => _descriptors.Bytes.Span.Slice(slot * UnconvertedDevice.DescriptorBytes, UnconvertedDevice.DescriptorBytes);
}
