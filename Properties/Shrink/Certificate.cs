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
/// <param name="Steps">Operations that were judged: each in each of those states where it is enabled, and at the script's own length those that would make it plainer.</param>
/// <param name="First">The plainest of the shortest scripts that were found over these lines, one way tried to each state, where it is smaller than the script; null where none is, or the budget ended before.</param>
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
            if (found.First is not null)
            {
                break;
            }
        }

        return widest! with { Spent = spent };
    }

    /// <summary>Fewer operations; or as many, and they stand first in the table of <see cref="Roles"/>.</summary>
    public static bool IsSmaller(Script one, Script other) => IsSmaller(Names(one), Names(other));

    /// <summary>The same of the names of operations.</summary>
    public static bool IsSmaller(string[] one, string[] other) =>
        one.Length != other.Length ? one.Length < other.Length : Roles.Order.Compare(Roles.Sorted(one.Select(Roles.Rank)), Roles.Sorted(other.Select(Roles.Rank))) < 0;

    /// <summary>What was proved, and nothing more.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(IsProven ? "minimal" : "not proven to be minimal")}: {Tried} ({States:N0} states, {Steps:N0} steps). The lines: {Domain}.");

    private static string[] Names(Script script) => [.. script.Operations.Select(operation => Line.NameOf(operation.ToString()))];

    /// <summary>So many of the lines, the plainest, make a way plainer than the script where it ends with one of them: the others of its length are of no use.</summary>
    private static int Plainer(IReadOnlyList<int> events, int[] ranks, int[] own)
    {
        var sorted = new int[events.Count + 1];
        var (least, most) = (0, ranks.Length);
        while (least < most)
        {
            var middle = (least + most) / 2;
            for (var i = 0; i < events.Count; i++)
            {
                sorted[i] = ranks[events[i]];
            }

            sorted[^1] = ranks[middle];
            sorted.AsSpan().Sort(static (one, other) => other.CompareTo(one));
            (least, most) = Roles.Order.Compare(sorted, own) < 0 ? (middle + 1, most) : (least, middle);
        }

        return least;
    }

    private string Tried => string.Create(CultureInfo.InvariantCulture, $"no script of fewer than {Operations + 1} operations over {Lines} lines breaks {Rule} first{(IsProven ? "" : ", and there the budget ended")}");

    private static Certificate Try(Script script, Domain domain, string rule, Dialect dialect, long steps, bool isWhole)
    {
        int[] ranks = [.. domain.Lines.Select(line => Roles.Rank(line.Name))];
        var own = Roles.Sorted(Names(script).Select(Roles.Rank));
        var limit = new Explorer.SearchLimit(steps, what => what.StartsWith(rule + " ", StringComparison.Ordinal), isWhole, trace => Plainer(trace.Events, ranks, own));
        Operation[] operations = [.. domain.Lines.Select(line => line.Operation)];
        var found = new Explorer(() => dialect.Explored(operations), 1)
            .Run(script.Operations.Count, null, Explorer.DefaultMostStates, static () => false, null, limit);
        var first = found.Wanted.Count > 0 ? new Script(script.Header, [.. found.Wanted.MinBy(trace => Roles.Sorted(trace.Events.Select(place => ranks[place])), Roles.Order)!.Events.Select(place => operations[place])]) : null;
        var tried = Math.Min(found.Levels, (first ?? script).Operations.Count - 1);
        return new Certificate(rule, tried, first is not null || tried == script.Operations.Count - 1, domain.ToString(), domain.Lines.Count, found.States, found.Transitions, first);
    }
}
