using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;

namespace ZeroCopy.Cli.Mutants;

/// <summary>What became of each recorded bug, as people and programs read it.</summary>
/// <param name="results">In the order of the mutants.</param>
internal sealed class KillTable(IReadOnlyList<MutantResult> results)
{
    private const int Slowest = 5;

    public int Killed => results.Count(result => result.Killed);

    /// <summary>The harness's own failures come before survivors.</summary>
    public ExitStatus Status => results.Any(result => result.Failed is not null) ? ExitStatus.HarnessError : Killed == results.Count ? ExitStatus.Holds : ExitStatus.Violation;

    /// <summary>Operations to the first failure of those that are found in random sequences: the median of each mutant's seeds, in ascending order.</summary>
    private IReadOnlyList<long> Medians => [.. Random.Select(result => result.MedianOperations).Order()];

    private IEnumerable<MutantResult> Random => results.Where(result => result is { Killed: true, Mutant.IsOfSchedule: false });

    private int Alike => results.Count(result => result.Minima.Count == 1);

    private int Twofold => results.Count(result => result.Minima.Count == 2);

    private IReadOnlyList<Minimum> Minima => [.. results.SelectMany(result => result.Minima)];

    private int Proven => Minima.Count(minimum => minimum.Minimal == "proven");

    /// <summary>What stands over the lines.</summary>
    public static void PrintHead() => Terminal.Out.WriteLine("          mutant rule    model    seeds   to the first failure  length (witness)  minimal     evaluations  title");

    /// <summary>One mutant.</summary>
    public static void Print(MutantResult result)
    {
        var (mutant, minima) = (result.Mutant, result.Minima);
        var length = result.Length == result.MostLength ? $"{result.Length}" : $"{result.Length} to {result.MostLength}";
        var row = string.Create(CultureInfo.InvariantCulture, $" {mutant.Id,-6} {mutant.Breaks} {mutant.MemoryModel,-5} {result.KilledSeeds,4}/{result.Searches.Count,-4} {result.MedianOperations,10:N0} {(mutant.IsOfSchedule ? "accesses" : "operations"),-10} {length,7} ({result.WitnessLength})")
            .PadRight(73) + string.Create(CultureInfo.InvariantCulture, $"{(minima.Count == 0 ? "" : minima.All(minimum => minimum.Minimal == "proven") ? "proven" : "not proven"),-11}{(minima.Count > 1 ? $"{minima.Count} kinds" : ""),-8}{result.MedianEvaluations,8:N0}  {mutant.Title}");
        Terminal.Out.MarkupLineInterpolated($"[{(result.Killed ? "green" : "red")}]{(result.Failed is not null ? "unknown " : result.Killed ? "killed  " : "survives")}[/]{row}{(result.Reported.SequenceEqual([mutant.Breaks]) ? "" : $" (reported {string.Join(' ', result.Reported)})")}");
    }

    /// <summary>All of them.</summary>
    public void PrintSum()
    {
        foreach (var failed in results.Select(result => result.Failed).OfType<ModelException>())
        {
            Console.Error.WriteLine($"the harness failed: {failed.Message}\n{failed.GetBaseException()}");
        }

        Say($"{Killed} of {results.Count} killed by the rule that they break; {LeftOut.All.Count} entries of the museum are left out");
        if (Medians is { Count: > 0 } medians)
        {
            Say($"operations to the first failure: median {medians[medians.Count / 2]:N0}, 90th percentile {medians[medians.Count * 9 / 10]:N0}, most {medians[^1]:N0}");
        }

        if (Medians.Count > Slowest)
        {
            Say($"the slowest: {string.Join("; ", Random.OrderByDescending(result => result.MedianOperations).Take(Slowest).Select(result => string.Create(CultureInfo.InvariantCulture, $"{result.Mutant.Id} {result.MedianOperations:N0} ({result.Mutant.Title})")))}");
        }

        Say($"smallest scripts: {Alike} mutants have one kind, {Twofold} have two, {results.Count(result => result.Minima.Count > 2)} have more; {Proven} of {Minima.Count} are proved to be minimal");
    }

    public JsonObject Json(TimeSpan time) => new()
    {
        ["schema"] = 1,
        ["verb"] = "mutants",
        ["result"] = Verb.Word(Status),
        ["killed"] = Killed,
        ["total"] = results.Count,
        ["oneKind"] = Alike,
        ["twoKinds"] = Twofold,
        ["minima"] = Minima.Count,
        ["minimaProven"] = Proven,
        ["leftOut"] = new JsonArray([.. LeftOut.All.Select(entry => new JsonObject { ["name"] = entry.Id, ["reason"] = entry.Reason })]),
        ["mutants"] = new JsonArray([.. results.Select(result => result.Json())]),
        ["timing"] = new JsonObject
        {
            ["seconds"] = time.TotalSeconds,
            ["mutants"] = new JsonArray([.. results.Select(result => new JsonObject
            {
                ["name"] = result.Mutant.Id,
                ["searching"] = result.Searching.TotalSeconds,
                ["proving"] = result.Proving.TotalSeconds,
            })]),
        },
    };

    private static void Say(FormattableString line) => Terminal.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
