using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Drivers.Hme;

/// <summary>A Sun Happy Meal Ethernet, transmit side: walks its ring while descriptors are its own, joins them from SOP to EOP, sums from where it is told to where it is told, emits, and gives them back by clearing OWN. Evidence: drivers/net/sunhme.[ch]; STP2002QFP manual, section on the transmit descriptor.</summary>
/// <param name="bus">Its DMA.</param>
/// <param name="wire">Its wire.</param>
/// <param name="id">Its name.</param>
/// <param name="granule">Ring entries that one unit of ETX_RSIZE stands for.</param>
public sealed class HmeDevice(Dma bus, Wire wire, DevId id, int granule) : IHardware
{
    private readonly List<HmeTxDesc> _packet = [];
    private readonly Frame _payload = new();
    private readonly byte[] _fetch = new byte[HmeTxDesc.Bytes];
    private ulong _ring;
    private uint _stat;
    private uint _imask = HmeRegisters.MaskAll;
    private int _next;
    private int _entries;
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
                (_next, _stat, _imask, _kicked) = (0, 0, HmeRegisters.MaskAll, false);
                _packet.Clear();
                Halts++;
                break;
            case HmeRegisters.GregImask:
                _imask = value;
                break;
            case HmeRegisters.EtxRsize:
                _entries = ((int)value + 1) * granule;
                break;
            case HmeRegisters.EtxCfg or HmeRegisters.BmacTxCfg:
                break;
            default:
                throw new ModelException($"HME has no register {offset:x} for writing here");
        }
    }

    public uint ReadRegister(uint offset)
    {
        if (offset == HmeRegisters.GregSwReset)
        {
            // Done.
            return 0;
        }

        if (offset != HmeRegisters.GregStat)
        {
            throw new ModelException($"HME has no register {offset:x} for reading here");
        }

        var stat = _stat;
        _stat = 0;
        return stat;
    }

    /// <summary>The size of the ring as the chip was told it.</summary>
    public int Entries => _entries;

    public bool HasWork => _kicked;

    /// <summary>It says so with each packet.</summary>
    public bool HasNews => false;

    /// <summary>A packet that has gone raises the line too; its handler would find nothing to do (2.4.4 asks for TXALL), and is left out.</summary>
    public bool IsIrqRaised => (_stat & ~_imask & HmeRegisters.StatTxAll) != 0;

    public int Halts { get; private set; }

    public void SetIrq(bool raised) => _stat = raised ? _stat | HmeRegisters.StatTxAll : _stat & ~HmeRegisters.StatTxAll;

    public int Run(int packets)
    {
        var sent = 0;
        while (_kicked && sent < packets)
        {
            var before = _next;
            for (var packet = Packet(); packet.MoveNext();)
            {
                // Nothing comes between its accesses here.
                if (packet.Current is { Access: Access.Store } stop)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(_fetch, (uint)stop.Datum.Number);
                    bus.DeviceWrite(stop.Word.Address, _fetch.AsSpan(0, sizeof(uint)));
                }
            }

            sent += _next != before ? 1 : 0;
        }

        return sent;
    }

    /// <summary>Reads descriptors from SOP to EOP while they are its own, then what they name, joins it, sends it, and gives the descriptors back.</summary>
    public IEnumerator<Stop> Packet()
    {
        _packet.Clear();
        var (length, isWhole) = (0, false);
        for (var slot = _next; _packet.Count < _entries && !isWhole; slot = (slot + 1) % _entries)
        {
            yield return Stop.Fetch(AddressOf(slot), HmeTxDesc.Bytes);
            var descriptor = Fetch(slot);
            if (!descriptor.Flags.HasFlag(TxFlags.Own))
            {
                break;
            }

            _packet.Add(descriptor);
            length += descriptor.Size;
            isWhole = descriptor.Flags.HasFlag(TxFlags.Eop);
        }

        if (!isWhole)
        {
            // It waits for the next kick.
            _kicked = false;
            _packet.Clear();
            yield break;
        }

        // What it has read stays as it was, whatever becomes of the memory.
        var payload = _payload.Start(id, length, fromPeer: false, wire.HasProvenance);
        for (int i = 0, at = 0; i < _packet.Count; at += _packet[i++].Size)
        {
            yield return Stop.Fetch(_packet[i].Address, _packet[i].Size);
            bus.DeviceRead(_packet[i].Address, payload.Slice(at, _packet[i].Size));
        }

        yield return Stop.Do("sends the frame");
        Send(payload);
        for (var i = 0; i < _packet.Count; i++)
        {
            yield return Stop.Store(Word.At(AddressOf(_next)), (_packet[i] with { Flags = _packet[i].Flags & ~TxFlags.Own }).FlagWord);
            _next = (_next + 1) % _entries;
        }

        _packet.Clear();
        yield return Stop.Fetch(AddressOf(_next), HmeTxDesc.Bytes);
        _stat |= HmeRegisters.StatHostToTx;
        if (!Fetch(_next).Flags.HasFlag(TxFlags.Own))
        {
            _stat |= HmeRegisters.StatTxAll;
            _kicked = false;
        }
    }

    /// <summary>One packet at a time, and nothing later. It has no timer for it.</summary>
    public IEnumerator<Stop> Coalesce() => throw new ModelException("HME does not coalesce");

    public void WriteState(StateWriter state)
    {
        state.Write(_stat);
        state.Write(_imask);
        state.Write(_entries);
        state.Write(_next);
        state.Write(_kicked);
        state.Write(_packet.Count);
        foreach (var descriptor in _packet)
        {
            state.Write(descriptor.FlagWord);
            state.Write(descriptor.Address);
        }

        if (_packet.Count > 0)
        {
            state.Write(_payload.Span);
        }
    }

    private void Send(Bytes payload)
    {
        var (frame, index) = wire.Frame(id, payload.Length);
        payload.CopyTo(frame);
        var first = _packet[0];
        if (first.Flags.HasFlag(TxFlags.CsEnable) && first.Location + 2 <= payload.Length)
        {
            var adder = default(WireAdder);
            adder.Feed(frame.Span[Math.Min(first.Start, payload.Length)..]);
            BinaryPrimitives.WriteUInt16BigEndian(frame.Span[first.Location..], adder.Complement);
        }

        wire.Emit(index, ChecksumState.None);
    }

    private HmeTxDesc Fetch(int slot)
    {
        bus.DeviceRead(AddressOf(slot), new Bytes(_fetch, null, 0, HmeTxDesc.Bytes));
        return HmeTxDesc.Read(_fetch);
    }

    private ulong AddressOf(int slot) => _ring + (ulong)(slot * HmeTxDesc.Bytes);
}
