using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Profile = ZeroCopy.Model.Profile;
using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary>What a run has to say: a table for people, one object for programs.</summary>
internal sealed class RunOutput(EarlierFailures earlier, IReadOnlyList<SuiteResult> results, Profile profile, ulong seed, int jobs, string? stopped, FailureStore store)
{
    public JsonObject Json(ExitStatus status, double seconds) => new()
    {
        ["schema"] = 1,
        ["verb"] = "run",
        ["result"] = Verb.Word(status),
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        ["size"] = profile.Size.ToString().ToLowerInvariant(),
        ["kernel"] = profile.Kernel.ToString().ToLowerInvariant(),
        ["mutant"] = CommandLine.Mutant,
        ["jobs"] = jobs,
        ["stopped"] = stopped,
        ["replayed"] = earlier.Json(),
        ["suites"] = new JsonArray([.. results.Select(Json)]),
        ["timing"] = new JsonObject
        {
            ["seconds"] = seconds,
            ["suites"] = new JsonObject([.. results.Select(result => KeyValuePair.Create(result.Suite.Name, (JsonNode?)Timing(result)))]),
        },
    };

    /// <summary>The table, then what was violated, then one line.</summary>
    public void Print(IAnsiConsole console, bool coverage, bool timed)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.Write(Table());
        }
        else
        {
            foreach (var result in results)
            {
                console.WriteLine(Line(result));
            }
        }

        var printed = new Dictionary<(ZeroCopy.Specs.Rule Rule, string Law, string Shape), string>();
        foreach (var result in results)
        {
            if (coverage)
            {
                PrintCoverage(console, result);
            }

            foreach (var finding in result.Findings)
            {
                if (printed.TryGetValue(finding.Kind, out var before))
                {
                    PrintAgain(console, result, finding, before);
                    continue;
                }

                Print(console, result, finding);
                printed.Add(finding.Kind, store.ReportOf(finding));
            }
        }

        console.MarkupLineInterpolated($"{Verdict()}, seed {seed}, {profile.Size.ToString().ToLowerInvariant()}{(CommandLine.Mutant is { } mutant ? $", mutant {mutant}" : "")}{(stopped is null ? "" : $", {stopped}")}");
        if (timed)
        {
            console.MarkupLineInterpolated($"[grey]again, exactly: {string.Join("; ", results.Select(result => $"zcverify run {result.Suite.Name} --seed {seed} --cases {result.Tally.Cases}"))}[/]");
        }
    }

    /// <summary>How many bugs were told apart, and how they spread over rules: one mistake in shared code breaks several, in several ways.</summary>
    private string Verdict()
    {
        var rules = results.SelectMany(result => result.Findings).DistinctBy(finding => finding.Kind).GroupBy(finding => finding.Main.Rule.Id).OrderBy(rule => rule.Key, StringComparer.Ordinal).Select(rule => (Id: rule.Key, Count: rule.Count())).ToList();
        var found = rules.Sum(rule => rule.Count);
        var (still, unread) = (earlier.Count(Fate.Violates), earlier.Count(Fate.Unreadable));
        return (found == 0 ? still + unread == 0 ? "every law held" : "every law held in the new sequences"
                : found == 1 ? "1 distinct violation"
                : $"{found} distinct violations of {(rules.Count == 1 ? "one rule" : $"{rules.Count} rules")} ({string.Join(", ", rules.Select(rule => $"{rule.Id}: {rule.Count}"))})")
            + (still == 0 ? "" : $", {still} earlier failure{(still == 1 ? "" : "s")} still violated")
            + (unread == 0 ? "" : $", {unread} not readable");
    }

    private Table Table()
    {
        // It fits 80 columns: headers break where they say, and no number is cut.
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("suite").PadLeft(0).PadRight(0));
        foreach (var column in (string[])["sequences", "checked\noperations", "operations/s", "laws\nheld", "interesting\ncases hit"])
        {
            table.AddColumn(new TableColumn(column).RightAligned().PadLeft(1).PadRight(0));
        }

        table.AddColumn(new TableColumn("result").PadLeft(2).PadRight(0));
        foreach (var result in results)
        {
            table.AddRow(
                result.Suite.Name,
                $"{result.Tally.Cases:N0}",
                $"{result.Tally.Applied:N0}",
                $"{result.OperationsPerSecond:N0}",
                $"{result.LawsHeld}/{result.Always.Count()}",
                $"{result.PremisesHit}/{result.Premises.Count()}",
                result.Findings.Count == 0 ? "[green]holds[/]" : $"[red]{result.Findings.Count} violated[/]");
        }

        return table;
    }

    private static string Line(SuiteResult result) =>
        $"{result.Suite.Name}: {result.Tally.Cases} sequences, {result.Tally.Applied} checked operations, {result.OperationsPerSecond:F0}/s, "
        + $"{result.LawsHeld} of {result.Always.Count()} laws held, {result.PremisesHit} of {result.Premises.Count()} interesting cases hit, "
        + (result.Findings.Count == 0 ? "holds" : $"{result.Findings.Count} violated");

    private void Print(IAnsiConsole console, SuiteResult result, Finding finding)
    {
        console.WriteLine();
        ViolationOutput.Print(console, [finding.Main]);
        foreach (var other in finding.Broke.Skip(1))
        {
            console.MarkupLineInterpolated($"  also      {other.Rule.ToString()}");
        }

        console.MarkupLineInterpolated($"  case      {finding.Case} of suite {result.Suite.Name}: {finding.Operations.Count} operations, shrunk to {finding.Shrunk.Script.Operations.Count}{(finding.Shrunk.Certificate is { } proof ? $", {(proof.IsProven ? "proved" : "not proved")} minimal over {proof.Lines} lines" : "")}");
        foreach (var line in finding.Shrunk.Script.ToString().TrimEnd().Split('\n'))
        {
            console.MarkupLineInterpolated($"    {line}");
        }

        console.MarkupLineInterpolated($"  report    {store.ReportOf(finding)}");
    }

    /// <summary>The same law and the same operations in another suite: one bug is told once.</summary>
    private void PrintAgain(IAnsiConsole console, SuiteResult result, Finding finding, string before)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"again     {finding.Main.Rule.Id}: case {finding.Case} of suite {result.Suite.Name} comes down to the operations of {before}");
        console.MarkupLineInterpolated($"  report    {store.ReportOf(finding)}");
    }

    private static void PrintCoverage(IAnsiConsole console, SuiteResult result)
    {
        var table = new Table().Border(TableBorder.Simple).Title($"{result.Suite.Name}: operations");
        table.AddColumn("operation");
        foreach (var column in (string[])["drawn", "applied", "succeeded", "refused", "stopped", "allocation 1, 2, ... failed"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var operation in result.Tally.Operations)
        {
            var failed = string.Join(' ', operation.FailedAt);
            table.AddRow(operation.Name, $"{operation.Steps:N0}", $"{operation.Enabled:N0}", $"{operation.Succeeded:N0}", $"{operation.Refused:N0}", $"{operation.Bug:N0}", failed);
        }

        console.Write(table);
        foreach (var law in result.Premises)
        {
            console.MarkupLineInterpolated($"  {law.Rule.Id} {law.Name}: {result.Tally.Hits(law):N0}");
        }
    }

    private JsonObject Json(SuiteResult result) => new()
    {
        ["name"] = result.Suite.Name,
        ["cases"] = result.Tally.Cases,
        ["operations"] = result.Tally.Applied,
        ["skipped"] = result.Tally.Skipped,
        ["failedCases"] = result.Tally.FailedCases,
        ["violations"] = new JsonArray([.. result.Findings.Select(Json)]),
        ["laws"] = new JsonArray([.. result.Laws.Select(law => Json(result, law))]),
        ["operationCoverage"] = new JsonArray([.. result.Tally.Operations.Select(Json)]),
    };

    private JsonObject Json(Finding finding) => new()
    {
        ["rule"] = finding.Main.Rule.Id,
        ["law"] = finding.Main.Law,
        ["also"] = new JsonArray([.. finding.Broke.Skip(1).Select(other => JsonValue.Create(other.Rule.Id))]),
        ["found"] = finding.Main.Explanation,
        ["case"] = finding.Case,
        ["script"] = Lines(finding.Operations),
        ["shrunkScript"] = Lines(finding.Shrunk.Script.Operations),
        ["steps"] = finding.Shrunk.Script.Operations.Count,
        ["evaluations"] = finding.Shrunk.Evaluations,
        ["minimal"] = finding.Shrunk.Minimal,
        ["proof"] = finding.Shrunk.Certificate?.ToString(),
        ["files"] = new JsonArray([.. store.FilesOf(finding).Select(file => JsonValue.Create(file))]),
    };

    private static JsonArray Lines(IEnumerable<Operation> operations) => [.. operations.Select(operation => JsonValue.Create(operation.ToString()))];

    /// <summary>An Always is hit as often as its premise was: by the Sometimes of its rule, or at each evaluation where it has none.</summary>
    private static JsonObject Json(SuiteResult result, Law law)
    {
        var twins = result.Premises.Where(other => other.Rule == law.Rule).ToList();
        return new JsonObject
        {
            ["rule"] = law.Rule.Id,
            ["law"] = law.Name,
            ["kind"] = law.Kind.ToString().ToLowerInvariant(),
            ["evaluations"] = result.Tally.Evaluations(law),
            ["hits"] = law.Kind == LawKind.Sometimes ? result.Tally.Hits(law) : twins.Count > 0 ? twins.Sum(result.Tally.Hits) : result.Tally.Evaluations(law),
        };
    }

    private static JsonObject Json(OperationCoverage operation) => new()
    {
        ["name"] = operation.Name,
        ["steps"] = operation.Steps,
        ["enabled"] = operation.Enabled,
        ["succeeded"] = operation.Succeeded,
        ["refused"] = operation.Refused,
        ["bug"] = operation.Bug,
        ["failedAt"] = new JsonArray([.. operation.FailedAt.Select(count => JsonValue.Create(count))]),
    };

    private static JsonObject Timing(SuiteResult result) => new()
    {
        ["seconds"] = result.Seconds,
        ["operationsPerSecond"] = result.OperationsPerSecond,
        ["bytesPerOperation"] = (double)result.Tally.AllocatedBytes / Math.Max(1, result.Tally.Applied),
        ["meanLiveSkbs"] = (double)result.Tally.LiveSkbs / Math.Max(1, result.Tally.Applied),
    };
}
