using System.Globalization;
using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;

namespace ZeroCopy.Properties.Shrink;

/// <summary>What is known of the scripts over a finite set of lines: those that were tried, in the order of their lengths, plainer lines first.</summary>
/// <param name="Rule">Id of the rule that they were to break first.</param>
/// <param name="Operations">No script of so many operations or fewer breaks it.</param>
/// <param name="IsProven">That is one less than the script has, or than the first that was found over these lines.</param>
/// <param name="Domain">The lines, in words.</param>
/// <param name="Lines">Their number.</param>
/// <param name="States">Distinct states that were met.</param>
/// <param name="Steps">Operations that were judged, each in each of those states where it is enabled.</param>
/// <param name="First">The first script over these lines that breaks the rule; null where the budget ended before it: then it has as many operations as the script, or more.</param>
public sealed record Certificate(string Rule, int Operations, bool IsProven, string Domain, int Lines, long States, long Steps, Script? First)
{
    /// <summary>Steps that were judged over this set of lines and all others.</summary>
    public long Spent { get; private init; }

    /// <summary>Whether the lines are all that may do what the script's own do, in plain spellings.</summary>
    public bool IsWide { get; private init; }

    /// <summary>Steps that are tried over each set of lines unless told otherwise.</summary>
    public const int DefaultSteps = 50_000;

    /// <summary>The word for it in JSON.</summary>
    public string Word => IsProven ? "proven" : "not-proven";

    /// <summary>Goes through scripts in the order of their lengths until one breaks the rule: over the script's own lines, then over more and more of them, as far as the budget goes.</summary>
    /// <param name="script">Its last operation breaks the rule.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="dialect">Its language and all that is judged: a script in which another rule is broken before does not count.</param>
    /// <param name="steps">Budget for each set of lines.</param>
    /// <returns>Of the widest set of lines that was gone through; of the first that has a smaller script.</returns>
    public static Certificate Of(Script script, string rule, Dialect dialect, long steps)
    {
        Certificate? widest = null;
        var spent = 0L;
        var unfinished = new List<Domain>();
        foreach (var domain in Shrink.Domain.Around([.. script.Operations.Select(dialect.Lexicon.Of)], script.Header.Suite, dialect.PlainLines))
        {
            // What its other lines might show early is given up: to go through it takes no less.
            if (unfinished.Exists(domain.Includes))
            {
                continue;
            }

            // Once a wide set is done with, the last level of a wider one could only tell a plainer script of the same length.
            var found = Try(script, domain, rule, dialect, steps, isWhole: widest is { IsProven: true, IsWide: true }) with { IsWide = domain.IsWide };
            if (!found.IsProven)
            {
                unfinished.Add(domain);
            }

            spent += found.Steps;
            widest = widest is null || found.IsProven ? found : widest;
            if (found.First is { } first && IsSmaller(first, script))
            {
                break;
            }
        }

        return widest! with { Spent = spent };
    }

    /// <summary>Fewer operations; or as many, and they stand first in the table of <see cref="Roles"/>.</summary>
    public static bool IsSmaller(Script one, Script other) =>
        one.Operations.Count != other.Operations.Count ? one.Operations.Count < other.Operations.Count : Plainer.Compare(Ranks(one), Ranks(other)) < 0;

    /// <summary>What was proved, and nothing more.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsProven ? "minimal" : "not proven to be minimal")}: {Tried} ({States:N0} states, {Steps:N0} steps). The lines: {Domain}.");

    private static readonly Comparer<int[]> Plainer = Comparer<int[]>.Create(static (one, other) => one.AsSpan().SequenceCompareTo(other));

    private static int[] Ranks(Script script) => Sorted(script.Operations.Select(operation => Roles.Rank(Line.NameOf(operation.ToString()))));

    /// <summary>Whether a way that ends so would be plainer than the script: the others of its length are of no use.</summary>
    private static bool IsPlainer(IReadOnlyList<int> events, int last, int[] ranks, int[] own)
    {
        Span<int> sorted = stackalloc int[events.Count + 1];
        for (var i = 0; i < events.Count; i++)
        {
            sorted[i] = ranks[events[i]];
        }

        sorted[^1] = ranks[last];
        sorted.Sort(static (one, other) => other.CompareTo(one));
        return sorted.SequenceCompareTo(own) < 0;
    }

    private static int[] Sorted(IEnumerable<int> ranks) => [.. ranks.OrderDescending()];

    private string Tried => string.Create(CultureInfo.InvariantCulture, $"no script of fewer than {Operations + 1} operations over {Lines} lines breaks {Rule} first{(IsProven ? "" : ", and there the budget ended")}");

    private static Certificate Try(Script script, Domain domain, string rule, Dialect dialect, long steps, bool isWhole)
    {
        int[] ranks = [.. domain.Lines.Select(line => Roles.Rank(line.Name))];
        var own = Ranks(script);
        var limit = new Explorer.SearchLimit(steps, what => what.StartsWith(rule + " ", StringComparison.Ordinal), isWhole, (trace, last) => IsPlainer(trace.Events, last, ranks, own));
        Operation[] operations = [.. domain.Lines.Select(line => line.Operation)];
        var found = new Explorer(() => dialect.Explored(operations), 1)
            .Run(script.Operations.Count, null, Explorer.DefaultMostStates, static () => false, null, limit);
        var first = found.Wanted.Count > 0 ? new Script(script.Header, [.. found.Wanted.MinBy(trace => Sorted(trace.Events.Select(place => ranks[place])), Plainer)!.Events.Select(place => operations[place])]) : null;
        var tried = Math.Min(found.Levels, (first ?? script).Operations.Count - 1);
        return new Certificate(rule, tried, first is not null || tried == script.Operations.Count - 1, domain.ToString(), domain.Lines.Count, found.States, found.Transitions, first);
    }
}
