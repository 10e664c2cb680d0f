using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;
using Profile = ZeroCopy.Model.Profile;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify explore acenic</c> and <c>hme</c>: every schedule of driver, handler and card within the bounds, from each starting state.</summary>
/// <param name="Mix">The starting states.</param>
/// <param name="Profile">Sizes and memory model.</param>
/// <param name="Preemptions">At most so many.</param>
/// <param name="Reorderings">At most so many.</param>
/// <param name="Starts">Which of the starting states.</param>
internal sealed record ExploreSchedules(ScheduleMix Mix, Profile Profile, int Preemptions, int Reorderings, IReadOnlyList<int> Starts)
{
    public ExitStatus Run(int jobs, bool json, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var laws = Suites.Find(Mix.Suite)!.LawsIn(Profile);
        var results = new ScheduleResult?[Starts.Count];
        var done = 0;
        Parallel.For(0, Starts.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs }, i =>
        {
            if (!cancel.IsCancellationRequested)
            {
                results[i] = new ScheduleExplorer(Mix, Profile, laws, Preemptions, Reorderings).Run(Starts[i], () => cancel.IsCancellationRequested);
                if (!json && !Console.IsErrorRedirected)
                {
                    Terminal.Tell($"{Interlocked.Increment(ref done)} of {Starts.Count} starting states");
                }
            }
        });
        Terminal.Tell(null);
        ScheduleResult[] finished = [.. results.OfType<ScheduleResult>()];
        var status = finished.Any(result => result.Violations.Count > 0) ? ExitStatus.Violation : cancel.IsCancellationRequested ? ExitStatus.Interrupted : ExitStatus.Holds;
        if (json)
        {
            Verb.Print(Json(finished, status, jobs, watch.Elapsed.TotalSeconds));
        }
        else
        {
            Print(Terminal.Out, finished);
        }

        return status;
    }

    private void Print(IAnsiConsole console, IReadOnlyList<ScheduleResult> results)
    {
        foreach (var result in results)
        {
            console.MarkupLineInterpolated($"{result.Start,-14} {result.States,9:N0} states {result.Steps,9:N0} accesses {Spell(result.Schedules),12} schedules{Waits(result)}");
        }

        if (results.SelectMany(result => result.Premises).Where(IsWait).MinBy(met => (met.Shortest.Preemptions + met.Shortest.Reorderings, met.Shortest.Script.Count)) is { } waits)
        {
            console.MarkupLineInterpolated($"woken before the consumer is published, and full for a while: {waits.Shortest.Preemptions} preemptions and {waits.Shortest.Reorderings} reorderings after the start '{waits.Shortest.Start}'");
            PrintScript(console, waits.Shortest);
        }

        foreach (var (what, broken) in Shortest(results))
        {
            console.MarkupLineInterpolated($"[red]violation[/] {what}: {(broken.IsBeforeStart ? $"on the way to the start '{broken.Start}'" : $"{broken.Preemptions} preemptions and {broken.Reorderings} reorderings after the start '{broken.Start}'")}");
            PrintScript(console, broken);
        }

        console.MarkupLineInterpolated(
            $"{Mix.Suite} {Profile.Size.ToString().ToLowerInvariant()} {Model}{(CommandLine.Mutant is { } mutant ? $", mutant {mutant}" : "")}: {Spell(Sum(results))} schedules with at most {Preemptions} preemptions and {Reorderings} reorderings, {results.Sum(result => result.States):N0} states, {(results.All(result => result.Violations.Count == 0) ? "every law held" : $"{Shortest(results).Count} laws violated")}");
    }

    private static void PrintScript(IAnsiConsole console, ScheduleTo schedule)
    {
        foreach (var line in schedule.Script)
        {
            console.MarkupLineInterpolated($"    {line.ToString()}");
        }
    }

    private static bool IsWait(MetOn met) => met.Premise == Properties.Laws.InterleavedLaws.WaitOccurs;

    /// <summary>The share of the schedules on which hard_start_xmit finds a ring full that it was woken for, and waits for the reclaim to go on.</summary>
    private static string Waits(ScheduleResult result) =>
        result.Premises.FirstOrDefault(IsWait) is { } met ? $", {Spell(met.Schedules)} of them wait for a reclaim" : "";

    /// <summary>For each law that was broken the schedule with the fewest preemptions and reorderings, over all starting states.</summary>
    private static List<(string What, ScheduleTo Broken)> Shortest(IReadOnlyList<ScheduleResult> results) =>
        [.. results.SelectMany(result => result.Violations).GroupBy(broken => broken.What).Select(group => (group.Key, group.MinBy(broken => (broken.Preemptions + broken.Reorderings, broken.Script.Count))!))];

    private JsonObject Json(IReadOnlyList<ScheduleResult> results, ExitStatus status, int jobs, double seconds) => new()
    {
        ["schema"] = 1,
        ["verb"] = "explore",
        ["result"] = Verb.Word(status),
        ["suite"] = Mix.Suite,
        ["size"] = Profile.Size.ToString().ToLowerInvariant(),
        ["kernel"] = Profile.Kernel.ToString().ToLowerInvariant(),
        ["memoryModel"] = Model,
        ["mutant"] = CommandLine.Mutant,
        ["jobs"] = jobs,
        ["stopped"] = status == ExitStatus.Interrupted ? "interrupted" : null,
        ["preemptions"] = Preemptions,
        ["reorderings"] = Reorderings,
        ["states"] = results.Sum(result => result.States),
        ["transitions"] = results.Sum(result => result.Steps),
        ["schedules"] = Number(Sum(results)),
        ["complete"] = results.Count == Starts.Count,
        ["starts"] = new JsonArray([.. results.Select(result => new JsonObject
        {
            ["name"] = result.Start,
            ["states"] = result.States,
            ["transitions"] = result.Steps,
            ["schedules"] = Number(result.Schedules),
        })]),
        ["violations"] = new JsonArray([.. Shortest(results).Select(found => new JsonObject
        {
            ["rule"] = found.What.Split(' ')[0],
            ["law"] = found.What.Split(' ')[1],
            ["start"] = found.Broken.Start,
            ["preemptions"] = found.Broken.Preemptions,
            ["reorderings"] = found.Broken.Reorderings,
            ["script"] = Lines(found.Broken),
        })]),
        ["witnesses"] = new JsonArray([.. results.SelectMany(result => result.Premises.Select(met => new JsonObject
        {
            ["law"] = met.Premise.ToString(),
            ["start"] = result.Start,
            ["preemptions"] = met.Shortest.Preemptions,
            ["reorderings"] = met.Shortest.Reorderings,
            ["script"] = Lines(met.Shortest),
            ["of"] = new JsonObject { ["k"] = Number(met.Schedules), ["schedules"] = Number(result.Schedules) },
        }))]),
        ["timing"] = new JsonObject { ["seconds"] = seconds },
    };

    private static JsonArray Lines(ScheduleTo schedule) => [.. schedule.Script.Select(line => JsonValue.Create(line.ToString()))];

    private string Model => Profile.MemoryModel == MemoryModel.Rmo ? "rmo" : "tso";

    private static UInt128 Sum(IReadOnlyList<ScheduleResult> results)
    {
        UInt128 sum = 0;
        foreach (var result in results)
        {
            sum += result.Schedules;
        }

        return sum;
    }

    /// <summary>Exact as far as JSON's readers go.</summary>
    private static JsonNode Number(UInt128 count) => count <= long.MaxValue ? JsonValue.Create((long)count) : JsonValue.Create(Spell(count));

    private static string Spell(UInt128 count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
