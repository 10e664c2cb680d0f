using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>How a sample of mutants fared, as people and programs read it.</summary>
/// <param name="sample">What was drawn.</param>
/// <param name="results">In the order of the sample.</param>
internal sealed class SampleTable(Sample sample, IReadOnlyList<GenericResult> results)
{
    private static readonly IReadOnlyList<MutantFate> Fates = Enum.GetValues<MutantFate>();

    private int Killed => results.Count(result => result.IsKilled);

    private double Score => results.Count == 0 ? 0 : (double)Killed / results.Count;

    private IEnumerable<GenericResult> ByPlace => results.OrderBy(result => result.Mutant.Site.File, StringComparer.Ordinal).ThenBy(result => result.Mutant.Site.Line).ThenBy(result => result.Mutant.Number);

    /// <summary>Survivors and what was not covered one by one, then the sums.</summary>
    public void Print()
    {
        PrintEach(MutantFate.Survived, "survived: everything held");
        PrintEach(MutantFate.NotCovered, "not covered: the run never evaluated what was changed");
        PrintEach(MutantFate.Timeout, "killed by an operation that does not end");
        PrintSums("operator", result => result.Mutant.Site.Operator);
        PrintSums("file", result => result.Mutant.Site.File);
        Say($"{sample.Sites:N0} sites; {results.Count} mutants drawn that compile, {sample.NotCompiling} that do not");
        Say($"killed {Killed} of {results.Count}, score {100 * Score:F1} %: {string.Join(", ", Fates.Select(fate => $"{GenericResult.Word(fate)} {Count(results, fate)}"))}");
    }

    /// <summary>One line.</summary>
    public static void Print(GenericMutant mutant) => Terminal.Out.WriteLine($"{mutant.Site.File}:{mutant.Site.Line}  {mutant.Id} {mutant.Site.Operator}\n    {mutant.Site.Original}\n    {mutant.Site.Changed}");

    public JsonObject Json(ulong seed, long cases, TimeSpan time) => new()
    {
        ["schema"] = 1,
        ["verb"] = "mutants",
        ["result"] = Verb.Word(ExitStatus.Holds),
        ["seed"] = $"{seed}",
        ["cases"] = cases,
        ["sites"] = sample.Sites,
        ["notCompiling"] = sample.NotCompiling,
        ["total"] = results.Count,
        ["killed"] = Killed,
        ["score"] = Math.Round(Score, 4),
        ["fates"] = Counts(results),
        ["operators"] = Groups(result => result.Mutant.Site.Operator),
        ["files"] = Groups(result => result.Mutant.Site.File),
        ["mutants"] = new JsonArray([.. results.Select(result => result.Json())]),
        ["timing"] = new JsonObject { ["seconds"] = time.TotalSeconds },
    };

    private static int Count(IEnumerable<GenericResult> of, MutantFate fate) => of.Count(result => result.Fate == fate);

    private static JsonObject Counts(IReadOnlyCollection<GenericResult> of) => new(Fates.Select(fate => KeyValuePair.Create(GenericResult.Word(fate), (JsonNode?)JsonValue.Create(Count(of, fate)))));

    private JsonObject Groups(Func<GenericResult, string> by) =>
        new(results.GroupBy(by).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => KeyValuePair.Create(group.Key, (JsonNode?)Counts([.. group]))));

    private void PrintEach(MutantFate fate, string title)
    {
        Say($"{title} ({Count(results, fate)})");
        foreach (var result in ByPlace.Where(result => result.Fate == fate))
        {
            Print(result.Mutant);
        }

        Terminal.Out.WriteLine("");
    }

    private void PrintSums(string head, Func<GenericResult, string> by)
    {
        Say($"{head,-44} killed of  violation exception timeout not-covered survived");
        foreach (var group in results.GroupBy(by).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Say($"{group.Key,-44} {group.Count(result => result.IsKilled),6} {group.Count(),-3} {Count(group, MutantFate.Violation),9} {Count(group, MutantFate.Exception),9} {Count(group, MutantFate.Timeout),7} {Count(group, MutantFate.NotCovered),11} {Count(group, MutantFate.Survived),8}");
        }

        Terminal.Out.WriteLine("");
    }

    private static void Say(FormattableString line) => Terminal.Out.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
