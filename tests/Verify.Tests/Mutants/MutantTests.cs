using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Mutants;

/// <summary>Each recorded bug, compiled in, turns red through the rule that it names; without it the same script holds.</summary>
[Collection(nameof(Woven))]
public sealed class MutantTests(MutantTests.Woven woven)
{
    private static readonly TimeSpan EndlessLoop = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyList<MutantFile> All = Sources.Mutants;

    public static TheoryData<string> Ids => [.. All.Select(mutant => mutant.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Mutant_is_killed_by_its_rule(string id)
    {
        var mutant = Sources.Find(id)!;
        Assert.Equal("", Replay.Violated(mutant.Witness));
        Scripts.Holds(Script.Parse(mutant.Witness, Language.All));

        var violated = await Task.Run(() => woven.Violated(mutant)).WaitAsync(EndlessLoop);
        Assert.Contains(mutant.Breaks, violated.Split(' '));
    }

    [LongTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Ids))]
    public async Task Mutant_that_is_compiled_alone_is_killed_by_its_rule(string id)
    {
        var mutant = Sources.Find(id)!;
        var violated = await Task.Run(() => Alone(mutant)).WaitAsync(EndlessLoop);
        Assert.Contains(mutant.Breaks, violated.Split(' '));
    }

    /// <summary>What makes a mutant red is its own body: where none is chosen, every witness holds.</summary>
    [Fact]
    public void Woven_mutants_break_nothing_where_none_is_chosen() => Assert.All(All, mutant => Assert.Equal("", woven.ViolatedByNone(mutant)));

    /// <summary>A patch that does not fit any more would leave the model as it is, and the mutant would only seem to survive.</summary>
    [Fact]
    public void Patch_that_does_not_fit_is_refused() =>
        Assert.Contains("stands 0 times", Assert.Throws<InvalidOperationException>(() =>
            MutantBuild.Of(All[0] with { Patches = [("Model/World.cs", "no such text", "")] })).Message, StringComparison.Ordinal);

    [Fact]
    public void Each_id_is_its_files_name() =>
        Assert.All(All, mutant => Assert.True(File.Exists(Repo.PathOf("tests", "mutants", mutant.Id + ".mutant")), mutant.Id));

    [Fact]
    public void Each_rule_exists() => Assert.All(All, mutant => Assert.NotNull(Catalogue.Find(mutant.Breaks)));

    [Theory]
    [InlineData("D3"), InlineData("D25"), InlineData("S15"), InlineData("S16"), InlineData("S17"), InlineData("C12")]
    [InlineData("C13"), InlineData("Z9"), InlineData("Z6"), InlineData("N1"), InlineData("N2"), InlineData("N3")]
    public void The_twelve_are_there(string id) => Assert.Contains(All, mutant => mutant.Id == id);

    /// <summary>A rule that nothing was seen to break is listed here with the reason.</summary>
    private static readonly Dictionary<string, string> NotShownAbleToFail = [];

    [Fact]
    public void Each_rule_has_a_mutant() =>
        Assert.Empty(Catalogue.All.Select(rule => rule.Id).Except(All.Select(mutant => mutant.Breaks)).Except(NotShownAbleToFail.Keys));

    private static string Alone(MutantFile mutant) => MutantBuild.Of(mutant).Violated(mutant.Witness);

    /// <summary>All mutants in one build of the libraries, for whoever asks it in turn.</summary>
    [CollectionDefinition(nameof(Woven))]
    public sealed class Together : ICollectionFixture<Woven>;

    /// <summary>All mutants in one build of the libraries.</summary>
    public sealed class Woven
    {
        private readonly WovenBuild _build = new(All);

        internal MutantBuild With(MutantFile mutant) => _build.With(mutant);

        internal string Violated(MutantFile mutant) => _build.With(mutant).Violated(mutant.Witness);

        internal string ViolatedByNone(MutantFile mutant) => _build.Violated(mutant.Witness);
    }
}
