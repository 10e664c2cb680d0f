using System.Text.RegularExpressions;
using ZeroCopy.Cli;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Specification;

/// <summary>Specs/SPEC.md is what the program prints, and says everything that it should.</summary>
public sealed class SpecPageTests
{
    private static readonly string Page = SpecPage.Of(Catalogue.All, SpecSources.Evidence);

    private static string Committed => File.ReadAllText(Repo.PathOf("Specs", "SPEC.md"));

    public static TheoryData<string> Machines => [.. MachineCatalogue.All.Select(machine => machine.Name)];

    [Fact]
    public void It_is_up_to_date() =>
        Assert.True(Page == Committed, $"{SpecPage.Path} is out of date: '{SpecPage.Command}' mends it");

    [Fact]
    public void Write_makes_it_in_the_checkout_around_the_current_directory()
    {
        using var checkout = new TemporaryFolder();
        File.WriteAllText(checkout["Verify.sln"], "");
        Directory.CreateDirectory(checkout["Specs"]);
        Directory.CreateDirectory(checkout["Model/Skb"]);
        var (status, _, error) = Zcverify.RunInShell($"cd {checkout["Model/Skb"]} && {Zcverify.Spelled("spec", "--write")}");
        Assert.True(status == 0, error);
        Assert.Equal(Page, File.ReadAllText(checkout["Specs/SPEC.md"]));
        Assert.Single(Directory.EnumerateFiles(checkout["Specs"]));
    }

    [Fact]
    public void Write_outside_of_a_checkout_is_refused()
    {
        using var folder = new TemporaryFolder();
        var (status, output, error) = Zcverify.RunInShell($"cd {folder.Path} && {Zcverify.Spelled("spec", "--write")}");
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Contains("Verify.sln", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_takes_no_name() => Assert.Equal(2, Zcverify.Run("spec", "SKB-003", "--write").Status);

    [Fact]
    public void Every_rule_is_in_it_once()
    {
        var words = Unwrapped(Page);
        Assert.All(Catalogue.All, rule =>
        {
            Assert.Single(Regex.Matches(Page, $"^### {rule.Id}$", RegexOptions.Multiline));
            Assert.Contains(Markdown(rule.Statement), words, StringComparison.Ordinal);
            Assert.Contains(Markdown(rule.Because), words, StringComparison.Ordinal);
            Assert.Contains(Markdown(rule.Source), words, StringComparison.Ordinal);
            Assert.Single(Subject.All, subject => subject.Has(rule));
        });
    }

    [Fact]
    public void Every_law_mutant_and_BUG_check_is_in_it()
    {
        var words = Unwrapped(Page);
        Assert.All(LawCatalogue.All, law => Assert.Contains($"`{law.Name}`", words, StringComparison.Ordinal));
        Assert.All(Sources.Mutants, mutant => Assert.Contains($"{mutant.Id} *{mutant.Title}*", words, StringComparison.Ordinal));
        Assert.All(SpecSources.Evidence.BugChecks, check => Assert.Matches($"{check.File}: [^;]*`{check.Member}`", words));
    }

    /// <summary>Counted in the files, as a text search would: each check that names its rule was found by the syntax tree.</summary>
    [Fact]
    public void Every_BUG_check_of_the_sources_is_found()
    {
        var found = new[] { "Model", "Drivers" }
            .SelectMany(folder => Directory.EnumerateFiles(Repo.PathOf(folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(path => Regex.Matches(File.ReadAllText(path), @"new BugException\((\w+Rules)\.(\w+)")
                .Select(match => (Catalogue.Named(match.Groups[1].Value, match.Groups[2].Value)?.Id, Path.GetRelativePath(Repo.Root, path).Replace('\\', '/'))));
        Assert.Equal(found.ToHashSet(), SpecSources.Evidence.BugChecks.Select(check => ((string?)check.Rule.Id, check.File)).ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Every_state_and_guard_has_a_meaning(string name)
    {
        var machine = MachineCatalogue.Find(name)!.Table;
        Assert.All(machine.States, state => Assert.NotEqual("", SpecSources.Evidence.Meaning(machine.StateType, state)));
        Assert.All(machine.Guards, guard => Assert.NotEqual("", SpecSources.Evidence.Meaning(machine.GuardType, guard)));
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void Diagram_is_Mermaid_with_short_labels(string name)
    {
        var lines = MachineText.Diagram(MachineCatalogue.Find(name)!).TrimEnd().Split('\n').Select(line => line.Trim()).ToList();
        Assert.Equal(["stateDiagram-v2", "direction LR"], lines.Take(2));
        Assert.All(lines.Skip(2), line => Assert.Matches(@"^(\[\*\]|[A-Z]\w*) --> [A-Z]\w*( : \w+( \[[A-Z]{3}-[0-9]{3}\])*)?$", line));
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));
    }

    [Fact]
    public void Withdrawn_rules_keep_their_ids_in_an_index()
    {
        var gone = new Rule("SKB-999", "Nothing holds.", "Nothing.", "RFC 0", Basis.Later, Withdrawn: "It never did.");
        var page = SpecPage.Of([.. Catalogue.All, gone], SpecSources.Evidence);
        Assert.EndsWith("## Withdrawn rules\n\n- SKB-999 *Nothing holds.* It never did.\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("### SKB-999", page, StringComparison.Ordinal);
        Assert.Contains("[Withdrawn rules](#withdrawn-rules)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_links_lead_somewhere()
    {
        var anchors = Regex.Matches(Page, "^##+ (.*)$", RegexOptions.Multiline)
            .Select(heading => Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), "[^a-z0-9 _-]", "").Replace(' ', '-')).ToHashSet();
        var links = Regex.Matches(Page, @"\]\(#([^)]*)\)").Select(link => link.Groups[1].Value).ToList();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, anchors));
    }

    [Fact]
    public void Json_has_guards_BUG_checks_laws_and_mutants()
    {
        var (status, json) = Zcverify.RunJson("spec", "PIN-001");
        Assert.Equal(0, status);
        var rule = Assert.Single(json["rules"]!.AsArray())!;
        Assert.Contains(rule["bugChecks"]!.AsArray(), check => (string?)check!["file"] == "Model/Pages/Page.cs");
        Assert.Contains(rule["mutants"]!.AsArray(), mutant => (string?)mutant!["id"] == "S15");
        Assert.NotEmpty(rule["laws"]!.AsArray());
        Assert.NotEmpty(Zcverify.RunJson("spec", "SKB-009").Json["rules"]![0]!["guards"]!.AsArray());
    }

    /// <summary>The text without its line breaks.</summary>
    private static string Unwrapped(string page) => Regex.Replace(page, @"\n *", " ");

    private static string Markdown(string words) => Regex.Replace(words, @"\*|<(?=[A-Za-z])", @"\$&");
}
