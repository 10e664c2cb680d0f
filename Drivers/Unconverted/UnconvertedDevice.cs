using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.Unconverted;

/// <summary>A card of the 1990s: one descriptor of 16 bytes a packet (status, length, 32-bit address, unused), OWN in bit 31 of the status. Evidence: DECchip 21140 manual, transmit descriptors; drivers/net/tulip/tulip.h.</summary>
public sealed class UnconvertedDevice(Dma bus, Wire wire, DevId id, int ringSize) : IDevice
{
    public const uint PollDemand = 0x08;
    public const uint RingBase = 0x20;
    public const uint Own = 0x80000000;
    public const int DescriptorBytes = 16;
    public const int LengthAt = 4;
    public const int AddressAt = 8;

    private readonly byte[] _fetch = new byte[DescriptorBytes];
    private ulong _ring;
    private int _next;
    private bool _polled;

    public void WriteRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case PollDemand:
                _polled = true;
                break;
            case RingBase:
                (_ring, _next, _polled) = (value, 0, false);
                break;
            default:
                throw new ModelException($"the card has no register {offset:x} for writing");
        }
    }

    public uint ReadRegister(uint offset) => throw new ModelException($"the card has no register {offset:x} for reading");

    public void WriteState(StateWriter state)
    {
        state.Write(_next);
        state.Write(_polled);
    }

    public int Run(int packets)
    {
        var sent = 0;
        for (; _polled && sent < packets; sent++)
        {
            var at = _ring + (ulong)(_next * DescriptorBytes);
            bus.DeviceRead(at, new Bytes(_fetch, null, 0, DescriptorBytes));
            if ((BinaryPrimitives.ReadUInt32LittleEndian(_fetch) & Own) == 0)
            {
                _polled = false;
                break;
            }

            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(_fetch.AsSpan(LengthAt));
            var (frame, index) = wire.Frame(id, length);
            bus.DeviceRead(BinaryPrimitives.ReadUInt32LittleEndian(_fetch.AsSpan(AddressAt)), frame);
            wire.Emit(index, ChecksumState.None);
            BinaryPrimitives.WriteUInt32LittleEndian(_fetch, 0);
            bus.DeviceWrite(at, _fetch.AsSpan(0, 4));
            _next = (_next + 1) % ringSize;
        }

        return sent;
    }
}
