using System.Buffers.Binary;

namespace ZeroCopy.Model.Copying;

/// <content>Frames: built from the segment plan and the bytes that were accepted, kept in bands as the plan says, counted out as devices emit them and taps read them.</content>
public sealed partial class CopyingWorld
{
    /// <summary>A frame for each that a device emitted in this step, in the same order; null where none was due.</summary>
    public ListView<DueFrame?> Emitted => _emitted;

    /// <summary>Those of one device.</summary>
    public int OutstandingOn(DevId id) => _devices[id.Value].Count;

    /// <summary>Packets that wait in a tap.</summary>
    public int Waiting(TapId id) => _taps[id.Value].Count;

    /// <param name="id">The device.</param>
    /// <param name="mtu">Bytes.</param>
    /// <param name="noCsum">Its kind of checksum feature is to need none.</param>
    /// <param name="csumOff">That feature is switched off.</param>
    public void Bind(DevId id, int mtu, bool noCsum, bool csumOff)
    {
        _devices.Bind(id.Value, new CopyingDevice(noCsum, csumOff, [[], [], []], []));
        Names.Bind(id, mtu);
    }

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
                case Happening.Forwarded:
                    Build(seen.Forwards[index]);
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
                case Happening.Requeued:
                    TakeBack(seen.Requeued[index]);
                    break;
                case Happening.Emitted:
                    Emit(seen.Frames[index], index);
                    break;
                default:
                    throw new ModelException($"no happening {happening}");
            }
        }
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

    /// <summary>A packet of another host goes on as it came, one hop older.</summary>
    private void Build(in Forward forward)
    {
        var due = _free.TryPop(out var used) ? used : new DueFrame();
        var packet = _skbs[forward.Skb.Value].Bytes;
        var bytes = due.Start(forward, CopyingFrames.HeaderBytesOf(packet), packet.Length, profile.Provenance);
        CopyingFrames.WriteForwarded(bytes.Span, packet);
        _devices[forward.Device.Value].Bands[forward.Band].Add(due);
        Outstanding++;
    }

    /// <summary>It waits in a band, or the driver has it; where the card has sent it already, its frame has been counted.</summary>
    private void Remove(Drop drop)
    {
        var waiting = 0;
        foreach (var band in _devices[drop.Device.Value].Bands)
        {
            waiting = TryRemove(band, drop.Number) ? band.Count : waiting;
        }

        TryRemove(_devices[drop.Device.Value].Taken, drop.Number);
        _waitingAtDrop.Add(waiting);
    }

    private bool TryRemove(List<DueFrame> frames, int number)
    {
        var index = IndexOf(frames, number);
        if (index < 0)
        {
            return false;
        }

        _free.Push(frames[index]);
        frames.RemoveAt(index);
        Outstanding--;
        return true;
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

    /// <summary>A packet that the driver had is the oldest of its band again.</summary>
    private void TakeBack(in Handover handover)
    {
        var device = _devices[handover.Device.Value];
        var at = IndexOf(device.Taken, handover.Number);
        device.Bands[handover.Band].Insert(0, device.Taken[at]);
        device.Taken.RemoveAt(at);
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

    /// <summary>A packet that waits in a tap.</summary>
    private readonly record struct TappedFrame(DueFrame Due, bool SumIsSeed);

    private sealed record CopyingDevice(bool NoCsum, bool CsumOff, List<DueFrame>[] Bands, List<DueFrame> Taken)
    {
        public int Count => Bands[0].Count + Bands[1].Count + Bands[2].Count + Taken.Count;
    }
}
