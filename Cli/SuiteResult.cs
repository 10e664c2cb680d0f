using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary>One suite of a run.</summary>
/// <param name="Suite">What was run.</param>
/// <param name="Laws">What judged it.</param>
/// <param name="Tally">What was counted.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Findings">The distinct bugs.</param>
internal sealed record SuiteResult(Suite Suite, IReadOnlyList<Law> Laws, Tally Tally, double Seconds, IReadOnlyList<Finding> Findings)
{
    public IEnumerable<Law> Premises => Laws.Where(law => law.Kind == LawKind.Sometimes);

    public int PremisesHit => Premises.Count(law => Tally.Hits(law) > 0);

    public IEnumerable<Law> Always => Laws.Where(law => law.Kind == LawKind.Always);

    public int LawsHeld => Always.Count(law => !Findings.Any(finding => finding.Broke.Any(broken => broken.Rule == law.Rule && broken.Law == law.Name)));

    public double OperationsPerSecond => Tally.Applied / Math.Max(Seconds, 1e-9);
}
