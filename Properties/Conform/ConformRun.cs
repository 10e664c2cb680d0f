using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Conform;

/// <summary>Frames that showed a deviation, and the smallest script that shows it.</summary>
public sealed record Deviated(Deviation Deviation, long Count, ConformScript Script);

/// <summary>A mismatch, how often it occurred, and the smallest script that shows it.</summary>
public sealed record Mismatched(Mismatch Mismatch, long Count, ConformScript Script);

/// <summary>What a run has compared.</summary>
public sealed class ConformResult
{
    /// <summary>Frames that were judged.</summary>
    public long Frames { get; internal set; }

    /// <summary>Of them, those that every device sent as the law says.</summary>
    public long Matched { get; internal set; }

    /// <summary>Frames to which no known deviation applies.</summary>
    public long Agreed { get; internal set; }

    /// <summary>Of them, those that matched.</summary>
    public long AgreedMatched { get; internal set; }

    /// <summary>Sessions: a ring, an IOMMU, a driver anew.</summary>
    public long Sessions { get; internal set; }

    /// <summary>Sessions that a mismatch ended: what they were to compare behind it was not.</summary>
    public long CutShort { get; internal set; }

    /// <summary>Frames of which a buffer was unmapped early: no device may send them as the law says. Ours stops (DMA-003); another sends zeroes where its IOMMU has nothing.</summary>
    public long Unmapped { get; internal set; }

    /// <summary>Known deviations that occurred, each with the smallest script that was found.</summary>
    public IReadOnlyList<Deviated> Deviations { get; internal set; } = [];

    /// <summary>What nothing foretold.</summary>
    public IReadOnlyList<Mismatched> Mismatches { get; internal set; } = [];
}

/// <summary>Random sessions of the HME driver on each of several devices, judged by the law.</summary>
/// <param name="teams">The devices, as often as sessions are to run beside each other. A session's result does not depend on the team.</param>
/// <param name="known">Deviations that are expected.</param>
/// <param name="seed">Chance.</param>
public sealed class ConformRun(IReadOnlyList<IReadOnlyList<Rig>> teams, IReadOnlyList<Deviation> known, ulong seed)
{
    private const int ShrinkBudget = 4000;
    private const int SessionsAtOnce = 32;

    private readonly Dictionary<Deviation, (long Count, ConformScript Script)> _deviated = [];
    private readonly Dictionary<(string Device, string What), (Mismatch Mismatch, long Count, ConformScript Script)> _mismatched = [];
    private readonly ConformResult _result = new();

    /// <summary>Compares so many frames.</summary>
    /// <param name="frames">At least one; fewer are compared where it is stopped. A mismatch ends its session, and counts as the frame at which it did.</param>
    /// <param name="stop">Asked now and then.</param>
    /// <param name="told">Told of the frames so far.</param>
    public ConformResult Compare(long frames, Func<bool> stop, Action<long> told)
    {
        for (var left = frames; left > 0 && !stop();)
        {
            var block = new List<ConformSession>();
            for (; left > 0 && block.Count < SessionsAtOnce; left -= block[^1].Frames)
            {
                block.Add(new ConformSession(new ConformDraw(new Rng(Rng.Mix(seed, (ulong)(_result.Sessions + block.Count), 0))), left, known));
            }

            Play(block);
            block.ForEach(Add);
            // What a mismatch kept from being compared is made up for.
            left += block.Where(session => session.Mismatches.Count > 0).Sum(session => session.Frames - session.Judged.Count - 1);
            told(_result.Frames);
        }

        return _result;
    }

    /// <summary>Makes the smallest script of each finding; it takes no part in what was compared.</summary>
    /// <param name="stop">Asked before each session that is tried.</param>
    public ConformResult Shrink(Func<bool> stop)
    {
        var shrinker = new ConformShrinker(teams[0], known, ShrinkBudget, stop);
        _result.Deviations =
            [.. known.Where(_deviated.ContainsKey).Select(deviation => new Deviated(deviation, _deviated[deviation].Count, shrinker.Deviation(deviation, _deviated[deviation].Script)))];
        _result.Mismatches =
        [
            .. _mismatched.Values.OrderBy(found => found.Mismatch.Device, StringComparer.Ordinal).ThenBy(found => found.Mismatch.What, StringComparer.Ordinal)
                .Select(found => (found.Count, Shown: shrinker.Mismatch(found.Mismatch, found.Script)))
                .Select(found => new Mismatched(found.Shown.Mismatch, found.Count, found.Shown.Script)),
        ];
        return _result;
    }

    /// <summary>Each team takes the next session that nobody has taken.</summary>
    private void Play(List<ConformSession> block)
    {
        var next = -1;
        Task.WhenAll(teams.Select(team => Task.Factory.StartNew(
            () =>
            {
                for (var i = Interlocked.Increment(ref next); i < block.Count; i = Interlocked.Increment(ref next))
                {
                    block[i].Play(team);
                }
            },
            TaskCreationOptions.LongRunning))).GetAwaiter().GetResult();
    }

    private void Add(ConformSession session)
    {
        _result.Sessions++;
        _result.Unmapped += session.HasUnmapped ? 1 : 0;
        _result.CutShort += session.Mismatches.Count > 0 ? 1 : 0;
        _result.Frames += session.HasUnmapped ? 1 : 0;
        IReadOnlyList<Shape> kick = [];
        foreach (var (sent, deviation) in session.Judged)
        {
            var agreed = !known.Any(candidate => candidate.Applies(sent));
            _result.Frames++;
            _result.Matched += deviation is null ? 1 : 0;
            _result.Agreed += agreed ? 1 : 0;
            _result.AgreedMatched += agreed && deviation is null ? 1 : 0;
            kick = sent.IsFirst ? [sent.Shape] : [.. kick, sent.Shape];
            if (deviation is not null)
            {
                _deviated[deviation] = _deviated.TryGetValue(deviation, out var found) ? found with { Count = found.Count + 1 } : (1, Alone(kick));
            }
        }

        if (session.Mismatches.Count > 0)
        {
            // The frame at which it ended.
            _result.Frames++;
            _result.Agreed += session.Mismatches[0].Frame is { } sent && !known.Any(candidate => candidate.Applies(sent)) ? 1 : 0;
        }

        foreach (var mismatch in session.Mismatches)
        {
            var key = (mismatch.Device, mismatch.What);
            _mismatched[key] = _mismatched.TryGetValue(key, out var found) ? found with { Count = found.Count + 1 } : (mismatch, 1, session.Script);
        }
    }

    /// <summary>A kick, and nothing around it.</summary>
    private static ConformScript Alone(IReadOnlyList<Shape> kick) =>
        new(16, HasIommu: false, [.. kick.Select(shape => new ConformStep.Xmit(shape)), new ConformStep.Run(kick.Count)]);
}
