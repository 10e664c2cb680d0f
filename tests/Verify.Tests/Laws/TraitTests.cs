using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Tests.Mutants;

namespace ZeroCopy.Tests.Laws;

/// <summary>Traits spare the evaluation of a law of what it says nothing about: whether a law is asked of a subject that lacks them makes no difference.</summary>
[Collection(nameof(MutantTests.Woven))]
public sealed class TraitTests(MutantTests.Woven woven)
{
    private const int Blocks = 12;

    public static TheoryData<string> Names => [.. Suites.All.Select(suite => suite.Name)];

    /// <summary>In worlds that hold: what must happen at some time. That which must always hold is false in none of them.</summary>
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

    /// <summary>In worlds that a bug has broken: the same laws turn red.</summary>
    [Theory]
    [MemberData(nameof(MutantTests.Ids), MemberType = typeof(MutantTests))]
    public void Witness_breaks_the_same_laws(string id)
    {
        var mutant = Sources.Find(id)!;
        var build = woven.With(mutant);
        Assert.Equal(Words(build, nameof(Necessity.Broken), mutant), Words(build, nameof(Necessity.BrokenOfAll), mutant));
    }

    /// <summary>No recorded bug writes to the zero page first: here the test does.</summary>
    [Fact]
    public void Written_zero_page_is_told()
    {
        var checker = new Checker(Profile.Tiny);
        Apply("p0 = mm_alloc(low)");
        checker.World.Memory.ZeroPage!.Bytes.Span[3] = 1;
        Apply("mmap(p0, 0, 1, rw, private)");
        Assert.Equal(["COW-006 ZeroIsNobodys"], checker.Violations.Select(violation => $"{violation.Rule.Id} {violation.Law}"));

        void Apply(string line) => Assert.True(checker.Apply(Script.ParseOperation(line, 1, Language.All)), line);
    }

    private static IEnumerable<string> Words(MutantBuild build, string what, MutantFile mutant) =>
        build.Call<string>("ZeroCopy.Properties", typeof(Necessity).FullName!, what, mutant.Witness).Split(' ').Order(StringComparer.Ordinal);

    private static Tally Run(Suite suite) =>
        new SuiteRun(suite, Profile.Tiny, seed: 3).Run(Blocks * SuiteRun.BlockCases, jobs: 1, () => false, _ => { });
}
