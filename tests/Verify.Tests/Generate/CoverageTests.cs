using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Generate;

/// <summary>What an operation can come to, it comes to: in 10,000 sequences of the suite where it is at home, a hundred times and more.</summary>
public sealed class CoverageTests
{
    private const int Cases = 10_000;
    private const long Often = 100;

    /// <summary>A suite later in the list is where those operations are at home that the ones before it have not; those of schedules are so with both drivers.</summary>
    private static readonly string[] Homes = ["skb", "pages", "fork", "transmit", "acenic", "hme"];

    /// <summary>Where each allocation counts alone: elsewhere one call may go on for as many packets as wait.</summary>
    private static readonly string[] EachAllocation = ["skb", "pages", "fork"];

    public static TheoryData<string> Suites => [.. Homes];

    [LongTheory]
    [MemberData(nameof(Suites))]
    [Trait("Category", "Long")]
    public void Each_outcome_is_met_often(string name)
    {
        var suite = Properties.Generate.Suites.Find(name)!;
        var elsewhere = Homes.TakeWhile(home => home != name && home != "acenic").SelectMany(home => Properties.Generate.Suites.Find(home)!.Mix).Select(draw => draw.Name).ToHashSet();
        var tally = new SuiteRun(suite, Profile.Tiny, seed: 1).Run(Cases, jobs: 2, () => false, _ => { });
        var seldom = tally.Operations.Where(operation => !elsewhere.Contains(operation.Name)).SelectMany(operation => Seldom(operation, EachAllocation.Contains(name)));
        Assert.Empty(seldom);
    }

    private static IEnumerable<string> Seldom(OperationCoverage operation, bool eachAllocation)
    {
        if (operation.Succeeded + operation.Bug == 0)
        {
            yield return $"{operation.Name}: never what it is for";
        }

        var outcomes = new List<(string What, long Times)> { ("succeeded", operation.Succeeded), ("refused", operation.Refused), ("BUG", operation.Bug) };
        outcomes.AddRange(eachAllocation
            ? operation.FailedAt.Select((times, k) => ($"allocation {k + 1} failed", times))
            : [("an allocation failed", operation.FailedAt.Sum())]);
        foreach (var (what, times) in outcomes.Where(outcome => outcome.Times is > 0 and < Often))
        {
            yield return $"{operation.Name}: {what} {times} times";
        }
    }
}
