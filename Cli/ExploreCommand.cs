using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;
using Profile = ZeroCopy.Model.Profile;
using Trace = ZeroCopy.Properties.Explore.Trace;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify explore SUITE</c>: every state that a finite mix of operations can reach, breadth first, with every law of the suite after each step.</summary>
internal static class ExploreCommand
{
    private const int MostDepth = 1000;

    private static readonly Argument<string> Suite = new("SUITE") { Description = string.Join(", ", ExploreMix.All.Select(mix => mix.Name)) };
    private static readonly Option<string?> Depth = new("--depth") { Description = "operations from a starting state (default: the mix's own; acenic and hme: schedules instead)" };
    private static readonly Option<bool> Complete = new("--complete") { Description = "until no state is left, or --states" };
    private static readonly Option<string?> Start = new("--start") { Description = "one starting state (default: each)" };
    private static readonly Option<string?> States = new("--states") { Description = $"stop at so many states: what bounds the memory (default {Explorer.DefaultMostStates})" };
    private static readonly Option<string?> Preemptions = new("--preemptions") { Description = "acenic, hme: an agent that could go on is left at most so often (default 2)" };
    private static readonly Option<string?> Reorderings = new("--reorderings") { Description = "acenic, hme: at most so many accesses find an older value (default 2)" };
    private static readonly CommonOptions Common = new(isSeeded: false);

    public static Command Create()
    {
        var command = new Command("explore", "Visit every state of a finite mix, breadth first. Counterexamples are shortest ones.") { Suite, Depth, Complete, Start, States, Preemptions, Reorderings };
        Common.AddTo(command);
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var isOfOperations = parsed.GetValue(Depth) is not null || parsed.GetValue(Complete) || parsed.GetValue(States) is not null;
        var isOfSchedules = parsed.GetValue(Preemptions) is not null || parsed.GetValue(Reorderings) is not null;
        if (isOfOperations && isOfSchedules)
        {
            throw new InputException("--depth, --complete and --states are of operations, --preemptions and --reorderings of schedules: they exclude each other");
        }

        if (!isOfOperations && ScheduleMix.Find(parsed.GetValue(Suite)!) is { } schedules)
        {
            return Schedules(schedules, parsed, cancel);
        }

        if (isOfSchedules)
        {
            throw new InputException($"'{parsed.GetValue(Suite)}' has no schedules to explore; there are {string.Join(", ", ScheduleMix.All.Select(with => with.Suite))}");
        }

        var mix = Mix(parsed.GetValue(Suite)!);
        var profile = Common.Profile(parsed);
        var jobs = Common.Jobs(parsed);
        var depth = DepthOf(parsed, mix);
        var states = parsed.GetValue(States) is { } most ? (int)Verb.Number(most, "--states", 1, 1_000_000_000) : Explorer.DefaultMostStates;
        var starts = StartsOf(parsed, mix);
        if (Common.Mutant(parsed) is { } mutant && CommandLine.Mutant is null)
        {
            return CommandLine.On(mutant, parsed.Tokens.Select(token => token.Value).ToList());
        }

        var watch = Stopwatch.StartNew();
        var json = parsed.GetValue(Common.Json);
        var explorer = new Explorer(() => new WorldExplored(mix, profile), jobs);
        var result = explorer.Run(depth, starts, states, () => cancel.IsCancellationRequested, json || Console.IsErrorRedirected ? null : Tell);
        Terminal.Tell(null);
        var status = !result.Holds ? ExitStatus.Violation : result.Stopped == "interrupted" ? ExitStatus.Interrupted : ExitStatus.Holds;
        if (json)
        {
            Verb.Print(Json(mix, profile, jobs, depth, status, result, watch.Elapsed.TotalSeconds));
        }
        else
        {
            Print(Terminal.Out, mix, profile, depth, result);
        }

        return status;
    }

    private static ExitStatus Schedules(ScheduleMix mix, ParseResult parsed, CancellationToken cancel)
    {
        var preemptions = parsed.GetValue(Preemptions) is { } most ? (int)Verb.Number(most, "--preemptions", 0, 100) : ScheduleExplorer.DefaultPreemptions;
        var reorderings = parsed.GetValue(Reorderings) is { } late ? (int)Verb.Number(late, "--reorderings", 0, 100) : ScheduleExplorer.DefaultReorderings;
        var profile = Common.Profile(parsed);
        if (Common.Mutant(parsed) is { } mutant && CommandLine.Mutant is null)
        {
            return CommandLine.On(mutant, parsed.Tokens.Select(token => token.Value).ToList());
        }

        return new ExploreSchedules(mix, profile, preemptions, reorderings, SchedulesFrom(parsed, mix)).Run(Common.Jobs(parsed), parsed.GetValue(Common.Json), cancel);
    }

    /// <summary>One starting state, or all that begin with the word: with packets of 1, 2 and 3 fragments.</summary>
    private static List<int> SchedulesFrom(ParseResult parsed, ScheduleMix mix)
    {
        var name = parsed.GetValue(Start);
        List<int> starts = [.. Enumerable.Range(0, mix.Starts.Count).Where(i => name is null || mix.Starts[i].Name == name || mix.Starts[i].Name.StartsWith(name + "-", StringComparison.Ordinal))];
        return starts.Count > 0 ? starts : throw new InputException($"'{name}' is not a starting state of {mix.Suite}; there are {string.Join(", ", mix.Starts.Select(start => start.Name))}");
    }

    private static ExploreMix Mix(string suite) => ExploreMix.Find(suite) ?? throw new InputException(
        $"'{suite}' {(Suites.Find(suite) is null ? "is not a suite" : "has no finite mix")} to explore; there are {string.Join(", ", ExploreMix.All.Select(mix => mix.Name))}");

    private static int? DepthOf(ParseResult parsed, ExploreMix mix)
    {
        var depth = parsed.GetValue(Depth);
        if (depth is not null && parsed.GetValue(Complete))
        {
            throw new InputException("--depth and --complete exclude each other");
        }

        return parsed.GetValue(Complete) ? null : depth is null ? mix.DefaultDepth : (int)Verb.Number(depth, "--depth", 0, MostDepth);
    }

    private static List<int>? StartsOf(ParseResult parsed, ExploreMix mix)
    {
        if (parsed.GetValue(Start) is not { } name)
        {
            return null;
        }

        var index = mix.Starts.ToList().FindIndex(start => start.Name == name);
        return index >= 0 ? [index] : throw new InputException($"'{name}' is not a starting state of {mix.Name}; there are {string.Join(", ", mix.Starts.Select(start => start.Name))}");
    }

    private static void Tell(long states, long left, int depth) => Terminal.Tell($"{states:N0} states, {left:N0} not yet expanded, depth {depth}");

    private static void Print(IAnsiConsole console, ExploreMix mix, Profile profile, int? depth, Exploration result)
    {
        foreach (var met in result.Violations)
        {
            console.MarkupLineInterpolated($"[red]violation[/] {met.What}: {met.Trace.Events.Count} operations after the start '{mix.Starts[met.Trace.Start].Name}'");
            PrintScript(console, mix, met.Trace);
        }

        if (result.Deadlock is { } deadlock)
        {
            console.MarkupLineInterpolated($"[red]deadlock[/] {result.DeadlockCount:N0} states that nothing leaves, with packets on the way; the nearest, {deadlock.Events.Count} operations after the start '{mix.Starts[deadlock.Start].Name}':");
            PrintScript(console, mix, deadlock);
        }

        if (result.NeverEnabled.Count > 0 && result.States > 0)
        {
            console.MarkupLineInterpolated($"[yellow]never enabled[/] {string.Join("; ", result.NeverEnabled.Select(never => mix.Operations[never].ToString()))}");
        }

        var reach = result.IsComplete ? "all of them" : result.Stopped is { } why ? $"stopped: {why}" : $"every state within {depth} operations";
        console.MarkupLineInterpolated(
            $"{mix.Name} {profile.Size.ToString().ToLowerInvariant()}{(CommandLine.Mutant is { } mutant ? $", mutant {mutant}" : "")}: {result.States:N0} states ({reach}), {result.Transitions:N0} transitions, depth {result.Depth}, {result.Witnesses.Count} interesting cases hit, {(result.Holds ? "every law held" : $"{result.Violations.Count} laws violated")}");
    }

    private static void PrintScript(IAnsiConsole console, ExploreMix mix, Trace trace)
    {
        foreach (var operation in mix.ScriptOf(trace))
        {
            console.MarkupLineInterpolated($"    {operation.ToString()}");
        }
    }

    private static JsonObject Json(ExploreMix mix, Profile profile, int jobs, int? depth, ExitStatus status, Exploration result, double seconds) => new()
    {
        ["schema"] = 1,
        ["verb"] = "explore",
        ["result"] = Verb.Word(status),
        ["suite"] = mix.Name,
        ["size"] = profile.Size.ToString().ToLowerInvariant(),
        ["kernel"] = profile.Kernel.ToString().ToLowerInvariant(),
        ["mutant"] = CommandLine.Mutant,
        ["jobs"] = jobs,
        ["stopped"] = result.Stopped,
        ["asked"] = depth,
        ["states"] = result.States,
        ["transitions"] = result.Transitions,
        ["depth"] = result.Depth,
        ["schedules"] = 0,
        ["complete"] = result.IsComplete,
        ["deadlocks"] = result.DeadlockCount,
        ["deadlock"] = result.Deadlock is { } deadlock ? Script(mix, deadlock) : null,
        ["neverEnabled"] = new JsonArray([.. result.NeverEnabled.Select(never => JsonValue.Create(mix.Operations[never].ToString()))]),
        ["violations"] = new JsonArray([.. result.Violations.Select(met => new JsonObject
        {
            ["rule"] = met.What.Split(' ')[0],
            ["law"] = met.What.Split(' ')[1],
            ["steps"] = mix.ScriptOf(met.Trace).Count,
            ["script"] = Script(mix, met.Trace),
        })]),
        ["witnesses"] = new JsonArray([.. result.Witnesses.Select(met => new JsonObject { ["law"] = met.What, ["script"] = Script(mix, met.Trace) })]),
        ["timing"] = new JsonObject { ["seconds"] = seconds, ["statesPerSecond"] = result.States / Math.Max(seconds, 1e-9) },
    };

    private static JsonArray Script(ExploreMix mix, Trace trace) => [.. mix.ScriptOf(trace).Select(operation => JsonValue.Create(operation.ToString()))];
}
