using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>An Alteon Tigon II with its firmware, transmit side: reads descriptors by DMA up to the producer index, joins them until END, sums, emits, and writes its consumer index to the host. It knows bus addresses only. Evidence: drivers/net/acenic.[ch]; FreeBSD sys/dev/ti, NetBSD and OpenBSD if_ti.c agree.</summary>
public sealed class AceNicDevice(Dma bus, Wire wire, DevId id, int ringEntries) : IDevice
{
    private readonly List<AceTxDesc> _packet = [];
    private readonly byte[] _fetch = new byte[AceTxDesc.Bytes];
    private ulong _info;
    private int _producer;
    private int _consumer;

    public void WriteRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case AceRegisters.TxPrd:
                _producer = (int)value % ringEntries;
                break;
            case AceRegisters.InfoPtrHi:
                _info = (_info & 0xffffffff) | ((ulong)value << 32);
                break;
            case AceRegisters.InfoPtrLo:
                _info = (_info & 0xffffffff00000000) | value;
                break;
            case AceRegisters.Mb0Lo:
                break;
            default:
                throw new ModelException($"AceNIC has no register {offset:x} for writing here");
        }
    }

    public uint ReadRegister(uint offset) => offset == AceRegisters.TxPrd
        ? (uint)_producer
        : throw new ModelException($"AceNIC has no register {offset:x} for reading here");

    public int Run(int packets)
    {
        var sent = 0;
        while (sent < packets && FetchPacket())
        {
            Send();
            _consumer = (_consumer + _packet.Count) % ringEntries;
            PublishConsumer();
            sent++;
        }

        return sent;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_producer);
        state.Write(_consumer);
    }

    /// <summary>Reads descriptors up to END; false where the producer index comes first.</summary>
    private bool FetchPacket()
    {
        _packet.Clear();
        var ring = AddressAt(AceInfo.TxCtrl);
        for (var slot = _consumer; slot != _producer; slot = (slot + 1) % ringEntries)
        {
            Fetch(ring + (ulong)(slot * AceTxDesc.Bytes), AceTxDesc.Bytes);
            var descriptor = AceTxDesc.Read(_fetch);
            _packet.Add(descriptor);
            if (descriptor.Flags.HasFlag(BdFlags.End))
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

        if (_packet[0].Flags.HasFlag(BdFlags.TcpUdpSum))
        {
            Sum(frame);
        }

        wire.Emit(index, ChecksumState.None);
    }

    /// <summary>Sums the bytes of the flagged descriptors from the transport header on, finds the field by the protocol, and stores the complement there.</summary>
    private void Sum(Bytes frame)
    {
        const int ethernet = 14;
        const int shortest = ethernet + 20;
        var bytes = frame.Span;
        if (bytes.Length < shortest)
        {
            return;
        }

        var transport = ethernet + ((bytes[ethernet] & 15) * 4);
        var protocol = bytes[ethernet + 9];
        var field = transport + (protocol == 17 ? 6 : 16);
        var adder = default(WireAdder);
        Fetch(_info + AceInfo.TxCtrl + 8, 2);
        if (!((RcbFlags)BinaryPrimitives.ReadUInt16LittleEndian(_fetch)).HasFlag(RcbFlags.NoPseudoHdr))
        {
            adder.Feed(bytes.Slice(ethernet + 12, 8));
            adder.Feed([0, protocol, (byte)((bytes.Length - transport) >> 8), (byte)((bytes.Length - transport) & 0xff)]);
        }

        var at = 0;
        foreach (var descriptor in _packet)
        {
            var from = Math.Max(at, transport);
            at += descriptor.Size;
            if (from < at && descriptor.Flags.HasFlag(BdFlags.TcpUdpSum))
            {
                adder.Feed(bytes[from..at]);
            }
        }

        if (field + 2 <= bytes.Length)
        {
            // RFC 768: 0 would say that no sum was made. FreeBSD's and NetBSD's drivers leave UDP to the firmware without a test for it.
            BinaryPrimitives.WriteUInt16BigEndian(bytes[field..], adder.Complement == 0 && protocol == 17 ? (ushort)0xffff : adder.Complement);
        }
    }

    private void PublishConsumer()
    {
        var txCsm = AddressAt(AceInfo.TxCsmPtr);
        BinaryPrimitives.WriteUInt32LittleEndian(_fetch, (uint)_consumer);
        bus.DeviceWrite(txCsm, _fetch.AsSpan(0, 4));
    }

    private ulong AddressAt(int offset)
    {
        Fetch(_info + (ulong)offset, 8);
        return AceInfo.ReadAddress(_fetch);
    }

    private void Fetch(ulong address, int length) => bus.DeviceRead(address, new Bytes(_fetch, null, 0, length));
}
