using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ZeroCopy.Model.Copying;

/// <summary>The copying path: the same operations on plain byte arrays, copied at the moment of the call. It knows no page, no skb and no driver, and is short enough to be believed by reading.</summary>
public sealed class CopyingWorld(Profile profile)
{
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const byte Fin = 1;
    private const byte Rst = 4;

    private readonly Table<CopyingSkb> _skbs = new();
    private readonly Table<byte[]> _pages = new();
    private readonly Table<FileContent> _files = new();
    private readonly Table<CopyingFlow> _flows = new();
    private readonly Table<CopyingDevice> _devices = new();
    private readonly Table<Queue<Frame>> _taps = new();
    private readonly List<int> _waitingAtDrop = [];
    private readonly List<Frame?> _emitted = [];
    private readonly Stack<Frame> _free = new();
    private readonly Stack<CopyingSkb> _freeSkbs = new();
    private byte[] _answer = [];
    private int _answerLength;

    /// <summary>What both paths know of the script's names.</summary>
    public Names Names { get; } = new(profile.PageSize);

    public int PageSize => profile.PageSize;

    /// <summary>A frame for each that a device emitted in this step, in the same order; null where none was due.</summary>
    public IReadOnlyList<Frame?> Emitted => _emitted;

    /// <summary>Payload bytes copied at calls.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Payload bytes summed while frames were built.</summary>
    public long SummedBytes { get; private set; }

    /// <summary>Entries of the plan that have neither been emitted nor dropped.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Those of one device.</summary>
    public int OutstandingOn(DevId id) => _devices[id.Value].Count;

    /// <summary>The first packet of this step that a driver was handed before its turn; null for none.</summary>
    public (int Number, string Why)? OutOfTurn { get; private set; }

    /// <summary>Whether a packet of this step overtook one that waited longer, in a band behind its own.</summary>
    public bool Overtook { get; private set; }

    /// <summary>Packets that waited in the band of each that was dropped in this step.</summary>
    public IReadOnlyList<int> WaitingAtDrop => _waitingAtDrop;

    /// <summary>Packets that wait in a tap.</summary>
    public int Waiting(TapId id) => _taps[id.Value].Count;

    /// <summary>What the copying path's last reading operation returned.</summary>
    public ReadOnlySpan<byte> Answer => _answer.AsSpan(0, _answerLength);

    public bool HasSkb(SkbId id) => _skbs.Has(id.Value);

    /// <summary>The bytes of the packet.</summary>
    public CopyingSkb Skb(SkbId id) => _skbs[id.Value];

    public byte[] Page(PageId id) => _pages[id.Value];

    public FileContent File(FileId id) => _files[id.Value];

    public CopyingFlow Flow(SockId id) => _flows[id.Value];

    /// <summary>A new packet with a copy of the bytes.</summary>
    public void Bind(SkbId id, ReadOnlySpan<byte> bytes)
    {
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(bytes);
        _skbs.Bind(id.Value, skb);
        Names.Bind(id, bytes.Length);
    }

    /// <summary>One more name for a packet.</summary>
    public void Bind(SkbId id, SkbId same)
    {
        var skb = _skbs[same.Value];
        skb.Names++;
        _skbs.Bind(id.Value, skb);
        Names.Bind(id, skb.Bytes.Length);
    }

    /// <summary>Makes a packet longer and gives the new bytes to be written.</summary>
    public Span<byte> Append(SkbId id, int count) => Resized(id, _skbs[id.Value].Append(count));

    /// <inheritdoc cref="Append"/>
    public Span<byte> Prepend(SkbId id, int count) => Resized(id, _skbs[id.Value].Prepend(count));

    /// <summary>Keeps a range of the packet.</summary>
    public void Keep(SkbId id, int offset, int length)
    {
        _skbs[id.Value].Keep(offset, length);
        Resized(id, []);
    }

    public void Unbind(SkbId id)
    {
        var skb = _skbs[id.Value];
        _skbs.Unbind(id.Value);
        Names.Unbind(id);
        if (--skb.Names == 0)
        {
            _freeSkbs.Push(skb);
        }
    }

    public void Bind(PageId id, byte[] page)
    {
        _pages.Bind(id.Value, page);
        Names.Bind(id);
    }

    public void Unbind(PageId id)
    {
        _pages.Unbind(id.Value);
        Names.Unbind(id);
    }

    public void Bind(FileId id, FileContent content)
    {
        _files.Bind(id.Value, content);
        Names.Bind(id, content.Length);
    }

    /// <param name="id">The device.</param>
    /// <param name="mtu">Bytes.</param>
    /// <param name="noCsum">Its kind of checksum feature is to need none.</param>
    /// <param name="csumOff">That feature is switched off.</param>
    public void Bind(DevId id, int mtu, bool noCsum, bool csumOff)
    {
        _devices.Bind(id.Value, new CopyingDevice(noCsum, csumOff, [[], [], []], []));
        Names.Bind(id, mtu);
    }

    public void Bind(SockId id, CopyingFlow flow) => _flows.Bind(id.Value, flow);

    public void BindTap(TapId id)
    {
        _taps.Bind(id.Value, new Queue<Frame>());
        Names.Bind(id);
    }

    /// <summary>The oldest packet that the tap was shown is the answer, and goes.</summary>
    public void ReadTap(TapId id)
    {
        if (_taps[id.Value].TryDequeue(out var frame))
        {
            SetAnswer(frame.Span);
            _free.Push(frame);
        }
    }

    public void CloseTap(TapId id)
    {
        foreach (var frame in _taps[id.Value])
        {
            _free.Push(frame);
        }

        _taps.Unbind(id.Value);
        Names.Unbind(id);
    }

    /// <summary>The device's checksum feature is switched: what is handed to a NO_CSUM device from here on is complete, or carries the seed.</summary>
    public void SwitchCsum(DevId id, bool on) => _devices.Rebind(id.Value, _devices[id.Value] with { CsumOff = !on });

    /// <summary>Copies what a send call accepted.</summary>
    public void Accept(SockId sock, FileId file, long offset, int count)
    {
        _flows[sock.Value].Accept(_files[file.Value], file, offset, count, profile.Provenance);
        CopiedBytes += count;
    }

    public void SetAnswer(ReadOnlySpan<byte> bytes)
    {
        if (_answer.Length < bytes.Length)
        {
            _answer = new byte[bytes.Length];
        }

        bytes.CopyTo(_answer);
        _answerLength = bytes.Length;
    }

    public void BeginStep()
    {
        foreach (var frame in _emitted)
        {
            if (frame is not null)
            {
                _free.Push(frame);
            }
        }

        _emitted.Clear();
        _waitingAtDrop.Clear();
        (OutOfTurn, Overtook) = (null, false);
        _answerLength = 0;
    }

    /// <summary>Follows what the zero-copy path published, in its order: learns from the peer's frames, builds a frame for each new entry of the plan, forgets what was dropped, and counts out a frame for each that a device emitted.</summary>
    public void Follow(Observation seen)
    {
        foreach (var (happening, index) in seen.Happenings)
        {
            switch (happening)
            {
                case Happening.Received:
                    Learn(seen.Received[index].Span);
                    break;
                case Happening.Planned:
                    Build(seen.Plan[index]);
                    break;
                case Happening.Dropped:
                    Remove(seen.Drops[index]);
                    break;
                case Happening.Shown:
                    Show(seen.Shown[index]);
                    break;
                case Happening.HandedOver:
                    HandOver(seen.Handovers[index]);
                    break;
                case Happening.Emitted:
                    Emit(seen.Frames[index].Device);
                    break;
                default:
                    throw new ModelException($"no happening {happening}");
            }
        }
    }

    public void WriteState(StateWriter state)
    {
        for (var name = 0; name < _skbs.Count; name++)
        {
            if (!_skbs.Has(name))
            {
                continue;
            }

            state.Write(name);
            if (state.Reach(_skbs[name]))
            {
                state.Write(_skbs[name].Bytes);
            }
        }

        for (var name = 0; name < _pages.Count; name++)
        {
            if (_pages.Has(name))
            {
                state.Write(name);
                state.Write(_pages[name]);
            }
        }

        for (var name = 0; name < _flows.Count; name++)
        {
            if (_flows.Has(name))
            {
                state.Write(name);
                state.Write(Names.IsOpenTcp(new SockId(name)));
                _flows[name].WriteState(state);
            }
        }

        for (var name = 0; name < _devices.Count; name++)
        {
            if (!_devices.Has(name))
            {
                continue;
            }

            state.Write(_devices[name].CsumOff);
            foreach (var band in _devices[name].Bands)
            {
                Write(state, band);
            }

            Write(state, _devices[name].Taken);
        }

        for (var name = 0; name < _taps.Count; name++)
        {
            if (_taps.Has(name))
            {
                state.Write(name);
                foreach (var frame in _taps[name])
                {
                    state.Write(frame.Span);
                }

                state.Refer(null);
            }
        }
    }

    public void Reset()
    {
        BeginStep();
        for (var name = 0; name < _skbs.Count; name++)
        {
            if (_skbs.Has(name))
            {
                Unbind(new SkbId(name));
            }
        }

        _skbs.Clear();
        _pages.Clear();
        _files.Clear();
        _flows.Clear();
        _devices.Clear();
        _taps.Clear();
        Names.Reset();
        (CopiedBytes, SummedBytes, Outstanding) = (0, 0, 0);
    }

    /// <summary>Every name of the packet knows its new length.</summary>
    private Span<byte> Resized(SkbId id, Span<byte> added)
    {
        var skb = _skbs[id.Value];
        Names.Resize(id, skb.Bytes.Length);
        for (var name = 0; skb.Names > 1 && name < _skbs.Count; name++)
        {
            if (_skbs.Has(name) && _skbs[name] == skb)
            {
                Names.Resize(new SkbId(name), skb.Bytes.Length);
            }
        }

        return added;
    }

    private void Learn(ReadOnlySpan<byte> frame)
    {
        var tcp = frame[34..];
        var flow = _flows[BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]) - 40001];
        var seq = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        var flags = tcp[13];
        flow.IsReset |= (flags & Rst) != 0;
        if ((flags & Syn) != 0)
        {
            flow.Ack = unchecked(seq + 1);
        }
        else if ((flags & Fin) != 0 && seq == flow.Ack)
        {
            flow.Ack = unchecked(seq + 1);
        }

        if (flow.Timestamps)
        {
            var options = (flags & Syn) != 0 ? 24 : 20;
            flow.TsRecent = BinaryPrimitives.ReadUInt32BigEndian(tcp[(options + 4)..]);
        }

        flow.Forget(flow.PositionOf(BinaryPrimitives.ReadUInt32BigEndian(tcp[8..])));
    }

    private void Build(in Segment segment)
    {
        var flow = _flows[segment.Flow.Value];
        var device = _devices[segment.Device.Value];
        var headers = CopyingFrames.HeaderBytes(segment, flow);
        var frame = _free.TryPop(out var used) ? used : new Frame();
        var bytes = frame.Start(segment.Device, headers + segment.Length, fromPeer: false, profile.Provenance);

        // A datagram is what the call in this step accepted last; a segment is named by its sequence number.
        var position = segment.Protocol == Tcp ? flow.PositionOf(segment.Seq) : flow.Accepted - flow.LastCall + Math.Max(0, segment.FragmentOffset - 8);
        if (segment.Length > 0)
        {
            if (segment.Attempt > 1)
            {
                flow.Repeat(position, segment.Length + ((segment.Flags & Fin) != 0 ? 1 : 0));
            }

            flow.Bytes(position, segment.Length).CopyTo(bytes.Span[headers..]);
            if (profile.Provenance)
            {
                flow.Origin(position, segment.Length).CopyTo(bytes.Shadow[headers..]);
            }
        }

        var seedOnly = segment.SumByDevice && device.NoCsum && !device.CsumOff;
        CopyingFrames.WriteHeaders(bytes.Span, segment, flow, seedOnly);
        SummedBytes += seedOnly ? 0 : segment.Length;
        device.Bands[segment.Band].Add(new Due(segment.Number, frame));
        Outstanding++;
    }

    private void Remove(Drop drop)
    {
        foreach (var band in _devices[drop.Device.Value].Bands)
        {
            var index = IndexOf(band, drop.Number);
            if (index >= 0)
            {
                _free.Push(band[index].Frame);
                band.RemoveAt(index);
                _waitingAtDrop.Add(band.Count);
                Outstanding--;
            }
        }
    }

    private void Show(in TapShown shown)
    {
        if (shown.Fate != TapFate.Queued)
        {
            return;
        }

        foreach (var band in _devices[shown.Device.Value].Bands)
        {
            var index = IndexOf(band, shown.Number);
            if (index >= 0)
            {
                var due = band[index].Frame;
                var copy = _free.TryPop(out var used) ? used : new Frame();
                due.Span.CopyTo(copy.Start(shown.Device, due.Length, fromPeer: false, provenance: false).Span);
                if (shown.SumIsSeed)
                {
                    CopyingFrames.WriteSeed(copy.Writable);
                }

                _taps[shown.Tap.Value].Enqueue(copy);
            }
        }
    }

    /// <summary>A packet is the driver's turn where it is the oldest of its band, and no band before it has any.</summary>
    private void HandOver(in Handover handover)
    {
        var device = _devices[handover.Device.Value];
        var at = IndexOf(device.Bands[handover.Band], handover.Number);
        if (at != 0)
        {
            OutOfTurn ??= (handover.Number, at < 0 ? "it does not wait in its band" : $"{at} packets of its band are older");
        }

        for (var band = 0; band < device.Bands.Length; band++)
        {
            if (band < handover.Band && device.Bands[band].Count > 0)
            {
                OutOfTurn ??= (handover.Number, $"band {band} is not empty");
            }

            Overtook |= at >= 0 && band > handover.Band && device.Bands[band].Count > 0 && device.Bands[band][0].Number < handover.Number;
        }

        if (handover.Taken && at >= 0)
        {
            device.Taken.Add(device.Bands[handover.Band][at]);
            device.Bands[handover.Band].RemoveAt(at);
        }
    }

    private void Emit(DevId id)
    {
        var taken = _devices[id.Value].Taken;
        if (taken.Count == 0)
        {
            _emitted.Add(null);
            return;
        }

        _emitted.Add(taken[0].Frame);
        taken.RemoveAt(0);
        Outstanding--;
    }

    private static int IndexOf(List<Due> band, int number)
    {
        for (var i = 0; i < band.Count; i++)
        {
            if (band[i].Number == number)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Write(StateWriter state, List<Due> frames)
    {
        state.Write(frames.Count);
        foreach (var (_, frame) in frames)
        {
            state.Write(frame.Span);
            state.Write(MemoryMarshal.AsBytes(frame.Shadow));
        }
    }

    /// <summary>A frame that a device is to emit.</summary>
    private readonly record struct Due(int Number, Frame Frame);

    private sealed record CopyingDevice(bool NoCsum, bool CsumOff, List<Due>[] Bands, List<Due> Taken)
    {
        public int Count => Bands[0].Count + Bands[1].Count + Bands[2].Count + Taken.Count;
    }
}

/// <summary>A packet on the copying path: its bytes, in a buffer that is used again.</summary>
public sealed class CopyingSkb
{
    private byte[] _buffer = new byte[64];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Names that the script has for it.</summary>
    internal int Names { get; set; }

    internal void Start(ReadOnlySpan<byte> bytes)
    {
        (_length, Names) = (0, 1);
        bytes.CopyTo(Append(bytes.Length));
    }

    internal Span<byte> Append(int count)
    {
        MakeRoom(count);
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    internal Span<byte> Prepend(int count)
    {
        MakeRoom(count);
        _buffer.AsSpan(0, _length).CopyTo(_buffer.AsSpan(count));
        _length += count;
        return _buffer.AsSpan(0, count);
    }

    internal void Keep(int offset, int length)
    {
        _buffer.AsSpan(offset, length).CopyTo(_buffer);
        _length = length;
    }

    private void MakeRoom(int count)
    {
        if (_buffer.Length < _length + count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + count));
        }
    }
}
