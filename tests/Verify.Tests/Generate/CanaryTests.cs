using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Specs;

namespace ZeroCopy.Tests.Generate;

/// <summary>Laws that cannot hold, in no list of the product: each engine shows them red, shrinks them to the script that everybody expects, and tells them apart.</summary>
public sealed class CanaryTests
{
    private const long Cases = 150;

    private static readonly Rule Yellow = new("CAN-001", "Nothing happens.", "A canary.", "this test", Basis.Contract);
    private static readonly Rule Blue = new("CAN-002", "No skb is cloned.", "A canary.", "this test", Basis.Contract);

    private static readonly Law AlwaysFails = Law.Always(Yellow, (in Step _) => false, (_, _) => "something happened");

    private static readonly Law FailsWithClones = Law.Always(Blue, (in Step step) => step.Operation is not SkbClone, (step, _) => $"{step.Operation} was called");

    [Theory]
    [InlineData(1), InlineData(2)]
    public void Law_that_always_fails_shrinks_to_one_operation(int jobs)
    {
        var findings = Run(jobs, AlwaysFails);
        Assert.Equal(0, findings[0].Case);
        Assert.Equal(findings.Count, findings.Select(finding => finding.Shape).Distinct().Count());
        Assert.All(findings, finding =>
        {
            Assert.Equal((Yellow, nameof(AlwaysFails)), (finding.Main.Rule, finding.Main.Law));
            Assert.Single(finding.Shrunk.Script.Operations);
            Assert.Equal("something happened", finding.Main.Explanation);
        });
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void Law_that_one_operation_breaks_shrinks_to_what_that_needs(int jobs)
    {
        var finding = Assert.Single(Run(jobs, FailsWithClones));
        Assert.Equal((Blue, nameof(FailsWithClones)), (finding.Main.Rule, finding.Main.Law));
        Assert.Equal(["skb0 = alloc_skb(0)", "skb1 = skb_clone(skb0)"], finding.Shrunk.Script.Operations.Select(operation => operation.ToString()));
    }

    /// <summary>The skb suite whole, with one canary among its laws: what is found is the canary's alone, an skb from wherever it may come, and its clone.</summary>
    [Fact]
    public void Canary_sings_among_the_laws_of_its_suite()
    {
        var suite = Suites.Find("skb")!;
        var (findings, _) = RunTallied(2, suite with { Laws = [.. suite.Laws, FailsWithClones] });
        Assert.Contains(findings, finding => finding.Shape == "AllocSkb SkbClone");
        Assert.All(findings, finding =>
        {
            Assert.Equal(nameof(FailsWithClones), Assert.Single(finding.Broke).Law);
            Assert.Equal(2, finding.Shrunk.Script.Operations.Count);
            Assert.IsType<SkbClone>(finding.Shrunk.Script.Operations[1]);
        });
    }

    /// <summary>One run, several bugs: both canaries, and a premise that is met and is no bug.</summary>
    [Fact]
    public void Bugs_of_one_run_are_told_apart()
    {
        var fails = Law.Always(Yellow, (in Step step) => step.Operation is not KfreeSkb, (_, _) => "an skb was freed", name: "Frees");
        var premise = Law.Sometimes(Blue, (in Step step) => step.Operation is SkbClone, name: "ClonesOccur");
        var (findings, tally) = RunTallied(2, fails, FailsWithClones, premise);
        Assert.Equal(
            ["FailsWithClones: AllocSkb SkbClone", "Frees: AllocSkb KfreeSkb"],
            findings.Select(finding => $"{finding.Main.Law}: {finding.Shape}").Order(StringComparer.Ordinal));
        Assert.Equal(Cases, tally.Cases);
        Assert.Equal(tally.FailedCases, tally.Hits(fails) + tally.Hits(FailsWithClones));
        Assert.Equal(tally.Hits(FailsWithClones), tally.Hits(premise));
        Assert.True(tally.FailedCases > findings.Count);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void Exhaustive_engine_finds_the_shortest_scripts(int jobs)
    {
        var mix = ExploreMix.Find("skb")!;
        var result = new Explorer(() => new WorldExplored(mix, Profile.Tiny, [FailsWithClones]), jobs).Run(3, null, Explorer.DefaultMostStates, () => false);
        var met = Assert.Single(result.Violations);
        Assert.Equal("CAN-002 FailsWithClones", met.What);
        Assert.Equal(["skb0 = alloc_skb(2)", "skb1 = skb_clone(skb0)"], mix.ScriptOf(met.Trace).Select(operation => operation.ToString()));

        result = new Explorer(() => new WorldExplored(mix, Profile.Tiny, [AlwaysFails, FailsWithClones]), jobs).Run(3, null, Explorer.DefaultMostStates, () => false);
        Assert.Equal("CAN-001 AlwaysFails", Assert.Single(result.Violations).What);
        Assert.Single(result.Violations[0].Trace.Events);
        Assert.False(result.Holds);
    }

    [Fact]
    public void No_canary_is_among_the_laws_of_the_product()
    {
        Assert.DoesNotContain(AlwaysFails, LawCatalogue.All);
        Assert.All(LawCatalogue.All, law => Assert.NotNull(Catalogue.Find(law.Rule.Id)));
    }

    private static IReadOnlyList<Finding> Run(int jobs, params Law[] laws) => RunTallied(jobs, laws).Findings;

    /// <summary>Few operations, of which one makes an skb from nothing: each canary has one smallest shape.</summary>
    private static (IReadOnlyList<Finding> Findings, Tally Tally) RunTallied(int jobs, params Law[] laws) => RunTallied(jobs, Suites.Find("skb")! with
    {
        Mix = [.. SkbDraws.All.Where(draw => draw.Name is "alloc_skb" or "skb_put" or "skb_clone" or "skb_pull" or "kfree_skb")],
        Laws = laws,
    });

    private static (IReadOnlyList<Finding> Findings, Tally Tally) RunTallied(int jobs, Suite suite)
    {
        var tally = new SuiteRun(suite, Profile.Tiny, 1).Run(Cases, jobs, () => false, _ => { });
        return (Findings.Of(suite, Profile.Tiny, null, tally), tally);
    }
}
