using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Properties.Report;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws that hold the zero-copy path against the copying path.</summary>
/// <remarks>Verified: every frame that a device emitted, byte for byte, in order, and in tiny the origin of every byte. Where a file is written between call and transmission, by which write each byte may be. Not verified: frames of the peer, which are inputs.</remarks>
public static class EqvLaws
{
    private const int BytesShown = 4;

    public static readonly Law EmittedOnce = Law.Always(EqvRules.EmittedOnce,
        (in Step step) => NoneUnplanned(step.Copying) && (step.Copying.Outstanding == 0 || HasOnTheWay(step.World)),
        (step, _) => step.Copying.Outstanding > 0
            ? $"{step.Copying.Outstanding} packets were handed to a device, and none is in a queue or a ring"
            : "a device emitted a frame that nobody handed to it");

    public static readonly Law WaitingFrameOccurs = Law.Sometimes(EqvRules.EmittedOnce, (in Step step) => step.Copying.Outstanding > 0);

    public static readonly Law FramesAreEqual = Law.Always(EqvRules.FrameEqual,
        (in Step step) => FirstDifference(step.Seen, step.Copying) is null,
        (step, _) => Explain(FirstDifference(step.Seen, step.Copying)!.Value), of: StepTraits.Emitted);

    public static readonly Law FrameOccurs = Law.Sometimes(EqvRules.FrameEqual, (in Step step) => step.Copying.Emitted.Count > 0, of: StepTraits.Emitted);

    public static readonly Law OriginsAreExact = Law.Always(EqvRules.OriginExact,
        (in Step step) => FirstOrigin(step.Seen, step.Copying) is null,
        (step, _) => FirstOrigin(step.Seen, step.Copying)!, of: StepTraits.Emitted);

    public static readonly Law OriginOccurs = Law.Sometimes(EqvRules.OriginExact,
        (in Step step) => step.World.Profile.Provenance && step.Seen.Deliveries.Count > 0, of: StepTraits.Emitted);

    public static readonly Law BytesAreWithinReading = Law.Always(EqvRules.WithinReading,
        (in Step step) => FirstStray(step.Copying) is null,
        (step, _) => ExplainStray(step, FirstStray(step.Copying)!), of: StepTraits.Emitted);

    public static readonly Law LaterWriteShows = Law.Sometimes(EqvRules.WithinReading, (in Step step) => Any(step.Copying, static due => due.ShowsWrite), of: StepTraits.Emitted);

    public static readonly Law HeldPageIsRead = Law.Always(PinRules.WrittenInPlace,
        (in Step step) => FirstOutdated(step.Copying) is null,
        (step, _) => $"byte {FirstOutdated(step.Copying)!.Outdated} of the frame of packet {FirstOutdated(step.Copying)!.Number} is older than the last write to its page", of: StepTraits.Emitted);

    public static readonly Law HeldPageIsWritten = Law.Sometimes(PinRules.WrittenInPlace, (in Step step) => Any(step.Copying, static due => due.ShowsWrite), of: StepTraits.Emitted);

    public static readonly Law StaleFrameIsDropped = Law.Always(EqvRules.StaleSum,
        (in Step step) => FirstMisjudged(step) is null,
        (step, _) => $"the frame of packet {FirstMisjudged(step)!.Number} was summed before its pages were written, and the receiver {(IsRejected(step.Seen, FirstMisjudged(step)!.Index) ? "dropped it with a right sum" : "took it with a wrong one")}", of: StepTraits.Emitted);

    public static readonly Law StaleFrameOccurs = Law.Sometimes(EqvRules.StaleSum,
        (in Step step) => Any(step.Copying, static due => due.IsStale), of: StepTraits.Emitted);

    /// <summary>Whether the frame of an index was summed by the CPU before its pages were written: by its operations, not by what became of it.</summary>
    internal static bool IsStale(CopyingWorld copying, int index) => DueOf(copying, index) is { IsStale: true };

    /// <summary>The copying path's counterpart of a frame of this step; null for none.</summary>
    internal static DueFrame? DueOf(CopyingWorld copying, int index)
    {
        for (var i = 0; i < copying.Emitted.Count; i++)
        {
            if (copying.Emitted[i] is { } due && due.Index == index)
            {
                return due;
            }
        }

        return null;
    }

    private static bool Any(CopyingWorld copying, Func<DueFrame, bool> wanted)
    {
        for (var i = 0; i < copying.Emitted.Count; i++)
        {
            if (copying.Emitted[i] is { } due && wanted(due))
            {
                return true;
            }
        }

        return false;
    }

    private static DueFrame? FirstStray(CopyingWorld copying)
    {
        for (var i = 0; i < copying.Emitted.Count; i++)
        {
            if (copying.Emitted[i] is { Stray: >= 0 } due)
            {
                return due;
            }
        }

        return null;
    }

    private static DueFrame? FirstOutdated(CopyingWorld copying)
    {
        for (var i = 0; i < copying.Emitted.Count; i++)
        {
            if (copying.Emitted[i] is { Outdated: >= 0 } due)
            {
                return due;
            }
        }

        return null;
    }

    private static string ExplainStray(in Step step, DueFrame due)
    {
        var at = due.Headers;
        foreach (var run in due.Runs)
        {
            if (due.Stray < at + run.Count)
            {
                var until = !run.ByReference ? "the call, where it was copied" : due.Linearized ? "the private copy in dev_queue_xmit" : "the device's reading";
                var found = step.Seen.Frames[due.Index];
                var write = found.Shadow.IsEmpty ? $"holds {found.Span[due.Stray]:x2}" : $"is {found.Shadow[due.Stray]}";
                return $"byte {due.Stray} of the frame of packet {due.Number} {write}; it stands for byte {run.Offset + due.Stray - at} of {run.File}, accepted after write {run.Call}, which may be read until {until}";
            }

            at += run.Count;
        }

        return "";
    }

    /// <summary>The first stale frame of the step whose fate does not follow from its sum and its link.</summary>
    private static DueFrame? FirstMisjudged(in Step step)
    {
        for (var i = 0; i < step.Copying.Emitted.Count; i++)
        {
            if (step.Copying.Emitted[i] is { IsStale: true } due)
            {
                var frame = step.Seen.Frames[due.Index];
                var vouched = (step.World.Device(frame.Device).HardwareFeatures & Model.Net.NetifFeatures.NoCsum) != 0;
                if (IsRejected(step.Seen, due.Index) != (!vouched && !SumLaws.IsRightTcp(frame.Span)))
                {
                    return due;
                }
            }
        }

        return null;
    }

    private static bool IsRejected(Observation seen, int index)
    {
        for (var i = 0; i < seen.Rejected.Count; i++)
        {
            if (seen.Rejected[i].Frame == index)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first byte at which a frame of this step differs from its counterpart; null for none.</summary>
    public static Difference? FirstDifference(Observation seen, CopyingWorld copying)
    {
        for (int i = 0, j = 0; i < seen.Frames.Count; i++)
        {
            if (seen.Frames[i].FromPeer)
            {
                continue;
            }

            var expected = copying.Emitted[j++]?.Frame;
            if (expected is null)
            {
                continue;
            }

            var zeroCopy = seen.Frames[i].Span;
            var copied = expected.Span;
            var at = zeroCopy.CommonPrefixLength(copied);
            if (at < zeroCopy.Length || at < copied.Length)
            {
                return new Difference(j - 1, at, zeroCopy[at..].ToArray(), copied[at..].ToArray(), WireFields.NameOf(copied, at));
            }
        }

        return null;
    }

    private static string Explain(in Difference difference) =>
        $"frame {difference.Frame + 1} of this step differs from byte {difference.Offset} on, {difference.Field}: "
        + $"observed {First(difference.ZeroCopy)}, expected {First(difference.Copying)}";

    private static string First(byte[] bytes) => bytes.Length == 0 ? "no more bytes" : SkbLaws.Hex(bytes.AsSpan(0, Math.Min(bytes.Length, BytesShown))) + (bytes.Length > BytesShown ? "..." : "");

    private static bool NoneUnplanned(CopyingWorld copying)
    {
        for (var i = 0; i < copying.Emitted.Count; i++)
        {
            if (copying.Emitted[i] is null)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasOnTheWay(World world)
    {
        for (var i = 0; i < world.Devices.Count; i++)
        {
            if (world.Devices[i].InFlight > 0 || world.Devices[i].QueueLength > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static string? FirstOrigin(Observation seen, CopyingWorld copying)
    {
        for (int i = 0, j = 0; i < seen.Frames.Count; i++)
        {
            if (seen.Frames[i].FromPeer)
            {
                continue;
            }

            var expected = copying.Emitted[j++]?.Frame;
            if (expected is null || seen.Frames[i].Shadow.IsEmpty)
            {
                continue;
            }

            var at = seen.Frames[i].Shadow.CommonPrefixLength(expected.Shadow);
            if (at < Math.Min(seen.Frames[i].Length, expected.Length))
            {
                return $"frame {j} of this step carries {seen.Frames[i].Shadow[at]} at byte {at}, {WireFields.NameOf(expected.Span, at)}; it is to carry {expected.Shadow[at]}";
            }
        }

        return null;
    }
}

/// <summary>Where two frames part.</summary>
/// <param name="Frame">Of the step, from 0; frames of the peer not counted.</param>
/// <param name="Offset">First byte that differs, from the Ethernet header on.</param>
/// <param name="ZeroCopy">The bytes from there on.</param>
/// <param name="Copying">The bytes from there on.</param>
/// <param name="Field">What the byte is.</param>
public readonly record struct Difference(int Frame, int Offset, byte[] ZeroCopy, byte[] Copying, string Field);
