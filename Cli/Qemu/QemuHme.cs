using System.Buffers.Binary;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Cli.Qemu;

/// <summary>QEMU's sunhme as our driver sees it. Memory of the model that a descriptor names is written to QEMU's before the kick; what QEMU writes to the ring comes back. qemu: hw/net/sunhme.c.</summary>
internal sealed class QemuHme : IDevice
{
    private const int InterruptStatus = 1 << 3;
    private const int SmallRing = 32 * HmeTxDesc.Bytes;

    private readonly QtestLink _link;
    private readonly Site _site;
    private readonly byte[] _ring;
    private readonly ulong _ringAt;
    private readonly Sun4u _machine;

    /// <summary>Where the card is, and how large it was told that the ring is.</summary>
    private int _next;
    private int _entries = 16;
    private bool _kicked;
    private bool _isRaised;

    public QemuHme(Sun4u machine, Site site)
    {
        (_machine, _link, _site) = (machine, machine.Link, site);
        _ringAt = site.Bus.Mappings[0].Address;
        _ring = new byte[site.Ring * HmeTxDesc.Bytes];
        machine.UseIommu(site.HasIommu);
        _link.Write(Physical(_ringAt), _ring);
        // Causes of the session before, which a reset keeps.
        _link.Read(Sun4u.Registers + HmeRegisters.GregStat, sizeof(uint));
        _link.Flush();
    }

    /// <summary>The line, as the PCI status register shows it.</summary>
    public bool IsIrqRaised => _isRaised;

    /// <summary>A register write goes out at once, but for the kick, which is posted: it arrives when the device is to run.</summary>
    public void WriteRegister(uint offset, uint value)
    {
        if (offset == HmeRegisters.EtxPending)
        {
            _kicked = true;
            return;
        }

        (_next, _entries) = offset switch
        {
            HmeRegisters.EtxRing => (0, _entries),
            HmeRegisters.EtxRsize => (_next, ((int)value + 1) * 16),
            _ => (_next, _entries),
        };
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _link.Write(Sun4u.Registers + offset, bytes);
    }

    public uint ReadRegister(uint offset)
    {
        _link.Read(Sun4u.Registers + offset, sizeof(uint));
        _link.Read(Sun4u.NicStatus, sizeof(ushort));
        var read = _link.Flush();
        _isRaised = IsRaised(read[1]);
        return BinaryPrimitives.ReadUInt32LittleEndian(read[0]);
    }

    public int Run(int packets)
    {
        if (!_kicked)
        {
            return 0;
        }

        _kicked = false;
        var (first, count) = (_next, Mirror());
        Span<byte> kick = [1, 0, 0, 0];
        _link.Write(Sun4u.Registers + HmeRegisters.EtxPending, kick);
        _link.Read(Sun4u.NicStatus, sizeof(ushort));
        // All of a small ring; of a large one, which takes QEMU long to spell, what it was given.
        (first, count) = _ring.Length <= SmallRing ? (0, _site.Ring) : (first, count);
        var beforeEnd = Math.Min(count, _site.Ring - first);
        ReadRing(first, beforeEnd);
        ReadRing(0, count - beforeEnd);
        var read = _link.Flush();
        _isRaised = IsRaised(read[0]);
        var due = read.Count > 1 ? TakeBack(first, read[1]) : 0;
        due += read.Count > 2 ? TakeBack(0, read[2]) : 0;
        var sent = 0;
        while (_link.Frame(isDue: sent < due) is { } frame)
        {
            var (bytes, index) = _site.World.Wire.Frame(_site.Id, frame.Length);
            bytes.Write(frame.Span);
            _site.World.Wire.Emit(index, Model.Skbs.ChecksumState.None);
            sent++;
        }

        return sent;
    }

    public void WriteState(StateWriter state) => throw new ModelException("QEMU's state is not ours to write");

    /// <summary>Brings QEMU's memory to the model's: the ring, what the descriptors name that it will read now, the IOMMU's table.</summary>
    /// <returns>How many descriptors it will read.</returns>
    private int Mirror()
    {
        _site.World.Memory.TryAt(_ringAt, out var ring, out _, out _);
        var now = ring.Span[.._ring.Length];
        var first = now.CommonPrefixLength(_ring);
        if (first < _ring.Length)
        {
            var last = _ring.Length - 1;
            while (now[last] == _ring[last])
            {
                last--;
            }

            _link.Write(Physical(_ringAt + (ulong)first), now[first..(last + 1)]);
            now.CopyTo(_ring);
        }

        var count = 0;
        for (var slot = _next; count < _entries && slot < _site.Ring; slot = (slot + 1) % _entries)
        {
            var descriptor = HmeTxDesc.Read(now[(slot * HmeTxDesc.Bytes)..]);
            if (!descriptor.Flags.HasFlag(TxFlags.Own))
            {
                break;
            }

            MirrorBuffer(descriptor);
            count++;
        }

        if (_site.HasIommu)
        {
            _machine.Map(_site.Bus.Mappings);
        }

        return count;
    }

    private void ReadRing(int first, int count)
    {
        if (count > 0)
        {
            _link.Read(Physical(_ringAt + (ulong)(first * HmeTxDesc.Bytes)), count * HmeTxDesc.Bytes);
        }
    }

    /// <summary>What a descriptor names, as far as there is memory: a wrong one may name anything.</summary>
    private void MirrorBuffer(HmeTxDesc descriptor)
    {
        for (var done = 0; done < descriptor.Size;)
        {
            var address = descriptor.Address + (ulong)done;
            if (address >= Sun4u.Translation || !_site.World.Memory.TryAt(address, out var bytes, out _, out _))
            {
                return;
            }

            var count = Math.Min(bytes.Length, descriptor.Size - done);
            _link.Write(Physical(address), bytes.Span[..count]);
            done += count;
        }
    }

    /// <summary>What the card has written to the ring arrives in the model.</summary>
    /// <returns>Last descriptors of packets among those that it handed back: a frame each.</returns>
    private int TakeBack(int slot, ReadOnlySpan<byte> descriptors)
    {
        var packets = 0;
        var begin = slot * HmeTxDesc.Bytes;
        for (var at = begin; at < begin + descriptors.Length; at += sizeof(uint))
        {
            var word = descriptors.Slice(at - begin, sizeof(uint));
            if (!word.SequenceEqual(_ring.AsSpan(at, sizeof(uint))))
            {
                var was = (TxFlags)BinaryPrimitives.ReadUInt32LittleEndian(_ring.AsSpan(at));
                packets += at % HmeTxDesc.Bytes == 0 && was.HasFlag(TxFlags.Eop) ? 1 : 0;
                _next = (_next + 1) % _entries;
                _site.Bus.DeviceWrite(_ringAt + (ulong)at, word);
                word.CopyTo(_ring.AsSpan(at));
            }
        }

        return packets;
    }

    private ulong Physical(ulong bus) => _site.HasIommu ? bus + Sun4u.Translation : bus;

    private static bool IsRaised(byte[] status) => (BinaryPrimitives.ReadUInt16LittleEndian(status) & InterruptStatus) != 0;
}
