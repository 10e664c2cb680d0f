using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary><c>zcverify explore acenic</c> and <c>hme</c>: what it counts, what it finds, and that neither depends on jobs.</summary>
public sealed class ExploreSchedulesTests
{
    [Fact]
    public void Counts_do_not_depend_on_jobs()
    {
        string[] command = ["explore", "acenic", "--start", "empty", "--preemptions", "1", "--reorderings", "0"];
        var one = Lasting(0, [.. command, "--jobs", "1"]);
        Assert.Equal(one.ToJsonString(), Lasting(0, [.. command, "--jobs", "2"]).ToJsonString());
        Assert.Equal("holds", (string)one["result"]!);
        Assert.Equal("tso", (string)one["memoryModel"]!);
        Assert.Equal(3, one["starts"]!.AsArray().Count);
        Assert.Equal((long)one["schedules"]!, one["starts"]!.AsArray().Sum(start => (long)start!["schedules"]!));
        Assert.All(one["witnesses"]!.AsArray(), met => Assert.InRange((long)met!["of"]!["k"]!, 1, (long)met["of"]!["schedules"]!));
    }

    [Fact]
    public void Schedule_of_a_violation_can_be_replayed()
    {
        var found = Lasting(1, ["explore", "hme", "--start", "empty-1", "--memory-model", "rmo", "--preemptions", "1", "--reorderings", "1", "--mutant", "D53"]);
        var violation = found["violations"]!.AsArray().Single(each => (string)each!["rule"]! == "HME-005")!;
        Assert.Equal((1, 1), ((int)violation["preemptions"]!, (int)violation["reorderings"]!));
        var script = "zcverify-script 1 size=tiny kernel=linux244 suite=hme memory-model=rmo\n" + string.Join('\n', violation["script"]!.AsArray().Select(line => (string)line!));
        Assert.Equal("", Replay.Violated(script));
        Assert.Contains(Script.Parse(script, Language.All).Operations, operation => operation is Model.Smp.Reorder);
    }

    /// <summary>The bug shows before there is anything to interleave.</summary>
    [Fact]
    public void Violation_on_the_way_to_a_start_is_a_violation()
    {
        string[] command = ["explore", "acenic", "--start", "below-stop-1", "--mutant", "D3"];
        var found = Lasting(1, command);
        var violation = found["violations"]!.AsArray().Single(each => (string)each!["rule"]! == "DMA-010")!;
        Assert.Equal("sys_sendfile(sk0, file0, 15, 2)", (string)violation["script"]!.AsArray()[^1]!);
        Assert.Equal((0, 0), ((int)violation["preemptions"]!, (int)found["schedules"]!));
        Assert.Contains("on the way to the start 'below-stop-1'", Zcverify.Run(command).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_start_is_named()
    {
        var (status, _, error) = Zcverify.Run("explore", "acenic", "--start", "asleep");
        Assert.Equal(2, status);
        Assert.Contains("'asleep' is not a starting state of acenic; there are empty-1", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explore skb --preemptions 1", "'skb' has no schedules to explore; there are acenic, hme")]
    [InlineData("explore acenic --depth 2 --reorderings 1", "they exclude each other")]
    public void Bounds_that_do_not_apply_are_refused(string command, string message)
    {
        var (status, _, error) = Zcverify.Run(command.Split(' '));
        Assert.Equal(2, status);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_depth_it_is_the_mix_of_operations() => Assert.Equal(2, (int)Lasting(0, ["explore", "hme", "--depth", "2"])["asked"]!);

    private static JsonObject Lasting(int expected, string[] command)
    {
        var (status, json) = Zcverify.RunJson(command);
        Assert.Equal(expected, status);
        Assert.True(json.Remove("timing"));
        Assert.True(json.Remove("jobs"));
        return json;
    }
}
