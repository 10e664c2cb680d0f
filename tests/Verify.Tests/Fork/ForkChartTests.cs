using System.Xml.Linq;
using ZeroCopy.Model;
using ZeroCopy.Properties.Fork;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Fork;

/// <summary>The chart: what it says, and that it is the same each time.</summary>
public sealed class ForkChartTests
{
    [Theory]
    [InlineData(Then.Exec, "pages that the child writes")]
    [InlineData(Then.Stay, "pages that either writes")]
    public void Both_curves_are_named_measured_and_expected(Then then, string expected)
    {
        PageSet.Refuse("2-5", 10, out var child);
        var chart = new ForkChart(new ForkExperiment(10, PageSet.First(0), child, then), [ForkOrder.Parent, ForkOrder.Child], "model");
        chart.Measure(new ModelForkMachine(Kernel.Linux244, 10), _ => { }, CancellationToken.None);
        var texts = XDocument.Parse(chart.Svg()).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value).ToList();
        var name = ForkChart.NameOf(ForkOrder.Child, then);
        Assert.Contains("parent first: measured", texts);
        Assert.Contains("parent first: expected, pages that either writes", texts);
        Assert.Contains($"{name}: measured", texts);
        Assert.Contains($"{name}: expected, {expected}", texts);
        Assert.Contains("Pages copied after fork", texts);
        Assert.Equal(2, texts.Count(text => text.EndsWith("[pages]", StringComparison.Ordinal)));
        Assert.Equal(22, chart.Runs);
        Assert.All(chart.Outcomes, outcome => Assert.True(outcome.Holds));
    }

    [Fact]
    public void Equal_arguments_give_equal_bytes()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "one.svg", "two.svg" })
        {
            Assert.Equal(0, Zcverify.Run("fork", "--pages", "20", "--parent-writes", "none", "--child-writes", "3,9-12", "--chart", folder[name]).Status);
        }

        Assert.Equal(File.ReadAllBytes(folder["one.svg"]), File.ReadAllBytes(folder["two.svg"]));
        Assert.Equal(2, Directory.EnumerateFiles(folder.Path).Count());
    }
}
