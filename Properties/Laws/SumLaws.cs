using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over checksums. Their judge is the plain loop of RFC 1071.</summary>
/// <remarks>Verified: every sum that an operation returns, the request of every skb that a driver has. Not verified here: complete checksums on the wire, which EQV-002 compares with the frame.</remarks>
public static class SumLaws
{
    private const int TcpCheck = 16;
    private const int UdpCheck = 6;
    private const byte Tcp = 6;

    // 10.0.0.1 and 10.0.0.2, as words.
    private const ulong Addresses = 0x0a00 + 0x0001 + 0x0a00 + 0x0002;
    private const byte Udp = 17;

    public static readonly Law RunSumIsRfc1071 = Law.Always(SumRules.RunSum,
        (in Step step) => !IsSum(step) || WrongRun(step) < 0,
        (step, _) => ExplainRun(step), after: [typeof(SkbChecksum), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law LongRunOccurs = Law.Sometimes(SumRules.RunSum,
        (in Step step) => IsSum(step) && LongestRun(step.Seen) >= 64, after: [typeof(SkbChecksum), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law SumInPiecesIsSumOfWhole = Law.Always(SumRules.BlockAdd,
        (in Step step) => !IsSum(step) || WrongRun(step) >= 0 || Agrees(step.Seen.Sum, step.Copying.Answer),
        (step, _) => $"the sum is {step.Seen.Sum:x4}, RFC 1071 gives {Plain(step.Copying.Answer):x4} for {SkbLaws.Hex(step.Copying.Answer)}, and each of its {step.Seen.Runs.Count} runs alone is summed right", after: [typeof(SkbChecksum), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law SumInPiecesOccurs = Law.Sometimes(SumRules.BlockAdd,
        (in Step step) => IsSum(step) && step.Seen.Runs.Count > 1, after: [typeof(SkbChecksum), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law CopyKeepsSum = Law.Always(SumRules.CopyKeepsSum,
        (in Step step) => !step.Seen.Succeeded || Pair(step.Operation) is not { } pair || SaysTheSame(step.World.Skb(pair.Copy), step.World.Skb(pair.Source)),
        (step, _) => $"the copy says {Say(step.World.Skb(Pair(step.Operation)!.Value.Copy))}, the original {Say(step.World.Skb(Pair(step.Operation)!.Value.Source))}", after: [typeof(SkbClone), typeof(SkbCopy), typeof(Model.Skbs.PskbCopy), typeof(Model.Skbs.SkbCopyExpand), typeof(SkbReallocHeadroom)]);

    public static readonly Law CopyOfSumOccurs = Law.Sometimes(SumRules.CopyKeepsSum,
        (in Step step) => step.Seen.Succeeded && Pair(step.Operation) is { } pair && step.World.Skb(pair.Source).IpSummed != ChecksumState.None, after: [typeof(SkbClone), typeof(SkbCopy), typeof(Model.Skbs.PskbCopy), typeof(Model.Skbs.SkbCopyExpand), typeof(SkbReallocHeadroom)]);

    public static readonly Law StartIsInPacket = Law.Always(SumRules.StartInPacket,
        (in Step _, Skb skb) => skb.IpSummed != ChecksumState.Hw || skb.IsReceived || skb.TransportHeader < 0 || skb.TransportHeader >= skb.Data,
        (_, skb) => $"h.raw is {skb.Data - skb.TransportHeader} bytes before data", Traits.Summed);

    public static readonly Law RequestOccurs = Law.Sometimes(SumRules.StartInPacket,
        (in Step _, Skb skb) => skb.IpSummed == ChecksumState.Hw && !skb.IsReceived && skb.TransportHeader >= 0, Traits.Summed);

    public static readonly Law CollapsedSumIsOfBoth = Law.Always(SumRules.CollapsedSum,
        (in Step step) => !IsCollapsed(step) || Agrees(step.Seen.Sum, step.Copying.Answer),
        (step, _) => $"the running sum is {step.Seen.Sum:x4}, RFC 1071 gives {Plain(step.Copying.Answer):x4}", after: [typeof(TcpRetransTryCollapse)]);

    public static readonly Law CollapseOccurs = Law.Sometimes(SumRules.CollapsedSum, IsCollapsed, after: [typeof(TcpRetransTryCollapse)]);

    public static readonly Law ReceivedSumIsOfItsBytes = Law.Always(SumRules.ReceivedSum,
        (in Step step, SkbId name, Skb skb) => !SaysSum(step, name, skb) || Agrees((ushort)(0xffff - InternetSum.Fold(skb.Csum)), step.Copying.Skb(name).Bytes),
        (step, name) => $"{name} says {InternetSum.Fold(step.World.Skb(name).Csum):x4}, its bytes sum to {InternetSum.Fold(InternetSum.Words(step.Copying.Skb(name).Bytes)):x4}", Traits.Summed);

    public static readonly Law ReceivedSumOccurs = Law.Sometimes(SumRules.ReceivedSum, (in Step step, SkbId name, Skb skb) => SaysSum(step, name, skb), Traits.Summed);

    public static readonly Law VouchedForCause = Law.Always(SumRules.VouchedForCause,
        (in Step step, SkbId name, Skb skb) => skb.IpSummed != ChecksumState.Unnecessary || !step.Copying.HasSkb(name) || step.Copying.Names.Shape(name).Sum == SumKind.Vouched,
        (_, name) => $"{name} is CHECKSUM_UNNECESSARY, and nobody said so", Traits.Summed);

    public static readonly Law VouchedOccurs = Law.Sometimes(SumRules.VouchedForCause, (in Step _, SkbId _, Skb skb) => skb.IpSummed == ChecksumState.Unnecessary, Traits.Summed);

    public static readonly Law SumStateIsAbstraction = Law.Always(SumRules.LifeIsLegal,
        (in Step _, Skb skb) => IsAsItsDataSays(skb),
        (_, skb) => $"the machine says {skb.SumState}, the data says {Abstraction(skb)}", Traits.Astray);

    public static readonly Law SumIsAsSaid = Law.Always(SumRules.LifeIsLegal,
        (in Step step, SkbId name, Skb skb) => IsAsSaid(step, name, skb),
        (step, name) => $"{name} says {Say(step.World.Skb(name))}, operations say {step.Copying.Names.Shape(name).Sum} from {step.Copying.Names.Shape(name).SumStart}", Traits.Astray);

    public static readonly Law VerdictIsRight = Law.Always(SumRules.VerdictIsRight,
        (in Step step) => !IsVerdict(step) || step.Seen.Succeeded == (Plain(step.Copying.Answer) == 0),
        (step, _) => $"{step.Operation} {(step.Seen.Succeeded ? "took" : "refused")} a packet that sums to {Plain(step.Copying.Answer):x4}", after: [typeof(TcpChecksumComplete)]);

    public static readonly Law GoodVerdictOccurs = Law.Sometimes(SumRules.VerdictIsRight, (in Step step) => IsVerdict(step) && step.Seen.Succeeded, after: [typeof(TcpChecksumComplete)]);

    public static readonly Law SeedIsPseudoHeader = Law.Always(SumRules.PseudoHeaderSeed,
        (in Step _, Skb skb) => !AsksDevice(skb) || Field(skb) == Seed(skb),
        (_, skb) => $"the checksum field holds {Field(skb):x4}, the pseudo header sums to {Seed(skb):x4}", Traits.Summed);

    public static readonly Law CheckOffsetIsTcps = Law.Always(SumRules.CheckOffset,
        (in Step _, Skb skb) => !AsksDevice(skb) || (skb.Csum == CheckOf(ProtocolOf(skb)) && skb.TransportHeader == skb.NetworkHeader + IpHeaderBytes(skb)),
        (_, skb) => $"csum {skb.Csum}, h.raw {skb.TransportHeader - skb.Data}, the IP header ends at {skb.NetworkHeader - skb.Data + IpHeaderBytes(skb)}", Traits.Summed);

    /// <summary>At dev_queue_xmit(), too: what the CPU sums after all is never seen in flight with its request.</summary>
    public static readonly Law SeedIsPseudoHeaderAtXmit = Law.Always(SumRules.PseudoHeaderSeed,
        (in Step step) => Unseeded(step.Seen) < 0,
        (step, _) => $"packet {Unseeded(step.Seen) + 1} of this step came to dev_queue_xmit with {step.Seen.Decisions[Unseeded(step.Seen)].SumField:x4} in its checksum field, not the sum of its pseudo header", of: StepTraits.Decided);

    public static readonly Law CheckOffsetIsTcpsAtXmit = Law.Always(SumRules.CheckOffset,
        (in Step step) => Misplaced(step.Seen) < 0,
        (step, _) => $"packet {Misplaced(step.Seen) + 1} of this step came to dev_queue_xmit with its checksum field {step.Seen.Decisions[Misplaced(step.Seen)].SumAt - step.Seen.Decisions[Misplaced(step.Seen)].SumStart} bytes behind h.raw", of: StepTraits.Decided);

    public static readonly Law DeviceSumOccurs = Law.Sometimes(SumRules.CheckOffset, (in Step _, Skb skb) => AsksDevice(skb), Traits.Summed);

    public static readonly Law DeviceSumIsSeeded = Law.Sometimes(SumRules.PseudoHeaderSeed, (in Step _, Skb skb) => AsksDevice(skb), Traits.Summed);

    public static readonly Law UdpIsNeverZero = Law.Always(SumRules.UdpNeverZero,
        (in Step step) => !HasUdpSum(step.Seen, 0),
        (_, _) => "a UDP frame carries checksum 0", of: StepTraits.Emitted);

    public static readonly Law UdpSumOfZeroOccurs = Law.Sometimes(SumRules.UdpNeverZero, (in Step step) => HasUdpSum(step.Seen, 0xff), of: StepTraits.Emitted);

    /// <summary>Whether the segment of a TCP frame sums to what its field says, by the plain loop.</summary>
    internal static bool IsRightTcp(ReadOnlySpan<byte> frame)
    {
        var transport = frame[(14 + ((frame[14] & 15) * 4))..];
        return InternetSum.Fold(InternetSum.Words(transport, Addresses + Tcp + (ulong)transport.Length)) == 0xffff;
    }

    private static bool IsSum(in Step step) => step.Operation is SkbChecksum or SkbCopyAndCsumBits;

    private static bool IsCollapsed(in Step step) =>
        step.Operation is TcpRetransTryCollapse collapse && step.Seen.Succeeded && step.Copying.Names.Shape(collapse.Skb).Sum == SumKind.None;

    /// <summary>Bytes that are all zero sum to zero, whose two forms a device and a subtraction tell apart and the folded sum does not.</summary>
    private static bool IsVerdict(in Step step) => step.Operation is TcpChecksumComplete && step.Copying.Answer.ContainsAnyExcept((byte)0);

    private static bool SaysSum(in Step step, SkbId name, Skb skb) => skb.IpSummed == ChecksumState.Hw && skb.IsReceived && step.Copying.HasSkb(name);

    /// <summary>What an operation copied, and of what.</summary>
    private static (SkbId Copy, SkbId Source)? Pair(Operation operation) => operation switch
    {
        SkbClone clone => (clone.Result, clone.Source),
        SkbCopy copy => (copy.Result, copy.Source),
        Model.Skbs.PskbCopy copy => (copy.Result, copy.Source),
        Model.Skbs.SkbCopyExpand copy => (copy.Result, copy.Source),
        SkbReallocHeadroom copy => (copy.Result, copy.Source),
        _ => null,
    };

    private static bool SaysTheSame(Skb copy, Skb source) =>
        copy.IpSummed == source.IpSummed && copy.IsReceived == source.IsReceived
        && (source.IpSummed != ChecksumState.Hw || (copy.Csum == source.Csum && (source.TransportHeader < 0 || copy.TransportHeader - copy.Data == source.TransportHeader - source.Data)));

    private static string Say(Skb skb) => $"{skb.IpSummed} with csum {skb.Csum:x} and h.raw at {skb.TransportHeader - skb.Data}";

    private static ChecksumMachine.State Abstraction(Skb skb) =>
        skb.IpSummed == ChecksumState.None ? ChecksumMachine.State.None
        : skb.IpSummed == ChecksumState.Unnecessary ? ChecksumMachine.State.Vouched
        : skb.IsReceived ? ChecksumMachine.State.Summed
        : ChecksumMachine.State.Requested;

    internal static bool IsAsItsDataSays(Skb skb) => skb.SumState == Abstraction(skb);

    internal static bool IsAsSaid(in Step step, SkbId name, Skb skb) => !step.Copying.HasSkb(name) || IsAsSaid(skb, step.Copying.Names.Shape(name));

    private static bool IsAsSaid(Skb skb, SkbShape shape) => skb.IpSummed switch
    {
        ChecksumState.None => shape.Sum == SumKind.None,
        ChecksumState.Unnecessary => shape.Sum == SumKind.Vouched,
        _ => skb.IsReceived
            ? shape.Sum == SumKind.Summed
            : shape.Sum == SumKind.Requested && (shape.SumStart < 0 || (skb.TransportHeader - skb.Data == shape.SumStart && skb.Csum == shape.SumAt)),
    };

    /// <summary>The first run of the range whose sum alone is wrong; -1 for none.</summary>
    private static int WrongRun(in Step step)
    {
        for (var i = 0; i < step.Seen.Runs.Count; i++)
        {
            var run = step.Seen.Runs[i];
            if (!Agrees(run.Sum, step.Copying.Answer.Slice(run.Offset, run.Length)))
            {
                return i;
            }
        }

        return -1;
    }

    private static int LongestRun(Observation seen)
    {
        var longest = 0;
        for (var i = 0; i < seen.Runs.Count; i++)
        {
            longest = Math.Max(longest, seen.Runs[i].Length);
        }

        return longest;
    }

    /// <summary>Modulo 0xffff: 0 and 0xffff are the same sum.</summary>
    private static bool Agrees(ushort sum, ReadOnlySpan<byte> bytes) => sum % 0xffff == Plain(bytes) % 0xffff;

    private static ushort Plain(ReadOnlySpan<byte> bytes) => InternetSum.Check(InternetSum.Words(bytes));

    private static string ExplainRun(in Step step)
    {
        var run = step.Seen.Runs[WrongRun(step)];
        var bytes = step.Copying.Answer.Slice(run.Offset, run.Length);
        return $"the sum of a run of {run.Length} bytes is {run.Sum:x4}, RFC 1071 gives {Plain(bytes):x4} for {SkbLaws.Hex(bytes)}";
    }

    /// <summary>In a driver's hands with a request whose headers can be read.</summary>
    private static int Unseeded(Observation seen)
    {
        for (var i = 0; i < seen.Decisions.Count; i++)
        {
            var decision = seen.Decisions[i];
            if (decision.WantsSum && decision.SumField != InternetSum.Fold(Addresses + ProtocolOf(seen, decision) + (ulong)decision.SumBytes))
            {
                return i;
            }
        }

        return -1;
    }

    private static int Misplaced(Observation seen)
    {
        for (var i = 0; i < seen.Decisions.Count; i++)
        {
            if (seen.Decisions[i].WantsSum && seen.Decisions[i].SumAt - seen.Decisions[i].SumStart != CheckOf(ProtocolOf(seen, seen.Decisions[i])))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool AsksDevice(Skb skb) => skb.State == SkbMachine.State.InFlight && skb.IpSummed == ChecksumState.Hw && skb.NetworkHeader >= 0;

    /// <summary>Offset of the checksum field in the transport header. RFC 768; RFC 793 section 3.1.</summary>
    private static int CheckOf(byte protocol) => protocol == Udp ? UdpCheck : TcpCheck;

    private static byte ProtocolOf(Skb skb) => skb.Block.Bytes.Span[skb.NetworkHeader + 9];

    private static byte ProtocolOf(Observation seen, in XmitDecision decision)
    {
        for (var i = 0; i < seen.Plan.Count; i++)
        {
            if (seen.Plan[i].Number == decision.Number)
            {
                return seen.Plan[i].Protocol;
            }
        }

        return Tcp;
    }

    private static int IpHeaderBytes(Skb skb) => (skb.Block.Bytes.Span[skb.NetworkHeader] & 15) * 4;

    private static int Transport(Skb skb) => skb.NetworkHeader + IpHeaderBytes(skb);

    /// <summary>Negative where the headers say that it lies behind the block.</summary>
    private static int Field(Skb skb)
    {
        var at = Transport(skb) + CheckOf(ProtocolOf(skb));
        return at + sizeof(ushort) <= skb.Block.Bytes.Length ? BinaryPrimitives.ReadUInt16BigEndian(skb.Block.Bytes.Span[at..]) : -1;
    }

    private static ushort Seed(Skb skb)
    {
        var length = skb.Len - (Transport(skb) - skb.Data);
        return InternetSum.Fold(InternetSum.Words(skb.Block.Bytes.Span.Slice(skb.NetworkHeader + 12, 8)) + ProtocolOf(skb) + (ulong)length);
    }

    /// <summary>Whether a datagram carries a checksum of which both bytes are this.</summary>
    private static bool HasUdpSum(Observation seen, byte both)
    {
        for (var i = 0; i < seen.Frames.Count; i++)
        {
            var frame = seen.Frames[i].Span;
            var transport = frame.Length > 34 ? 14 + ((frame[14] & 15) * 4) : frame.Length;
            if (transport + 8 <= frame.Length && frame[14 + 9] == Udp && (frame[20] & 0x1f) == 0 && frame[21] == 0 && frame[transport + 6] == both && frame[transport + 7] == both)
            {
                return true;
            }
        }

        return false;
    }
}
