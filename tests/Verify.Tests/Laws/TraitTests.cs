using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Tests.Laws;

/// <summary>Traits spare the evaluation of a law of what it says nothing about: whether a law is asked of a subject that lacks them makes no difference.</summary>
public sealed class TraitTests
{
    private const int Blocks = 12;

    public static TheoryData<string> Names => [.. Suites.All.Select(suite => suite.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Law_says_nothing_where_its_traits_are_not(string name)
    {
        var suite = Suites.Find(name)!;
        var ofAll = suite with { Laws = [.. suite.Laws.Select(law => law.OfAll())] };
        var (spared, asked) = (Run(suite), Run(ofAll));
        Assert.Equal(spared.Applied, asked.Applied);
        Assert.Equal(
            suite.Laws.Select(law => $"{law.Id} {spared.Hits(law)}"),
            ofAll.Laws.Select(law => $"{law.Id} {asked.Hits(law)}"));
    }

    private static Tally Run(Suite suite) =>
        new SuiteRun(suite, Profile.Tiny, seed: 3).Run(Blocks * SuiteRun.BlockCases, jobs: 1, () => false, _ => { });
}
