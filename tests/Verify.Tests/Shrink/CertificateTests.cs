using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Specs;

namespace ZeroCopy.Tests.Shrink;

/// <summary>What a certificate says is what trying every script shows, one after the other, with nothing left out.</summary>
public sealed class CertificateTests
{
    private static readonly Rule Blue = new("CAN-002", "No clone is freed.", "A canary.", "this test", Basis.Contract);
    private static readonly Rule Red = new("CAN-003", "No skb is put to twice.", "A canary.", "this test", Basis.Contract);

    /// <summary>Takes four operations: two skbs that share a block, and one of them let go of.</summary>
    private static readonly Law CloneIsFreed = Law.Always(Blue, (in Step step) => step.Operation is not KfreeSkb || !step.World.Skbs.Live.Any(skb => skb.Cloned), (_, _) => "a clone was freed", name: "CloneIsFreed");

    private static readonly Law PutTwice = Law.Always(Red, (in Step step) => step.Operation is not SkbPut || !step.World.Skbs.Live.Any(skb => skb.Len > 1), (_, _) => "it was put to twice", name: "PutTwice");

    /// <summary>Each with whether it is the least itself.</summary>
    public static TheoryData<string, bool> Scripts => new()
    {
        { "CAN-002 skb0 = alloc_skb(0); skb1 = skb_clone(skb0); kfree_skb(skb1)", true },
        { "CAN-002 skb0 = alloc_skb(16); skb_put(skb0, 1, 0); skb1 = skb_clone(skb0); kfree_skb(skb0)", false },
        { "CAN-003 skb0 = alloc_skb(16); skb_put(skb0, 1, 0); skb_put(skb0, 1, 0)", false },
        { "CAN-003 skb0 = alloc_skb(16); skb_put(skb0, 1, 0); skb_pull(skb0, 1); skb_put(skb0, 1, 0); skb_put(skb0, 1, 0)", false },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void First_script_of_a_domain_is_the_first_that_trying_all_finds(string text, bool isLeast)
    {
        var rule = text.Split(' ')[0];
        var script = Of(text[(rule.Length + 1)..]);
        Law[] laws = [CloneIsFreed, PutTwice];
        var certificate = Certificate.Of(script, rule, Dialect.Of(script.Header, laws), Certificate.DefaultSteps);
        Assert.Equal(isLeast, certificate.First is null);
        var first = certificate.First ?? script;
        Assert.True(certificate.IsProven);
        Assert.Equal(first.Operations.Count - 1, certificate.Operations);
        Assert.InRange(first.Operations.Count, 1, script.Operations.Count);
        Assert.Equal(rule, Violated(first.Operations, laws));

        var lexicon = new Lexicon(Language.All);
        var domain = Domain.Around([.. script.Operations.Select(lexicon.Of)], "skb", new Roles(lexicon, Roles.Rows)).Single(domain => domain.ToString() == certificate.Domain);
        Assert.Equal(domain.Lines.Count, certificate.Lines);
        var tried = 0;
        foreach (var other in Enumerable.Range(1, Math.Min(2, certificate.Operations)).SelectMany(length => Every(domain.Lines, length)))
        {
            tried++;
            Assert.NotEqual(rule, Violated(other, laws));
        }

        Assert.True(tried >= domain.Lines.Count);
    }

    /// <summary>Of all that are as short, the one whose operations come first, not the first that is met.</summary>
    [Fact]
    public void Plainest_of_a_length_is_told()
    {
        var script = Of("skb0 = dev_alloc_skb(none, bad, 1, 0); skb_put(skb0, 1, 0)");
        var certificate = Certificate.Of(script, Red.Id, Dialect.Of(script.Header, [PutTwice]), Certificate.DefaultSteps);
        Assert.Equal(["skb0 = alloc_skb(1)", "skb_put(skb0, 2, 0)"], certificate.First!.Operations.Select(operation => operation.ToString()));

        var lexicon = new Lexicon(Language.All);
        var domain = Domain.Around([.. script.Operations.Select(lexicon.Of)], "skb", new Roles(lexicon, Roles.Rows)).Single(domain => domain.ToString() == certificate.Domain);
        var broken = Every(domain.Lines, 2).Where(operations => Violated(operations, [PutTwice]) == Red.Id).Select(operations => new Script(script.Header, [.. operations])).ToList();
        Assert.Contains(broken, other => Certificate.IsSmaller(other, script));
        Assert.DoesNotContain(broken, other => Certificate.IsSmaller(other, certificate.First));
    }

    /// <summary>A script of another length that the own lines of the first allow.</summary>
    [Fact]
    public void Script_with_a_smaller_one_among_its_own_lines_comes_down_to_it()
    {
        var script = Of("skb0 = alloc_skb(16); skb_put(skb0, 1, 0); skb_pull(skb0, 1); skb_put(skb0, 1, 0); skb_put(skb0, 1, 0)");
        var certificate = Certificate.Of(script, Red.Id, Dialect.Of(script.Header, [PutTwice]), Certificate.DefaultSteps);
        Assert.Equal(["skb0 = alloc_skb(16)", "skb_put(skb0, 1, 0)", "skb_put(skb0, 1, 0)"], certificate.First!.Operations.Select(operation => operation.ToString()));
    }

    [Fact]
    public void Budget_that_ends_before_a_script_is_found_proves_what_was_tried_and_no_more()
    {
        var script = Of("skb0 = alloc_skb(0); skb1 = skb_clone(skb0); kfree_skb(skb1)");
        var certificate = Certificate.Of(script, Blue.Id, Dialect.Of(script.Header, [CloneIsFreed]), 1);
        Assert.False(certificate.IsProven);
        Assert.Null(certificate.First);
        Assert.Contains("not proven to be minimal: no script of fewer than 2 operations", certificate.ToString(), StringComparison.Ordinal);
        Assert.Equal("not-proven", certificate.Word);
    }

    /// <summary>A script in which another law is broken before is not one that breaks this first.</summary>
    [Fact]
    public void Script_that_breaks_another_rule_before_does_not_count()
    {
        var script = Of("skb0 = alloc_skb(16); skb_put(skb0, 1, 0); skb_put(skb0, 1, 0)");
        var none = Law.Always(Blue, (in Step step) => step.World.Skbs.Live.Count == 0, (_, _) => "there is one", name: "None");
        Assert.Null(Certificate.Of(script, Red.Id, Dialect.Of(script.Header, [none, PutTwice]), 5_000).First);
    }

    [Fact]
    public void Lines_of_a_domain_are_on_the_names_of_its_script()
    {
        var lexicon = new Lexicon(Language.All);
        List<Line> script = [.. Of("skb0 = alloc_skb(2); skb1 = skb_clone(skb0)").Operations.Select(lexicon.Of)];
        var domains = Domain.Around(script, "skb", new Roles(lexicon, Roles.Rows)).ToList();
        Assert.Equal(["skb0 = alloc_skb(2)", "skb1 = alloc_skb(2)", "skb0 = skb_clone(skb1)", "skb1 = skb_clone(skb0)"], domains[0].Lines.Select(line => line.Text));
        Assert.Equal(6, domains.Count);
        Assert.All(domains, domain => Assert.Empty(domains[0].Lines.Except(domain.Lines)));

        Assert.All(domains, domain => Assert.All(domain.Lines, line => Assert.All(line.Names, name => Assert.Contains(name, domain.Names))));
    }

    [Fact]
    public void Domain_includes_what_it_was_made_from_and_no_other_line()
    {
        var lexicon = new Lexicon(Language.All);
        List<Line> script = [.. Of("skb0 = alloc_skb(2); skb1 = skb_clone(skb0)").Operations.Select(lexicon.Of)];
        var domains = Domain.Around(script, "skb", new Roles(lexicon, Roles.Rows)).ToList();
        Assert.All(domains, domain => Assert.True(domain.Includes(domains[0])));
        Assert.All(domains, domain => Assert.Equal(domain.Lines.Count == domains[0].Lines.Count, domains[0].Includes(domain)));
        Assert.False((domains[1] with { Lines = [.. domains[1].Lines.Skip(1)] }).Includes(domains[1]));
    }

    /// <summary>Two scripts that meet on the way: the second ends where it would have ended alone, with as many scripts tried.</summary>
    [Fact]
    public void Proof_that_knows_of_another_comes_to_the_same_end()
    {
        Law[] laws = [PutTwice];
        string[] scripts =
        [
            "skb0 = alloc_skb(16); skb_put(skb0, 2, 0); skb_pull(skb0, 1); skb_put(skb0, 1, 0); skb_put(skb0, 1, 0)",
            "skb0 = alloc_skb(16); skb1 = skb_clone(skb0); skb_put(skb0, 3, 0); skb_put(skb0, 1, 0)",
        ];
        var proofs = new Proofs();
        foreach (var script in scripts.Select(Of))
        {
            var shrunk = new Shrunk(script, new Trial(Dialect.Of(script.Header, laws).Judge()).Of(script), 0, false);
            var (alone, after) = (Shrinker.Prove(shrunk, laws), Shrinker.Prove(shrunk, laws, proofs: proofs));
            Assert.Equal(alone.Script.ToString(), after.Script.ToString());
            Assert.Equal(alone.Evaluations, after.Evaluations);
            Assert.Equal(alone.Certificate!.ToString(), after.Certificate!.ToString());
        }
    }

    /// <summary>Each plain line is an operation, and stands for itself alone.</summary>
    [Fact]
    public void Plain_lines_are_told_apart()
    {
        var lines = new Roles(new Lexicon(Language.All), Roles.Rows).All.ToList();
        Assert.Equal(lines.Count, lines.Distinct().Count());
        Assert.All(lines, line => Assert.Equal(line.Text, Script.ParseOperation(line.Text, 1, Language.All).ToString()));
    }

    private static Script Of(string lines) => Script.Parse($"zcverify-script 1 size=tiny kernel=linux244 suite=skb\n{lines.Replace("; ", "\n", StringComparison.Ordinal)}\n", Language.All);

    private static IEnumerable<IReadOnlyList<Operation>> Every(IReadOnlyList<Line> lines, int length) => length == 0
        ? [[]]
        : Every(lines, length - 1).SelectMany(before => lines.Select(line => (IReadOnlyList<Operation>)[.. before, line.Operation]));

    /// <summary>The rule that is broken first by the last operation; null where one before broke any, or none is broken.</summary>
    private static string? Violated(IReadOnlyList<Operation> operations, IReadOnlyList<Law> laws)
    {
        var checker = new Checker(Profile.Tiny, laws);
        foreach (var operation in operations)
        {
            if (checker.HasPanicked)
            {
                return null;
            }

            checker.Apply(operation);
            if (checker.Violations.Count > 0)
            {
                return operation == operations[^1] ? checker.Violations[0].Rule.Id : null;
            }
        }

        return null;
    }
}
