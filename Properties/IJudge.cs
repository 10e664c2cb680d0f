using ZeroCopy.Model;

namespace ZeroCopy.Properties;

/// <summary>Applies the operations of a script one after the other, and says what each broke. The checker judges the model; systems of a few lines are judged by judges of their own, so that engines can be measured on them.</summary>
public interface IJudge
{
    /// <summary>What the last operation broke: none where it held.</summary>
    IReadOnlyList<Violation> Violations { get; }

    /// <summary>The last operation was meant to be the end: nothing can follow.</summary>
    bool HasPanicked { get; }

    void Reset();

    /// <summary>Applies and judges.</summary>
    /// <returns>False where the operation is not enabled and was skipped.</returns>
    bool Apply(Operation operation);

    /// <summary>Applies, and judges as little as can be.</summary>
    /// <returns>False where the operation is not enabled and was skipped.</returns>
    bool ApplyUnjudged(Operation operation);
}
