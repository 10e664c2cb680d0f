using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ZeroCopy.Properties.Costs;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;
using Profile = ZeroCopy.Model.Profile;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify bench</c>: what a checked operation costs on one core, where the time goes, and how that compares with something known.</summary>
internal static class BenchCommand
{
    private const double DefaultSeconds = 3;
    private const double MostSeconds = 3600;
    private const ulong Seed = 1;

    /// <summary>Suites share most of their code: until all have run for a while, the first ones would pay for its compilation.</summary>
    private const double WarmUp = 0.25;

    private static readonly Argument<string[]> Names = RunCommand.SuitesArgument();
    private static readonly Option<string?> Seconds = new("--seconds") { Description = $"for each suite and each comparison (default {DefaultSeconds})" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("bench", "Measure what a checked operation costs on one core, and where the time goes.") { Names, Seconds, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var time = TimeSpan.FromSeconds(parsed.GetValue(Seconds) is { } text ? ParseSeconds(text) : DefaultSeconds);
        var names = parsed.GetValue(Names)!;
        var suites = RunCommand.Choose(names);
        var json = parsed.GetValue(JsonOut);
        var watch = Stopwatch.StartNew();
        var result = new BenchResult(Seed, time);
        try
        {
            Measure(result, suites, isAll: names.Length == 0, json, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            result.Stopped = "interrupted";
        }

        if (json)
        {
            Verb.Print(result.Json(watch.Elapsed.TotalSeconds));
        }
        else
        {
            new BenchTables(result).Print(Terminal.Out);
        }

        return result.Status;
    }

    private static void Measure(BenchResult result, List<Suite> chosen, bool isAll, bool json, CancellationToken cancel)
    {
        (Suite Suite, Profile Profile)[] suites = [.. chosen.Select(suite => (suite, Profile.Tiny)), .. chosen.Where(suite => suite.Name == "skb").Select(suite => (suite, Profile.Real))];
        using var progress = new BenchProgress(suites.Length + 1 + (isAll ? ScheduleMix.All.Count + 2 : 0), quiet: json);
        progress.Next("warming up");
        foreach (var (suite, profile) in suites)
        {
            SuiteCost.Measure(suite, profile, Seed, result.Time * WarmUp, cancel);
        }

        foreach (var (suite, profile) in suites)
        {
            progress.Next($"{suite.Name} {BenchResult.Word(profile.Size)}");
            var cost = SuiteCost.Measure(suite, profile, Seed, result.Time, cancel);
            result.Suites.Add(cost);
            progress.Done($"{cost.Checked.PerSecond:N0} checked operations/s");
        }

        if (isAll)
        {
            MeasureEngines(result, progress, cancel);
        }
    }

    /// <summary>What belongs to no suite: the interleaving engine, and what our own is held against.</summary>
    private static void MeasureEngines(BenchResult result, BenchProgress progress, CancellationToken cancel)
    {
        foreach (var mix in ScheduleMix.All)
        {
            progress.Next($"{mix.Suite} schedules");
            var cost = ScheduleCost.Measure(mix, Seed, result.Time, cancel);
            result.Schedules.Add(cost);
            progress.Done($"{cost.Bare.PerSecond:N0} coroutine steps/s, {cost.Judged.PerSecond:N0}/s judged");
        }

        progress.Next("ring");
        result.Contests.Add(RingContest.Measure(result.Time, cancel));
        progress.Done($"{result.Contests[^1].Ratio:N1} times FsCheck Machine");
        progress.Next("checksum");
        result.Contests.AddRange(ChecksumContest.Measure(result.Time, cancel));
        progress.Done($"{result.Contests[^1].Ratio:N2} times memcpy");
    }

    private static double ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= MostSeconds
            ? seconds
            : throw new InputException($"--seconds '{text}' is not a number above 0, at most {MostSeconds}");
}
