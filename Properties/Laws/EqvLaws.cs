using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws that hold the zero-copy path against the copying path.</summary>
/// <remarks>Verified: every frame that a device emitted, byte for byte, in order, and in tiny the origin of every byte. Not verified: frames of the peer, which are inputs.</remarks>
public static class EqvLaws
{
    public static readonly Law EmittedOnce = Law.Always(EqvRules.EmittedOnce,
        (in Step step) => NoneUnplanned(step.Copying) && (step.Copying.Outstanding == 0 || HasOnTheWay(step.World)),
        (step, _) => step.Copying.Outstanding > 0
            ? $"{step.Copying.Outstanding} packets were handed to a device, and none is in a queue or a ring"
            : "a device emitted a frame that nobody handed to it");

    public static readonly Law WaitingFrameOccurs = Law.Sometimes(EqvRules.EmittedOnce, (in Step step) => step.Copying.Outstanding > 0);

    public static readonly Law FramesAreEqual = Law.Always(EqvRules.FrameEqual,
        (in Step step) => FirstDifference(step.Seen, step.Copying) is null,
        (step, _) => Explain(FirstDifference(step.Seen, step.Copying)!.Value));

    public static readonly Law FrameOccurs = Law.Sometimes(EqvRules.FrameEqual, (in Step step) => step.Copying.Emitted.Count > 0);

    public static readonly Law OriginsAreExact = Law.Always(EqvRules.OriginExact,
        (in Step step) => FirstOrigin(step.Seen, step.Copying) is null,
        (step, _) => FirstOrigin(step.Seen, step.Copying)!);

    public static readonly Law OriginOccurs = Law.Sometimes(EqvRules.OriginExact,
        (in Step step) => step.World.Profile.Provenance && step.Seen.Deliveries.Count > 0);

    /// <summary>The first byte at which a frame of this step differs from its counterpart; null for none.</summary>
    public static Difference? FirstDifference(Observation seen, CopyingWorld copying)
    {
        for (int i = 0, j = 0; i < seen.Frames.Count; i++)
        {
            if (seen.Frames[i].FromPeer)
            {
                continue;
            }

            var expected = copying.Emitted[j++];
            if (expected is null)
            {
                continue;
            }

            var zeroCopy = seen.Frames[i].Span;
            var copied = expected.Span;
            var at = zeroCopy.CommonPrefixLength(copied);
            if (at < zeroCopy.Length || at < copied.Length)
            {
                return new Difference(j - 1, at, zeroCopy[at..].ToArray(), copied[at..].ToArray());
            }
        }

        return null;
    }

    private static string Explain(in Difference difference) =>
        $"frame {difference.Frame} of this step differs from byte {difference.Offset} ({Field(difference.Offset)}): "
        + $"zero-copy {SkbLaws.Hex(difference.ZeroCopy)}, copying {SkbLaws.Hex(difference.Copying)}";

    private static string Field(int offset) => offset switch
    {
        < 14 => "Ethernet header",
        < 34 => "IPv4 header",
        _ => "behind the IPv4 header",
    };

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

            var expected = copying.Emitted[j++];
            if (expected is null || seen.Frames[i].Shadow.IsEmpty)
            {
                continue;
            }

            var at = seen.Frames[i].Shadow.CommonPrefixLength(expected.Shadow);
            if (at < Math.Min(seen.Frames[i].Length, expected.Length))
            {
                return $"byte {at} of frame {j - 1} of this step is {seen.Frames[i].Shadow[at]}; it stands for {expected.Shadow[at]}";
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
public readonly record struct Difference(int Frame, int Offset, byte[] ZeroCopy, byte[] Copying);
