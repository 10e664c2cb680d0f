using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Generate;

/// <summary>A sequence that broke something.</summary>
/// <param name="Case">Its number in the run.</param>
/// <param name="Operations">What was applied, the last of which broke it.</param>
/// <param name="Violations">What the last one broke.</param>
public sealed record Failure(long Case, IReadOnlyList<Operation> Operations, IReadOnlyList<Violation> Violations);

/// <summary>What sequences have shown: counts that add up in any order, and failures in the order of their cases.</summary>
public sealed class Tally
{
    private readonly Dictionary<Law, int> _numbers = [];
    private readonly long[] _hits;
    private readonly long[] _evaluations;
    private readonly List<Failure> _failures = [];

    public Tally(Suite suite)
    {
        Operations = [.. suite.Mix.Select(draw => draw.Name).Distinct().Select(name => new OperationCoverage(name))];
        foreach (var law in suite.Laws)
        {
            _numbers.Add(law, _numbers.Count);
        }

        _hits = new long[_numbers.Count];
        _evaluations = new long[_numbers.Count];
    }

    public long Cases { get; internal set; }

    /// <summary>Operations that were applied and judged.</summary>
    public long Applied { get; internal set; }

    /// <summary>Drawn and not enabled.</summary>
    public long Skipped { get; internal set; }

    /// <summary>Live skbs after each operation, added up.</summary>
    public long LiveSkbs { get; internal set; }

    /// <summary>Bytes that the run allocated. Not part of what a seed determines.</summary>
    public long AllocatedBytes { get; internal set; }

    public IReadOnlyList<OperationCoverage> Operations { get; }

    /// <summary>Failures, at most <see cref="SuiteRun.KeptOfAKind"/> of a kind.</summary>
    public IReadOnlyList<Failure> Failures => _failures;

    /// <summary>Every sequence that failed, kept or not.</summary>
    public long FailedCases { get; internal set; }

    /// <summary>Operations applied in the sequences before the first that failed; of all, where none did.</summary>
    public long AppliedBefore { get; private set; }

    public long Hits(Law law) => _hits[_numbers[law]];

    public long Evaluations(Law law) => _evaluations[_numbers[law]];

    internal void Take(Checker checker)
    {
        foreach (var law in checker.Laws)
        {
            _hits[_numbers[law]] = checker.Hits(law);
            _evaluations[_numbers[law]] = checker.Evaluations(law);
        }
    }

    /// <summary>Keeps a failure, unless enough of its kind are there: same law, same operation.</summary>
    internal void Fail(Failure failure)
    {
        AppliedBefore = FailedCases == 0 ? Applied - failure.Operations.Count : AppliedBefore;
        FailedCases++;
        Keep(failure);
    }

    internal void Add(Tally other)
    {
        AppliedBefore = FailedCases > 0 ? AppliedBefore : other.FailedCases > 0 ? Applied + other.AppliedBefore : Applied + other.Applied;
        Cases += other.Cases;
        Applied += other.Applied;
        Skipped += other.Skipped;
        LiveSkbs += other.LiveSkbs;
        AllocatedBytes += other.AllocatedBytes;
        FailedCases += other.FailedCases;
        for (var i = 0; i < _hits.Length; i++)
        {
            _hits[i] += other._hits[i];
            _evaluations[i] += other._evaluations[i];
        }

        for (var i = 0; i < Operations.Count; i++)
        {
            Operations[i].Add(other.Operations[i]);
        }

        foreach (var failure in other._failures)
        {
            Keep(failure);
        }
    }

    private void Keep(Failure failure)
    {
        var same = 0;
        foreach (var kept in _failures)
        {
            same += kept.Violations[0].Law == failure.Violations[0].Law
                && kept.Violations[0].Rule == failure.Violations[0].Rule
                && kept.Operations[^1].GetType() == failure.Operations[^1].GetType() ? 1 : 0;
        }

        if (same < SuiteRun.KeptOfAKind)
        {
            _failures.Add(failure);
        }
    }
}
