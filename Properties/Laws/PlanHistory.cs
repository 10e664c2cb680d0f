using ZeroCopy.Model;

namespace ZeroCopy.Properties.Laws;

/// <summary>What the segment plan has covered so far, by flow: a book of the checker's own.</summary>
/// <remarks>Verified: first transmissions follow each other without a gap, retransmissions repeat what was planned, SYN and FIN count one. Not verified: that TCP retransmits when it should.</remarks>
public sealed class PlanHistory
{
    private const byte Tcp = 6;
    private const byte SynOrFin = 3;

    private readonly Table<uint> _next = new();

    public ConnectionBook Connections { get; } = new();

    /// <summary>The first entry of this step that does not fit; null where all do.</summary>
    public Segment? Misfit { get; private set; }

    /// <summary>Whether an entry of this step was a retransmission.</summary>
    public bool Retransmitted { get; private set; }

    /// <summary>The sequence number that the flow's next new byte must have.</summary>
    public uint Next(SockId flow) => _next.Has(flow.Value) ? _next[flow.Value] : 0;

    public void Follow(Observation seen)
    {
        Misfit = null;
        Retransmitted = false;
        for (var i = 0; i < seen.Plan.Count; i++)
        {
            var segment = seen.Plan[i];
            var flow = segment.Flow.Value;
            if (!_next.Has(flow))
            {
                _next.Bind(flow, segment.Seq);
            }

            var next = _next[flow];
            var span = segment.Protocol == Tcp
                ? (uint)segment.Length + ((segment.Flags & SynOrFin) != 0 ? 1u : 0u)
                : 1u;
            var end = unchecked(segment.Seq + span);
            Retransmitted |= segment.Attempt > 1;
            if (segment.Attempt == 1 ? segment.Seq != next : unchecked((int)(end - next)) > 0)
            {
                Misfit ??= segment;
            }

            if (segment.Attempt == 1 && !(segment.Protocol == Tcp && IsDropped(seen, segment.Number)))
            {
                _next.Rebind(flow, end);
            }
        }
    }

    /// <summary>TCP tries a first transmission that was dropped again from the same byte; a datagram is gone.</summary>
    private static bool IsDropped(Observation seen, int number)
    {
        for (var i = 0; i < seen.Drops.Count; i++)
        {
            // What was dropped for congestion TCP takes as sent.
            if (seen.Drops[i].Number == number && seen.Drops[i].Reason != DropReason.Congestion)
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

        Connections.WriteState(state);
    }

    public void Reset()
    {
        _next.Clear();
        Connections.Reset();
        Misfit = null;
        Retransmitted = false;
    }
}
