using ZeroCopy.Cli.Mutants.Generic;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Mutants;

/// <summary>What becomes of small mistakes: known ones are killed, survive, and are not met.</summary>
public sealed class GenericJudgementTests
{
    private const int Cases = 50;

    [Fact]
    public void Sample_is_the_seeds()
    {
        var sample = Sample.Draw(Sites.All, 12, 7);
        Assert.Equal(sample.Mutants, Sample.Draw(Sites.All, 12, 7).Mutants);
        Assert.NotEqual(sample.Mutants, Sample.Draw(Sites.All, 12, 8).Mutants);
        Assert.Equal(Enumerable.Range(1, 12), sample.Mutants.Select(mutant => mutant.Number));
    }

    [Fact]
    public void Site_that_does_not_compile_is_no_mutant_and_is_counted()
    {
        var wrong = At("Model/Net/TcpSock.cs", "boolean", _ => true) with { Change = At("Model/Net/TcpSock.cs", "boolean", _ => true).Change with { Text = "\"no\" - 1" } };
        var sample = Sample.Draw([wrong], 1, 1);
        Assert.Empty(sample.Mutants);
        Assert.Equal(1, sample.NotCompiling);
    }

    /// <summary>The bits of guards lie apart: to join them by one operator or the other is the same. A guard of a machine that nothing violates is not evaluated.</summary>
    [Fact]
    public void Known_mistakes_Judged_HaveTheirFates()
    {
        (string Said, Site Site)[] known =
        [
            ("violation", At("Model/Skb/Skb.cs", "update", site => site.Original == "--Users")),
            ("exception", At("Model/Pages/SwapSpace.cs", "equality", site => site is { Original: "i < _slots.Length", Changed: "i <= _slots.Length" })),
            ("survived", At("Model/Skb/Skb.cs", "bitwise", site => site.Original.StartsWith("(int)asked | ", StringComparison.Ordinal) && site.Changed.Contains('^', StringComparison.Ordinal))),
            ("not-covered", At("Model/Fork/TaskStruct.cs", "statement", site => site.Original == "Bug(@event, guards);")),
            ("timeout", At("Model/Pages/PhysicalMemory.cs", "update", site => site.Line > 255 && site.Original == "i++")),
        ];
        var mutants = known.Select((each, i) => GenericMutant.Of(i + 1, each.Site)!).ToList();
        Assert.Equal(known.Select(each => each.Said), Judgement.Of(mutants, 1, Cases, 1, CancellationToken.None).Select(result => GenericResult.Word(result.Fate)));
    }

    [Fact]
    public void Suites_of_the_folder_come_first()
    {
        Assert.Equal("hme", GenericBuild.OrderFor("Drivers/Hme/HmeDriver.cs")[0]);
        Assert.Equal("fork", GenericBuild.OrderFor("Model/Fork/TaskStruct.cs")[0]);
        Assert.Equal(GenericBuild.OrderFor("Model/World.cs").Order(StringComparer.Ordinal), GenericBuild.OrderFor("Model/Pages/Page.cs").Order(StringComparer.Ordinal));
    }

    /// <summary>What a program reads is the same whatever the threads, and as it is judged here.</summary>
    [LongFact]
    [Trait("Category", "Long")]
    public void Command_line_tells_what_is_judged_here()
    {
        var (status, json) = Zcverify.RunJson("mutants", "--generic", "6", "--seed", "2", "--cases", $"{Cases}", "--jobs", "2");
        Assert.Equal(0, status);
        Assert.Equal(6, (int)json["total"]!);
        Assert.Equal(6, json["fates"]!.AsObject().Sum(fate => (int)fate.Value!));
        Assert.Equal((int)json["killed"]!, json["mutants"]!.AsArray().Count(mutant => (string)mutant!["fate"]! is "violation" or "exception" or "timeout"));
        var here = Judgement.Of(Sample.Draw(Sites.All, 6, 2).Mutants, 2, Cases, 1, CancellationToken.None);
        Assert.Equal(here.Select(result => result.Json().ToJsonString()), json["mutants"]!.AsArray().Select(mutant => mutant!.ToJsonString()));
    }

    private static Site At(string file, string @operator, Func<Site, bool> which) => Sites.All.First(site => site.File == file && site.Operator == @operator && which(site));
}
