using System.Text.Json.Nodes;
using ZeroCopy.Cli;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Fork;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Conform;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>What <c>fork</c> prints and writes.</summary>
public sealed class ForkTests
{
    [Fact]
    public void Json_has_every_field()
    {
        using var folder = new TemporaryFolder();
        var (status, json) = Zcverify.RunJson("fork", "--chart", folder["o.svg"]);
        Assert.Equal(0, status);
        string[] fields = ["schema", "verb", "result", "on", "kernel", "pages", "parentWrites", "childWrites", "then", "orders", "chart", "timing"];
        Assert.All(fields, field => Assert.True(json.ContainsKey(field), field));
        Assert.Equal(("holds", "model", "linux244", 64, "0-39", "24-43", "exec"), (
            (string?)json["result"], (string?)json["on"], (string?)json["kernel"], (int)json["pages"]!, (string?)json["parentWrites"], (string?)json["childWrites"], (string?)json["then"]));
        Assert.Equal(
            [("parent", 60, 44, 0, 44, 124, 44), ("child", 60, 20, 0, 20, 124, 20)],
            json["orders"]!.AsArray().Select(order => (
                (string)order!["order"]!, (int)order["faults"]!, (int)order["copies"]!, (int)order["clears"]!, (int)order["frames"]!, (int)order["pteWrites"]!, (int)order["expected"]!)));
        Assert.All(json["orders"]!.AsArray(), order => Assert.Equal((0, 128), ((int)order!["fork"]!["frames"]!, (int)order["fork"]!["pteWrites"]!)));
        Assert.Equal(folder["o.svg"], (string?)json["chart"]);
        Assert.Equal(0, (int)json["chartDiffering"]!);
        Assert.Equal([folder["o.svg"]], Directory.EnumerateFiles(folder.Path));
    }

    [Theory]
    [InlineData("--then stay", "parent 44, child 44")]
    [InlineData("--then exit", "parent 44, child 20")]
    [InlineData("--order parent", "parent 44")]
    [InlineData("--order child --kernel linux6", "child 20")]
    [InlineData("--parent-writes none", "parent 20, child 20")]
    [InlineData("--child-writes none", "parent 40, child 0")]
    [InlineData("--pages 4096 --parent-writes 0-4095 --child-writes 4095,7", "parent 4096, child 2")]
    [InlineData("--pages 1 --parent-writes 0 --child-writes 0 --then stay", "parent 1, child 1")]
    public void Copies_by_order(string options, string copies)
    {
        var (status, json) = Zcverify.RunJson(["fork", .. options.Split(' ')]);
        Assert.Equal(0, status);
        Assert.Null(json["chart"]);
        Assert.Equal(copies, string.Join(", ", json["orders"]!.AsArray().Select(order => $"{order!["order"]} {order["copies"]}")));
    }

    [LinuxTheory(LinuxNeeds.Frames)]
    [InlineData("exec", "parent 44, child 20")]
    [InlineData("exit", "parent 44, child 20")]
    [InlineData("stay", "parent 44, child 44")]
    public void Copies_on_the_running_kernel(string then, string copies)
    {
        var (status, json) = Zcverify.RunJson("fork", "--on", "linux", "--then", then);
        Assert.Equal(0, status);
        Assert.Equal(copies, string.Join(", ", json["orders"]!.AsArray().Select(order => $"{order!["order"]} {order["copies"]}")));
    }

    [Fact]
    public void What_is_broken_is_told_by_rule_and_law()
    {
        var cost = new ForkCost(1, 0, 0, 0, 1);
        var broken = new ForkOutcome(ForkOrder.Child, default, cost, 20, 7, [new Violation(CowRules.SharedIsProtected, "SharedIsProtected", 6, new DoExit(new MmId(1)), "found")]);
        var report = new ForkReport("model", "linux244", "exec", new ForkExperiment(64, PageSet.First(40), PageSet.First(20), Then.Exec), "", [broken], null, null, TimeSpan.Zero);
        var violation = (JsonObject)report.Json()["orders"]![0]!["violations"]![0]!;
        Assert.Equal(ExitStatus.Violation, report.Status);
        Assert.Equal(("violation", CowRules.SharedIsProtected.Id, "SharedIsProtected"), ((string?)report.Json()["result"], (string?)violation["rule"], (string?)violation["law"]));
    }

    [Fact]
    public void Other_copies_than_expected_are_a_violation()
    {
        var other = new ForkOutcome(ForkOrder.Child, default, new ForkCost(60, 21, 0, 21, 124), 20, 7, []);
        Assert.Equal(ExitStatus.Violation, new ForkReport("model", "linux244", "exec", new ForkExperiment(64, PageSet.First(40), PageSet.First(20), Then.Exec), "", [other], null, null, TimeSpan.Zero).Status);
    }
}
