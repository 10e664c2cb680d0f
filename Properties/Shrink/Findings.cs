using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Shrink;

/// <summary>A bug that a run found, told apart from the others by its law and the operations of its smallest script.</summary>
/// <param name="Case">The first sequence that showed it.</param>
/// <param name="Operations">What was applied in it.</param>
/// <param name="Shrunk">The smallest script.</param>
public sealed record Finding(long Case, IReadOnlyList<Operation> Operations, Shrunk Shrunk)
{
    /// <summary>What the last operation of the smallest script breaks; the first names the finding.</summary>
    public IReadOnlyList<Violation> Broke => Shrunk.Violations;

    public Violation Main => Broke[0];

    /// <summary>The names of the operations in the smallest script.</summary>
    public string Shape => string.Join(' ', Shrunk.Script.Operations.Select(operation => operation.GetType().Name));

    /// <summary>Two findings of one kind are one bug, in whatever suites they were made.</summary>
    public (Rule Rule, string Law, string Shape) Kind => (Main.Rule, Main.Law, Shape);
}

/// <summary>The distinct bugs among the failures of a suite.</summary>
public static class Findings
{
    /// <summary>Shrinks every failure that was kept, in the order of the cases, keeps one of each law and shape, and proves that one as far as the budget goes: the proof may show that two are one.</summary>
    public static IReadOnlyList<Finding> Of(Suite suite, Profile profile, string? mutant, Tally tally)
    {
        var laws = suite.LawsIn(profile);
        var shrunk = Apart(tally.Failures.Select(failure =>
            new Finding(failure.Case, failure.Operations, Shrinker.Shrink(new ScriptHeader(profile, suite.Name, mutant, failure.Violations[0].Rule.Id), laws, failure.Operations, failure.Violations))));
        var proofs = new Proofs();
        return Apart(shrunk.Select(finding => finding with { Shrunk = Shrinker.Prove(finding.Shrunk, laws, proofs: proofs) }));
    }

    private static List<Finding> Apart(IEnumerable<Finding> findings) => [.. findings.DistinctBy(finding => finding.Kind)];
}
