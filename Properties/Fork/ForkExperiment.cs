namespace ZeroCopy.Properties.Fork;

/// <summary>Who runs first after fork. 2.4.4 gives the child the parent's place in the queue, as a hint; the numbers follow from the order alone.</summary>
public enum ForkOrder
{
    /// <summary>The parent writes, then the child.</summary>
    Parent,

    /// <summary>The child writes and lets go or stays, then the parent writes.</summary>
    Child,
}

/// <summary>What was measured in one order, and what is expected.</summary>
/// <param name="Order">Who ran first.</param>
/// <param name="Fork">What fork itself cost.</param>
/// <param name="Cost">What came after it returned, up to the end.</param>
/// <param name="Expected">Copies by set arithmetic.</param>
/// <param name="Steps">Operations.</param>
/// <param name="Violations">What was broken: the count ends there.</param>
public sealed record ForkOutcome(ForkOrder Order, ForkCost Fork, ForkCost Cost, int Expected, long Steps, IReadOnlyList<Violation> Violations)
{
    /// <summary>Every law held, and as many pages were copied as was expected.</summary>
    public bool Holds => Violations.Count == 0 && Cost.Copies == Expected;
}

/// <summary>A process writes all its pages and forks; each of the two writes some of them. What does that cost?</summary>
/// <param name="Pages">Pages of the process.</param>
/// <param name="ParentWrites">Pages that the parent writes after fork.</param>
/// <param name="ChildWrites">Pages that the child writes.</param>
/// <param name="Then">What the child does when it has written.</param>
public sealed record ForkExperiment(int Pages, PageSet ParentWrites, PageSet ChildWrites, Then Then)
{
    /// <summary>Pages of a process at most.</summary>
    public const int PagesMax = 4096;

    /// <summary>What the expected numbers take for granted.</summary>
    public const string Premise = "before fork every page is anonymous and present with one reference: not in the swap cache, not pinned, not reserved";

    /// <summary>Copies by set arithmetic, with no look at any machine: a page that both have is copied for whoever writes it first, and what the other keeps is its own. Where the child is gone before the parent runs, the parent copies nothing.</summary>
    public int Expected(ForkOrder order) => IsUnion(order) ? ParentWrites.Union(ChildWrites).Count : ChildWrites.Count;

    /// <summary>Whether every page that either writes is copied; the child's alone otherwise.</summary>
    public bool IsUnion(ForkOrder order) => order == ForkOrder.Parent || Then == Then.Stay;

    /// <summary>Runs it on a machine, to the end, to the first violation, or until cancelled (<see cref="OperationCanceledException"/>).</summary>
    public ForkOutcome Run(ForkMachine machine, ForkOrder order, CancellationToken cancel)
    {
        var isStarted = machine.Start(Pages);
        var before = machine.Cost;
        var isForked = isStarted && machine.Fork();
        var forked = machine.Cost;
        _ = isForked && AfterFork(machine, order, cancel);
        return new ForkOutcome(order, forked.Since(before), machine.Cost.Since(forked), Expected(order), machine.Steps, machine.Violations);
    }

    private bool AfterFork(ForkMachine machine, ForkOrder order, CancellationToken cancel) => order == ForkOrder.Parent
        ? Write(machine, Relative.Parent, cancel) && Write(machine, Relative.Child, cancel) && machine.LetGo(Then)
        : Write(machine, Relative.Child, cancel) && machine.LetGo(Then) && Write(machine, Relative.Parent, cancel);

    private bool Write(ForkMachine machine, Relative who, CancellationToken cancel)
    {
        var pages = (who == Relative.Parent ? ParentWrites : ChildWrites).Pages;
        for (var i = 0; i < pages.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (!machine.Write(who, pages[i], endsPhase: i == pages.Count - 1))
            {
                return false;
            }
        }

        return true;
    }
}
