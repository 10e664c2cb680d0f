using ZeroCopy.Cli.Linux;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Conform.Cow;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Conform;

/// <summary>The running kernel's fork and copy-on-write against the model under linux 6.</summary>
public sealed class LinuxCowConformTests
{
    [LinuxFact]
    public void No_copy_is_missing_and_no_byte_is_wrong()
    {
        var (status, json) = Zcverify.RunJson("conform", "linux-cow", "--cases", "15", "--seed", "7");
        Assert.Equal(0, status);
        Assert.Equal("holds", (string?)json["result"]);
        Assert.Equal(15, (int)json["cases"]!);
        Assert.InRange((int)json["operations"]!, 1500, 15 * 300);
        Assert.Empty(json["mismatches"]!.AsArray());
    }

    [LinuxFact(LinuxNeeds.Frames | LinuxNeeds.References | LinuxNeeds.Pins | LinuxNeeds.Poke, takesLong: true)]
    [Trait("Category", "Long")]
    public void Fifteen_thousand_operations_with_few_copies_that_have_no_reason()
    {
        var (status, json) = Zcverify.RunJson("conform", "linux-cow", "--cases", "150");
        Assert.Equal(0, status);
        Assert.Equal("full", (string?)json["probe"]!["mode"]);
        Assert.True((int)json["operations"]! >= 15_000);
        Assert.InRange((int)json["copies"]!, 100, (int)json["writes"]!);
        Assert.True((int)json["extraCopies"]! < 0.005 * (int)json["writes"]!);
    }

    /// <summary>A model that is wrong is seen: one that shares pinned pages, one that counts mappings, one that always copies.</summary>
    [LinuxTheory(LinuxNeeds.Frames | LinuxNeeds.References | LinuxNeeds.Pins | LinuxNeeds.Poke, takesLong: true)]
    [InlineData("K9"), InlineData("F9"), InlineData("G192")]
    [Trait("Category", "Long")]
    public void Wrong_model_differs_from_the_kernel(string mutant)
    {
        var (status, json) = Zcverify.RunJson("conform", "linux-cow", "--cases", "60", "--mutant", mutant);
        Assert.Equal(1, status);
        Assert.NotEmpty(json["mismatches"]!.AsArray());
    }

    /// <summary>Each scenario of the selftest cow.c that the kernel can be asked for gives there what its script says for linux 6.</summary>
    [LinuxFact(LinuxNeeds.Frames | LinuxNeeds.References | LinuxNeeds.Pins | LinuxNeeds.Poke)]
    public void Selftest_scripts_match()
    {
        using var cow = new LinuxCow(TimeSpan.FromSeconds(30));
        var rig = new LinuxCowRig(cow);
        var compared = 0;
        foreach (var path in Directory.EnumerateFiles(Repo.PathOf("tests", "regressions", "cow"), "*.linux6.script").Order(StringComparer.Ordinal))
        {
            var script = Script.Parse(File.ReadAllText(path), Language.All);
            if (!script.Operations.All(rig.Can))
            {
                continue;
            }

            Assert.Null(new CowComparison(rig).Play(script.Operations, _ => { }));
            compared++;
        }

        Assert.InRange(compared, 9, 100);
    }
}
