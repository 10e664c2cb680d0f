using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.ScriptFiles;

/// <summary>Every failure ever found, and scripts that reach what laws speak of.</summary>
public sealed class RegressionTests
{
    public static TheoryData<string> Files =>
        [.. Names()];

    /// <summary>Scripts that say of each read what it must give.</summary>
    public static TheoryData<string> Selftests => [.. Names().Where(file => file.StartsWith("cow", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Script_ends_as_expected(string file)
    {
        var script = Read(file);
        var violations = Replay.Run(script);
        if (script.Header.Expect is { } rule)
        {
            Assert.Contains(violations, violation => violation.Rule.Id == rule);
        }
        else
        {
            Assert.Empty(violations);
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Script_says_what_it_showed(string file) =>
        Assert.StartsWith("#", File.ReadLines(Repo.PathOf("tests", "regressions", file)).ElementAt(1), StringComparison.Ordinal);

    [Fact]
    public void Each_premise_occurs()
    {
        var hits = new long[LawCatalogue.All.Count];
        foreach (var path in Scripts())
        {
            var replay = new Replay(Read(path));
            while (replay.Next(out _))
            {
            }

            for (var i = 0; i < hits.Length; i++)
            {
                hits[i] += replay.Checker.Hits(LawCatalogue.All[i]);
            }
        }

        Assert.Empty(LawCatalogue.All.Where((law, i) => law.Kind == LawKind.Sometimes && hits[i] == 0));
    }

    [Theory]
    [MemberData(nameof(Selftests))]
    public void Selftest_reads_what_it_says(string file)
    {
        var lines = File.ReadAllLines(Repo.PathOf("tests", "regressions", file));
        var replay = new Replay(Read(file));
        var reads = 0;
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("# reads ", StringComparison.Ordinal))
            {
                Assert.Equal(lines[i]["# reads ".Length..], Convert.ToHexStringLower(replay.Checker.World.Seen.Read));
                reads++;
            }
            else if (!lines[i].StartsWith('#'))
            {
                Assert.True(replay.Next(out _));
            }
        }

        Assert.NotEqual(0, reads);
    }

    private static IEnumerable<string> Names() => Scripts().Select(path => Path.GetRelativePath(Repo.PathOf("tests", "regressions"), path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Scripts() => Directory.EnumerateFiles(Repo.PathOf("tests", "regressions"), "*.script", SearchOption.AllDirectories);

    private static Script Read(string file) => Script.Parse(File.ReadAllText(Repo.PathOf("tests", "regressions", file)), Language.All);
}
