using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Fork;

namespace ZeroCopy.Cli;

/// <summary>What forks cost, for people and for programs.</summary>
internal sealed record ForkReport(
    string On, string Kernel, string Then, ForkExperiment Experiment, string Judged, IReadOnlyList<ForkOutcome> Outcomes, ForkChart? Chart, string? ChartPath, TimeSpan Elapsed)
{
    public ExitStatus Status => Outcomes.Concat(Chart?.Outcomes ?? []).All(outcome => outcome.Holds) ? ExitStatus.Holds : ExitStatus.Violation;

    public JsonObject Json() => new()
    {
        ["schema"] = 1,
        ["verb"] = "fork",
        ["result"] = Verb.Word(Status),
        ["mutant"] = CommandLine.Mutant,
        ["on"] = On,
        ["kernel"] = Kernel,
        ["pages"] = Experiment.Pages,
        ["parentWrites"] = Experiment.ParentWrites.ToString(),
        ["childWrites"] = Experiment.ChildWrites.ToString(),
        ["then"] = Then,
        ["premise"] = ForkExperiment.Premise,
        ["judged"] = Judged,
        ["orders"] = new JsonArray([.. Outcomes.Select(Json)]),
        ["chart"] = ChartPath,
        ["chartRuns"] = Chart?.Runs,
        ["chartDiffering"] = Chart?.Outcomes.Count(outcome => !outcome.Holds),
        ["timing"] = new JsonObject { ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3) },
    };

    public void Print()
    {
        var console = Terminal.Out;
        console.MarkupLineInterpolated($"a process writes {Experiment.Pages} page{(Experiment.Pages == 1 ? "" : "s")} and forks; the parent writes {Experiment.ParentWrites}, the child {Experiment.ChildWrites}, then {Does}; {On}, {Kernel}{(CommandLine.Mutant is { } mutant ? $", mutant {mutant}" : "")}");
        console.Write(Table(console));
        foreach (var outcome in Outcomes)
        {
            console.MarkupLineInterpolated($"expected, {Word(outcome.Order)} first: {outcome.Expected}, {(Experiment.IsUnion(outcome.Order) ? "the pages that either writes" : "the pages that the child writes")}");
        }

        console.MarkupLineInterpolated($"counted from the return of fork to the end{(Outcomes[0].Fork.PteWrites is null ? "" : $"; fork itself: {Spell(Outcomes[0].Fork.PteWrites)} page-table writes, {Spell(Outcomes[0].Fork.Frames)} frames")}");
        console.MarkupLineInterpolated($"premise: {ForkExperiment.Premise}");
        foreach (var outcome in Outcomes)
        {
            PrintWrong(console, outcome);
        }

        if (Chart is not null)
        {
            console.MarkupLineInterpolated($"{ChartPath}: {Chart.Runs} runs{(Chart.Outcomes.Count(outcome => !outcome.Holds) is > 0 and var wrong ? $", {wrong} of them not as expected" : ", each as expected")}");
            if (Outcomes.All(outcome => outcome.Holds) && Chart.Outcomes.FirstOrDefault(outcome => !outcome.Holds) is { } first)
            {
                PrintWrong(console, first);
            }
        }

        if (Status == ExitStatus.Holds)
        {
            console.MarkupLineInterpolated($"[green]as expected[/], by {Judged}: {string.Join(" and ", Outcomes.Select(outcome => $"{outcome.Steps}"))} operations");
        }
    }

    private string Does => Experiment.Then == Properties.Fork.Then.Stay ? "stays" : Experiment.Then == Properties.Fork.Then.Exec ? "execs" : "exits";

    private static string Word(ForkOrder order) => order == ForkOrder.Parent ? "parent" : "child";

    private static string Spell(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "unknown";

    private static void PrintWrong(IAnsiConsole console, ForkOutcome outcome)
    {
        if (outcome.Violations.Count > 0)
        {
            console.MarkupLineInterpolated($"{Word(outcome.Order)} first: the count ends where something was broken");
            ViolationOutput.Print(console, outcome.Violations);
        }
        else if (!outcome.Holds)
        {
            console.MarkupLineInterpolated($"[red]difference[/] {Word(outcome.Order)} first: {outcome.Cost.Copies} copies, {outcome.Expected} expected");
        }
    }

    private static JsonObject Json(ForkOutcome outcome) => new()
    {
        ["order"] = Word(outcome.Order),
        ["faults"] = outcome.Cost.Faults,
        ["copies"] = outcome.Cost.Copies,
        ["clears"] = outcome.Cost.Clears,
        ["frames"] = outcome.Cost.Frames,
        ["pteWrites"] = outcome.Cost.PteWrites,
        ["expected"] = outcome.Expected,
        ["fork"] = new JsonObject { ["frames"] = outcome.Fork.Frames, ["pteWrites"] = outcome.Fork.PteWrites },
        ["violations"] = ViolationOutput.Json(outcome.Violations),
    };

    private Table Table(IAnsiConsole console)
    {
        var table = new Table().Border(console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None);
        table.AddColumn("");
        foreach (var column in (string[])["faults", "copies", "clears", "frames", "page-table writes", "expected copies"])
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var outcome in Outcomes)
        {
            var cost = outcome.Cost;
            table.AddRow([$"{Word(outcome.Order)} first", .. new[] { cost.Faults, cost.Copies, cost.Clears, cost.Frames, cost.PteWrites, outcome.Expected }.Select(Spell)]);
        }

        return table;
    }
}
