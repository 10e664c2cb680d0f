using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Cli;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Costs;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;
using ZeroCopy.Tests.Support;
using Profile = ZeroCopy.Model.Profile;
using StateWriter = ZeroCopy.Model.StateWriter;
using World = ZeroCopy.Model.World;

namespace ZeroCopy.Tests.Cli;

/// <summary><c>zcverify bench</c>: what it says is there and makes sense. How fast anything is, is nobody's test.</summary>
public sealed class BenchTests
{
    private static readonly string[] Measured = [.. Suites.All.Select(suite => $"{suite.Name} tiny"), "skb real"];

    [Fact]
    public void Json_has_every_number()
    {
        var (status, json) = Zcverify.RunJson("bench", "--seconds", "0.001");
        Assert.Equal(0, status);
        Assert.Equal("bench", (string?)json["verb"]);
        Assert.Equal("holds", (string?)json["result"]);
        Assert.Null(json["stopped"]);

        Assert.Equal(Measured, json["suites"]!.AsArray().Select(Name));
        Assert.All(json["suites"]!.AsArray(), suite =>
        {
            Assert.InRange((double)suite!["skippedShare"]!, 0, 0.5);
            Assert.Equal((string)suite["name"]! is not ("pages" or "fork"), (double)suite["meanLiveSkbs"]! > 0);
            Assert.True((long)suite["operations"]! > 0);
            Assert.Equal(0, (long)suite["failedCases"]!);
        });

        var timing = json["timing"]!;
        Assert.Equal(Measured, timing["suites"]!.AsArray().Select(Name));
        Assert.All(timing["suites"]!.AsArray(), suite =>
        {
            Assert.InRange((int)suite!["rounds"]!, Rounds.Fewest, int.MaxValue);
            Assert.True((double)suite["calibrationStepsPerOperation"]! > 0);
            Assert.All(new[] { suite, suite["withoutDrawing"], suite["withoutLaws"], suite["zeroCopyOnly"] }, speed =>
            {
                Assert.True((double)speed!["operationsPerSecond"]! > 0);
                Assert.True((double)speed["medianOperationsPerSecond"]! > 0);
                Assert.True((double)speed["bytesPerOperation"]! >= 0);
            });
        });
        Assert.True((double)timing["calibration"]!["nanosecondsPerStep"]! > 0);
        Assert.True((double)timing["calibration"]!["stepsPerSecond"]! > 0);

        string[] drivers = ["acenic", "hme"];
        Assert.Equal(drivers, json["schedules"]!.AsArray().Select(schedules => (string?)schedules!["name"]));
        Assert.All(json["schedules"]!.AsArray(), schedules => Assert.True((long)schedules!["steps"]! > 50 * (long)schedules["schedules"]!));
        Assert.Equal(drivers, timing["schedules"]!.AsArray().Select(schedules => (string?)schedules!["name"]));
        Assert.All(timing["schedules"]!.AsArray(), schedules => Assert.All(new[] { schedules!["bare"], schedules["allLaws"] }, speed =>
        {
            Assert.True((double)speed!["stepsPerSecond"]! > 0);
            Assert.True((double)speed["medianStepsPerSecond"]! > 0);
            Assert.True((double)speed["bytesPerStep"]! >= 0);
        }));

        var ratios = json["ratios"]!.AsObject();
        Assert.Equal(["acenic-steps", "acenic-judged-steps", "hme-steps", "hme-judged-steps", "ring", "checksum-64", "checksum-1500", "checksum-4096", "checksum-65536"], ratios.Select(each => each.Key));
        Assert.All(ratios, each =>
        {
            Assert.Equal(["ours", "peer", "ratio"], each.Value!.AsObject().Select(number => number.Key));
            Assert.True((double)each.Value["ours"]! > 0);
            Assert.Equal((double)each.Value["ours"]! / (double)each.Value["peer"]!, (double)each.Value["ratio"]!, 1e-9 * (double)each.Value["ratio"]!);
        });
    }

    [Fact]
    public void A_pipe_gets_a_plain_line_for_each()
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 10_000;
        var result = new BenchResult(1, TimeSpan.FromSeconds(1)) { Stopped = "interrupted" };
        var tally = new SuiteRun(Suites.Find("skb")!, Profile.Tiny, 1).RunBlock(0);
        result.Suites.Add(new SuiteCost(Suites.Find("skb")!, Profile.Tiny, tally, Took(1.0), Took(0.9), Took(0.3), Took(0.1), Took(0.01)));
        result.Schedules.Add(new ScheduleCost(ScheduleMix.Find("hme")!, 15, Took(0.1), Took(1.0), Took(0.01)));
        result.Contests.Add(new Contest("ring", "FsCheck Machine", "operations", 30, 4));
        new BenchTables(result).Print(console);
        var lines = text.ToString().TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("skb tiny: 1000 checked operations/s, 100 calibration steps and 64 bytes each, ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("without laws 3333/s, zero-copy path alone 10000/s; zero-copy path 100000 ns, copying path 200000 ns, laws 600000 ns, drawing 100000 ns", lines[0], StringComparison.Ordinal);
        Assert.Equal("hme schedules: 10000 coroutine steps/s, 10 calibration steps and 64 bytes each; with all laws 1000/s, 100 and 64", lines[1]);
        Assert.Equal("ring: 30 operations/s, FsCheck Machine 4/s, ratio 7.5", lines[2]);
        Assert.EndsWith("; interrupted", lines[3], StringComparison.Ordinal);
        Assert.Equal(ExitStatus.Interrupted, result.Status);
    }

    [Fact]
    public void Suites_that_are_named_are_measured_alone()
    {
        var (status, json) = Zcverify.RunJson("bench", "fork", "skb", "--seconds", "0.001");
        Assert.Equal(0, status);
        Assert.Equal(["skb tiny", "fork tiny", "skb real"], json["suites"]!.AsArray().Select(Name));
        Assert.Empty(json["schedules"]!.AsArray());
        Assert.Empty(json["ratios"]!.AsObject());
        Assert.Equal(2, Zcverify.Run("bench", "knife").Status);
    }

    private static Taken Took(double seconds) => new(1000, 5, seconds, 2 * seconds, 64_000);

    [Fact]
    public void Interrupted_it_prints_what_it_has()
    {
        using var process = Zcverify.Start("bench", "--seconds", "600", "--json");
        Zcverify.InterruptAfter(process, 3);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        var json = JsonNode.Parse(output)!;
        Assert.Equal("interrupted", (string?)json["result"]);
        Assert.Equal("interrupted", (string?)json["stopped"]);
        Assert.NotNull(json["suites"]);
    }

    [Theory]
    [InlineData("0"), InlineData("-1"), InlineData("soon"), InlineData("1e3"), InlineData("3601"), InlineData("NaN")]
    public void Seconds_that_are_none_are_refused(string seconds)
    {
        var (status, output, error) = Zcverify.Run("bench", "--seconds", seconds);
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Contains("--seconds", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Two engines can be compared only where both do the same work, and both see a ring that takes more than its queue.</summary>
    [Fact]
    public void Both_engines_judge_the_ring()
    {
        foreach (var run in new Func<int, ulong, int, RingVerdict>[] { FusedRing.Run, MachineRing.Run })
        {
            Assert.Equal(new RingVerdict(20 * RingContest.Length, true), run(Ring.Entries, 1, 20));
            Assert.False(run(2 * Ring.Entries, 1, 20).Holds);
            Assert.False(run(Ring.Entries / 2, 1, 20).Holds);
        }
    }

    /// <summary>What is timed without laws, or on one path, is the same sequence of operations with the same outcome.</summary>
    [Fact]
    public void Recording_repeats_what_was_recorded()
    {
        foreach (var suite in Suites.All)
        {
            var recording = new Recording(new SuiteRun(suite, Profile.Tiny, 1), 0);
            Assert.Equal(SuiteRun.BlockCases, recording.Sequences.Count);
            var applied = recording.Tally.Applied - recording.Tally.Operations.Sum(operation => operation.Bug);
            Assert.Equal(applied, recording.Sequences.Sum(sequence => (long)sequence.Count));
            var judging = new Checker(Profile.Tiny, suite.LawsIn(Profile.Tiny));
            var world = new World(Profile.Tiny);
            Assert.Equal(applied, recording.Replay(judging));
            Assert.Equal(applied, recording.Replay(world));
            Assert.Equal(Text(judging.World), Text(world));
            Assert.All(suite.LawsIn(Profile.Tiny), law => Assert.Equal(recording.Tally.Evaluations(law), judging.Evaluations(law)));
        }
    }

    /// <summary>The steps that are timed bare and the judged ones are the same, to the same end.</summary>
    [Fact]
    public void Recorded_schedules_come_to_the_same_end()
    {
        foreach (var mix in ScheduleMix.All)
        {
            var world = new World(Profile.Tiny);
            var checker = new Checker(Profile.Tiny, Suites.Find(mix.Suite)!.LawsIn(Profile.Tiny));
            for (var i = 0; i < mix.Starts.Count; i++)
            {
                var schedule = new RecordedSchedule(mix.Starts[i].Before, (ulong)i);
                schedule.Prepare(world);
                schedule.Prepare(checker);
                Assert.Equal(schedule.Steps, schedule.Run(world));
                Assert.Equal(schedule.Steps, schedule.Run(checker));
                Assert.True(world.Devices[0].Smp!.IsStill);
                Assert.Equal(Text(world), Text(checker.World));
            }
        }
    }

    private static string Text(World world)
    {
        var state = new StateWriter();
        state.Start();
        world.WriteState(state);
        return Convert.ToHexString(state.Written);
    }

    private static string Name(JsonNode? suite) => $"{suite!["name"]} {suite["size"]}";
}
