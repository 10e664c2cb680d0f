using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>An Alteon Tigon with its firmware, transmit side, a Tigon II with its ring in the host's memory or a Tigon I with the ring in its own: reads descriptors by DMA up to the producer index, joins them until END, sums, emits, and writes its consumer index to the host. It knows bus addresses only. Evidence: drivers/net/acenic.[ch]; FreeBSD sys/dev/ti, NetBSD and OpenBSD if_ti.c agree.</summary>
public sealed class AceNicDevice(Dma bus, Wire wire, DevId id, int ringEntries) : IHardware
{
    private const int NoSlot = -1;

    private readonly List<AceTxDesc> _packet = [];
    private readonly byte[] _sram = new byte[ringEntries * AceTxDesc.Bytes];
    private readonly byte[] _fetch = new byte[AceTxDesc.Bytes];
    private ulong _info;
    private uint _winBase;
    private readonly Frame _payload = new();
    private int _producer;
    private int _consumer;
    private int _published;
    private int _lookedUpTo = NoSlot;
    private int _read;
    private bool _isHalted;
    private bool _isMasked;
    private bool _irq;

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
                _irq = false;
                break;
            case AceRegisters.HostCtrl:
                _isMasked = (value & AceRegisters.MaskInts) != 0;
                break;
            case AceRegisters.CpuCtrl:
                SetHalted((value & AceRegisters.CpuHalt) != 0);
                break;
            case AceRegisters.WinBase:
                _winBase = value;
                break;
            case >= AceRegisters.Window and < AceRegisters.Window + AceRegisters.WindowBytes:
                WriteSram(_winBase + offset - AceRegisters.Window, value);
                break;
            default:
                throw new ModelException($"AceNIC has no register {offset:x} for writing here");
        }
    }

    public uint ReadRegister(uint offset) => offset switch
    {
        AceRegisters.TxPrd => (uint)_producer,
        AceRegisters.HostCtrl => IsIrqRaised ? (uint)AceRegisters.InInt : 0,
        AceRegisters.CpuCtrl => _isHalted ? AceRegisters.CpuHalt : 0,
        AceRegisters.Mb0Lo => 0,
        _ => throw new ModelException($"AceNIC has no register {offset:x} for reading here"),
    };

    public bool HasWork => !_isHalted && _producer != _consumer && _producer != _lookedUpTo;

    public bool HasNews => !_isHalted && Consumed != _published;

    public bool IsIrqRaised => _irq && !_isMasked;

    public int Halts { get; private set; }

    public void SetIrq(bool raised) => _irq = raised && !_isHalted;

    /// <summary>It tells of each descriptor that it has read, not of whole packets only. kernel: max_tx_desc of 1, TuneMaxTxDesc.</summary>
    public bool TellsOfEachDescriptor { get; set; }

    /// <summary>The slot behind what it needs no more.</summary>
    private int Consumed => TellsOfEachDescriptor ? (_consumer + _read) % ringEntries : _consumer;

    public int Run(int packets)
    {
        var sent = 0;
        while (sent < packets && HasWork)
        {
            var before = _consumer;
            for (var packet = Packet(); packet.MoveNext();)
            {
                // Nothing comes between its accesses here.
            }

            if (_consumer == before)
            {
                break;
            }

            PublishConsumer();
            sent++;
        }

        return sent;
    }

    /// <summary>Reads descriptors up to END, then what they name, joins it, and sends it.</summary>
    public IEnumerator<Stop> Packet()
    {
        _packet.Clear();
        var ring = AddressAt(AceInfo.TxCtrl);
        var isInHost = RingControl().HasFlag(RcbFlags.TxHostRing);
        var (length, isWhole) = (0, false);
        for (var slot = _consumer; slot != _producer && !isWhole; slot = (slot + 1) % ringEntries)
        {
            var address = ring + (ulong)(slot * AceTxDesc.Bytes);
            yield return isInHost ? Stop.Fetch(address, AceTxDesc.Bytes) : Stop.Do("reads a descriptor of its own memory");
            var descriptor = isInHost ? FetchDescriptor(address) : Descriptor(slot);
            _packet.Add(descriptor);
            length += descriptor.Size;
            isWhole = descriptor.Flags.HasFlag(BdFlags.End);
        }

        if (!isWhole)
        {
            // The rest of the packet is awaited: the producer index will say so.
            _lookedUpTo = _producer;
            _packet.Clear();
            yield break;
        }

        // What it has read stays as it was, whatever becomes of the memory.
        var payload = _payload.Start(id, length, fromPeer: false, wire.HasProvenance);
        for (int i = 0, at = 0; i < _packet.Count; at += _packet[i++].Size)
        {
            yield return Stop.Fetch(_packet[i].Address, _packet[i].Size);
            bus.DeviceRead(_packet[i].Address, payload.Slice(at, _packet[i].Size));
            // Of the last one it tells when the frame has gone.
            _read += i < _packet.Count - 1 ? 1 : 0;
        }

        yield return Stop.Do("sends the frame");
        var (frame, index) = wire.Frame(id, payload.Length);
        payload.CopyTo(frame);
        if (_packet[0].Flags.HasFlag(BdFlags.TcpUdpSum))
        {
            Sum(frame);
        }

        wire.Emit(index, ChecksumState.None);
        _consumer = (_consumer + _packet.Count) % ringEntries;
        (_lookedUpTo, _read) = (NoSlot, 0);
        _packet.Clear();
    }

    /// <summary>Writes the consumer index to the host, then interrupts. What the host acknowledges before this it does not cover. kernel: TuneTxCoalTicks, RCB_FLG_COAL_INT_ONLY.</summary>
    public IEnumerator<Stop> Coalesce()
    {
        var consumer = Consumed;
        yield return Stop.Store(Word.At(AddressAt(AceInfo.TxCsmPtr)), consumer);
        _published = consumer;
        yield return Stop.Do("raises the interrupt");
        _irq = true;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_producer);
        state.Write(_consumer);
        state.Write(_published);
        state.Write(_lookedUpTo);
        state.Write(_read);
        state.Write(TellsOfEachDescriptor);
        state.Write(_isHalted);
        state.Write(_isMasked);
        if (_winBase != 0)
        {
            state.Write(_sram);
        }

        state.Write(_irq);
        state.Write(_packet.Count);
        foreach (var descriptor in _packet)
        {
            state.Write(unchecked((long)descriptor.Address));
            state.Write(AceTxDesc.FlagSizeOf(descriptor.Size, descriptor.Flags));
        }

        if (_packet.Count > 0)
        {
            state.Write(_payload.Span);
        }
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
        if (!RingControl().HasFlag(RcbFlags.NoPseudoHdr))
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
        (_published, _irq) = (_consumer, true);
    }

    /// <summary>Halted it leaves what it was in, and touches memory no more; started again it finds an empty ring.</summary>
    private void SetHalted(bool halted)
    {
        if (halted && !_isHalted)
        {
            Halts++;
            _packet.Clear();
            (_irq, _read) = (false, 0);
        }
        else if (!halted && _isHalted)
        {
            (_producer, _consumer, _published, _lookedUpTo) = (0, 0, 0, NoSlot);
        }

        _isHalted = halted;
    }

    /// <summary>A descriptor of the ring in the card's own memory, as it was written there.</summary>
    public AceTxDesc Descriptor(int slot) => slot >= ringEntries ? default : AceTxDesc.Read(_sram.AsSpan(slot * AceTxDesc.Bytes, AceTxDesc.Bytes));

    /// <summary>What lies beyond the ring is other memory of the card.</summary>
    private void WriteSram(uint address, uint value)
    {
        var at = (long)address - AceRegisters.TxRingBase;
        if (at >= 0 && at < _sram.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_sram.AsSpan((int)at), value);
        }
    }

    private AceTxDesc FetchDescriptor(ulong address)
    {
        Fetch(address, AceTxDesc.Bytes);
        return AceTxDesc.Read(_fetch);
    }

    private RcbFlags RingControl()
    {
        Fetch(_info + AceInfo.TxCtrl + 8, 2);
        return (RcbFlags)BinaryPrimitives.ReadUInt16LittleEndian(_fetch);
    }

    private ulong AddressAt(int offset)
    {
        Fetch(_info + (ulong)offset, 8);
        return AceInfo.ReadAddress(_fetch);
    }

    private void Fetch(ulong address, int length) => bus.DeviceRead(address, new Bytes(_fetch, null, 0, length));
}
