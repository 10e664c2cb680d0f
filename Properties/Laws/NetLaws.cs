using System.Runtime.InteropServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over features, what dev_queue_xmit decides, the segment plan and the receiver.</summary>
/// <remarks>Verified: who copies and who sums, by a table of their own; the plan; what the receiver took; that frames which wait are taken, and what they acknowledge leaves. Not verified: when TCP sends, but for the retransmission timer and the answers to SYN and FIN.</remarks>
public static class NetLaws
{
    public static readonly Law SendfileGoesByReference = Law.Always(NetRules.ByReference,
        (in Step step) => step.Operation is not Sendfile sendfile || !CanReference(step, sendfile.Sock) || (CopiedAtCall(step) == 0 && SummedAtCall(step) == 0),
        (step, _) => $"{step.Seen.Count} bytes accepted by a device with scatter/gather and checksum, {CopiedAtCall(step)} copied and {SummedAtCall(step)} summed at the call", after: [typeof(Sendfile)]);

    public static readonly Law ByReferenceOccurs = Law.Sometimes(NetRules.ByReference,
        (in Step step) => step.Operation is Sendfile sendfile && CanReference(step, sendfile.Sock) && step.Seen.Count > 0, after: [typeof(Sendfile)]);

    public static readonly Law SaysReference = Law.Always(EqvRules.CallSaysReference,
        (in Step step) => step.Seen.ByReference == (step.Operation is Sendfile sendfile && CanReference(step, sendfile.Sock)),
        (step, _) => $"the call {(step.Seen.ByReference ? "leaves its bytes to be read later" : "says that it copied")}");

    public static readonly Law CopyingSendfileOccurs = Law.Sometimes(EqvRules.CallSaysReference,
        (in Step step) => step.Operation is Sendfile && !step.Seen.ByReference && step.Seen.Count > 0, after: [typeof(Sendfile)]);

    public static readonly Law OtherDataIsCopiedAndSummedOnce = Law.Always(NetRules.CopiedAndSummed,
        (in Step step) => !IsCopyingCall(step) || (CopiedAtCall(step) == Offered(step) && SummedAtCall(step) == Offered(step)),
        (step, _) => $"{Offered(step)} bytes accepted, {CopiedAtCall(step)} copied and {SummedAtCall(step)} summed at the call");

    public static readonly Law CopyingCallOccurs = Law.Sometimes(NetRules.CopiedAndSummed,
        (in Step step) => IsCopyingCall(step) && step.Seen.Count > 0);

    public static readonly Law LinearizedIffNeeded = Law.Always(NetRules.LinearizedWithoutSg,
        (in Step step) => EachDecision(step, static (in XmitDecision decision, NetDevice device) =>
            decision.Listed || decision.Linearized == (decision.Paged && IsBeyond(decision, device))),
        (step, _) => ExplainDecisions(step), of: StepTraits.Decided);

    public static readonly Law LinearizedOccurs = Law.Sometimes(NetRules.LinearizedWithoutSg,
        (in Step step) => !EachDecision(step, static (in XmitDecision decision, NetDevice _) => decision.Listed || !decision.Linearized), of: StepTraits.Decided);

    public static readonly Law ListLinearizedIffNeeded = Law.Always(NetRules.ListLinearized,
        (in Step step) => EachDecision(step, static (in XmitDecision decision, NetDevice device) =>
            !decision.Listed || decision.Linearized == (!Has(device, NetifFeatures.FragList) || (decision.Paged && IsBeyond(decision, device)))),
        (step, _) => ExplainDecisions(step), of: StepTraits.Decided);

    public static readonly Law ListStaysAway = Law.Always(NetRules.ListLinearized,
        (in Step step, NetDevice device) => (device.HardwareFeatures & NetifFeatures.FragList) != 0 || !HoldsList(step, device),
        (_, device) => $"{device.Driver} ({device.Id}) cannot do NETIF_F_FRAGLIST and holds an skb with a list", Scope.Mappings);

    public static readonly Law ListForDeviceOccurs = Law.Sometimes(NetRules.ListLinearized,
        (in Step step) => !EachDecision(step, static (in XmitDecision decision, NetDevice _) => !decision.Listed || !decision.Linearized), after: [typeof(IpForward)]);

    public static readonly Law ForwardedAsksNoSum = Law.Always(NetRules.ForwardedWithoutSum,
        (in Step step) => step.Operation is not IpForward || EachDecision(step, static (in XmitDecision decision, NetDevice _) => !decision.WantsSum),
        (step, _) => ExplainDecisions(step), after: [typeof(IpForward)]);

    public static readonly Law SummedIsForwarded = Law.Sometimes(NetRules.ForwardedWithoutSum,
        (in Step step) => step.Seen.Forwards.Count > 0 && step.Seen.Forwards[0].Came == ChecksumState.Hw, after: [typeof(IpForward)]);

    public static readonly Law HighPagesAreCopied = Law.Always(NetRules.HighPagesNeedHighDma,
        (in Step step) => EachDecision(step, static (in XmitDecision decision, NetDevice device) =>
            !decision.HighPages || decision.Linearized || Has(device, NetifFeatures.HighDma)),
        (step, _) => ExplainDecisions(step), of: StepTraits.Decided);

    public static readonly Law HighPagesStayAway = Law.Always(NetRules.HighPagesNeedHighDma,
        (in Step step, NetDevice device) => (device.HardwareFeatures & NetifFeatures.HighDma) != 0 || !HoldsHighPage(step, device),
        (_, device) => $"{device.Driver} ({device.Id}) cannot do NETIF_F_HIGHDMA and holds a fragment at or above 896 MB", Scope.Mappings);

    public static readonly Law HighPagesOccur = Law.Sometimes(NetRules.HighPagesNeedHighDma,
        (in Step step) => !EachDecision(step, static (in XmitDecision decision, NetDevice _) => !decision.HighPages), of: StepTraits.Decided);

    public static readonly Law CpuSumsIffDeviceCannot = Law.Always(NetRules.SummedByCpuIffDeviceCannot,
        (in Step step) => EachDecision(step, static (in XmitDecision decision, NetDevice device) =>
            decision.Summed == (decision.WantsSum && !(Has(device, NetifFeatures.AnyCsum) && RequestFits(decision, device)))),
        (step, _) => ExplainDecisions(step), of: StepTraits.Decided);

    public static readonly Law CpuSumOccurs = Law.Sometimes(NetRules.SummedByCpuIffDeviceCannot,
        (in Step step) => !EachDecision(step, static (in XmitDecision decision, NetDevice _) => !decision.Summed), of: StepTraits.Decided);

    public static readonly Law PlanHasNoGap = Law.Always(NetRules.PlanIsContiguous,
        (in Step step) => step.History.Misfit is null,
        (step, _) => $"{step.History.Misfit}; the next new byte of the flow is {step.History.Next(step.History.Misfit!.Value.Flow)}", of: StepTraits.Planned);

    public static readonly Law RetransmissionOccurs = Law.Sometimes(NetRules.PlanIsContiguous, (in Step step) => step.History.Retransmitted, of: StepTraits.Planned);

    public static readonly Law PlanFitsMss = Law.Always(NetRules.PlanFitsMss,
        (in Step step) => EachFits(step),
        (step, _) => string.Join("; ", step.Seen.Plan), of: StepTraits.Planned);

    public static readonly Law FullSegmentOccurs = Law.Sometimes(NetRules.PlanFitsMss, (in Step step) => HasFullSegment(step), of: StepTraits.Planned);

    public static readonly Law IdIsZero = Law.Always(NetRules.IdZeroWithDf,
        (in Step step) => EachFrame(step.Seen, static frame => frame.Length < 34 || IsFragment(frame) || ((frame[20] & 0x40) != 0 && frame[18] == 0 && frame[19] == 0)),
        (_, _) => "a whole packet without DF, or with an id", of: StepTraits.Emitted);

    public static readonly Law EmittedFrameOccurs = Law.Sometimes(NetRules.IdZeroWithDf, (in Step step) => !EachFrame(step.Seen, static _ => false), of: StepTraits.Emitted);

    public static readonly Law ReceiverTakesAll = Law.Always(NetRules.ReceiverAccepts,
        (in Step step) => Refused(step) < 0 && DeliveredAsAccepted(step),
        (step, _) => Refused(step) is var refused and >= 0
            ? $"frame {step.Seen.Rejected[refused].Frame + 1} of this step: {step.Seen.Rejected[refused].Why}"
            : "the receiver handed on other bytes than the sender accepted", of: StepTraits.Emitted);

    public static readonly Law DeliveryOccurs = Law.Sometimes(NetRules.ReceiverAccepts, (in Step step) => step.Seen.Deliveries.Count > 0, of: StepTraits.Emitted);

    public static readonly Law HookTakesFragmentsAway = Law.Always(NetRules.HookCosts,
        (in Step step) => !step.History.Connections.IsHooked || EachDecision(step, static (in XmitDecision decision, NetDevice _) => !decision.Paged && !decision.Listed && !decision.WantsSum),
        (step, _) => ExplainDecisions(step), of: StepTraits.Decided);

    public static readonly Law HookCostsACopy = Law.Always(NetRules.HookCosts,
        (in Step step) => CopiedLater(step) >= HookedBytes(step.Seen, summed: false) && SummedLater(step) >= HookedBytes(step.Seen, summed: true),
        (step, _) => $"{HookedBytes(step.Seen, summed: false)} bytes came to the hook in fragments, {CopiedLater(step)} were copied; {HookedBytes(step.Seen, summed: true)} without a sum, {SummedLater(step)} were summed");

    public static readonly Law HookedFragmentsOccur = Law.Sometimes(NetRules.HookCosts, (in Step step) => HookedBytes(step.Seen, summed: false) > 0);

    public static readonly Law WaitingFramesAreTaken = Law.Always(NetRules.WaitingFramesAreTaken,
        (in Step step) => step.Operation is not NetifRx rx || (step.Seen.Received.Count == step.Seen.Count
            && (step.Seen.Received.Count == rx.Frames || !step.World.Device(rx.Device).IsUp || step.World.Wire.Pending(rx.Device) == 0)),
        (step, _) => $"after {step.Operation} {step.Seen.Received.Count} frames were taken, {step.World.Wire.Pending(((NetifRx)step.Operation).Device)} wait", after: [typeof(NetifRx)]);

    public static readonly Law FrameStaysBehindOccurs = Law.Sometimes(NetRules.WaitingFramesAreTaken,
        (in Step step) => step.Operation is NetifRx rx && step.Seen.Received.Count > 0 && step.World.Wire.Pending(rx.Device) > 0, after: [typeof(NetifRx)]);

    public static readonly Law OldestGoesAgain = Law.Always(NetRules.OldestGoesAgain,
        (in Step step) => step.Operation is not TcpRetransmitTimer timer || !IsUnacknowledged(step, timer.Sock) || HasMissed(step) || GoesAgain(step, timer.Sock),
        (step, _) => $"after {step.Operation} nothing goes again that begins at or before sequence number {step.History.Connections.Unacknowledged(((TcpRetransmitTimer)step.Operation).Sock)}", after: [typeof(TcpRetransmitTimer)]);

    public static readonly Law OldestOfSeveralOccurs = Law.Sometimes(NetRules.OldestGoesAgain,
        (in Step step) => step.Operation is TcpRetransmitTimer timer && IsUnacknowledged(step, timer.Sock) && step.World.Tcp(timer.Sock).WriteQueue.Length > 1, after: [typeof(TcpRetransmitTimer)]);

    public static readonly Law AcknowledgedLeaves = Law.Always(NetRules.AcknowledgedLeaves,
        (in Step step) => Unreleased(step) is null,
        (step, _) => Unreleased(step) is { WriteQueue.First: { } kept } tcp ? $"{tcp.Id} keeps its segment up to {kept.Cb.EndSeq}; the peer has acknowledged up to {step.History.Connections.Unacknowledged(tcp.Id)}" : "", after: [typeof(NetifRx)]);

    public static readonly Law SomethingStaysOccurs = Law.Sometimes(NetRules.AcknowledgedLeaves,
        (in Step step) => Acknowledged(step, static (_, _) => true) is not null, after: [typeof(NetifRx)]);

    public static readonly Law SynAndFinAreAnswered = Law.Always(NetRules.SynAndFinAreAnswered,
        (in Step step) => step.History.Connections.Unanswered is not { } sock || HasMissed(step) || step.World.Tcp(sock).State == TcpSock.TcpState.Closed,
        (step, _) => $"{step.History.Connections.Unanswered} took a SYN or FIN of its peer, and acknowledges nothing", after: [typeof(NetifRx)]);

    public static readonly Law SynOrFinOccurs = Law.Sometimes(NetRules.SynAndFinAreAnswered, (in Step step) => step.History.Connections.Asked, after: [typeof(NetifRx)]);

    public static readonly Law ContinuationTakesNoSlot = Law.Always(NetRules.ContinuationTakesNoSlot,
        (in Step step) => SentFrom(step) is not { } tcp || Continuation(tcp) is null,
        (step, _) => $"{Continuation(SentFrom(step)!)} goes on where the fragment before it ends, in the same page", after: [typeof(Sendfile), typeof(TcpSendmsg), typeof(MsgZerocopy)]);

    public static readonly Law ContinuationOccurs = Law.Sometimes(NetRules.ContinuationTakesNoSlot,
        (in Step step) => SentFrom(step)?.WriteQueue.Last is { NrFrags: > 0 } last && last.Frags[^1].Size > step.Seen.Count && step.Seen.Count > 0, after: [typeof(Sendfile), typeof(TcpSendmsg), typeof(MsgZerocopy)]);

    public static readonly Law NothingInFlightIsTooLong = Law.Always(NetRules.PathMtuObeyed,
        (in Step step) => step.Operation is not IcmpFragNeeded icmp || !step.History.Connections.Narrowed || TooLong(step, icmp.Sock) == 0
            || step.World.Memory.FailedAllocations > step.Seen.FailedAllocationsBefore || step.History.Connections.IsReset(icmp.Sock),
        (step, _) => $"{TooLong(step, ((IcmpFragNeeded)step.Operation).Sock)} segments in flight are longer than the path takes", after: [typeof(IcmpFragNeeded)]);

    public static readonly Law PagedCutInFlightOccurs = Law.Sometimes(NetRules.PathMtuObeyed,
        (in Step step) => step.Operation is IcmpFragNeeded && step.Seen.Cuts.Count > 0 && step.Seen.Cuts[0].Paged, after: [typeof(IcmpFragNeeded)]);

    public static readonly Law UnsentCutOccurs = Law.Sometimes(NetRules.PathMtuObeyed, (in Step step) => step.Seen.Cuts.Count > 0 && step.Seen.Cuts[0].Unsent);

    public static readonly Law NothingBeyondTheWindow = Law.Always(NetRules.WindowObeyed,
        (in Step step) => step.History.Connections.BeyondWindow is null,
        (step, _) => $"{step.History.Connections.BeyondWindow}; the window ends at {step.History.Connections.RightEdge(step.History.Connections.BeyondWindow!.Value.Flow)}", of: StepTraits.Planned);

    public static readonly Law WindowHoldsBack = Law.Sometimes(NetRules.WindowObeyed,
        (in Step step, Sock sock) => sock is TcpSock { SendHead: { } head } && step.History.Connections.IsNarrow(sock.Id)
            && ConnectionBook.Before(step.History.Connections.RightEdge(sock.Id), head.Cb.EndSeq), of: SockTraits.Tcp);

    public static readonly Law FragmentsMakeTheDatagram = Law.Always(NetRules.FragmentsCover,
        (in Step step) => step.History.Misplaced is null && (step.Operation is not UdpSendmsg send || !step.Seen.Succeeded || Sent(step.Seen) == send.Count),
        (step, _) => $"{step.History.Misplaced}; the fragments carry {Sent(step.Seen)} bytes");

    public static readonly Law ReassemblyOccurs = Law.Sometimes(NetRules.FragmentsCover, (in Step step) => step.Seen.Reassembled > 0, of: StepTraits.Emitted);

    public static readonly Law SendHeadFollowsSndNxt = Law.Always(NetRules.SendHeadIsUnsent,
        (in Step _, Sock sock) => sock is not TcpSock tcp || FirstUnsent(tcp) == tcp.SendHead,
        (_, sock) => $"{sock.Id}: send_head is {((TcpSock)sock).SendHead?.Cb.Seq}, sent is all before {((TcpSock)sock).SndNxt}", of: SockTraits.Tcp);

    public static readonly Law UnsentWaits = Law.Sometimes(NetRules.SendHeadIsUnsent, (in Step _, Sock sock) => sock is TcpSock { SendHead: not null }, of: SockTraits.Tcp);

    public static readonly Law NothingAfterReset = Law.Always(NetRules.SilentAfterReset,
        (in Step step) => step.History.Connections.AfterReset is null,
        (step, _) => $"{step.History.Connections.AfterReset} was sent after a reset", of: StepTraits.Planned);

    public static readonly Law TimerAfterResetOccurs = Law.Sometimes(NetRules.SilentAfterReset,
        (in Step step) => step.Operation is TcpRetransmitTimer timer && step.History.Connections.IsReset(timer.Sock), after: [typeof(TcpRetransmitTimer)]);

    public static readonly Law CollapseOccurs = Law.Sometimes(NetRules.PlanIsContiguous, (in Step step) => step.Seen.Merges.Count > 0);

    private static bool HasMissed(in Step step) => step.World.Memory.FailedAllocations > step.Seen.FailedAllocationsBefore;

    /// <summary>The connection that the step sends on; null for none.</summary>
    private static TcpSock? SentFrom(in Step step) => step.Operation switch
    {
        Sendfile send => step.World.Tcp(send.Sock),
        TcpSendmsg send => step.World.Tcp(send.Sock),
        MsgZerocopy send => step.World.Sock(send.Sock) as TcpSock,
        _ => null,
    };

    /// <summary>The first fragment of what is queued that continues the one before it; null where there is none.</summary>
    private static Frag? Continuation(TcpSock sock)
    {
        for (var skb = sock.WriteQueue.First; skb is not null; skb = skb.NextInList)
        {
            for (var i = 1; i < skb.NrFrags; i++)
            {
                if (skb.Frags[i].Page == skb.Frags[i - 1].Page && skb.Frags[i].Offset == skb.Frags[i - 1].Offset + skb.Frags[i - 1].Size)
                {
                    return skb.Frags[i];
                }
            }
        }

        return null;
    }

    /// <summary>The connection is open, and something that it sent is not acknowledged.</summary>
    private static bool IsUnacknowledged(in Step step, SockId sock) =>
        step.History.Connections.IsOpen(sock) && step.World.Tcp(sock).State != TcpSock.TcpState.Closed
        && ConnectionBook.Before(step.History.Connections.Unacknowledged(sock), step.History.Next(sock));

    /// <summary>A connection whose write queue still begins with what this step has acknowledged; null for none.</summary>
    private static TcpSock? Unreleased(in Step step) => Acknowledged(step, static (end, una) => !ConnectionBook.Before(una, end));

    /// <summary>The first connection of which this step took an acknowledgement and whose write queue begins with a segment that ends so, beside the first byte that is not acknowledged; null for none.</summary>
    private static TcpSock? Acknowledged(in Step step, Func<uint, uint, bool> ends)
    {
        for (var i = 0; i < step.Seen.Received.Count; i++)
        {
            if (ConnectionBook.Acknowledged(step.Seen.Received[i].Span) is { } sock && step.History.Connections.IsOpen(sock)
                && step.World.Tcp(sock) is { WriteQueue.First: { } first } tcp && ends(first.Cb.EndSeq, step.History.Connections.Unacknowledged(sock)))
            {
                return tcp;
            }
        }

        return null;
    }

    /// <summary>What was sent before cannot go for the first time: another law says so.</summary>
    /// <remarks>An skb that an acknowledgement cuts in two stays whole, and 2.4.4 has no tcp_trim_head(): a path that becomes narrower may cut it at that byte, or before. What the peer has goes again then, is answered, and leaves the queue with the answer.</remarks>
    private static bool GoesAgain(in Step step, SockId sock)
    {
        foreach (var segment in step.Seen.Plan)
        {
            if (segment.Flow == sock && PlanHistory.EndOf(segment) != segment.Seq && !ConnectionBook.Before(step.History.Connections.Unacknowledged(sock), segment.Seq))
            {
                return true;
            }
        }

        return false;
    }

    private static long CopiedLater(in Step step) => step.World.Cost.CopiedLater - step.Seen.CostBefore.CopiedLater;

    private static long SummedLater(in Step step) => step.World.Cost.SummedLater - step.Seen.CostBefore.SummedLater;

    private static long HookedBytes(Observation seen, bool summed)
    {
        var bytes = 0L;
        foreach (ref readonly var pass in CollectionsMarshal.AsSpan(seen.HookPasses))
        {
            bytes += (summed ? pass.WantsSum : pass.Paged) ? pass.Payload : 0;
        }

        return bytes;
    }

    /// <summary>Segments that were sent, lie within the window, and are longer than the path takes.</summary>
    private static int TooLong(in Step step, SockId id)
    {
        var sock = step.World.Tcp(id);
        var count = 0;
        for (var skb = sock.WriteQueue.First; skb is not null && skb != sock.SendHead; skb = skb.NextInList)
        {
            var allowed = skb == sock.WriteQueue.First || ConnectionBook.Before(skb.Cb.Seq, step.History.Connections.RightEdge(id));
            count += allowed && skb.Len > Largest(step, sock) ? 1 : 0;
        }

        return count;
    }

    private static bool IsFragment(ReadOnlySpan<byte> frame) => ((frame[20] << 8 | frame[21]) & 0x3fff) != 0 && (frame[20] & 0x40) == 0;

    /// <summary>Bytes of data in the new entries of the plan.</summary>
    internal static long Sent(Observation seen)
    {
        var bytes = 0L;
        for (var i = 0; i < seen.Plan.Count; i++)
        {
            bytes += seen.Plan[i].Length;
        }

        return bytes;
    }

    private static Skb? FirstUnsent(TcpSock sock)
    {
        for (var skb = sock.WriteQueue.First; skb is not null; skb = skb.NextInList)
        {
            if (!ConnectionBook.Before(skb.Cb.Seq, sock.SndNxt))
            {
                return skb;
            }
        }

        return null;
    }

    private delegate bool DecisionClaim(in XmitDecision decision, NetDevice device);

    private delegate bool FrameClaim(ReadOnlySpan<byte> frame);

    private static bool Has(NetDevice device, NetifFeatures any) => (device.Features & any) != 0;

    /// <summary>The table of the design: by reference needs scatter/gather and a checksum that the CPU need not make.</summary>
    internal static bool CanReference(in Step step, SockId sock)
    {
        // A connection knows what it saw when it looked up its route; a datagram asks the device.
        var features = step.World.Sock(sock) is TcpSock ? step.History.Connections.RouteFeatures(sock) : step.World.Sock(sock).Device.Features;
        return (features & NetifFeatures.Sg) != 0 && (features & NetifFeatures.AnyCsum) != 0;
    }

    private static bool IsCopyingCall(in Step step) => step.Operation switch
    {
        Sendfile sendfile => !CanReference(step, sendfile.Sock),
        MsgZerocopy call => !CompletionLaws.CanReference(step, call.Sock),
        TcpSendmsg or UdpSendmsg => true,
        _ => false,
    };

    /// <summary>Bytes that the call had to copy: what it accepted, and a datagram that was dropped afterwards.</summary>
    internal static long Offered(in Step step) => step.Operation is UdpSendmsg || (step.Operation is MsgZerocopy call && step.World.Sock(call.Sock) is UdpSock && step.Seen.Plan.Count > 0)
        ? Sent(step.Seen)
        : step.Seen.Count;

    internal static long CopiedAtCall(in Step step) => step.World.Cost.CopiedAtCall - step.Seen.CostBefore.CopiedAtCall;

    private static long SummedAtCall(in Step step) => step.World.Cost.SummedAtCall - step.Seen.CostBefore.SummedAtCall;

    /// <summary>What a descriptor can say. HME: sunhme.h, 6 bits of start and 8 of location; the others find the place themselves.</summary>
    private static bool RequestFits(in XmitDecision decision, NetDevice device) =>
        !Has(device, NetifFeatures.HwCsum) || (decision.SumStart <= 63 && decision.SumAt <= 255);

    private static bool EachDecision(in Step step, DecisionClaim claim)
    {
        foreach (ref readonly var decision in CollectionsMarshal.AsSpan(step.Seen.Decisions))
        {
            if (!claim(decision, step.World.Device(decision.Device)))
            {
                return false;
            }
        }

        return true;
    }

    private static string ExplainDecisions(in Step step)
    {
        var world = step.World;
        return string.Join("; ", step.Seen.Decisions.Select(decision => $"{decision} on {world.Device(decision.Device).Features}"));
    }

    private static bool HoldsHighPage(in Step step, NetDevice device)
    {
        for (var i = 0; i < step.World.Skbs.Live.Count; i++)
        {
            var skb = step.World.Skbs.Live[i];
            if (skb.NrFrags > 0 && HasPageAt(skb, 896UL << 20) && step.Recount.HolderOf(skb) == device)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Fragments that the device does not take, or one that it cannot reach.</summary>
    private static bool IsBeyond(in XmitDecision decision, NetDevice device) => !Has(device, NetifFeatures.Sg) || (decision.HighPages && !Has(device, NetifFeatures.HighDma));

    private static bool HoldsList(in Step step, NetDevice device)
    {
        for (var i = 0; i < step.World.Skbs.Live.Count; i++)
        {
            var skb = step.World.Skbs.Live[i];
            if (skb.Block.FragList.Count > 0 && step.Recount.HolderOf(skb) == device)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPageAt(Skb skb, ulong address)
    {
        foreach (var frag in skb.Frags)
        {
            if (frag.Page.Address >= address)
            {
                return true;
            }
        }

        return false;
    }

    private static bool EachFits(in Step step)
    {
        for (var i = 0; i < step.Seen.Plan.Count; i++)
        {
            // A fragment behind the first has no UDP header.
            if (step.Seen.Plan[i].Length - (step.Seen.Plan[i].FragmentOffset > 0 ? 8 : 0) > Largest(step, step.World.Sock(step.Seen.Plan[i].Flow)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasFullSegment(in Step step)
    {
        for (var i = 0; i < step.Seen.Plan.Count; i++)
        {
            if (step.Seen.Plan[i].Length == Largest(step, step.World.Sock(step.Seen.Plan[i].Flow)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The most payload of a packet.</summary>
    private static int Largest(in Step step, Sock sock) => sock is TcpSock tcp
        ? Math.Min(tcp.MssAsked, step.History.Connections.PathMtu(tcp) - 40 - tcp.IpOptionBytes - (tcp.Timestamps ? 12 : 0))
        : sock.Device.Mtu - 28 - sock.IpOptionBytes;

    private static bool EachFrame(Observation seen, FrameClaim claim)
    {
        for (var i = 0; i < seen.Frames.Count; i++)
        {
            if (!claim(seen.Frames[i].Span))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first frame that was not accepted and that is no stale one (EQV-012); -1 for none.</summary>
    private static int Refused(in Step step)
    {
        for (var i = 0; i < step.Seen.Rejected.Count; i++)
        {
            if (!EqvLaws.IsStale(step.Copying, step.Seen.Rejected[i].Frame))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool DeliveredAsAccepted(in Step step)
    {
        foreach (var delivery in step.Seen.Deliveries)
        {
            if (step.World.Sock(delivery.Flow) is TcpSock && !IsAccepted(step, delivery))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The bytes as they were at the call; where a file was written since, those which this frame might show, at their place in the stream.</summary>
    private static bool IsAccepted(in Step step, in Delivery delivery)
    {
        var flow = step.Copying.Flow(delivery.Flow);
        var delivered = step.Seen.Frames[delivery.Frame].Span.Slice(delivery.Offset, delivery.Length);
        return flow.Has(delivery.Position, delivery.Length)
            && (flow.Bytes(delivery.Position, delivery.Length).SequenceEqual(delivered)
                || (EqvLaws.DueOf(step.Copying, delivery.Frame) is { IsOpen: true } due
                    && due.Position + delivery.Offset - due.Headers == delivery.Position
                    && due.Frame.Span.Slice(delivery.Offset, delivery.Length).SequenceEqual(delivered)));
    }
}
