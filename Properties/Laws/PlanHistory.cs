using ZeroCopy.Model;

namespace ZeroCopy.Properties.Laws;

/// <summary>What the segment plan has covered so far, by flow: a book of the checker's own.</summary>
/// <remarks>Verified: first transmissions follow each other without a gap, retransmissions repeat what was planned, SYN and FIN count one. Not verified: when the retransmission timer ends.</remarks>
public sealed class PlanHistory
{
    private const byte Tcp = 6;
    private const byte SynOrFin = 3;

    private readonly Table<uint> _next = new();
    private readonly Table<Segment> _fragment = new();

    /// <summary>The first fragment of this step that does not stand before the one that was made before it; null where all do.</summary>
    public Segment? Misplaced { get; private set; }

    public ConnectionBook Connections { get; } = new();

    /// <summary>The first entry of this step that does not fit; null where all do.</summary>
    public Segment? Misfit { get; private set; }

    /// <summary>Whether an entry of this step was a retransmission.</summary>
    public bool Retransmitted { get; private set; }

    /// <summary>Packets that were dropped because a piece of them could not be mapped.</summary>
    public int NotMapped { get; private set; }

    /// <summary>The sequence number that the flow's next new byte must have.</summary>
    public uint Next(SockId flow) => _next.Has(flow.Value) ? _next[flow.Value] : 0;

    public void Follow(Observation seen)
    {
        Misfit = null;
        Retransmitted = false;
        Misplaced = null;
        for (var i = 0; i < seen.Drops.Count; i++)
        {
            NotMapped += seen.Drops[i].Reason == DropReason.NoMapping ? 1 : 0;
        }

        for (var i = 0; i < seen.Plan.Count; i++)
        {
            var segment = seen.Plan[i];
            var flow = segment.Flow.Value;
            if (segment.IsFragment && !Place(segment, i == 0))
            {
                continue;
            }

            if (!_next.Has(flow))
            {
                _next.Bind(flow, segment.Seq);
            }

            var next = _next[flow];
            var end = EndOf(segment);
            Retransmitted |= segment.Attempt > 1;
            if (segment.Attempt == 1 ? segment.Seq != next : ConnectionBook.Before(next, end))
            {
                Misfit ??= segment;
            }

            if (segment.Attempt == 1 && !(segment.Protocol == Tcp && IsDropped(seen, segment.Number)))
            {
                _next.Rebind(flow, end);
            }
        }
    }

    /// <summary>The sequence number behind a segment: SYN and FIN count one, and so does a datagram.</summary>
    internal static uint EndOf(in Segment segment) =>
        unchecked(segment.Seq + (segment.Protocol == Tcp ? (uint)segment.Length + ((segment.Flags & SynOrFin) != 0 ? 1u : 0u) : 1u));

    /// <summary>Fragments are made from the last to the first. A last one has an id that the datagram before it had not; each other ends where the one made before it begins, and has its id.</summary>
    /// <returns>Whether it is the first of its datagram to be made.</returns>
    private bool Place(in Segment segment, bool isFirst)
    {
        var flow = segment.Flow.Value;
        var has = _fragment.Has(flow);
        if (isFirst ? segment.MoreFragments || (has && _fragment[flow].Id == segment.Id)
            : !segment.MoreFragments || !has || segment.Id != _fragment[flow].Id
                || segment.FragmentOffset + segment.Length + (segment.FragmentOffset == 0 ? 8 : 0) != _fragment[flow].FragmentOffset)
        {
            Misplaced ??= segment;
        }

        if (segment.FragmentOffset % 8 != 0)
        {
            Misplaced ??= segment;
        }

        if (has)
        {
            _fragment.Rebind(flow, segment);
        }
        else
        {
            _fragment.Bind(flow, segment);
        }

        return isFirst;
    }

    /// <summary>TCP tries a first transmission that was dropped again from the same byte; a datagram is gone.</summary>
    private static bool IsDropped(Observation seen, int number)
    {
        for (var i = 0; i < seen.Drops.Count; i++)
        {
            // What was dropped for any other reason TCP takes as sent.
            if (seen.Drops[i].Number == number && seen.Drops[i].Reason is DropReason.QueueFull or DropReason.NoMemory)
            {
                return true;
            }
        }

        return false;
    }

    public void WriteState(StateWriter state)
    {
        for (var flow = 0; flow < _next.Count; flow++)
        {
            state.Write(Next(new SockId(flow)));
        }

        for (var flow = 0; flow < _fragment.Count; flow++)
        {
            state.Write(_fragment.Has(flow) ? _fragment[flow].Id : -1);
        }

        state.Write(NotMapped);
        Connections.WriteState(state);
    }

    public void Reset()
    {
        _next.Clear();
        Connections.Reset();
        _fragment.Clear();
        Misplaced = null;
        Misfit = null;
        Retransmitted = false;
        NotMapped = 0;
    }
}
