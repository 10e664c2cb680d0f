using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.ScriptFiles;

/// <summary>Every failure ever found, and scripts that reach what laws speak of.</summary>
public sealed class RegressionTests
{
    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Repo.PathOf("tests", "regressions"), "*.script").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

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
        foreach (var path in Directory.EnumerateFiles(Repo.PathOf("tests", "regressions"), "*.script"))
        {
            var replay = new Replay(Read(Path.GetFileName(path)));
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

    private static Script Read(string file) => Script.Parse(File.ReadAllText(Repo.PathOf("tests", "regressions", file)), Language.All);
}
