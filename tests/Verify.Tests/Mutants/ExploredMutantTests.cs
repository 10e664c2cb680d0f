using System.Text.Json.Nodes;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Mutants;

/// <summary>The exhaustive engine finds what fits its mixes: recorded bugs whose witness is made of a mix's operations.</summary>
[Trait("Category", "Long")]
public sealed class ExploredMutantTests
{
    private const long MostCases = 20_000;

    /// <summary>Mutants whose witness has the mix's operations but needs other operands, each with what the mix has not.</summary>
    private static readonly Dictionary<(string Mix, string Mutant), string> NeedsOtherOperands = new()
    {
        [("skb", "N3")] = "64 bytes; packets of the mix have three",
        [("completion", "G61")] = "sockets of two priorities, and packets of both that wait",
        [("completion", "G103")] = "a datagram over a device that cannot make its sum",
        [("completion", "G292")] = "an HME; the mix has an AceNIC and the loopback",
        [("completion", "G312")] = "an HME; the mix has an AceNIC and the loopback",
        [("pages", "G249")] = "a kiobuf of more bytes than are marked",
        [("pages", "G264")] = "a load of a whole page; the mix loads a byte",
        [("pages", "G346")] = "a lock of two kiobufs; the mix locks one",
        [("skb", "G209")] = "tailroom that is asked for; heads of the mix are expanded by none",
        [("skb", "G313")] = "a third allocation that fails; the mix has two",
    };

    /// <summary>Mutants that the random engine finds by a shorter script with operands that the mix has not.</summary>
    private static readonly Dictionary<(string Mix, string Mutant), string> IsShorterWithOtherOperands = new()
    {
        [("completion", "Z2")] = "an AceNIC without HIGHDMA, whose high page is linearised at once",
    };

    private static readonly string[] Mixes = ["skb", "pages", "threads", "completion"];

    public static TheoryData<string, string> Fitting
    {
        get
        {
            var fitting = new TheoryData<string, string>();
            foreach (var mix in Mixes.Select(name => ExploreMix.Find(name)!))
            {
                var words = WordsOf([.. mix.Operations, .. mix.Starts.SelectMany(start => start.Before)]);
                foreach (var mutant in Sources.Mutants.Where(mutant => mutant.Suite == mix.Suite && IsFor(mix, mutant) && WordsOf(Script.Parse(mutant.Witness, Language.All).Operations).IsSubsetOf(words)))
                {
                    if (NeedsOtherOperands.ContainsKey((mix.Name, mutant.Id)))
                    {
                        continue;
                    }

                    fitting.Add(mix.Name, mutant.Id);
                }
            }

            return fitting;
        }
    }

    [LongTheory]
    [MemberData(nameof(Fitting))]
    public void Mutant_that_fits_a_mix_is_found_by_no_longer_a_script_than_the_random_engines(string mix, string id)
    {
        var mutant = Sources.Find(id)!;
        var build = MutantBuild.Of(mutant);
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={id} expect={mutant.Breaks}";
        var script = build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Explore), mix, header, string.Join(' ', [mutant.Breaks, .. mutant.Also]), Shrinker.DefaultEvaluations);
        var random = JsonNode.Parse(build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Search), mutant.Suite, header, 1ul, MostCases, mutant.Breaks, Shrinker.DefaultEvaluations))!;
        if (random["found"]!.GetValue<bool>() && random["reported"]!.AsArray().Any(rule => rule!.GetValue<string>() == mutant.Breaks)
            && !IsShorterWithOtherOperands.ContainsKey((mix, id)))
        {
            string[] found = [header, .. random["script"]!.AsArray().Select(line => line!.GetValue<string>())];
            var smallest = build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Shrink), string.Join('\n', found), mutant.Breaks, Shrinker.DefaultEvaluations).Split('\n');
            if (HasWordsOf(mix, smallest))
            {
                Assert.InRange(Lines(script), 1, smallest.Length);
            }
        }

        Assert.InRange(Lines(script), 1, Script.Parse(mutant.Witness, Language.All).Operations.Count);
    }

    /// <summary>Schedules of a driver, access by access, and random sequences: whichever met the bug, what is left of it is as long.</summary>
    [LongTheory]
    [InlineData("D1")]
    [InlineData("D3")]
    [InlineData("D4")]
    [InlineData("D5")]
    [InlineData("D19")]
    public void Bug_of_a_driver_comes_down_to_as_many_lines_from_a_schedule_as_from_a_random_sequence(string id)
    {
        var mutant = Sources.Find(id)!;
        var build = MutantBuild.Of(mutant);
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={id} expect={mutant.Breaks}";
        Assert.Equal(
            Smallest(build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Search), mutant.Suite, header, 1ul, MostCases, mutant.Breaks, Shrinker.DefaultEvaluations)),
            Smallest(build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Schedules), mutant.Suite, header, mutant.Breaks, Shrinker.DefaultEvaluations)));

        int Smallest(string search)
        {
            var found = JsonNode.Parse(search)!;
            Assert.Contains(mutant.Breaks, found["reported"]!.AsArray().Select(rule => (string)rule!));
            string[] script = [header, .. found["script"]!.AsArray().Select(line => (string)line!)];
            return Lines(build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Shrink), string.Join('\n', script), mutant.Breaks, Shrinker.DefaultEvaluations));
        }
    }

    /// <summary>Two threads are there for faults that stand: the other words of that mix are of other mixes, with other operands.</summary>
    private static bool IsFor(ExploreMix mix, MutantFile mutant) => mix.Name != "threads" || mutant.Witness.Contains("do_page_fault(", StringComparison.Ordinal);

    /// <summary>The random engine has operations that the mix has not, and a shorter way with them may be no way of the mix's.</summary>
    private static bool HasWordsOf(string mix, IReadOnlyList<string> script)
    {
        var explored = ExploreMix.Find(mix)!;
        var words = WordsOf([.. explored.Operations, .. explored.Starts.SelectMany(start => start.Before)]);
        return WordsOf([.. script.Select((line, i) => Script.ParseOperation(line, i + 1, Language.All))]).IsSubsetOf(words);
    }

    private static int Lines(string script) => script.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    private static HashSet<Type> WordsOf(IReadOnlyList<Operation> operations) => [.. operations.Select(operation => operation.GetType())];
}
