using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Tests.Cli;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Generate;

/// <summary>What an operation can come to, it comes to: in 10,000 sequences of the suite where it is at home, a hundred times and more. What that is stands in an approved text, so that nothing is lost unseen.</summary>
public sealed class CoverageTests
{
    private const int Cases = 10_000;
    private const long Often = 100;

    /// <summary>A suite later in the list is where those operations are at home that the ones before it have not; those of schedules are so with both drivers.</summary>
    private static readonly string[] Homes = ["skb", "pages", "fork", "transmit", "acenic", "hme"];

    /// <summary>Where each allocation counts alone: elsewhere one call may go on for as many packets as wait.</summary>
    private static readonly string[] EachAllocation = ["skb", "pages", "fork"];

    public static TheoryData<string> Names => [.. Homes];

    internal static IEnumerable<string> Texts => Homes.Select(TextOf);

    [LongTheory]
    [MemberData(nameof(Names))]
    [Trait("Category", "Long")]
    public void Each_outcome_is_met_often(string name)
    {
        var elsewhere = Homes.TakeWhile(home => home != name && home != "acenic").SelectMany(home => Suites.Find(home)!.Mix).Select(draw => draw.Name).ToHashSet();
        var tally = new SuiteRun(Suites.Find(name)!, Profile.Tiny, seed: 1).Run(Cases, jobs: 2, () => false, _ => { });
        var outcomes = tally.Operations
            .Where(operation => !elsewhere.Contains(operation.Name))
            .Select(operation => (operation.Name, Met: Met(operation, EachAllocation.Contains(name)).Where(outcome => outcome.Times > 0).ToList()))
            .ToList();
        Assert.Empty(outcomes.SelectMany(operation => operation.Met.Where(outcome => outcome.Times < Often).Select(outcome => $"{operation.Name} {outcome}")));
        ApprovedTests.IsApproved(TextOf(name), ".txt", string.Concat(outcomes.Select(operation => $"{operation.Name}: {string.Join(", ", operation.Met.Select(outcome => outcome.What))}\n")));
    }

    private static string TextOf(string suite) => $"outcomes-{suite}";

    private static IEnumerable<(string What, long Times)> Met(OperationCoverage operation, bool eachAllocation) =>
    [
        ("succeeded", operation.Succeeded),
        ("refused", operation.Refused),
        ("BUG", operation.Bug),
        .. eachAllocation
            ? operation.FailedAt.Select((times, k) => ($"allocation {k + 1} failed", times))
            : [("an allocation failed", operation.FailedAt.Sum())],
    ];
}
