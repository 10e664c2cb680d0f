using System.Text.RegularExpressions;
using System.Xml.Linq;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Tidy;

/// <summary>House rules that a reader should not have to enforce.</summary>
public sealed class HouseRuleTests
{
    private static readonly string[] Sources = ["Specs", "Model", "Drivers", "Properties", "Cli"];

    [Theory]
    [InlineData("#region", "a file that needs regions is two files")]
    [InlineData("\\b(class|record|struct) \\w*(Helper|Utils|Manager)\\b", "find the noun that is missing")]
    [InlineData("DateTime\\.(Utc)?Now|Random\\.Shared|Guid\\.NewGuid", "a run depends on its input alone")]
    [InlineData("\\b(TODO|FIXME|HACK)\\b|NotImplementedException", "what is unfinished is not landed")]
    public void Banned(string pattern, string instead) =>
        Assert.All(Files(), path => Assert.False(Regex.IsMatch(File.ReadAllText(path), pattern), $"{path}: {pattern}: {instead}"));

    [Fact]
    public void Rules_are_referred_to_by_symbol() =>
        Assert.All(Files().Where(path => !path.Contains("/Specs/", StringComparison.Ordinal)), path =>
            Assert.DoesNotMatch("\"(SKB|SUM|PIN|NET|DMA|ACE|HME|COW|EQV)-[0-9]{3}\"", File.ReadAllText(path)));

    [Fact]
    public void Cited_rules_exist()
    {
        string[] texts =
        [
            .. new[] { "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Specs/SPEC.md" }.Select(name => Repo.PathOf(name)),
            .. new[] { "mutants", "regressions", "approved" }.SelectMany(folder => Directory.EnumerateFiles(Repo.PathOf("tests", folder))),
            .. Files(),
        ];
        Assert.All(texts, path => Assert.All(
            Regex.Matches(File.ReadAllText(path), "\\b(SKB|SUM|PIN|NET|DMA|ACE|HME|COW|EQV)-[0-9]{3}\\b"),
            cited => Assert.True(Catalogue.Find(cited.Value) is not null, $"{path}: {cited.Value} is not in the catalogue")));
    }

    [Fact]
    public void Public_types_say_what_they_are()
    {
        foreach (var assembly in new[] { typeof(Rule), typeof(Model.World), typeof(Drivers.DriverKind), typeof(ZeroCopy.Properties.Checker) }.Select(type => type.Assembly))
        {
            var documented = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
                .Where(member => member.Element("summary") is not null)
                .Select(member => (string)member.Attribute("name")!)
                .ToHashSet();
            Assert.All(
                assembly.GetExportedTypes().Where(type => !type.IsNested && !typeof(Delegate).IsAssignableFrom(type)),
                type => Assert.True(documented.Contains($"T:{type.FullName}"), $"{type.FullName} has no summary"));
        }
    }

    private static IEnumerable<string> Files() => Sources
        .SelectMany(folder => Directory.EnumerateFiles(Repo.PathOf(folder), "*.cs", SearchOption.AllDirectories))
        .Select(path => path.Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal));
}
