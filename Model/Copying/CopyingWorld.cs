using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ZeroCopy.Model.Copying;

/// <summary>The copying path: the same operations on plain byte arrays, copied at the moment of the call. It knows no page, no skb and no driver, and is short enough to be believed by reading.</summary>
public sealed partial class CopyingWorld(Profile profile)
{
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const byte Fin = 1;
    private const byte Rst = 4;

    private readonly Table<CopyingSkb> _skbs = new();
    private readonly Table<byte[]> _pages = new();
    private readonly Table<Provenance[]> _pageOrigins = new();
    private readonly Table<CopyingFile> _files = new();
    private readonly Table<CopyingFlow> _flows = new();
    private readonly Table<CopyingDevice> _devices = new();
    private readonly Table<Queue<TappedFrame>> _taps = new();
    private readonly List<int> _waitingAtDrop = [];
    private readonly List<DueFrame?> _emitted = [];
    private readonly Stack<DueFrame> _free = new();
    private readonly Stack<CopyingSkb> _freeSkbs = new();
    private byte[] _answer = [];
    private byte[] _summed = [];
    private int _answerLength;

    /// <summary>What both paths know of the script's names.</summary>
    public Names Names { get; } = new(profile.PageSize, profile.TaskPages);

    public int PageSize => profile.PageSize;

    /// <summary>A frame for each that a device emitted in this step, in the same order; null where none was due.</summary>
    public IReadOnlyList<DueFrame?> Emitted => _emitted;

    /// <summary>Payload bytes copied at calls.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Payload bytes summed while frames were built.</summary>
    public long SummedBytes { get; private set; }

    /// <summary>Entries of the plan that have neither been emitted nor dropped.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Writes to files so far: the clock by which versions of a byte are told apart.</summary>
    public int Writes { get; private set; }

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

    public CopyingFile File(FileId id) => _files[id.Value];

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
        Names.Bind(id, same);
    }

    /// <summary>A new packet with the same bytes. Whether it shares them, only its shape says: here bytes are never shared.</summary>
    public void Copy(SkbId id, SkbId source, bool sharesData)
    {
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(_skbs[source.Value].Bytes);
        _skbs.Bind(id.Value, skb);
        if (sharesData)
        {
            Names.BindClone(id, source);
        }
        else
        {
            Names.BindCopy(id, source);
        }
    }

    /// <summary>Makes a packet's linear part longer and gives the new bytes to be written.</summary>
    public Span<byte> Append(SkbId id, int count)
    {
        Names.Shape(id).Put(count);
        return _skbs[id.Value].Append(count);
    }

    /// <summary>Makes a packet longer by bytes that are not linear.</summary>
    public Span<byte> AppendPaged(SkbId id, int count)
    {
        Names.Shape(id).Fill(count);
        return _skbs[id.Value].Append(count);
    }

    /// <inheritdoc cref="Append"/>
    public Span<byte> Prepend(SkbId id, int count)
    {
        Names.Shape(id).Push(count);
        return _skbs[id.Value].Prepend(count);
    }

    /// <summary>Keeps a range of the packet.</summary>
    public void Keep(SkbId id, int offset, int length)
    {
        _skbs[id.Value].Keep(offset, length);
        Names.Shape(id).Keep(offset, length);
    }

    /// <summary>Keeps a range of the packet, and what is known of its sum.</summary>
    public void KeepWithSum(SkbId id, int offset, int length)
    {
        var sum = Names.Shape(id).Sum;
        Keep(id, offset, length);
        Names.Received(id, sum);
    }

    /// <summary>The name is that of a new packet with the same bytes; the one that it was goes on under its other names.</summary>
    public void Replace(SkbId id, bool sharesData)
    {
        var before = _skbs[id.Value];
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(before.Bytes);
        _skbs.Rebind(id.Value, skb);
        Names.Replace(id, sharesData);
        if (--before.Names == 0)
        {
            _freeSkbs.Push(before);
        }
    }

    /// <summary>All bytes are linear, and nobody shares them.</summary>
    public void Linearize(SkbId id)
    {
        MakeLinear(id, Names.Length(id));
        Names.Privatise(id);
    }

    /// <summary>The bytes, to be written in place.</summary>
    public Span<byte> Written(SkbId id)
    {
        Names.Shape(id).Extended();
        return _skbs[id.Value].Writable;
    }

    /// <summary>So many bytes are linear at least.</summary>
    public void MakeLinear(SkbId id, int count)
    {
        var shape = Names.Shape(id);
        if (count > shape.Linear)
        {
            shape.MakeLinear(count);
            Names.Privatise(id);
        }
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
        var origins = new Provenance[page.Length];
        for (var i = 0; i < origins.Length; i++)
        {
            origins[i] = Provenance.OfPage(id, i);
        }

        _pageOrigins.Bind(id.Value, origins);
        Names.Bind(id);
    }

    /// <summary>The user stores into a page of his own.</summary>
    public void Store(PageId id, int offset, ReadOnlySpan<byte> bytes, int write)
    {
        bytes.CopyTo(_pages[id.Value].AsSpan(offset));
        for (var i = offset; i < offset + bytes.Length; i++)
        {
            _pageOrigins[id.Value][i] = Provenance.OfPage(id, i, write);
        }
    }

    /// <summary>Copies what a zero-copy send accepted, and counts the call.</summary>
    public void Accept(SockId sock, PageId page, int offset, int count)
    {
        _flows[sock.Value].Accept(_pages[page.Value].AsSpan(offset, count), profile.Provenance ? _pageOrigins[page.Value].AsSpan(offset, count) : []);
        CopiedBytes += count;
    }

    /// <summary>A zero-copy send succeeded: until it is told, the user leaves the page alone.</summary>
    public void Call(SockId sock, PageId page)
    {
        var flow = _flows[sock.Value];
        flow.Untold.Add((flow.NextCall, page));
        flow.NextCall = unchecked(flow.NextCall + 1);
        Names.Lend(page);
        Names.Called(sock);
    }

    /// <summary>The user is told of a range of calls.</summary>
    public void Learn(in Told told)
    {
        var untold = _flows[told.Sock.Value].Untold;
        for (var i = untold.Count - 1; i >= 0; i--)
        {
            if (unchecked(untold[i].Number - told.Lo) < told.Count)
            {
                if (untold[i].Page is { } page)
                {
                    Names.TakeBack(page);
                }

                untold.RemoveAt(i);
            }
        }
    }

    public void Unbind(PageId id)
    {
        _pages.Unbind(id.Value);
        _pageOrigins.Unbind(id.Value);
        Names.Unbind(id);
        for (var name = 0; name < _flows.Count; name++)
        {
            if (_flows.Has(name))
            {
                _flows[name].Forget(id);
            }
        }
    }

    public void Bind(FileId id, FileContent content)
    {
        _files.Bind(id.Value, new CopyingFile(content));
        Names.Bind(id, content.Length);
    }

    /// <summary>The number of the next write, from 1.</summary>
    public int NextWrite() => ++Writes;

    /// <summary>Stores bytes in a file, which may grow.</summary>
    /// <param name="id">The file.</param>
    /// <param name="write">Number of the write.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="bytes">What is stored.</param>
    public void Write(FileId id, int write, long offset, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0)
        {
            ForgetVersions();
            _files[id.Value].Write(write, offset, bytes);
            Names.Resize(id, _files[id.Value].Length);
            FollowFile();
        }
    }

    /// <summary>Sets the size of a file.</summary>
    public void Truncate(FileId id, int write, long length)
    {
        ForgetVersions();
        if (length < _files[id.Value].Length)
        {
            LeaveFile(id, (length + profile.PageSize - 1) / profile.PageSize);
        }

        _files[id.Value].Truncate(write, length);
        Names.Resize(id, length);
        FollowFile();
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
        _taps.Bind(id.Value, new Queue<TappedFrame>());
        Names.Bind(id);
    }

    /// <summary>The oldest packet that the tap was shown is the answer, and goes. Its pages are read now: of what went by reference, a write since the call may show.</summary>
    public void ReadTap(TapId id, Observation seen)
    {
        if (!_taps[id.Value].TryDequeue(out var tapped))
        {
            return;
        }

        var due = tapped.Due;
        if (WasWritten(due) && seen.ReadLength == due.Frame.Length)
        {
            TakeOver(due, seen.Read);
            if (!tapped.SumIsSeed && !due.SeedOnly && due.Runs.Exists(run => run.ByReference))
            {
                Sum(due);
            }
        }

        if (tapped.SumIsSeed)
        {
            CopyingFrames.WriteSeed(due.Bytes.Span);
        }

        SetAnswer(due.Frame.Span);
        _free.Push(due);
        ForgetVersions();
    }

    public void CloseTap(TapId id)
    {
        foreach (var tapped in _taps[id.Value])
        {
            _free.Push(tapped.Due);
        }

        _taps.Unbind(id.Value);
        Names.Unbind(id);
        ForgetVersions();
    }

    /// <summary>The device's checksum feature is switched: what is handed to a NO_CSUM device from here on is complete, or carries the seed.</summary>
    public void SwitchCsum(DevId id, bool on) => _devices.Rebind(id.Value, _devices[id.Value] with { CsumOff = !on });

    /// <summary>Copies what a send call accepted.</summary>
    /// <param name="sock">The socket.</param>
    /// <param name="file">The file.</param>
    /// <param name="offset">First byte in the file.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="byReference">The other path did not copy them: what is written to the file later may show.</param>
    public void Accept(SockId sock, FileId file, long offset, int count, bool byReference = false)
    {
        _flows[sock.Value].Accept(_files[file.Value], file, offset, count, Writes, byReference, profile.Provenance);
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
        BeginMemoryStep();
        _answerLength = 0;
    }

    /// <summary>Follows what the zero-copy path published, in its order: learns from the peer's frames, builds a frame for each new entry of the plan, forgets what was dropped, and counts out a frame for each that a device emitted.</summary>
    public void Follow(Observation seen)
    {
        foreach (var (flow, seq, endSeq) in seen.Merges)
        {
            _flows[flow.Value].Join(_flows[flow.Value].PositionOf(seq), _flows[flow.Value].PositionOf(endSeq));
        }

        foreach (var (happening, index) in seen.Happenings)
        {
            switch (happening)
            {
                case Happening.Received:
                    Learn(seen.Received[index].Span);
                    break;
                case Happening.Planned:
                    Build(seen.Plan[index], DecisionOn(seen, seen.Plan[index].Number), HookOn(seen, seen.Plan[index].Number));
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
                    Emit(seen.Frames[index], index);
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
                var shape = Names.Shape(new SkbId(name));
                state.Write(shape.Linear);
                state.Write(shape.Listed);
                state.Refer(shape.Data);
                state.Write((int)shape.Sum);
                state.Write(shape.IsReceived);
                state.Write(shape.SumStart);
                state.Write(shape.SumAt);
            }
        }

        for (var name = 0; name < _pages.Count; name++)
        {
            if (_pages.Has(name))
            {
                state.Write(name);
                state.Write(_pages[name]);
                state.Write(MemoryMarshal.AsBytes<Provenance>(_pageOrigins[name]));
                state.Write(Names.Lent(new PageId(name)));
            }
        }

        WriteMemory(state);
        state.Write(Writes);
        for (var name = 0; name < _files.Count; name++)
        {
            if (_files.Has(name))
            {
                state.Write(name);
                _files[name].WriteState(state);
            }
        }

        for (var name = 0; name < _flows.Count; name++)
        {
            if (_flows.Has(name))
            {
                state.Write(name);
                state.Write(Names.HasCalled(new SockId(name)));
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
                foreach (var (due, sumIsSeed) in _taps[name])
                {
                    due.WriteState(state);
                    state.Write(sumIsSeed);
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

        ResetMemory();
        _skbs.Clear();
        _pages.Clear();
        _pageOrigins.Clear();
        _files.Clear();
        _flows.Clear();
        _devices.Clear();
        _taps.Clear();
        Names.Reset();
        (CopiedBytes, SummedBytes, Outstanding, Writes) = (0, 0, 0, 0);
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

    private void Build(in Segment segment, XmitDecision? decision, HookPass? hook)
    {
        var flow = _flows[segment.Flow.Value];
        var device = _devices[segment.Device.Value];
        var headers = CopyingFrames.HeaderBytes(segment, flow);
        var due = _free.TryPop(out var used) ? used : new DueFrame();

        // A datagram is what the call in this step accepted last; a segment is named by its sequence number.
        var position = segment.Protocol == Tcp ? flow.PositionOf(segment.Seq) : flow.Accepted - flow.LastCall + Math.Max(0, segment.FragmentOffset - 8);
        var seedOnly = segment.SumByDevice && device.NoCsum && !device.CsumOff;
        var bytes = due.Start(segment, position, headers, Writes, decision is { Linearized: true } || hook is { Linearized: true }, decision is { Summed: true } || hook is { Summed: true }, seedOnly, profile.Provenance);
        if (segment.Length > 0)
        {
            flow.Bytes(position, segment.Length).CopyTo(bytes.Span[headers..]);
            if (profile.Provenance)
            {
                flow.Origin(position, segment.Length).CopyTo(bytes.Shadow[headers..]);
            }

            flow.AddRuns(position, segment.Length, due.Runs);
        }

        CopyingFrames.WriteHeaders(bytes.Span, segment, flow, seedOnly);
        SummedBytes += seedOnly ? 0 : segment.Length;
        device.Bands[segment.Band].Add(due);
        Outstanding++;
    }

    private void Remove(Drop drop)
    {
        foreach (var band in _devices[drop.Device.Value].Bands)
        {
            var index = IndexOf(band, drop.Number);
            if (index >= 0)
            {
                _free.Push(band[index]);
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
                var copy = _free.TryPop(out var used) ? used : new DueFrame();
                copy.StartAs(band[index], profile.Provenance);
                _taps[shown.Tap.Value].Enqueue(new TappedFrame(copy, shown.SumIsSeed));
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

    private static int IndexOf(List<DueFrame> band, int number)
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

    private static void Write(StateWriter state, List<DueFrame> frames)
    {
        state.Write(frames.Count);
        foreach (var frame in frames)
        {
            frame.WriteState(state);
        }
    }

    private void Emit(Frame frame, int index)
    {
        var expected = _devices[frame.Device.Value].Taken;
        if (expected.Count == 0)
        {
            _emitted.Add(null);
            return;
        }

        var due = expected[0];
        due.Index = index;
        _emitted.Add(due);
        expected.RemoveAt(0);
        Outstanding--;
        if (WasWritten(due))
        {
            TakeOver(due, frame);
        }
    }

    /// <summary>What was decided on a packet of this step; null where it was dropped before.</summary>
    private static XmitDecision? DecisionOn(Observation seen, int number)
    {
        foreach (var decision in seen.Decisions)
        {
            if (decision.Number == number)
            {
                return decision;
            }
        }

        return null;
    }

    /// <summary>How a packet of this step passed a hook; null where there was none.</summary>
    private static HookPass? HookOn(Observation seen, int number)
    {
        foreach (var pass in seen.HookPasses)
        {
            if (pass.Number == number)
            {
                return pass;
            }
        }

        return null;
    }

    private bool WasWritten(DueFrame due)
    {
        foreach (var run in due.Runs)
        {
            if (run.IsOfFile && _files[run.File.Value].LastWrite > run.Call)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What a tap read, of the bytes that it may have read.</summary>
    private void TakeOver(DueFrame due, ReadOnlySpan<byte> read)
    {
        var at = due.Headers;
        var until = due.Linearized ? due.Planned : Writes;
        foreach (var run in due.Runs)
        {
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (run.IsOfFile && run.ByReference && _files[run.File.Value].HadValue(run.Offset + i, run.Call, until, read[at]))
                {
                    due.Bytes.Span[at] = read[at];
                }
            }
        }
    }

    /// <summary>Files were written since the call. What the frame shows of that is taken over, byte by byte, where this path may read it: sent by reference, and written between the call and the private copy, or else the device's reading. Whatever else differs stays as it was at the call.</summary>
    private void TakeOver(DueFrame due, Frame frame)
    {
        due.IsOpen = true;
        if (frame.Length != due.Frame.Length)
        {
            return;
        }

        var at = due.Headers;
        var until = due.Linearized ? due.Planned : Writes;
        foreach (var run in due.Runs)
        {
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (!run.IsOfFile)
                {
                    continue;
                }

                TakeOver(due, run, run.Offset + i, until, frame, at);
            }
        }

        if (!due.SeedOnly && due.Runs.Exists(run => run.ByReference))
        {
            Sum(due);
        }
    }

    private void TakeOver(DueFrame due, in AcceptedRun run, long offset, int until, Frame frame, int at)
    {
        var file = _files[run.File.Value];
        var value = frame.Span[at];
        var mark = profile.Provenance ? frame.Shadow[at] : default;
        if (!run.ByReference)
        {
            MarkStray(due, at, value == due.Bytes.Span[at] && (!profile.Provenance || mark == due.Bytes.Shadow[at]));
            return;
        }

        var held = file.WriteAt(offset, Until(file, run, offset, until));
        bool isAdmitted;
        bool isHeld;
        if (profile.Provenance)
        {
            isAdmitted = mark == Provenance.OfFile(run.File, offset, mark.Write) && file.Had(offset, run.Call, until, mark.Write) && value == file.ValueOf(offset, mark.Write);
            isHeld = mark.Write == held;
        }
        else
        {
            isAdmitted = file.HadValue(offset, run.Call, until, value);
            isHeld = value == file.ValueOf(offset, held);
        }

        MarkStray(due, at, isAdmitted);
        if (!isAdmitted)
        {
            return;
        }

        due.Outdated = due.Outdated < 0 && !isHeld ? at : due.Outdated;
        due.ShowsWrite |= held > run.Call;
        due.Bytes.Span[at] = value;
        if (profile.Provenance)
        {
            due.Bytes.Shadow[at] = mark;
        }
    }

    private static void MarkStray(DueFrame due, int at, bool isRight) => due.Stray = due.Stray < 0 && !isRight ? at : due.Stray;

    /// <summary>The last write that reaches the page of a byte that went by reference.</summary>
    private int Until(CopyingFile file, in AcceptedRun run, long offset, int until) => file.Reached(offset - (offset % PageSize), run.Call, until);

    /// <summary>The device sums what it reads, and the CPU its private copy. Pages that stay shared it sums as they are, and the field stays so when they are written.</summary>
    private void Sum(DueFrame due)
    {
        if (!due.Summed || due.Linearized)
        {
            CopyingFrames.WriteTcpCheck(due.Bytes.Span);
            return;
        }

        Array.Resize(ref _summed, Math.Max(_summed.Length, due.Frame.Length));
        var summed = _summed.AsSpan(0, due.Frame.Length);
        due.Frame.Span.CopyTo(summed);
        var at = due.Headers;
        foreach (var run in due.Runs)
        {
            if (!run.IsOfFile)
            {
                at += run.Count;
                continue;
            }

            var file = _files[run.File.Value];
            for (var i = 0; i < run.Count; i++, at++)
            {
                if (run.ByReference)
                {
                    summed[at] = file.ValueOf(run.Offset + i, file.WriteAt(run.Offset + i, Until(file, run, run.Offset + i, due.Planned)));
                }
            }
        }

        due.IsStale = !summed[due.Headers..].SequenceEqual(due.Frame.Span[due.Headers..]);
        CopyingFrames.WriteTcpCheck(summed);
        summed[..due.Headers].CopyTo(due.Bytes.Span);
    }

    /// <summary>Nothing is on the way and nothing waits to be acknowledged: nobody will ask what a byte was before.</summary>
    private void ForgetVersions()
    {
        for (var name = 0; name < _flows.Count; name++)
        {
            if (Outstanding > 0 || HasTapped || (_flows.Has(name) && _flows[name].Kept < _flows[name].Accepted))
            {
                return;
            }
        }

        for (var name = 0; name < _files.Count; name++)
        {
            if (_files.Has(name))
            {
                _files[name].Forget();
            }
        }
    }

    private bool HasTapped
    {
        get
        {
            for (var name = 0; name < _taps.Count; name++)
            {
                if (_taps.Has(name) && _taps[name].Count > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A packet that waits in a tap.</summary>
    private readonly record struct TappedFrame(DueFrame Due, bool SumIsSeed);

    private sealed record CopyingDevice(bool NoCsum, bool CsumOff, List<DueFrame>[] Bands, List<DueFrame> Taken)
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

    internal Span<byte> Writable => _buffer.AsSpan(0, _length);

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
