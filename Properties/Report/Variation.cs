using System.Globalization;
using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Report;

/// <summary>Which operands of a script matter: each alone is given other values, everything else as it is. Numbers at which the outcome changes are found by halving.</summary>
internal sealed class Variation(IReadOnlyList<Line> lines, Profile profile, Trials trials)
{
    private const int MostNamed = 4;

    private bool _isComplete = true;

    /// <summary>Markdown: what is free in one line, then a line for each operand that is not. Empty where nothing could be varied.</summary>
    public string Text()
    {
        var (free, bound) = (new List<string>(), new List<string>());
        for (var at = 0; at < lines.Count; at++)
        {
            foreach (var operand in Operand.Of(lines[at]))
            {
                var seen = operand.IsNumber ? Numbers(at, operand) : Words(at, operand);
                if (seen.Count < 2)
                {
                    continue;
                }

                if (seen.TrueForAll(each => each.Verdict == Verdict.Breaks))
                {
                    free.Add($"{operand.Name} of step {at + 1} ({(operand.IsNumber ? $"{seen[0].Value} to {seen[^1].Value}" : string.Join(", ", seen.Select(each => each.Value)))})");
                }
                else
                {
                    bound.Add($"- step {at + 1}, `{lines[at].Name}`, {operand.Name}: {(operand.IsNumber ? Ranges(seen) : Choices(operand, seen))}\n");
                }
            }
        }

        return free.Count + bound.Count == 0 ? "" : new StringBuilder()
            .Append(free.Count == 0 ? "" : $"- does not matter, whatever was tried: {string.Join(", ", free)}\n")
            .AppendJoin("", bound)
            .Append(_isComplete ? "" : "- further values were not tried: the budget of replays ended there\n")
            .ToString();
    }

    private List<(string Value, Verdict Verdict, string Where)> Words(int at, Operand operand) =>
        [.. ((string[])[operand.Value, .. operand.Others]).Select(word => (word, Seen: Try(at, operand, word))).Where(each => each.Seen is not null).Select(each => (each.word, each.Seen!.Value.Verdict, each.Seen.Value.Where))];

    /// <summary>Small numbers, those around a page, around the number itself, and large ones; then what lies between two that end differently.</summary>
    private List<(string Value, Verdict Verdict, string Where)> Numbers(int at, Operand operand)
    {
        var own = long.Parse(operand.Value, CultureInfo.InvariantCulture);
        long page = profile.PageSize;
        var seen = new SortedDictionary<long, (Verdict Verdict, string Where)>();
        foreach (var value in (long[])[own, 0, 1, 2, 3, page - 1, page, page + 1, 2 * page, 4 * page, 64, 65, 1500, own - 1, own + 1, 2 * own])
        {
            Add(value);
        }

        while (Gap() is { } between && Add(between))
        {
        }

        return [.. seen.Select(each => (each.Key.ToString(CultureInfo.InvariantCulture), each.Value.Verdict, each.Value.Where))];

        bool Add(long value)
        {
            if (value < 0 || Try(at, operand, value.ToString(CultureInfo.InvariantCulture)) is not { } outcome)
            {
                return false;
            }

            seen[value] = outcome;
            return true;
        }

        long? Gap() => seen.Zip(seen.Skip(1)).Where(pair => pair.First.Value != pair.Second.Value && pair.Second.Key - pair.First.Key > 1)
            .Select(pair => (long?)(pair.First.Key + ((pair.Second.Key - pair.First.Key) / 2))).FirstOrDefault();
    }

    private (Verdict Verdict, string Where)? Try(int at, Operand operand, string value)
    {
        var line = value == operand.Value ? lines[at] : operand.With(value);
        if (line is null)
        {
            return null;
        }

        if (trials.Of([.. lines.Take(at), line, .. lines.Skip(at + 1)]) is not { } trial)
        {
            _isComplete = false;
            return null;
        }

        return (trial.Verdict, trial.Verdict switch
        {
            Verdict.BreaksAnother => trial.Violation!.Rule.Id,
            Verdict.NotEnabled => $"step {trial.Skipped[0] + 1}",
            _ => "",
        });
    }

    /// <summary>Numbers that were tried, those with one outcome together.</summary>
    private static string Ranges(List<(string Value, Verdict Verdict, string Where)> seen)
    {
        var runs = new List<(string From, string To, Verdict Verdict, string Where)>();
        foreach (var (value, verdict, where) in seen)
        {
            if (runs.Count > 0 && (runs[^1].Verdict, runs[^1].Where) == (verdict, where))
            {
                runs[^1] = (runs[^1].From, value, verdict, where);
            }
            else
            {
                runs.Add((value, value, verdict, where));
            }
        }

        return string.Join("; ", runs.GroupBy(run => (run.Verdict, run.Where)).OrderBy(outcome => outcome.Key.Verdict).Select(outcome =>
        {
            var parts = outcome.Select(run => run.From == run.To ? $"at {run.From}" : $"from {run.From} to {run.To}").ToList();
            return $"{Say(outcome.Key)} {string.Join(", ", parts.Take(MostNamed))}{(parts.Count > MostNamed ? $" and in {parts.Count - MostNamed} more ranges" : "")}";
        }));
    }

    private static string Choices(Operand operand, List<(string Value, Verdict Verdict, string Where)> seen) =>
        string.Join("; ", seen.GroupBy(each => (each.Verdict, each.Where)).OrderBy(outcome => outcome.Key.Verdict).Select(outcome =>
            $"{Say(outcome.Key)} with {(outcome.Count() == 1 && outcome.First().Value == operand.Value ? $"{operand.Value} alone" : string.Join(", ", outcome.Select(each => each.Value)))}"));

    private static string Say((Verdict Verdict, string Where) outcome) => outcome.Verdict switch
    {
        Verdict.Breaks => "breaks it",
        Verdict.BreaksAnother => $"breaks {outcome.Where} instead",
        Verdict.Holds => "holds",
        _ => $"{outcome.Where} is not enabled",
    };
}
