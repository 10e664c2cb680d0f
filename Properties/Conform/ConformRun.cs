using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Conform;

/// <summary>Frames that showed a deviation, and the smallest script that shows it.</summary>
public sealed record Deviated(Deviation Deviation, long Count, ConformScript Script);

/// <summary>A mismatch, how often it occurred, and the smallest script that shows it.</summary>
public sealed record Mismatched(Mismatch Mismatch, long Count, ConformScript Script);

/// <summary>What a run has compared.</summary>
/// <param name="Frames">Frames that were judged.</param>
/// <param name="Matched">Of them, those that every device sent as the law says.</param>
/// <param name="Agreed">Frames to which no known deviation applies.</param>
/// <param name="AgreedMatched">Of them, those that matched.</param>
/// <param name="Sessions">Sessions: a ring, an IOMMU, a driver anew.</param>
/// <param name="Unmapped">Buffers that were unmapped early.</param>
/// <param name="Deviations">Known ones that occurred.</param>
/// <param name="Mismatches">What nothing foretold.</param>
public sealed record ConformResult(
    long Frames, long Matched, long Agreed, long AgreedMatched, long Sessions, long Unmapped, IReadOnlyList<Deviated> Deviations, IReadOnlyList<Mismatched> Mismatches);

/// <summary>Random sessions of the HME driver on each of several devices, judged by the law.</summary>
/// <param name="rigs">The devices.</param>
/// <param name="known">Deviations that are expected.</param>
/// <param name="seed">Chance.</param>
public sealed class ConformRun(IReadOnlyList<Rig> rigs, IReadOnlyList<Deviation> known, ulong seed)
{
    private const int ShrinkBudget = 4000;

    private readonly Dictionary<Deviation, (long Count, ConformScript Script)> _deviated = [];
    private readonly Dictionary<(string Device, string What), (Mismatch Mismatch, long Count, ConformScript Script)> _mismatched = [];
    private IReadOnlyList<Shape> _kick = [];
    private long _frames;
    private long _matched;
    private long _agreed;
    private long _agreedMatched;
    private long _unmapped;

    /// <summary>Runs sessions until so many frames have been judged.</summary>
    /// <param name="frames">At least one.</param>
    /// <param name="stop">Asked after each session.</param>
    /// <param name="told">Told of the frames so far, after each session.</param>
    public ConformResult Run(long frames, Func<bool> stop, Action<long> told)
    {
        var comparison = new Comparison(rigs, known) { Judged = Count };
        var session = 0L;
        for (; _frames < frames && !stop(); session++)
        {
            Session(comparison, new ConformDraw(new Rng(Rng.Mix(seed, (ulong)session, 0))), frames);
            told(_frames);
        }

        var shrinker = new ConformShrinker(rigs, known, ShrinkBudget);
        return new ConformResult(
            _frames,
            _matched,
            _agreed,
            _agreedMatched,
            session,
            _unmapped,
            [.. known.Where(_deviated.ContainsKey).Select(deviation => new Deviated(deviation, _deviated[deviation].Count, shrinker.Deviation(deviation, _deviated[deviation].Script)))],
            [.. _mismatched.Values.OrderBy(found => found.Mismatch.Device, StringComparer.Ordinal).ThenBy(found => found.Mismatch.What, StringComparer.Ordinal)
                .Select(found => new Mismatched(found.Mismatch, found.Count, shrinker.Mismatch(found.Mismatch, found.Script)))]);
    }

    private void Session(Comparison comparison, ConformDraw draw, long frames)
    {
        var (ring, hasIommu, left) = (draw.Ring(), draw.HasIommu(), Math.Min(draw.SessionLength(), frames - _frames));
        var steps = new List<ConformStep>();
        var shapes = new List<Shape>();
        comparison.Begin(ring, hasIommu);
        for (var until = _frames + left; _frames < until && comparison.Mismatches.Count == 0;)
        {
            Take(draw.Step(comparison.Waiting));
        }

        if (comparison.Mismatches.Count == 0 && hasIommu && comparison.Waiting > 0 && _frames < frames)
        {
            Take(draw.EarlyUnmap(shapes[^comparison.Waiting]));
            _unmapped++;
        }

        foreach (var mismatch in comparison.Mismatches)
        {
            var key = (mismatch.Device, mismatch.What);
            _mismatched[key] = _mismatched.TryGetValue(key, out var found) ? found with { Count = found.Count + 1 } : (mismatch, 1, new ConformScript(ring, hasIommu, [.. steps]));
        }

        // A mismatch ends the session before its frame is counted.
        _frames += comparison.Mismatches.Count > 0 ? 1 : 0;

        void Take(ConformStep step)
        {
            steps.Add(step);
            if (step is ConformStep.Xmit(var shape))
            {
                shapes.Add(shape);
            }

            comparison.Apply(step);
        }
    }

    private void Count(Sent sent, Deviation? deviation)
    {
        _frames++;
        _matched += deviation is null ? 1 : 0;
        if (!known.Any(candidate => candidate.Applies(sent)))
        {
            _agreed++;
            _agreedMatched += deviation is null ? 1 : 0;
        }

        _kick = sent.IsFirst ? [sent.Shape] : [.. _kick, sent.Shape];
        if (deviation is not null)
        {
            _deviated[deviation] = _deviated.TryGetValue(deviation, out var found) ? found with { Count = found.Count + 1 } : (1, Alone(_kick));
        }
    }

    /// <summary>A kick, and nothing around it.</summary>
    private static ConformScript Alone(IReadOnlyList<Shape> kick) =>
        new(16, HasIommu: false, [.. kick.Select(shape => new ConformStep.Xmit(shape)), new ConformStep.Run(kick.Count)]);
}
