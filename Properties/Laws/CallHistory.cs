using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Laws;

/// <summary>The zero-copy sends of which the user was not told, and what became of their bytes: a book of the checker's own, kept from operations and observations alone.</summary>
/// <remarks>Verified: numbers by counting calls; readers by the place in the stream that each fragment stands for; copies by the cost of the call, the decisions of dev_queue_xmit() and what a local receiver took. Not verified: copies of an skb that the transmit path never makes.</remarks>
public sealed class CallHistory
{
    private const byte TcpProtocol = 6;

    private readonly List<Call> _calls = [];
    private readonly List<Outgoing> _outgoing = [];
    private readonly Table<uint> _next = new();

    /// <summary>Calls of which the user was not told, oldest first.</summary>
    public ReadOnlySpan<Call> Untold => CollectionsMarshal.AsSpan(_calls);

    /// <summary>A range that was read in this step and is not of calls that were made and not told; null for none.</summary>
    public Told? Misfit { get; private set; }

    /// <summary>A segment with bytes of an untold call was sent again in this step.</summary>
    public bool Retransmitted { get; private set; }

    /// <summary>The number that the socket's next call must have.</summary>
    public uint Next(SockId sock) => _next.Has(sock.Value) ? _next[sock.Value] : 0;

    public void Follow(Operation operation, World world, CopyingWorld copying)
    {
        var seen = world.Seen;
        (Misfit, Retransmitted) = (null, false);
        switch (operation)
        {
            case SkZcKey key:
                SetNext(key.Sock, key.Calls);
                break;
            case MsgZerocopy call when seen.Count > 0:
                var copied = world.Cost.CopiedAtCall > seen.CostBefore.CopiedAtCall;
                _calls.Add(new Call(call.Sock, Next(call.Sock), world.Page(call.Page), call.Offset, (int)seen.Count, copying.Flow(call.Sock).Accepted - seen.Count,
                    world.Sock(call.Sock) is UdpSock ? DatagramOf(seen) : 0, copied));
                SetNext(call.Sock, unchecked(Next(call.Sock) + 1));
                break;
        }

        if (seen.Told is { } told)
        {
            Forget(told);
        }

        FollowSegments(world, copying);
    }

    /// <summary>Whether an skb that the network has, in a queue, a ring or a backlog, names bytes of the call in the user's page.</summary>
    public static bool Reads(in Step step, Skb skb, in Call call)
    {
        var later = 0;
        for (var i = skb.NrFrags - 1; i >= 0; i--)
        {
            var frag = skb.Frags[i];
            if (frag.Page == call.Page && frag.Offset < call.Offset + call.Count && call.Offset < frag.Offset + frag.Size
                && IsOf(step, skb, call, frag, later))
            {
                return true;
            }

            later += frag.Size;
        }

        return false;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_calls.Count);
        foreach (var call in _calls)
        {
            state.Write(call.Sock.Value);
            state.Write(call.Number);
            state.Refer(call.Page);
            state.Write(call.Offset);
            state.Write(call.Count);
            state.Write(call.Position);
            state.Write(call.Datagram);
            state.Write(call.Copied);
            state.Write(call.Cut);
        }

        for (var sock = 0; sock < _next.Count; sock++)
        {
            state.Write(Next(new SockId(sock)));
        }

        foreach (var segment in _outgoing)
        {
            state.Write(segment.Flow.Value);
            state.Write(segment.Position);
            state.Write(segment.Length);
        }
    }

    public void Reset()
    {
        _calls.Clear();
        _outgoing.Clear();
        _next.Clear();
        (Misfit, Retransmitted) = (null, false);
    }

    private void SetNext(SockId sock, uint number)
    {
        if (_next.Has(sock.Value))
        {
            _next.Rebind(sock.Value, number);
        }
        else
        {
            _next.Bind(sock.Value, number);
        }
    }

    private void Forget(in Told told)
    {
        var found = 0L;
        for (var i = _calls.Count - 1; i >= 0; i--)
        {
            if (_calls[i].Sock == told.Sock && unchecked(_calls[i].Number - told.Lo) < told.Count)
            {
                _calls.RemoveAt(i);
                found++;
            }
        }

        Misfit = found == told.Count ? null : told;
    }

    /// <summary>Which segments are on their way, and which of them the CPU copied.</summary>
    private void FollowSegments(World world, CopyingWorld copying)
    {
        foreach (var cut in world.Seen.Cuts)
        {
            var whole = new Outgoing(-1, cut.Flow, copying.Flow(cut.Flow).PositionOf(cut.Seq), cut.Stays + cut.Moved);
            foreach (ref var call in CollectionsMarshal.AsSpan(_calls))
            {
                call.Cut |= whole.Meets(call);
            }
        }

        for (var i = 0; i < world.Seen.Plan.Count; i++)
        {
            var segment = world.Seen.Plan[i];
            var flow = copying.Flow(segment.Flow);
            var planned = new Outgoing(segment.Number, segment.Flow, segment.Protocol == TcpProtocol ? flow.PositionOf(segment.Seq) : flow.Accepted - flow.LastCall + Math.Max(0, segment.FragmentOffset - 8), segment.Length);
            _outgoing.Add(planned);
            Retransmitted |= segment.Attempt > 1 && Meets(planned);
        }

        // Copied first, dropped by a full queue afterwards: it was copied.
        foreach (var decision in world.Seen.Decisions)
        {
            if (decision.Linearized && Find(decision.Number) is var at and >= 0)
            {
                MarkCopied(_outgoing[at]);
            }
        }

        foreach (var pass in world.Seen.HookPasses)
        {
            if (pass.Linearized && Find(pass.Number) is var at and >= 0)
            {
                MarkCopied(_outgoing[at]);
            }
        }

        for (var i = 0; i < world.Seen.Drops.Count; i++)
        {
            Take(world.Seen.Drops[i].Number);
        }

        var emitted = 0;
        foreach (var (happening, index) in world.Seen.Happenings)
        {
            if (happening == Happening.Emitted && Take(copying.Emitted[emitted++]?.Number ?? -1) is { } arrived
                && world.Device(world.Seen.Frames[index].Device).Driver == "loopback")
            {
                MarkCopied(arrived);
            }
        }
    }

    private int Find(int number)
    {
        for (var i = 0; i < _outgoing.Count; i++)
        {
            if (_outgoing[i].Number == number)
            {
                return i;
            }
        }

        return -1;
    }

    private Outgoing? Take(int number)
    {
        var at = Find(number);
        if (at < 0)
        {
            return null;
        }

        var taken = _outgoing[at];
        _outgoing.RemoveAt(at);
        return taken;
    }

    private bool Meets(in Outgoing segment)
    {
        foreach (ref readonly var call in Untold)
        {
            if (segment.Meets(call))
            {
                return true;
            }
        }

        return false;
    }

    private void MarkCopied(in Outgoing segment)
    {
        foreach (ref var call in CollectionsMarshal.AsSpan(_calls))
        {
            call.Copied |= segment.Meets(call);
        }
    }

    private static uint DatagramOf(Observation seen) => seen.Plan[^1].Seq;

    /// <summary>Whether a fragment stands for bytes of the call, by the flow and the place in it.</summary>
    /// <param name="step">The step.</param>
    /// <param name="skb">Whose fragment it is.</param>
    /// <param name="call">The call.</param>
    /// <param name="frag">It names the call's bytes.</param>
    /// <param name="later">Bytes of the packet after the fragment.</param>
    private static bool IsOf(in Step step, Skb skb, in Call call, in Frag frag, int later)
    {
        var sock = step.World.Sock(call.Sock);
        if (sock is not TcpSock tcp)
        {
            return skb.Sk == sock && skb.Cb.Seq == call.Datagram;
        }

        var inItsQueue = skb.List is not null && skb.List == tcp.WriteQueue;
        if (!inItsQueue && !(skb.Sk == sock || (skb.Sk is null && HasTransportHeader(skb) && SourcePort(skb) == 40001 + call.Sock.Value)))
        {
            return false;
        }

        // SYN and FIN count one in sequence numbers; only FIN stands behind data.
        var end = step.Copying.Flow(call.Sock).PositionOf(skb.Cb.EndSeq) - (skb.Cb.Flags & 1) - later;
        return end - frag.Size - frag.Offset == call.Position - call.Offset;
    }

    private static bool HasTransportHeader(Skb skb) => skb.TransportHeader >= 0 && skb.TransportHeader + sizeof(ushort) <= skb.Tail;

    private static ushort SourcePort(Skb skb) => BinaryPrimitives.ReadUInt16BigEndian(skb.Block.Bytes.Span[skb.TransportHeader..]);

    /// <summary>A segment on its way.</summary>
    private readonly record struct Outgoing(int Number, SockId Flow, long Position, int Length)
    {
        public bool Meets(in Call call) => Flow == call.Sock && Length > 0 && Position < call.Position + call.Count && call.Position < Position + Length;
    }
}

/// <summary>A zero-copy send that succeeded.</summary>
/// <param name="Sock">The socket.</param>
/// <param name="Number">As the user counts.</param>
/// <param name="Page">The frame, whatever its name is by now.</param>
/// <param name="Offset">First byte in the page.</param>
/// <param name="Count">Bytes accepted.</param>
/// <param name="Position">Bytes of the stream before it.</param>
/// <param name="Datagram">Number of the datagram; 0 for TCP.</param>
/// <param name="Copied">The CPU copied bytes of it.</param>
/// <param name="Cut">A segment with bytes of it was cut: both halves carry its notification, whatever bytes they have.</param>
public record struct Call(SockId Sock, uint Number, Page Page, int Offset, int Count, long Position, uint Datagram, bool Copied, bool Cut = false);
