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
    /// <summary>Mutants whose witness has the mix's operations but needs other operands, each with what the mix has not.</summary>
    private static readonly Dictionary<(string Mix, string Mutant), string> NeedsOtherOperands = new()
    {
        [("skb", "N3")] = "64 bytes; packets of the mix have three",
        [("completion", "G61")] = "sockets of two priorities, and packets of both that wait",
        [("completion", "G103")] = "a datagram over a device that cannot make its sum",
    };

    private static readonly string[] Mixes = ["skb", "pages", "completion"];

    public static TheoryData<string, string> Fitting
    {
        get
        {
            var fitting = new TheoryData<string, string>();
            foreach (var mix in Mixes.Select(name => ExploreMix.Find(name)!))
            {
                var words = WordsOf([.. mix.Operations, .. mix.Starts.SelectMany(start => start.Before)]);
                foreach (var mutant in Sources.Mutants.Where(mutant => mutant.Suite == mix.Suite && WordsOf(Script.Parse(mutant.Witness, Language.All).Operations).IsSubsetOf(words)))
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
    public void Mutant_that_fits_a_mix_is_found_and_no_longer_than_its_witness(string mix, string id)
    {
        var mutant = Sources.Find(id)!;
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={id} expect={mutant.Breaks}";
        var script = MutantBuild.Of(mutant).Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", nameof(Hunt.Explore), mix, header, string.Join(' ', [mutant.Breaks, .. mutant.Also]), Shrinker.DefaultEvaluations);
        Assert.InRange(script.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 1, Script.Parse(mutant.Witness, Language.All).Operations.Count);
    }

    private static HashSet<Type> WordsOf(IReadOnlyList<Operation> operations) => [.. operations.Select(operation => operation.GetType())];
}
