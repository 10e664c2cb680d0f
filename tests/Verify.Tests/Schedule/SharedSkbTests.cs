using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Schedule;

/// <summary>Two readers let go of one datagram: every schedule, with as many preemptions and reorderings as it has accesses.</summary>
public sealed class SharedSkbTests
{
    private const string Shared = """
        eth0 = register_netdev(acenic)
        skb0 = alloc_skb(0)
        skb1 = skb_get(skb0)
        interleave(eth0)

        """;

    [Theory]
    [InlineData("tso", 21)]
    [InlineData("rmo", 31)]
    public void AllSchedules_AsIntended_Hold(string model, int schedules) => Assert.Equal(schedules, (int)Explore(0, model, null)["schedules"]!);

    /// <summary>Loads in order need no barrier: on x86 the two are no bugs.</summary>
    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("S3", "tso", 0)]
    [InlineData("S3", "rmo", 1)]
    [InlineData("S3b", "tso", 0)]
    [InlineData("S3b", "rmo", 1)]
    public void AllSchedules_WithoutABarrier_FailWhereLoadsAreEarly(string mutant, string model, int status)
    {
        var violations = Explore(status, model, mutant)["violations"]!.AsArray();
        Assert.Equal(status == 0 ? [] : ["SKB-029"], violations.Select(violation => (string)violation!["rule"]!));
    }

    [Theory]
    [InlineData("run(eth0, cpu0)\nrun(eth0, cpu1)")]
    [InlineData("run(eth0, cpu1)\nrun(eth0, cpu0)")]
    [InlineData("run(eth0, cpu1, 1)\nrun(eth0, cpu0)\nrun(eth0, cpu1)")]
    [InlineData("run(eth0, cpu0, 4)\nrun(eth0, cpu1)\nrun(eth0, cpu0)")]
    public void LastReader_Frees(string schedule) =>
        Assert.Empty(Scripts.Holds(Scripts.Tiny(Shared + "skb_free_datagram(eth0, skb0, skb1)\n" + schedule)).World.Skbs.Live);

    [Fact]
    public void OneAfterTheOther_IsPossible() =>
        Assert.Empty(Scripts.Holds(Scripts.Tiny(Shared + """
            skb_free_datagram(eth0, skb0, skb1)
            run(eth0, cpu0)
            run(eth0, cpu1)
            skb0 = alloc_skb(0)
            skb1 = skb_get(skb0)
            skb_free_datagram(eth0, skb1, skb0)
            run(eth0, cpu1)
            run(eth0, cpu0)
            """)).World.Skbs.Live);

    [Fact]
    public void InAProcedure_BothStayWhereTheyAre()
    {
        var checker = Scripts.Holds(Scripts.Tiny(Shared + "qdisc_run(eth0, cpu1)\nskb_free_datagram(eth0, skb0, skb1)"));
        Assert.Equal(0, checker.World.Seen.Count);
        Assert.Equal(2, checker.World.Skb(new SkbId(1)).Users);
    }

    /// <summary>Two names of one packet, and no third.</summary>
    [Theory]
    [InlineData("skb_clone(skb0)", 0, 2)]
    [InlineData("skb_get(skb0)", 0, 1)]
    [InlineData("skb_copy(skb0)", 1, 1)]
    public void OtherPackets_AreNotEnabled(string third, int one, int other) =>
        Assert.False(Scripts.Holds(Scripts.Tiny(Shared + "skb2 = " + third)).Apply(new SkbFreeDatagram(new DevId(0), new SkbId(one), new SkbId(other))));

    private static JsonObject Explore(int expected, string model, string? mutant)
    {
        string[] mutated = mutant is null ? [] : ["--mutant", mutant];
        var (status, json) = Zcverify.RunJson(["explore", "acenic", "--start", "readers", "--memory-model", model, "--preemptions", "9", "--reorderings", "9", .. mutated]);
        Assert.Equal(expected, status);
        return json;
    }
}
