using ZeroCopy.Cli.Mutants;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Mutants;

/// <summary>Each law is needed: without it a recorded bug is seen by nothing. Or it stands in <see cref="NotShownNeeded"/>, with what sees the same.</summary>
[Collection(nameof(MutantTests.Woven))]
public sealed class NeedTests(MutantTests.Woven woven)
{
    private static readonly IReadOnlyList<Law> Laws = [.. LawCatalogue.All.Where(law => law.Kind == LawKind.Always)];

    /// <summary>What the witness of each mutant breaks first, asked once.</summary>
    private static IReadOnlyDictionary<MutantFile, IReadOnlyList<string>>? _seen;

    public static TheoryData<string, string> Needs
    {
        get
        {
            var needs = new TheoryData<string, string>();
            foreach (var (mutant, law) in Sources.Mutants.SelectMany(mutant => mutant.Needs.Select(law => (mutant.Id, law))))
            {
                needs.Add(mutant, law);
            }

            return needs;
        }
    }

    public static TheoryData<string> NotNeeded => [.. NotShownNeeded.All.Select(not => not.Law)];

    private IReadOnlyDictionary<MutantFile, IReadOnlyList<string>> Seen => _seen ??= Sources.Mutants.ToDictionary(mutant => mutant, mutant => Need.Seen(woven.With(mutant), mutant));

    [Theory]
    [MemberData(nameof(Needs))]
    public void Law_left_out_lets_the_witness_of_what_needs_it_hold_to_its_end(string id, string law)
    {
        var mutant = Sources.Find(id)!;
        Assert.Equal([law], Need.Seen(woven.With(mutant), mutant));
        Assert.Empty(Need.OnWitness(woven.With(mutant), mutant, law));
    }

    [LongTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(Needs))]
    public void Law_left_out_lets_what_needs_it_survive_the_search(string id, string law)
    {
        var mutant = Sources.Find(id)!;
        Assert.Empty(Need.InSearch(woven.With(mutant), mutant, law));
    }

    /// <summary>What is said to see the same turns red on the witness of each recorded bug that the law sees first, with the law or, where that stands alone, later without it; where the witness then holds, the search has to show it.</summary>
    [Theory]
    [MemberData(nameof(NotNeeded))]
    public void What_is_said_to_see_the_same_does_on_witnesses(string law)
    {
        var not = NotShownNeeded.All.Single(each => each.Law == law);
        var instead = WhereSeen(law).Select(mutant => OnWitness(mutant, law)).ToList();
        Assert.Equal(not.Instead.Count == 0, instead.Count == 0);
        Assert.All(instead.Where(others => others.Count > 0), others => Assert.NotEmpty(not.Instead.Intersect(others)));
    }

    [LongTheory]
    [Trait("Category", "Long")]
    [MemberData(nameof(NotNeeded))]
    public void What_is_said_to_see_the_same_does_in_the_search(string law)
    {
        var not = NotShownNeeded.All.Single(each => each.Law == law);
        Assert.All(WhereSeen(law).Where(mutant => OnWitness(mutant, law).Count == 0), mutant => Assert.NotEmpty(not.Instead.Intersect(Need.InSearch(woven.With(mutant), mutant, law))));
    }

    [Fact]
    public void Each_law_is_shown_to_be_needed_or_the_reason_stands_somewhere() =>
        Assert.All(Laws, law => Assert.True(Sources.Mutants.Any(mutant => mutant.Needs.Contains(law.Id)) != NotShownNeeded.All.Any(not => not.Law == law.Id), law.Id));

    [Fact]
    public void What_is_named_exists()
    {
        Assert.All(Sources.Mutants.SelectMany(mutant => mutant.Needs).Concat(NotShownNeeded.All.Select(not => not.Law)), law => Assert.Single(Laws, each => each.Id == law));
        Assert.All(NotShownNeeded.All.SelectMany(not => not.Instead), other => Assert.True(other == Necessity.ModelFailed || Catalogue.Find(other.Split('/')[0]) is not null, other));
    }

    private IEnumerable<MutantFile> WhereSeen(string law) => Sources.Mutants.Where(mutant => Seen[mutant].Contains(law));

    private IReadOnlyList<string> OnWitness(MutantFile mutant, string law) =>
        Seen[mutant].Count > 1 ? [.. Seen[mutant].Where(other => other != law)] : Need.OnWitness(woven.With(mutant), mutant, law);
}
