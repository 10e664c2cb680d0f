using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over zero-copy sends and what the user is told of them.</summary>
/// <remarks>Verified: every call, number, carrier, range and reader after each step, from a book of the checker's own. Not verified: how long a notification takes.</remarks>
public static class CompletionLaws
{
    public static readonly Law ToldOnlyUnread = Law.Always(PinRules.ToldWhenUnread,
        (in Step step, Sock sock) => ReaderOfTold(step, sock) is null,
        (step, sock) => $"{sock.Id} was told of a call whose bytes are still in {ReaderOfTold(step, sock)!.NrFrags} fragments of an skb that is {ReaderOfTold(step, sock)!.State}: {string.Join(", ", sock.ErrorQueue.Ranges)}", of: SockTraits.Told | SockTraits.Lent);

    public static readonly Law RetransmissionWhilePendingOccurs = Law.Sometimes(PinRules.ToldWhenUnread, (in Step step) => step.Calls.Retransmitted, of: StepTraits.Planned);

    public static readonly Law CarriersAreCounted = Law.Always(PinRules.CarriersAreCounted,
        (in Step step) => Miscounted(step.World) is null,
        (step, _) => $"notification {Miscounted(step.World)} has count {Miscounted(step.World)!.Refs}, and {Carriers(step.World, Miscounted(step.World)!)} data blocks carry it");

    public static readonly Law StateIsAbstraction = Law.Always(PinRules.CarriersAreCounted,
        (in Step step) => Misplaced(step.World) is null,
        (step, _) => $"notification {Misplaced(step.World)} is {Misplaced(step.World)!.State}");

    public static readonly Law SeveralCarriersOccur = Law.Sometimes(PinRules.CarriersAreCounted, (in Step step) => HasSeveralCarriers(step.World));

    public static readonly Law NumberIsCount = Law.Always(NetRules.CallsAreNumbered,
        (in Step step, Sock sock) => sock.ZcKey == step.Calls.Next(sock.Id),
        (step, sock) => $"the next call of {sock.Id} would have number {sock.ZcKey}; counted from its calls it is {step.Calls.Next(sock.Id)}");

    public static readonly Law NumberWrapsOccurs = Law.Sometimes(NetRules.CallsAreNumbered,
        (in Step step, Sock sock) => step.Operation is MsgZerocopy call && call.Sock == sock.Id && step.Seen.Count > 0 && step.Calls.Next(sock.Id) == 0);

    public static readonly Law FailedCallOccurs = Law.Sometimes(NetRules.CallsAreNumbered,
        (in Step step) => step.Operation is MsgZerocopy && step.Seen.Refusal == Refusal.NoMemory && step.World.Memory.FailedAt > 1, after: [typeof(MsgZerocopy)]);

    public static readonly Law EachCallStandsOnce = Law.Always(NetRules.ToldOnce,
        (in Step step, Sock sock) => StandsOnce(step, sock),
        (step, sock) => $"{sock.Id}: calls not told {Numbers(step, sock.Id)}; notifications {Notifications(step.World, sock)}", of: SockTraits.Lent);

    public static readonly Law ReadRangeIsUntold = Law.Always(NetRules.ToldOnce,
        (in Step step) => step.Calls.Misfit is null,
        (step, _) => $"the user was told of {step.Calls.Misfit}; he was told before, or made no such call");

    public static readonly Law ReadRangeOccurs = Law.Sometimes(NetRules.ToldOnce, (in Step step) => step.Seen.Told is not null);

    public static readonly Law ToldOutOfOrderOccurs = Law.Sometimes(NetRules.ToldOnce, (in Step step, Sock sock) => IsToldBeforeOlder(step, sock), of: SockTraits.Told);

    public static readonly Law RangesAreMaximal = Law.Always(NetRules.RangesAreJoined,
        (in Step _, Sock sock) => !HasNeighbours(sock, sameKind: true),
        (_, sock) => $"ranges of {sock.Id} that should be one: {string.Join(", ", sock.ErrorQueue.Ranges)}", of: SockTraits.Told);

    public static readonly Law JoinedRangeOccurs = Law.Sometimes(NetRules.RangesAreJoined,
        (in Step step, Sock sock) => Any(sock, static range => range.Lo != range.Hi), of: SockTraits.Told);

    public static readonly Law KindsApartOccurs = Law.Sometimes(NetRules.RangesAreJoined, (in Step _, Sock sock) => HasNeighbours(sock, sameKind: false), of: SockTraits.Told);

    public static readonly Law CopiedIsSaid = Law.Always(NetRules.CopiedIsSaid,
        (in Step step, Sock sock) => Misreported(step, sock) is null,
        (step, sock) => $"{sock.Id} says {Misreported(step, sock)}; calls not told {Numbers(step, sock.Id)}", of: SockTraits.Told | SockTraits.Lent);

    public static readonly Law CopiedOccurs = Law.Sometimes(NetRules.CopiedIsSaid, (in Step step, Sock sock) => Any(sock, static range => range.Copied), of: SockTraits.Told);

    public static readonly Law NotCopiedOccurs = Law.Sometimes(NetRules.CopiedIsSaid, (in Step step, Sock sock) => Any(sock, static range => !range.Copied), of: SockTraits.Told);

    public static readonly Law OneCallAnSkb = Law.Always(NetRules.OneNotification,
        (in Step step, Skb skb) => Calls(step, skb) <= 1,
        (step, skb) => $"an skb that is {skb.State} carries bytes of {Calls(step, skb)} zero-copy sends", of: Traits.Paged);

    public static readonly Law TailOfAnotherCallOccurs = Law.Sometimes(NetRules.OneNotification,
        (in Step step, Sock sock) => sock is TcpSock tcp && step.Calls.Untold.Length > 1 && IsCutBetweenCalls(tcp), of: SockTraits.Tcp | SockTraits.Lent);

    public static readonly Law UserPagesByReference = Law.Always(NetRules.UserPagesByReference,
        (in Step step) => step.Operation is not MsgZerocopy call || NetLaws.CopiedAtCall(step) == (CanReference(step, call.Sock) ? 0 : NetLaws.Offered(step)),
        (step, _) => $"{step.Seen.Count} bytes accepted, {NetLaws.CopiedAtCall(step)} copied at the call", after: [typeof(MsgZerocopy)]);

    public static readonly Law UserPagesOccur = Law.Sometimes(NetRules.UserPagesByReference,
        (in Step step) => step.Operation is MsgZerocopy && step.Seen.Count > 0 && NetLaws.CopiedAtCall(step) == 0, after: [typeof(MsgZerocopy)]);

    public static readonly Law CopyInsteadOccurs = Law.Sometimes(NetRules.UserPagesByReference,
        (in Step step) => step.Operation is MsgZerocopy && step.Seen.Count > 0 && NetLaws.CopiedAtCall(step) > 0, after: [typeof(MsgZerocopy)]);

    private static bool IsIn(in Call call, UbufInfo range) => range.Sk?.Id == call.Sock && unchecked(call.Number - range.Lo) <= unchecked(range.Hi - range.Lo);

    /// <summary>An skb that reads a call which stands in the error queue; null for none.</summary>
    private static Skb? ReaderOfTold(in Step step, Sock sock)
    {
        var ranges = sock.ErrorQueue.Ranges;
        for (var i = 0; i < ranges.Count; i++)
        {
            foreach (ref readonly var call in step.Calls.Untold)
            {
                if (IsIn(call, ranges[i]) && ReaderOf(step, call) is { } reader)
                {
                    return reader;
                }
            }
        }

        return null;
    }

    private static Skb? ReaderOf(in Step step, in Call call)
    {
        var live = step.World.Skbs.Live;
        for (var i = 0; i < live.Count; i++)
        {
            if (CallHistory.Reads(step, live[i], call))
            {
                return live[i];
            }
        }

        return null;
    }

    private static int Carriers(World world, UbufInfo ubuf)
    {
        var carriers = 0;
        for (var i = 0; i < world.Skbs.LiveBlocks.Count; i++)
        {
            carriers += world.Skbs.LiveBlocks[i].Ubuf == ubuf ? 1 : 0;
        }

        return carriers;
    }

    private static UbufInfo? Miscounted(World world)
    {
        var live = world.Skbs.LiveUbufs;
        for (var i = 0; i < live.Count; i++)
        {
            if (live[i].Refs != Carriers(world, live[i]))
            {
                return live[i];
            }
        }

        return null;
    }

    private static UbufInfo? Misplaced(World world)
    {
        var live = world.Skbs.LiveUbufs;
        for (var i = 0; i < live.Count; i++)
        {
            if (live[i].State != live[i].Abstraction(IsQueued(live[i])) || live[i].State is CompletionMachine.State.Free or CompletionMachine.State.Released)
            {
                return live[i];
            }
        }

        return null;
    }

    private static bool IsQueued(UbufInfo ubuf)
    {
        for (var i = 0; ubuf.Sk is { } sock && i < sock.ErrorQueue.Ranges.Count; i++)
        {
            if (sock.ErrorQueue.Ranges[i] == ubuf)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasSeveralCarriers(World world)
    {
        var live = world.Skbs.LiveUbufs;
        for (var i = 0; i < live.Count; i++)
        {
            if (live[i].Refs > 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>As many numbers in notifications as calls that were not told, and each call's number in exactly one.</summary>
    private static bool StandsOnce(in Step step, Sock sock)
    {
        var live = step.World.Skbs.LiveUbufs;
        var numbers = 0L;
        for (var i = 0; i < live.Count; i++)
        {
            numbers += live[i].Sk == sock ? unchecked(live[i].Hi - live[i].Lo) + 1L : 0;
        }

        foreach (ref readonly var call in step.Calls.Untold)
        {
            if (call.Sock != sock.Id)
            {
                continue;
            }

            numbers--;
            var standsIn = 0;
            for (var i = 0; i < live.Count; i++)
            {
                standsIn += IsIn(call, live[i]) ? 1 : 0;
            }

            if (standsIn != 1)
            {
                return false;
            }
        }

        return numbers == 0;
    }

    private static bool IsToldBeforeOlder(in Step step, Sock sock)
    {
        if (sock.ErrorQueue.Ranges.Count == 0)
        {
            return false;
        }

        var live = step.World.Skbs.LiveUbufs;
        for (var i = 0; i < live.Count; i++)
        {
            if (live[i].Sk == sock && live[i].State == CompletionMachine.State.Pending && unchecked((int)(live[i].Lo - sock.ErrorQueue.Ranges[^1].Lo)) < 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a range begins where the one before it ends, and says the same, or the other thing.</summary>
    private static bool HasNeighbours(Sock sock, bool sameKind)
    {
        var ranges = sock.ErrorQueue.Ranges;
        for (var i = 1; i < ranges.Count; i++)
        {
            if (ranges[i].Lo == unchecked(ranges[i - 1].Hi + 1) && (ranges[i].Copied == ranges[i - 1].Copied) == sameKind)
            {
                return true;
            }
        }

        return false;
    }

    private static UbufInfo? Misreported(in Step step, Sock sock)
    {
        var ranges = sock.ErrorQueue.Ranges;
        for (var i = 0; i < ranges.Count; i++)
        {
            foreach (ref readonly var call in step.Calls.Untold)
            {
                if (IsIn(call, ranges[i]) && call.Copied != ranges[i].Copied && !(call.Cut && ranges[i].Copied))
                {
                    return ranges[i];
                }
            }
        }

        return null;
    }

    private static bool Any(Sock sock, Func<UbufInfo, bool> wanted)
    {
        for (var i = 0; i < sock.ErrorQueue.Ranges.Count; i++)
        {
            if (wanted(sock.ErrorQueue.Ranges[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static int Calls(in Step step, Skb skb)
    {
        var calls = 0;
        foreach (ref readonly var call in step.Calls.Untold)
        {
            calls += CallHistory.Reads(step, skb, call) ? 1 : 0;
        }

        return calls;
    }

    /// <summary>An skb that has room for more is followed by one with another call's bytes.</summary>
    private static bool IsCutBetweenCalls(TcpSock tcp)
    {
        for (var skb = tcp.WriteQueue.First; skb?.NextInList is { } next; skb = next)
        {
            if (skb.Block.Ubuf is { } one && next.Block.Ubuf is { } other && one != other && skb.Len < tcp.Mss)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A datagram of which the device must know that a sum of 0 is sent as 0xffff takes one that knows UDP, or none; and one packet.</summary>
    internal static bool CanReference(in Step step, SockId sock) => NetLaws.CanReference(step, sock)
        && (step.World.Sock(sock) is TcpSock || ((step.World.Sock(sock).Device.Features & (NetifFeatures.IpCsum | NetifFeatures.NoCsum)) != 0
            && step.Operation is MsgZerocopy call && call.Count + 28 + step.World.Sock(sock).IpOptionBytes <= step.World.Sock(sock).Device.Mtu));

    private static string Numbers(in Step step, SockId sock)
    {
        var numbers = new List<string>();
        foreach (var call in step.Calls.Untold)
        {
            if (call.Sock == sock)
            {
                numbers.Add($"{call.Number}{(call.Copied ? " copied" : "")}");
            }
        }

        return numbers.Count == 0 ? "none" : string.Join(", ", numbers);
    }

    private static string Notifications(World world, Sock sock)
    {
        var found = world.Skbs.LiveUbufs.Where(ubuf => ubuf.Sk == sock).Select(ubuf => $"{ubuf} {ubuf.State}").ToList();
        return found.Count == 0 ? "none" : string.Join(", ", found);
    }
}
