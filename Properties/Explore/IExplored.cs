using ZeroCopy.Model;

namespace ZeroCopy.Properties.Explore;

/// <summary>A system whose states can all be visited: a few starting states, and a fixed list of events of which some are enabled in each state. It is never copied: a state is reached again by its events.</summary>
public interface IExplored
{
    /// <summary>Names of the starting states.</summary>
    IReadOnlyList<string> Starts { get; }

    /// <summary>The events as they are spelled; elsewhere an event is its place in this list.</summary>
    IReadOnlyList<string> Events { get; }

    /// <summary>What should happen in some state.</summary>
    IReadOnlyList<string> Premises { get; }

    /// <summary>Nothing is left to be done: it may rest here.</summary>
    bool IsDrained { get; }

    void Reset(int start);

    /// <summary>Judges each step on the way to a starting state.</summary>
    /// <returns>What was broken there; then it is none.</returns>
    IReadOnlyList<string> JudgeStart(int start) => [];

    bool Enabled(int @event);

    /// <summary>Takes an enabled event; nothing is judged.</summary>
    void Apply(int @event);

    /// <summary>Takes an enabled event and judges the step.</summary>
    /// <returns>What it broke; empty for nothing.</returns>
    IReadOnlyList<string> Judge(int @event);

    /// <summary>Whether the step that was judged last was meant to be the end: what lies behind it is no state.</summary>
    bool HasEnded => false;

    /// <summary>Whether a premise was met in the step that was judged last.</summary>
    bool Occurred(int premise);

    void WriteState(StateWriter state);
}
