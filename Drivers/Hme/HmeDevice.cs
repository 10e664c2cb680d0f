using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.Hme;

/// <summary>A Sun Happy Meal Ethernet, transmit side: walks its ring while descriptors are its own, joins them from SOP to EOP, sums from where it is told to where it is told, emits, and gives them back by clearing OWN. Evidence: drivers/net/sunhme.[ch]; STP2002QFP manual, section on the transmit descriptor.</summary>
public sealed class HmeDevice(Dma bus, Wire wire, DevId id, int ringSize) : IDevice
{
    private readonly List<HmeTxDesc> _packet = [];
    private readonly byte[] _fetch = new byte[HmeTxDesc.Bytes];
    private ulong _ring;
    private uint _stat;
    private int _next;
    private bool _kicked;

    public void WriteRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case HmeRegisters.EtxPending:
                _kicked = true;
                break;
            case HmeRegisters.EtxRing:
                _ring = value;
                break;
            case HmeRegisters.GregSwReset:
                (_next, _stat, _kicked) = (0, 0, false);
                break;
            case HmeRegisters.EtxCfg or HmeRegisters.EtxRsize or HmeRegisters.GregImask or HmeRegisters.BmacTxCfg:
                break;
            default:
                throw new ModelException($"HME has no register {offset:x} for writing here");
        }
    }

    public uint ReadRegister(uint offset)
    {
        if (offset != HmeRegisters.GregStat)
        {
            throw new ModelException($"HME has no register {offset:x} for reading here");
        }

        var stat = _stat;
        _stat = 0;
        return stat;
    }

    public int Run(int packets)
    {
        var sent = 0;
        while (_kicked && sent < packets)
        {
            if (!FetchPacket())
            {
                _kicked = false;
                break;
            }

            Send();
            GiveBack();
            _stat |= HmeRegisters.StatHostToTx;
            sent++;
            if (!Fetch(_next).Flags.HasFlag(TxFlags.Own))
            {
                _stat |= HmeRegisters.StatTxAll;
                _kicked = false;
            }
        }

        return sent;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_stat);
        state.Write(_next);
        state.Write(_kicked);
    }

    /// <summary>Reads descriptors up to EOP; false where one is not the chip's own.</summary>
    private bool FetchPacket()
    {
        _packet.Clear();
        for (var slot = _next; _packet.Count < ringSize; slot = (slot + 1) % ringSize)
        {
            var descriptor = Fetch(slot);
            if (!descriptor.Flags.HasFlag(TxFlags.Own))
            {
                return false;
            }

            _packet.Add(descriptor);
            if (descriptor.Flags.HasFlag(TxFlags.Eop))
            {
                return true;
            }
        }

        return false;
    }

    private void Send()
    {
        var length = 0;
        foreach (var descriptor in _packet)
        {
            length += descriptor.Size;
        }

        var (frame, index) = wire.Frame(id, length);
        var at = 0;
        foreach (var descriptor in _packet)
        {
            bus.DeviceRead(descriptor.Address, frame.Slice(at, descriptor.Size));
            at += descriptor.Size;
        }

        var first = _packet[0];
        if (first.Flags.HasFlag(TxFlags.CsEnable) && first.Location + 2 <= length)
        {
            var adder = default(WireAdder);
            adder.Feed(frame.Span[Math.Min(first.Start, length)..]);
            BinaryPrimitives.WriteUInt16BigEndian(frame.Span[first.Location..], adder.Complement);
        }

        wire.Emit(index, ChecksumState.None);
    }

    private void GiveBack()
    {
        foreach (var descriptor in _packet)
        {
            (descriptor with { Flags = descriptor.Flags & ~TxFlags.Own }).Write(_fetch);
            bus.DeviceWrite(AddressOf(_next), _fetch);
            _next = (_next + 1) % ringSize;
        }
    }

    private HmeTxDesc Fetch(int slot)
    {
        bus.DeviceRead(AddressOf(slot), new Bytes(_fetch, null, 0, HmeTxDesc.Bytes));
        return HmeTxDesc.Read(_fetch);
    }

    private ulong AddressOf(int slot) => _ring + (ulong)(slot * HmeTxDesc.Bytes);
}
