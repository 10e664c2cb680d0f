using ZeroCopy.Specs;

namespace ZeroCopy.Model;

/// <summary>Ends an operation that would never end. Where a mutant is compiled, every turn of every loop spends one step; the model as it is spends none.</summary>
public static class StepBudget
{
    [ThreadStatic]
    private static int _budget;

    // Never 0 after a turn before the first operation of a thread: nothing ends there.
    [ThreadStatic]
    private static long _left;

    /// <summary>Turns of loops in one operation: far more than the longest takes that a suite draws in worlds of this size.</summary>
    public static int PerOperation(Size size) => size == Size.Tiny ? 1_000_000 : 5_000_000;

    /// <summary>An operation begins.</summary>
    public static void Begin(Size size) => _left = _budget = PerOperation(size);

    /// <summary>A turn of a loop.</summary>
    public static void Spend()
    {
        if (--_left == 0)
        {
            throw new BugException(EqvRules.Ends, $"the operation did not end within {_budget} turns of its loops");
        }
    }
}
