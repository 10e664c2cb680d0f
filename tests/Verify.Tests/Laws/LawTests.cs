using ZeroCopy.Cli;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Tests.Laws;

/// <summary>Rules and laws name each other.</summary>
public sealed class LawTests
{
    public static TheoryData<string> Rules => [.. Catalogue.All.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rule_is_whole(string id)
    {
        var rule = Catalogue.Find(id)!;
        Assert.Matches("^(SKB|SUM|PIN|NET|DMA|ACE|HME|COW|EQV)-[0-9]{3}$", rule.Id);
        Assert.EndsWith(".", rule.Statement, StringComparison.Ordinal);
        Assert.EndsWith(".", rule.Because, StringComparison.Ordinal);
        Assert.Matches("linux [0-9]+\\.[0-9]+|RFC", rule.Source);
        Assert.True(
            SpecText.LawsOf(rule).Any(law => law.Kind == LawKind.Always) || SpecText.GuardsOf(rule).Any() || SpecSources.Evidence.BugChecks.Any(check => check.Rule == rule),
            $"{id} is named by no law, no guard and no BUG check");
    }

    [Fact]
    public void Ids_are_unique() => Assert.Equal(Catalogue.All.Count, Catalogue.All.Select(rule => rule.Id).Distinct().Count());

    [Fact]
    public void Each_Sometimes_has_its_Always() =>
        Assert.All(LawCatalogue.All.Where(law => law.Kind == LawKind.Sometimes), law =>
            Assert.Contains(LawCatalogue.All, other => other.Kind == LawKind.Always && other.Rule == law.Rule));

    /// <summary>What differs stands in the message, however far behind it begins.</summary>
    [Theory]
    [InlineData("0102", "0103", "from byte 1 on 02, where 03")]
    [InlineData("01", "02", "01, where 02")]
    [InlineData("01", "0102", "from byte 1 on no more bytes, where 02")]
    public void Difference_is_shown_from_its_first_byte(string found, string expected, string told) =>
        Assert.Equal(told, SkbLaws.Parting(Convert.FromHexString(found), ", where ", Convert.FromHexString(expected)));
}
