using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Report;

/// <summary>Why each step of a script is needed: what happens where it alone is missing.</summary>
internal static class Necessity
{
    /// <summary>A sentence for each step but the last, which breaks the rule itself.</summary>
    public static IReadOnlyList<string> Of(IReadOnlyList<Line> lines, Trials trials) =>
        [.. Enumerable.Range(0, lines.Count - 1).Select(at => trials.Of([.. lines.Where((_, i) => i != at)]) is { } trial ? $"without it {Say(trial, at, lines.Count - 1)}" : "not tried without it")];

    private static string Say(Trial trial, int left, int last)
    {
        int NumberOf(int at) => at < left ? at + 1 : at + 2;
        var skipped = trial.Skipped.Select(NumberOf).ToList();
        var disabled = skipped.Count == 0 ? "" : $"{Steps(skipped)} not enabled";
        return trial.Verdict switch
        {
            Verdict.Breaks => $"the same rule is broken by step {NumberOf(trial.At)}",
            Verdict.BreaksAnother => $"{(disabled.Length == 0 ? "" : $"{disabled}, and ")}step {NumberOf(trial.At)} breaks another rule: {trial.Violation!.Rule.Id}",
            Verdict.Holds => "the rule holds",
            _ => trial.Skipped.Contains(last - 1) ? disabled : $"{disabled}, and the rule holds",
        };
    }

    /// <summary>Numbers in a row as a range.</summary>
    private static string Steps(IReadOnlyList<int> numbers)
    {
        var ranges = new List<(int From, int To)>();
        foreach (var number in numbers)
        {
            if (ranges.Count > 0 && ranges[^1].To == number - 1)
            {
                ranges[^1] = (ranges[^1].From, number);
            }
            else
            {
                ranges.Add((number, number));
            }
        }

        var said = ranges.Select(range => range.From == range.To ? $"{range.From}" : range.To == range.From + 1 ? $"{range.From}, {range.To}" : $"{range.From} to {range.To}");
        return $"step{(numbers.Count == 1 ? "" : "s")} {string.Join(", ", said)} {(numbers.Count == 1 ? "is" : "are")}";
    }
}
