using System.Text.Json.Nodes;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary><c>zcverify run</c> as a user meets it: the same for equal seeds, honest about what it could not write, and going on after a violation.</summary>
public sealed class RunTests
{
    [Theory]
    [InlineData("checksum skb transmit acenic hme system --cases 60", 3)]
    [InlineData("skb transmit --cases 60 --size real --seed 0xffffffffffffffff", 2)]
    [InlineData("acenic --cases 12 --no-replay --mutant D3", 2)]
    [InlineData("skb --cases 12 --no-replay --mutant S16", 2)]
    public void Equal_seeds_give_equal_json(string command, int repeats) => SameJson(command, repeats);

    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("--cases 300"), InlineData("acenic --cases 20 --no-replay --mutant D3"), InlineData("skb --cases 20 --no-replay --mutant S16")]
    public void Equal_seeds_give_equal_json_over_ten_repeats(string command) => SameJson(command, 10);

    [Fact]
    public void Another_seed_gives_another_run()
    {
        using var folder = new TemporaryFolder();
        Assert.NotEqual(Lasting(folder, "skb --cases 50 --seed 1", 1), Lasting(folder, "skb --cases 50 --seed 2", 1));
    }

    [Fact]
    public void Run_goes_on_after_a_violation_and_tells_bugs_apart()
    {
        using var folder = new TemporaryFolder();
        var (status, json) = Zcverify.RunJson("run", "skb", "--cases", "30", "--mutant", "S16", "--out", folder.Path);
        Assert.Equal(1, status);
        var suite = json["suites"]![0]!;
        Assert.Equal(30, (long)suite["cases"]!);
        Assert.True((long)suite["failedCases"]! > 3);
        var violations = suite["violations"]!.AsArray();
        Assert.InRange(violations.Count, 2, 30);
        Assert.Equal(violations.Count, violations.Select(each => $"{each!["law"]} {string.Join(' ', each["shrunkScript"]!.AsArray().Select(line => line!.ToString().Split('(')[0].Split(' ')[^1]))}").Distinct().Count());
        foreach (var violation in violations)
        {
            Assert.Equal(2, violation!["files"]!.AsArray().Count);
            foreach (var file in violation["files"]!.AsArray())
            {
                Assert.True(File.Exists((string)file!), (string)file!);
            }

            var script = (string)violation["files"]![0]!;
            var (again, replayed) = Zcverify.RunJson("replay", script);
            Assert.Equal(0, again);
            Assert.Contains(replayed["violations"]!.AsArray(), each => (string)each!["rule"]! == (string)violation["rule"]!);
        }

        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Clean_run_leaves_no_folder()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Zcverify.Run("run", "skb", "--cases", "50", "--out", folder["failures"]).Status);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("LICENSE"), InlineData("/proc/failures"), InlineData("LICENSE/failures")]
    public void Folder_that_cannot_be_written_is_told_before_the_run(string path)
    {
        var (status, output, error) = Zcverify.Run("run", "--time", "5m", "--out", path);
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Contains($"{path} cannot be written", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void Full_disk_loses_nothing_that_was_found()
    {
        using var folder = new TemporaryFolder();
        var command = Zcverify.Spelled("run", "skb", "--cases", "6", "--mutant", "S16", "--out", folder.Path);
        Assert.Equal(1, Zcverify.Run("run", "skb", "--cases", "6", "--mutant", "S16", "--out", folder.Path).Status);
        var old = Directory.EnumerateFiles(folder.Path).Order().ToDictionary(path => path, File.ReadAllText);
        var (status, _, error) = Zcverify.RunInShell($"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 0; exec {command}");
        Assert.Equal(2, status);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        Assert.Contains("zcverify-script 1 size=tiny kernel=linux244 suite=skb mutant=S16", error, StringComparison.Ordinal);
        Assert.Equal(old, Directory.EnumerateFiles(folder.Path).Order().ToDictionary(path => path, File.ReadAllText));
    }

    [Fact]
    public void Interrupted_run_prints_what_it_has()
    {
        using var folder = new TemporaryFolder();
        using var process = Zcverify.Start("run", "skb", "--time", "5m", "--out", folder["failures"], "--json");
        Zcverify.InterruptAfter(process, 3);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        var json = JsonNode.Parse(output)!;
        Assert.Equal("interrupted", (string?)json["stopped"]);
        Assert.Equal("interrupted", (string?)json["result"]);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static void SameJson(string command, int repeats)
    {
        using var folder = new TemporaryFolder();
        var first = Lasting(folder, command, 1);
        Assert.Equal(first, Lasting(folder, command, 2));
        for (var i = 1; i < repeats; i++)
        {
            Assert.Equal(first, Lasting(folder, command, 1 + (i % 2)));
        }
    }

    /// <summary>What a seed determines: everything but timing and jobs.</summary>
    private static string Lasting(TemporaryFolder folder, string command, int jobs)
    {
        var (_, json) = Zcverify.RunJson(["run", .. command.Split(' '), "--jobs", $"{jobs}", "--out", folder["failures"]]);
        Assert.True(json.Remove("timing"));
        Assert.True(json.Remove("jobs"));
        return json.ToJsonString();
    }
}
