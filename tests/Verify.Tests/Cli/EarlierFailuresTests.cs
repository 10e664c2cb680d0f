using System.Text.Json.Nodes;
using ZeroCopy.Cli;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>Scripts that earlier runs left are replayed first: what is fixed is moved, nothing is lost, nothing is passed over in silence. One that still violates: <see cref="RunTests"/>.</summary>
public sealed class EarlierFailuresTests : IDisposable
{
    private const string Header = "zcverify-script 1 size=tiny kernel=linux244 suite=skb";
    private const string Holds = $"{Header} expect=SKB-003\nskb0 = alloc_skb(0)\n";

    private readonly TemporaryFolder _folder = new();

    private string Failures => _folder["failures"];

    [Fact]
    public void Fixed_Replayed_IsMovedWithItsSiblings()
    {
        Put("b.script", Holds);
        Put("b.md", "report");
        Put("b.cs", "fact");
        Put("a.script", Holds.Replace("suite=skb", "suite=transmit", StringComparison.Ordinal).Replace("linux244", "linux6", StringComparison.Ordinal));
        Put("bb.md", "of another");
        var (status, output, _) = Run();
        Assert.Equal(0, status);
        Assert.Equal(["bb.md", "fixed/a.script", "fixed/b.cs", "fixed/b.md", "fixed/b.script"], Files());
        var lines = output.Split('\n');
        Assert.Equal("earlier failures: 2 replayed, 2 fixed", lines[0]);
        Assert.Equal($"  fixed     {At("a.script")}: every law holds; moved to {At("fixed/a.script")}", lines[1]);
        Assert.Equal($"  fixed     {At("b.script")}: every law holds; moved to {At("fixed/b.script")}", lines[2]);
    }

    [Fact]
    public void Fixed_NameIsTaken_KeepsBoth()
    {
        Put("a.script", Holds);
        Put("a.md", "new");
        Put("fixed/a.script", Holds);
        Put("fixed/a.md", "old");
        Put("fixed/a-2.md", "older");
        var (status, json) = RunJson();
        Assert.Equal(0, status);
        Assert.Equal(["fixed/a-2.md", "fixed/a-3.md", "fixed/a-3.script", "fixed/a.md", "fixed/a.script"], Files());
        Assert.Equal("new", File.ReadAllText(At("fixed/a-3.md")));
        Assert.Equal("old", File.ReadAllText(At("fixed/a.md")));
        Assert.Equal(At("fixed/a-3.script"), (string?)json["replayed"]![0]!["movedTo"]);
    }

    [Fact]
    public void Fixed_TheSameIsThere_IsOne()
    {
        Put("a.script", Holds);
        Put("fixed/a.script", Holds);
        Assert.Equal(0, Run().Status);
        Assert.Equal(["fixed/a.script"], Files());
    }

    [Fact]
    public void Fixed_FolderCannotBeMade_StaysAndIsSaid()
    {
        Put("a.script", Holds);
        Put("fixed", "a file");
        var (status, _, error) = Run();
        Assert.Equal(2, status);
        Assert.Contains($"{At("a.script")} cannot be moved to {At("fixed")}", error, StringComparison.Ordinal);
        Assert.Equal(["a.script", "fixed"], Files());
    }

    [Fact]
    public void Fixed_OperationsNotEnabled_IsSaid()
    {
        Put("a.script", $"{Header}\nskb0 = alloc_skb(0)\nkfree_skb(skb1)\n");
        Assert.Contains("every law holds, with 1 of its operations not enabled; moved", Run().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Unreadable_Replayed_StaysAndEndsInStatus2()
    {
        var bad = $"{Header}\nskb0 = alloc_skb(0)\nfrobnicate(skb0)\n";
        Put("a.script", bad);
        Put("b.script", "");
        Put("c.script", Holds);
        File.CreateSymbolicLink(At("d.script"), "/nowhere");
        var (status, output, _) = Run();
        Assert.Equal(2, status);
        Assert.Contains("earlier failures: 1 replayed, 1 fixed, 3 not readable\n", output, StringComparison.Ordinal);
        Assert.Contains($"  unread    {At("a.script")}: line 3: 'frobnicate' is not an operation\n", output, StringComparison.Ordinal);
        Assert.Contains($"  unread    {At("d.script")} is not a regular file\n", output, StringComparison.Ordinal);
        Assert.Contains("every law held in the new sequences, 3 not readable", output, StringComparison.Ordinal);
        Assert.Equal(["a.script", "b.script", "d.script", "fixed/c.script"], Files());
        Assert.Equal(bad, File.ReadAllText(At("a.script")));
    }

    [Fact]
    public void Unreadable_Json_IsInTheObjectAndOnStandardError()
    {
        Put("a.script", "nothing");
        var (status, output, error) = Run("--json");
        var json = JsonNode.Parse(output)!;
        Assert.Equal(2, status);
        Assert.Equal("input-error", (string?)json["result"]);
        var replayed = Assert.Single(json["replayed"]!.AsArray())!;
        Assert.Equal("unreadable", (string?)replayed["result"]);
        Assert.Contains("line 1", (string?)replayed["error"], StringComparison.Ordinal);
        Assert.Equal($"zcverify: {replayed["error"]}", error.TrimEnd());
    }

    [Fact]
    public void OfAMutant_RunOnTheModelAsItIs_StaysAndIsCounted()
    {
        Put("a.script", Holds.Replace("suite=skb", "suite=skb mutant=S15", StringComparison.Ordinal));
        var (status, json) = RunJson();
        Assert.Equal(0, status);
        Assert.Equal("of-another-model", (string?)Assert.Single(json["replayed"]!.AsArray())!["result"]);
        Assert.Equal(["a.script"], Files());
    }

    [Fact]
    public void NoReplay_LeavesAllAsItIs()
    {
        Put("a.script", Holds);
        Put("b.script", "nothing");
        var (status, json) = RunJson("--no-replay");
        Assert.Equal(0, status);
        Assert.Empty(json["replayed"]!.AsArray());
        Assert.Equal(["a.script", "b.script"], Files());
    }

    [Fact]
    public void Interrupted_WhileReplaying_LosesNothing()
    {
        var script = Header + "\n" + string.Concat(Enumerable.Repeat("skb0 = alloc_skb(1)\nkfree_skb(skb0)\n", 20_000));
        var names = Enumerable.Range(0, 40).Select(i => $"{i:d2}.script").ToList();
        names.ForEach(name => Put(name, script));
        using var process = Zcverify.Start("run", "skb", "--cases", "1", "--out", Failures, "--json");
        Zcverify.InterruptAfter(process, 2);
        var json = JsonNode.Parse(process.StandardOutput.ReadToEnd())!;
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("interrupted", (string?)json["stopped"]);
        Assert.Empty(json["suites"]!.AsArray());
        var moved = json["replayed"]!.AsArray().Count;
        Assert.InRange(moved, 0, names.Count - 1);
        Assert.Equal([.. names.Skip(moved), .. names.Take(moved).Select(name => $"fixed/{name}")], Files());
    }

    /// <summary>In a container each run may have the same process number.</summary>
    [Fact]
    public void TemporaryFile_OfAKilledRun_IsNoHindrance()
    {
        File.WriteAllText($"{_folder["a"]}.{Environment.ProcessId}.tmp", "half");
        using (var file = new OutputFile(_folder["a"]))
        {
            file.Write("whole"u8);
            file.Keep();
        }

        Assert.Equal("whole", File.ReadAllText(_folder["a"]));
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(Failures, name);

    private void Put(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
    }

    private string[] Files() =>
        [.. Directory.EnumerateFiles(Failures, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Failures, path)).Order(StringComparer.Ordinal)];

    private (int Status, string Out, string Error) Run(params string[] more) => Zcverify.Run(["run", "skb", "--cases", "1", "--out", Failures, .. more]);

    private (int Status, JsonObject Json) RunJson(params string[] more) => Zcverify.RunJson(["run", "skb", "--cases", "1", "--out", Failures, .. more]);
}
