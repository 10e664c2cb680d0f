namespace ZeroCopy.Properties.Explore;

/// <summary>A way to a state: the shortest, and of those the first in the order of the events.</summary>
/// <param name="Start">The starting state.</param>
/// <param name="Events">From there on.</param>
public sealed record Trace(int Start, IReadOnlyList<int> Events);

/// <summary>Something that was met, and the shortest way to it.</summary>
/// <param name="What">A law, a premise.</param>
/// <param name="Trace">The way; the last event is the step that met it.</param>
public sealed record Met(string What, Trace Trace);

/// <summary>What the exhaustive engine found.</summary>
/// <param name="States">Distinct states, the starting ones included.</param>
/// <param name="Transitions">Enabled events taken from the states that were expanded.</param>
/// <param name="Depth">Events on the way to the furthest state.</param>
/// <param name="IsComplete">No state is left that was not expanded.</param>
/// <param name="Stopped">Why it ended early: <c>states</c> for the bound on memory, <c>steps</c> and <c>found</c> where a limit was set, <c>interrupted</c>; null where it did not.</param>
/// <param name="DeadlockCount">States that are not drained, and that no event leaves.</param>
/// <param name="Deadlock">The nearest of them; null for none.</param>
/// <param name="NeverEnabled">Events that no expanded state enables.</param>
/// <param name="Violations">One for each law that was broken.</param>
/// <param name="Witnesses">One for each premise that was met.</param>
public sealed record Exploration(
    long States,
    long Transitions,
    int Depth,
    bool IsComplete,
    string? Stopped,
    long DeadlockCount,
    Trace? Deadlock,
    IReadOnlyList<int> NeverEnabled,
    IReadOnlyList<Met> Violations,
    IReadOnlyList<Met> Witnesses)
{
    /// <summary>Every state so many events away, or fewer, has been expanded: all events from there were taken, or in the last level of a limited search those that are of use.</summary>
    public int Levels { get; init; }

    /// <summary>Every way to what a limited search was for, of the length at which it was met; one to each state before.</summary>
    public IReadOnlyList<Trace> Wanted { get; init; } = [];

    public bool Holds => Violations.Count == 0 && DeadlockCount == 0;
}
