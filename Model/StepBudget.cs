using ZeroCopy.Specs;

namespace ZeroCopy.Model;

/// <summary>Ends an operation that would never end. Where a mutant is compiled, every turn of every loop spends one step; the model as it is spends none.</summary>
public static class StepBudget
{
    /// <summary>Turns of loops in one operation: far more than the longest honest one takes.</summary>
    public const int PerOperation = 5_000_000;

    [ThreadStatic]
    private static int _spent;

    /// <summary>An operation begins.</summary>
    public static void Begin() => _spent = 0;

    /// <summary>A turn of a loop.</summary>
    public static void Spend()
    {
        if (_spent++ == PerOperation)
        {
            throw new BugException(EqvRules.Ends, $"the operation did not end within {PerOperation} turns of its loops");
        }
    }
}
