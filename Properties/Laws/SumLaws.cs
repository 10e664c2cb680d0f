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
    private const byte Tcp = 6;

    // 10.0.0.1 and 10.0.0.2, as words.
    private const ulong Addresses = 0x0a00 + 0x0001 + 0x0a00 + 0x0002;
    private const byte Udp = 17;

    public static readonly Law RunSumIsRfc1071 = Law.Always(SumRules.RunSum,
        (in Step step) => step.Operation is not SkbChecksum || WrongRun(step) < 0,
        (step, _) => ExplainRun(step));

    public static readonly Law LongRunOccurs = Law.Sometimes(SumRules.RunSum,
        (in Step step) => step.Operation is SkbChecksum && LongestRun(step.Seen) >= 64);

    public static readonly Law SumInPiecesIsSumOfWhole = Law.Always(SumRules.BlockAdd,
        (in Step step) => step.Operation is not SkbChecksum || WrongRun(step) >= 0 || Agrees(step.Seen.Sum, step.Copying.Answer),
        (step, _) => $"the sum is {step.Seen.Sum:x4}, RFC 1071 gives {Plain(step.Copying.Answer):x4} for {SkbLaws.Hex(step.Copying.Answer)}, and each of its {step.Seen.Runs.Count} runs alone is summed right");

    public static readonly Law SumInPiecesOccurs = Law.Sometimes(SumRules.BlockAdd,
        (in Step step) => step.Operation is SkbChecksum && step.Seen.Runs.Count > 1);

    public static readonly Law SeedIsPseudoHeader = Law.Always(SumRules.PseudoHeaderSeed,
        (in Step _, Skb skb) => !AsksDevice(skb) || Field(skb) == Seed(skb),
        (_, skb) => $"the checksum field holds {Field(skb):x4}, the pseudo header sums to {Seed(skb):x4}");

    public static readonly Law CheckOffsetIsTcps = Law.Always(SumRules.CheckOffset,
        (in Step _, Skb skb) => !AsksDevice(skb) || (skb.Csum == TcpCheck && skb.TransportHeader == skb.NetworkHeader + IpHeaderBytes(skb)),
        (_, skb) => $"csum {skb.Csum}, h.raw {skb.TransportHeader - skb.Data}, the IP header ends at {skb.NetworkHeader - skb.Data + IpHeaderBytes(skb)}");

    /// <summary>At dev_queue_xmit(), too: what the CPU sums after all is never seen in flight with its request.</summary>
    public static readonly Law SeedIsPseudoHeaderAtXmit = Law.Always(SumRules.PseudoHeaderSeed,
        (in Step step) => Unseeded(step.Seen) < 0,
        (step, _) => $"packet {Unseeded(step.Seen)} of this step came to dev_queue_xmit with {step.Seen.Decisions[Unseeded(step.Seen)].SumField:x4} in its checksum field, not the sum of its pseudo header");

    public static readonly Law CheckOffsetIsTcpsAtXmit = Law.Always(SumRules.CheckOffset,
        (in Step step) => Misplaced(step.Seen) < 0,
        (step, _) => $"packet {Misplaced(step.Seen)} of this step came to dev_queue_xmit with its checksum field {step.Seen.Decisions[Misplaced(step.Seen)].SumAt - step.Seen.Decisions[Misplaced(step.Seen)].SumStart} bytes behind h.raw");

    public static readonly Law DeviceSumOccurs = Law.Sometimes(SumRules.CheckOffset, (in Step _, Skb skb) => AsksDevice(skb));

    public static readonly Law DeviceSumIsSeeded = Law.Sometimes(SumRules.PseudoHeaderSeed, (in Step _, Skb skb) => AsksDevice(skb));

    public static readonly Law UdpIsNeverZero = Law.Always(SumRules.UdpNeverZero,
        (in Step step) => !HasUdpSum(step.Seen, 0),
        (_, _) => "a UDP frame carries checksum 0");

    public static readonly Law UdpSumOfZeroOccurs = Law.Sometimes(SumRules.UdpNeverZero, (in Step step) => HasUdpSum(step.Seen, 0xff));

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
            if (decision.WantsSum && decision.SumField != InternetSum.Fold(Addresses + Tcp + (ulong)decision.SumBytes))
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
            if (seen.Decisions[i].WantsSum && seen.Decisions[i].SumAt - seen.Decisions[i].SumStart != TcpCheck)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool AsksDevice(Skb skb) => skb.State == SkbMachine.State.InFlight && skb.IpSummed == ChecksumState.Hw && skb.NetworkHeader >= 0;

    private static int IpHeaderBytes(Skb skb) => (skb.Block.Bytes.Span[skb.NetworkHeader] & 15) * 4;

    private static int Transport(Skb skb) => skb.NetworkHeader + IpHeaderBytes(skb);

    private static ushort Field(Skb skb) => BinaryPrimitives.ReadUInt16BigEndian(skb.Block.Bytes.Span[(Transport(skb) + TcpCheck)..]);

    private static ushort Seed(Skb skb)
    {
        var length = skb.Len - (Transport(skb) - skb.Data);
        return InternetSum.Fold(InternetSum.Words(skb.Block.Bytes.Span.Slice(skb.NetworkHeader + 12, 8)) + Tcp + (ulong)length);
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
