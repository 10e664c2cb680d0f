using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>A seed determines everything but what a clock decides, with any number of jobs.</summary>
public sealed class SeedTests
{
    [Theory]
    [InlineData("checksum skb transmit acenic hme system --cases 60", 3)]
    [InlineData("skb transmit --cases 30 --size real --seed 0xffffffffffffffff", 2)]
    public void Equal_seeds_give_equal_json(string command, int repeats) => SameJson(command, repeats);

    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("--cases 300"), InlineData("acenic --cases 120 --no-replay --mutant D3"), InlineData("skb --cases 120 --no-replay --mutant S16")]
    public void Equal_seeds_give_equal_json_over_ten_repeats(string command) => SameJson(command, 10);

    [Fact]
    public void Another_seed_gives_another_run()
    {
        using var folder = new TemporaryFolder();
        Assert.NotEqual(Lasting(folder, "skb --cases 50 --seed 1", 1), Lasting(folder, "skb --cases 50 --seed 2", 1));
    }

    private static void SameJson(string command, int repeats)
    {
        using var folder = new TemporaryFolder();
        var first = Lasting(folder, command, 1);
        Assert.Equal(first, Lasting(folder, command, 2));
        for (var i = 1; i < repeats; i++)
        {
            Assert.Equal(first, Lasting(folder, command, 1 + (i % 2)));
        }
    }

    /// <summary>What a seed determines: everything but timing and jobs.</summary>
    private static string Lasting(TemporaryFolder folder, string command, int jobs)
    {
        var (_, json) = Zcverify.RunJson(["run", .. command.Split(' '), "--jobs", $"{jobs}", "--out", folder["failures"]]);
        Assert.True(json.Remove("timing"));
        Assert.True(json.Remove("jobs"));
        return json.ToJsonString();
    }
}
