using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary><c>zcverify mutants</c>: what was found of each recorded bug, and what is known of the smallest scripts.</summary>
public sealed class MutantsTests
{
    [Fact]
    public void Kill_table_tells_kinds_proofs_and_what_is_left_out()
    {
        var (status, json) = Zcverify.RunJson("mutants", "S15", "F3", "--seeds", "3");
        Assert.Equal(0, status);
        Assert.Equal(2, (int)json["killed"]!);
        Assert.Equal(2, (int)json["total"]!);
        Assert.Equal((int)json["minima"]!, json["mutants"]!.AsArray().Sum(mutant => mutant!["minima"]!.AsArray().Count));
        foreach (var mutant in json["mutants"]!.AsArray())
        {
            var recorded = Sources.Find((string)mutant!["name"]!)!;
            var minima = mutant["minima"]!.AsArray();
            Assert.Equal(3, minima.Sum(minimum => (int)minimum!["seeds"]!));
            Assert.All(minima, minimum =>
            {
                Assert.InRange((int)minimum!["length"]!, 1, Script.Parse(recorded.Witness, Language.All).Length);
                Assert.Equal(minimum["script"]!.AsArray().Count, (int)minimum["length"]!);
                Assert.True((bool)minimum["certified"]!);
                Assert.StartsWith($"minimal: no script of fewer than {minimum["length"]} operations over ", (string)minimum["proof"]!, StringComparison.Ordinal);
            });
        }

        Assert.Contains(json["leftOut"]!.AsArray(), entry => (string)entry!["name"]! == "F12" && ((string)entry["reason"]!).Length > 0);
    }

    /// <summary>What is left out is no mutant, and what is a mutant is not left out.</summary>
    [Fact]
    public void Nothing_is_both_recorded_and_left_out() => Assert.All(LeftOut.All, entry => Assert.Null(Sources.Find(entry.Id)));

    [Fact]
    public void Table_has_a_line_for_each_and_the_sum()
    {
        var (status, output, _) = Zcverify.Run("mutants", "S15", "--seeds", "2");
        var lines = output.TrimEnd().Split('\n');
        Assert.Equal(0, status);
        Assert.Matches(@"^ +mutant rule +model +seeds +to the first failure +length \(witness\) +minimal +evaluations +title$", lines[0]);
        Assert.Matches(@"^killed +S15 +PIN-001 +tso +2/2 +[\d,]+ operations +3 \(4\) +proven +[\d,]+ +split-drops-get-page$", lines[1]);
        Assert.Contains("1 of 1 killed by the rule that they break", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 are proved to be minimal", output, StringComparison.Ordinal);
    }
}
