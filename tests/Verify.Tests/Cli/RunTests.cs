using System.Text.Json.Nodes;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary><c>zcverify run</c> as a user meets it: honest about what it could not write, and going on after a violation.</summary>
public sealed class RunTests(RunTests.Found found) : IClassFixture<RunTests.Found>
{
    [Fact]
    public void Run_goes_on_after_a_violation_and_tells_bugs_apart()
    {
        var (folder, json) = (found.Folder, found.Json);
        Assert.Equal(1, found.Status);
        var suite = json["suites"]![0]!;
        Assert.Equal(60, (long)suite["cases"]!);
        Assert.True((long)suite["failedCases"]! > 4);
        var violations = suite["violations"]!.AsArray();
        var mutant = MutantBuild.Of(Sources.Find("S1")!);
        Assert.InRange(violations.Count, 2, 12);
        Assert.Equal(violations.Count, violations.Select(each => $"{each!["law"]} {string.Join(' ', each["shrunkScript"]!.AsArray().Select(line => line!.ToString().Split('(')[0].Split(' ')[^1]))}").Distinct().Count());
        foreach (var violation in violations)
        {
            Assert.Equal([".script", ".md", ".cs"], violation!["files"]!.AsArray().Select(file => Path.GetExtension((string)file!)));
            foreach (var file in violation["files"]!.AsArray())
            {
                Assert.True(File.Exists((string)file!), (string)file!);
            }

            var script = File.ReadAllText((string)violation["files"]![0]!);
            var violated = mutant.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Replay", nameof(Replay.Violated), script);
            Assert.Contains((string)violation["rule"]!, violated.Split(' '));
        }

        Assert.Equal(0, Zcverify.Run("replay", (string)violations[0]!["files"]![0]!).Status);

        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void StillViolated_Replayed_CountsAsAViolation()
    {
        var scripts = Directory.EnumerateFiles(found.Folder.Path, "*.script").Order(StringComparer.Ordinal).ToList();
        var (status, json) = Zcverify.RunJson("run", "checksum", "--cases", "1", "--mutant", "S1", "--out", found.Folder.Path);
        Assert.Equal(1, status);
        Assert.Equal("violation", (string?)json["result"]);
        Assert.Empty(json["suites"]![0]!["violations"]!.AsArray());
        Assert.Equal(scripts, json["replayed"]!.AsArray().Select(each => (string)each!["file"]!));
        Assert.All(json["replayed"]!.AsArray(), each =>
        {
            Assert.Equal("violation", (string?)each!["result"]);
            Assert.Equal((string?)each["expect"], (string?)each["rule"]);
            Assert.Null(each["movedTo"]);
        });
        Assert.Equal(scripts, Directory.EnumerateFiles(found.Folder.Path, "*.script").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Violation_on_the_console_says_what_was_proved()
    {
        using var folder = new TemporaryFolder();
        var (status, output, _) = Zcverify.Run("run", "skb", "--cases", "60", "--mutant", "S15", "--no-replay", "--out", folder.Path);
        Assert.Equal(1, status);
        Assert.Matches(@"operations, shrunk to 3, proved minimal over \d+ lines", output);
    }

    /// <summary>The files of each suite are there: their scripts say which laws judge.</summary>
    [Fact]
    public void One_bug_in_two_suites_is_told_once()
    {
        using var folder = new TemporaryFolder();
        var (status, output, _) = Zcverify.Run("run", "pages", "fork", "--cases", "300", "--mutant", "G144", "--no-replay", "--out", folder.Path);
        Assert.Equal(1, status);
        Assert.Matches(@"again     PIN-014: case \d+ of suite fork comes down to the operations of ", output);
        Assert.Contains("1 distinct violation, seed 1", output);
        Assert.Equal(2, Directory.GetFiles(folder.Path, "PIN-014-*.script").Length);
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
        var folder = found.Folder;
        var command = Zcverify.Spelled("run", "skb", "--cases", "3", "--mutant", "S16", "--out", folder.Path);
        var old = Directory.EnumerateFiles(folder.Path).Order().ToDictionary(path => path, File.ReadAllText);
        var (status, _, error) = Zcverify.RunInShell($"export DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0; trap '' XFSZ; ulimit -f 0; exec {command}");
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

    /// <summary>One run that finds bugs, for each test that looks at what it left: most of its time goes into compiling the mutant.</summary>
    public sealed class Found : IDisposable
    {
        public Found() => (Status, Json) = Zcverify.RunJson("run", "skb", "--cases", "60", "--mutant", "S1", "--out", Folder.Path);

        internal TemporaryFolder Folder { get; } = new();

        public int Status { get; }

        public JsonObject Json { get; }

        public void Dispose() => Folder.Dispose();
    }
}
