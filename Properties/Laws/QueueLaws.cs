using System.Runtime.InteropServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over the way from dev_queue_xmit to the driver: bands, stop and wake, busy, taps.</summary>
/// <remarks>Not verified: queueing disciplines other than pfifo_fast.</remarks>
public static class QueueLaws
{
    public static readonly Law BusyKeepsNothing = Law.Always(NetRules.BusyKeepsNothing,
        (in Step step, Skb skb) => skb.List is null || !SkbLaws.IsHeld(step, skb),
        (_, _) => "an skb waits in a queue and a driver holds it too");

    public static readonly Law WaitingPacketOccurs = Law.Sometimes(NetRules.BusyKeepsNothing, (in Step _, NetDevice device) => device.QueueLength > 0, of: DeviceTraits.Waiting);

    public static readonly Law AwakeTakesLargest = Law.Always(NetRules.AwakeAccepts,
        (in Step _, NetDevice device) => device.Stopped || !device.IsUp || device.Ring.Entries == 0 || !device.IsAtRest || Free(device.Ring) >= device.Ring.SlotsForLargest,
        (_, device) => $"{device.Driver} ({device.Id}) is awake with {Free(device.Ring)} free slots; the largest packet takes {device.Ring.SlotsForLargest}", of: DeviceTraits.AtRest);

    /// <summary>A driver that goes on one access at a time gives back what it was handed awake.</summary>
    public static readonly Law AwakeIsNotBusy = Law.Always(NetRules.AwakeAccepts,
        (in Step step) => step.Seen.Requeued.Count == 0,
        (step, _) => $"packet {step.Seen.Requeued[0].Number} was handed to {step.Seen.Requeued[0].Device}, awake, and the driver gave it back", after: [typeof(Model.Smp.RunStops), typeof(Model.Smp.Reorder)]);

    public static readonly Law NarrowRingOccurs = Law.Sometimes(NetRules.AwakeAccepts,
        (in Step _, NetDevice device) => device.IsAtRest && device.Ring.Entries > 0 && Free(device.Ring) < device.Ring.SlotsForLargest, of: DeviceTraits.AtRest);

    /// <summary>Within a step, too: an interrupt wakes the queue and hands over what waits.</summary>
    public static readonly Law AwakeTakesLargestAtXmit = Law.Always(NetRules.AwakeAccepts,
        (in Step step) => Narrow(step.Seen) is null,
        (step, _) => $"a packet was handed to {Narrow(step.Seen)!.Value.Device}, awake, when its ring was {Narrow(step.Seen)!.Value.Ring}", of: StepTraits.Handed);

    public static readonly Law DoneIsFreed = Law.Always(NetRules.FreedWhenDone,
        (in Step step, NetDevice device) => !device.IsAtRest || !IsInterruptAfterLast(step, device) || device.InFlight == 0,
        (_, device) => $"{device.Driver} ({device.Id}) has sent everything and still holds {device.InFlight} skbs after its interrupt", of: DeviceTraits.AtRest);

    public static readonly Law InterruptAfterLastOccurs = Law.Sometimes(NetRules.FreedWhenDone, (in Step step, NetDevice device) => device.IsAtRest && IsInterruptAfterLast(step, device), of: DeviceTraits.AtRest);

    public static readonly Law StoppedHasInFlight = Law.Always(NetRules.StoppedWillWake,
        (in Step _, NetDevice device) => !device.Stopped || !device.IsAtRest || !device.IsUp || device.InFlight > 0,
        (_, device) => $"{device.Driver} ({device.Id}) is stopped and has nothing in flight", of: DeviceTraits.AtRest | DeviceTraits.Stopped);

    public static readonly Law StoppedOccurs = Law.Sometimes(NetRules.StoppedWillWake, (in Step _, NetDevice device) => device.Stopped, of: DeviceTraits.Stopped);

    public static readonly Law QueueStateIsAbstraction = Law.Always(NetRules.QueueLife,
        (in Step _, NetDevice device) => !device.Stopped || !device.IsAtRest || !device.IsUp || device.Ring.Entries == 0 || Free(device.Ring) <= device.Ring.SlotsForLargest,
        (_, device) => $"{device.Driver} ({device.Id}) is stopped with {Free(device.Ring)} free slots; the largest packet takes {device.Ring.SlotsForLargest}", of: DeviceTraits.AtRest | DeviceTraits.Stopped);

    public static readonly Law StoppedAtRestOccurs = Law.Sometimes(NetRules.QueueLife, (in Step _, NetDevice device) => device is { Stopped: true, IsAtRest: true, IsUp: true, Ring.Entries: > 0 }, of: DeviceTraits.AtRest | DeviceTraits.Stopped);

    public static readonly Law BandIsOfPriority = Law.Always(NetRules.BandByPriority,
        (in Step _, NetDevice device) => Misplaced(device).Skb is null,
        (_, device) => Misplaced(device) is var (skb, band) ? $"{skb} of priority {skb!.Priority} waits in band {band} of {device.Id}, not in {BandOf(skb.Priority)}" : "", of: DeviceTraits.Waiting);

    public static readonly Law OtherBandOccurs = Law.Sometimes(NetRules.BandByPriority, (in Step _, NetDevice device) => device.Bands[0].Length + device.Bands[2].Length > 0, of: DeviceTraits.Waiting);

    public static readonly Law TapIsShownEachAttempt = Law.Always(NetRules.TapSeesWhatGoesOut,
        (in Step step) => Unshown(step) < 0,
        (step, _) => $"handover {Unshown(step) + 1} of this step was not shown to every tap, or without a packet's turn: {string.Join("; ", step.Seen.Shown)}", of: StepTraits.Handed);

    public static readonly Law TapReadsWhatGoesOut = Law.Always(NetRules.TapSeesWhatGoesOut,
        (in Step step) => step.Operation is not PacketRecvmsg || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"the tap reads {SkbLaws.Parting(step.Seen.Read, ", where ", step.Copying.Answer)} went out", after: [typeof(PacketRecvmsg)]);

    public static readonly Law TapReadOccurs = Law.Sometimes(NetRules.TapSeesWhatGoesOut,
        (in Step step) => step.Operation is PacketRecvmsg && step.Seen.Succeeded, after: [typeof(PacketRecvmsg)]);

    public static readonly Law TapSeesSecondAttempt = Law.Sometimes(NetRules.TapSeesWhatGoesOut,
        (in Step step) => step.Seen.Shown.Count > 0 && HasBusy(step.Seen), of: StepTraits.Handed);

    public static readonly Law BandsKeepOrder = Law.Always(NetRules.BandOrder,
        (in Step step) => step.Copying.OutOfTurn is null,
        (step, _) => $"packet {step.Copying.OutOfTurn!.Value.Number} was handed to a driver, and {step.Copying.OutOfTurn.Value.Why}", of: StepTraits.Handed);

    public static readonly Law OvertakingOccurs = Law.Sometimes(NetRules.BandOrder, (in Step step) => step.Copying.Overtook, of: StepTraits.Handed);

    public static readonly Law BusyOccurs = Law.Sometimes(NetRules.BandOrder, (in Step step) => HasBusy(step.Seen), of: StepTraits.Handed);

    public static readonly Law DroppedWhenBandIsFull = Law.Always(NetRules.BandFull,
        (in Step step) => DropsAreDue(step),
        (step, _) => $"dropped: {string.Join("; ", step.Seen.Drops)}; in their bands waited {string.Join(", ", step.Copying.WaitingAtDrop)}", of: StepTraits.Dropped);

    public static readonly Law BandIsNotFuller = Law.Always(NetRules.BandFull,
        (in Step step, NetDevice device) => LongestBand(device) <= step.World.Profile.TxQueueLen + 1,
        (step, device) => $"a band of {device.Id} holds {LongestBand(device)} packets, tx_queue_len is {step.World.Profile.TxQueueLen}", of: DeviceTraits.Waiting);

    public static readonly Law FullBandOccurs = Law.Sometimes(NetRules.BandFull, (in Step step) => HasDrop(step.Seen, DropReason.QueueFull), of: StepTraits.Dropped);

    public static readonly Law CnCountsAsSent = Law.Always(NetRules.CnIsSent,
        (in Step step) => Untaken(step) is null,
        (step, _) => $"{Untaken(step)} met NET_XMIT_CN, and its socket will send it as new again", of: StepTraits.Dropped);

    public static readonly Law CnOccurs = Law.Sometimes(NetRules.CnIsSent, (in Step step) => HasNewTcpDrop(step.Seen, DropReason.Congestion), of: StepTraits.Dropped);

    public static readonly Law DownHoldsNothing = Law.Always(NetRules.DownHoldsNothing,
        (in Step _, NetDevice device) => device.IsUp || !device.IsAtRest || device.Ring.Entries == 0 || (device.InFlight == 0 && device.QueueLength == 0 && DmaLaws.PacketMappings(device) == 0),
        (_, device) => $"{device.Id} is down; its driver holds {device.InFlight} packet(s) and {DmaLaws.PacketMappings(device)} mapping(s), and {device.QueueLength} wait", of: DeviceTraits.AtRest | DeviceTraits.Down);

    public static readonly Law DownWithPacketsOccurs = Law.Sometimes(NetRules.DownHoldsNothing,
        (in Step step, NetDevice device) => !device.IsUp && HasDrop(step.Seen, DropReason.Down), of: DeviceTraits.Down);

    /// <summary>What waited may have filled the ring again.</summary>
    public static readonly Law WatchdogHelps = Law.Always(NetRules.WatchdogHelps,
        (in Step step) => step.Operation is not TxTimeout { Cpu: null } timeout || step.Seen.Count == 0 || !step.World.Device(timeout.Device).Stopped || step.Seen.Handovers.Count > 0,
        (step, _) => $"tx_timeout has come to its end, and {Describe(step.World.Device(((TxTimeout)step.Operation).Device))}", after: [typeof(TxTimeout)]);

    public static readonly Law TimeoutOccurs = Law.Sometimes(NetRules.WatchdogHelps,
        (in Step step) => HasDrop(step.Seen, DropReason.Timeout), of: StepTraits.Dropped);

    private static int BandOf(int priority) => (priority & 15) switch { 6 or 7 => 0, 1 or 2 or 3 or 5 => 2, _ => 1 };

    /// <summary>The first packet that waits in another band than its priority's, and the band; null for none.</summary>
    private static (Skb? Skb, int Band) Misplaced(NetDevice device)
    {
        for (var band = 0; band < device.Bands.Count; band++)
        {
            for (var skb = device.Bands[band].First; skb is not null; skb = skb.NextInList)
            {
                if (BandOf(skb.Priority) != band)
                {
                    return (skb, band);
                }
            }
        }

        return (null, -1);
    }

    private static string Describe(NetDevice device) => $"{device.Driver} ({device.Id}) is {(device.Stopped ? "stopped" : "awake")}, {device.Ring}";

    private static bool IsInterruptAfterLast(in Step step, NetDevice device) =>
        step.Operation is Interrupt interrupt && interrupt.Device == device.Id && step.Copying.OutstandingOn(device.Id) == 0;

    /// <summary>The first handover of which a tap on the device does not know; -1 for none. What was shown stands in the order of the handovers, tap by tap.</summary>
    private static int Unshown(in Step step)
    {
        var seen = step.Seen;
        var next = 0;
        for (var i = 0; i < seen.Handovers.Count; i++)
        {
            for (var tap = 0; tap < step.World.Taps.Count; tap++)
            {
                if (step.World.Taps[tap].Device.Id != seen.Handovers[i].Device)
                {
                    continue;
                }

                if (next == seen.Shown.Count || seen.Shown[next].Number != seen.Handovers[i].Number || seen.Shown[next].Tap != step.World.Taps[tap].Id
                    || (seen.Shown[next].Fate == TapFate.NoMemory && step.World.Memory.FailedAllocations == seen.FailedAllocationsBefore))
                {
                    return i;
                }

                next++;
            }
        }

        return next == seen.Shown.Count ? -1 : seen.Handovers.Count;
    }

    private static bool HasBusy(Observation seen)
    {
        foreach (ref readonly var handover in CollectionsMarshal.AsSpan(seen.Handovers))
        {
            if (!handover.Taken)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasDrop(Observation seen, DropReason reason)
    {
        for (var i = 0; i < seen.Drops.Count; i++)
        {
            if (seen.Drops[i].Reason == reason)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>For each packet that was dropped, the copying path knows how many waited before it.</summary>
    private static bool DropsAreDue(in Step step)
    {
        for (var i = 0; i < step.Seen.Drops.Count && i < step.Copying.WaitingAtDrop.Count; i++)
        {
            if (step.Seen.Drops[i].Reason == DropReason.QueueFull && step.Copying.WaitingAtDrop[i] != step.World.Profile.TxQueueLen + 1)
            {
                return false;
            }
        }

        return true;
    }

    private static int LongestBand(NetDevice device)
    {
        var longest = 0;
        for (var i = 0; i < device.Bands.Count; i++)
        {
            longest = Math.Max(longest, device.Bands[i].Length);
        }

        return longest;
    }

    private static bool HasNewTcpDrop(Observation seen, DropReason reason)
    {
        for (var i = 0; i < seen.Drops.Count; i++)
        {
            if (seen.Drops[i].Reason == reason && PlannedAs(seen, seen.Drops[i].Number) is { Protocol: 6, Attempt: 1, Length: > 0 })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A first transmission that met CN and lies behind what its socket believes sent; null for none.</summary>
    private static Segment? Untaken(in Step step)
    {
        for (var i = 0; i < step.Seen.Drops.Count; i++)
        {
            if (step.Seen.Drops[i].Reason == DropReason.Congestion
                && PlannedAs(step.Seen, step.Seen.Drops[i].Number) is { Protocol: 6, Attempt: 1 } segment
                && (IsPlannedAgain(step.Seen, segment) || unchecked((int)(((TcpSock)step.World.Sock(segment.Flow)).SndNxt - (segment.Seq + (uint)segment.Length + ((segment.Flags & 3) != 0 ? 1u : 0u)))) < 0))
            {
                return segment;
            }
        }

        return null;
    }

    /// <summary>Whether a later entry of the step is the same segment, as new.</summary>
    private static bool IsPlannedAgain(Observation seen, in Segment segment)
    {
        for (var i = 0; i < seen.Plan.Count; i++)
        {
            if (seen.Plan[i] is { Attempt: 1 } other && other.Flow == segment.Flow && other.Seq == segment.Seq && other.Number > segment.Number && segment.Length > 0 && other.Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static Segment? PlannedAs(Observation seen, int number)
    {
        for (var i = 0; i < seen.Plan.Count; i++)
        {
            if (seen.Plan[i].Number == number)
            {
                return seen.Plan[i];
            }
        }

        return null;
    }

    /// <summary>The first handover of the step to a ring without room for the largest packet; null for none.</summary>
    private static Handover? Narrow(Observation seen)
    {
        foreach (ref readonly var handover in CollectionsMarshal.AsSpan(seen.Handovers))
        {
            if (handover.Ring.Entries > 0 && Free(handover.Ring) < handover.Ring.SlotsForLargest)
            {
                return handover;
            }
        }

        return null;
    }

    /// <summary>Slots that may still be filled: one stays empty.</summary>
    private static int Free(in TxRing ring)
    {
        var used = (ring.Producer - ring.Consumer + ring.Entries) % ring.Entries;
        return ring.Entries - 1 - used;
    }
}
