using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify run [SUITE...]</c>: random sequences of operations on both paths, with every law of the suite after each.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(5);

    private static readonly Argument<string[]> Names = SuitesArgument();
    private static readonly Option<string?> Cases = new("--cases") { Description = "sequences for each suite" };
    private static readonly Option<string?> Time = new("--time") { Description = "for each suite: 30s or 5m; what was begun is finished, and the --cases that repeat it are printed" };
    private static readonly Option<string?> Out = new("--out") { Description = "where scripts and reports of violations go (default failures)" };
    private static readonly Option<bool> NoReplay = new("--no-replay") { Description = "do not replay the scripts in --out first" };
    private static readonly Option<bool> Coverage = new("--coverage") { Description = "show how often each operation was tried, and with which outcome" };
    private static readonly CommonOptions Common = new(isSeeded: true);

    public static Command Create()
    {
        var command = new Command("run", "Run suites on random sequences. A run goes on after a violation.") { Names, Cases, Time, Out, NoReplay, Coverage };
        Common.AddTo(command);
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var chosen = Choose(parsed.GetValue(Names)!);
        var profile = Common.Profile(parsed);
        var (seed, jobs) = (Common.Seed(parsed), Common.Jobs(parsed));
        var (cases, time) = Budget(parsed);
        var store = new FailureStore(parsed.GetValue(Out) ?? "failures");
        if (Common.Mutant(parsed) is { } mutant && CommandLine.Mutant is null)
        {
            return CommandLine.On(mutant, parsed.Tokens.Select(token => token.Value).ToList());
        }

        var total = Stopwatch.StartNew();
        var json = parsed.GetValue(Common.Json);
        var earlier = parsed.GetValue(NoReplay) ? new EarlierFailures() : EarlierFailures.Replay(store, cancel);
        if (json)
        {
            earlier.Complain();
        }
        else
        {
            earlier.Print(Terminal.Out);
        }

        var results = new List<SuiteResult>();
        using (var progress = RunProgress.Start(json, chosen, cases, time))
        {
            foreach (var suite in chosen)
            {
                if (cancel.IsCancellationRequested)
                {
                    break;
                }

                var watch = Stopwatch.StartNew();
                var run = new SuiteRun(suite, profile, seed);
                var tally = run.Run(
                    cases ?? long.MaxValue, jobs, () => cancel.IsCancellationRequested || (time is { } limit && watch.Elapsed >= limit), so => progress.Report(suite, so, watch.Elapsed));
                var seconds = watch.Elapsed.TotalSeconds;
                var result = new SuiteResult(suite, suite.LawsIn(profile), tally, seconds, Findings.Of(suite, profile, CommandLine.Mutant, tally));
                store.Keep(result.Findings);
                results.Add(result);
                progress.Finish(result);
            }
        }

        var status = results.Exists(result => result.Findings.Count > 0) || earlier.Count(Fate.Violates) > 0 ? ExitStatus.Violation
            : earlier.Count(Fate.Unreadable) > 0 ? ExitStatus.InputError
            : cancel.IsCancellationRequested ? ExitStatus.Interrupted
            : ExitStatus.Holds;
        var output = new RunOutput(earlier, results, profile, seed, jobs, cancel.IsCancellationRequested ? "interrupted" : null, store);
        if (json)
        {
            Verb.Print(output.Json(status, total.Elapsed.TotalSeconds));
        }
        else
        {
            output.Print(Terminal.Out, parsed.GetValue(Coverage), time is not null);
        }

        return status;
    }

    internal static Argument<string[]> SuitesArgument() => new("SUITE") { Description = $"{string.Join(", ", Suites.All)}; all where none is named", Arity = ArgumentArity.ZeroOrMore };

    /// <summary>The suites of these names, in the order of all; each where there is none.</summary>
    internal static List<Suite> Choose(string[] names)
    {
        foreach (var name in names)
        {
            if (Suites.Find(name) is null)
            {
                throw new InputException($"'{name}' is not a suite; there are {string.Join(", ", Suites.All)}");
            }
        }

        return [.. Suites.All.Where(suite => names.Length == 0 || names.Contains(suite.Name))];
    }

    private static (long? Cases, TimeSpan? Time) Budget(ParseResult parsed)
    {
        var (cases, time) = (parsed.GetValue(Cases), parsed.GetValue(Time));
        if (cases is not null && time is not null)
        {
            throw new InputException("--cases and --time exclude each other");
        }

        if (cases is not null)
        {
            return (Verb.Number(cases, "--cases", 1, 1_000_000_000_000), null);
        }

        return (null, time is null ? DefaultTime : Verb.Time(time, "--time"));
    }
}
