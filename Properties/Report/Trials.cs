using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Report;

/// <summary>What a variant of a script ends with.</summary>
internal enum Verdict
{
    /// <summary>The report's rule is broken, at whatever step.</summary>
    Breaks,

    /// <summary>Another rule is broken first.</summary>
    BreaksAnother,

    /// <summary>Nothing is broken, and every operation ran.</summary>
    Holds,

    /// <summary>Nothing is broken, and some operation was not enabled.</summary>
    NotEnabled,
}

/// <summary>What a variant showed.</summary>
/// <param name="Verdict">How it ended.</param>
/// <param name="Skipped">Places of the operations that were not enabled.</param>
/// <param name="Violation">What was broken; null for nothing.</param>
/// <param name="At">Place of the operation that broke it; the number of operations where nothing is broken.</param>
internal sealed record Trial(Verdict Verdict, IReadOnlyList<int> Skipped, Violation? Violation, int At);

/// <summary>Variants of a script, replayed from the beginning up to the first violation. Each is replayed once; their number is limited, so that a report takes no longer than it is worth.</summary>
internal sealed class Trials(ScriptHeader header, IReadOnlyList<Law> laws, Rule rule)
{
    /// <summary>Replays for one report, where all of them end.</summary>
    private const int Most = 2000;

    private readonly Checker _checker = new(header.Profile, laws);
    private readonly Dictionary<string, Trial> _seen = [];

    /// <summary>One that runs into an endless loop takes as long as many that do not.</summary>
    private const int Endless = 200;

    private int _spent;

    /// <summary>What the variant shows; null where it would be one replay too many.</summary>
    public Trial? Of(IReadOnlyList<Line> lines)
    {
        var text = string.Join('\n', lines);
        if (!_seen.TryGetValue(text, out var trial) && _spent < Most)
        {
            try
            {
                _seen.Add(text, trial = Replay(lines));
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"the model fails on a variant of the script: {broken.Message}\n{header}\n{text}", broken);
            }

            _spent += trial.Violation?.Rule == EqvRules.Ends ? Endless : 1;
        }

        return trial;
    }

    private Trial Replay(IReadOnlyList<Line> lines)
    {
        _checker.Reset();
        var skipped = new List<int>();
        for (var i = 0; i < lines.Count && !_checker.HasPanicked; i++)
        {
            if (!_checker.Apply(lines[i].Operation))
            {
                skipped.Add(i);
            }
            else if (_checker.Violations.Count > 0)
            {
                var same = _checker.Violations.FirstOrDefault(violation => violation.Rule == rule);
                return new Trial(same is null ? Verdict.BreaksAnother : Verdict.Breaks, skipped, same ?? _checker.Violations[0], i);
            }
        }

        return new Trial(skipped.Count > 0 ? Verdict.NotEnabled : Verdict.Holds, skipped, null, lines.Count);
    }
}
