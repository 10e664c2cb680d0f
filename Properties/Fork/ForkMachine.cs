namespace ZeroCopy.Properties.Fork;

/// <summary>Which of the two.</summary>
public enum Relative
{
    Parent,
    Child,
}

/// <summary>What the child does when it has written.</summary>
public enum Then
{
    /// <summary>It runs another program. kernel: sys_execve().</summary>
    Exec,

    /// <summary>It ends. kernel: do_exit().</summary>
    Exit,

    /// <summary>It keeps its memory.</summary>
    Stay,
}

/// <summary>What processes have cost, in numbers of events.</summary>
/// <param name="Faults">Page faults; null where the machine cannot tell.</param>
/// <param name="Copies">Pages copied.</param>
/// <param name="Clears">Fresh pages cleared in place of the zero page.</param>
/// <param name="Frames">Page frames taken; null where the machine cannot tell.</param>
/// <param name="PteWrites">Page-table entries set, changed or cleared by the kernel; null where the machine cannot tell.</param>
public readonly record struct ForkCost(long? Faults, long Copies, long Clears, long? Frames, long? PteWrites)
{
    /// <summary>What came on top of an earlier count.</summary>
    public ForkCost Since(ForkCost before) => new(Faults - before.Faults, Copies - before.Copies, Clears - before.Clears, Frames - before.Frames, PteWrites - before.PteWrites);
}

/// <summary>A machine on which processes fork. An experiment says who writes which page and when; the machine does it, and counts.</summary>
public abstract class ForkMachine
{
    /// <summary>The count so far.</summary>
    public abstract ForkCost Cost { get; }

    /// <summary>What was looked at besides the numbers, and when, in words.</summary>
    public abstract string Judged { get; }

    /// <summary>Operations so far.</summary>
    public abstract long Steps { get; }

    /// <summary>What was broken; nothing can follow it.</summary>
    public virtual IReadOnlyList<Violation> Violations => [];

    /// <summary>Begins anew: a process maps so many anonymous private pages and writes each, so that it is present with one reference.</summary>
    /// <returns>False where something was broken; so do all the others.</returns>
    public abstract bool Start(int pages);

    /// <summary>The process forks a child, with a copy of its memory.</summary>
    public abstract bool Fork();

    /// <summary>One of the two writes one page.</summary>
    /// <param name="who">Who writes.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="endsPhase">The next to act is another.</param>
    public abstract bool Write(Relative who, int page, bool endsPhase);

    /// <summary>The child lets its memory go, or keeps it.</summary>
    public abstract bool LetGo(Then how);
}
