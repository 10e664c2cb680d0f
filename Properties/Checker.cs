using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>A rule that a step broke. A value, not an exception.</summary>
/// <param name="Rule">What must hold.</param>
/// <param name="Law">The law that found it; a BUG check or a guard of a machine is named "guard".</param>
/// <param name="Step">Operations applied before it.</param>
/// <param name="Operation">The operation that broke it.</param>
/// <param name="Explanation">What was found.</param>
public sealed record Violation(Rule Rule, string Law, long Step, Operation Operation, string Explanation);

/// <summary>Applies operations to both paths and evaluates every law after each.</summary>
public sealed class Checker
{
    private readonly Law[] _step = Of(Scope.Step);
    private readonly Law[] _skb = Of(Scope.Skb);
    private readonly Law[] _namedSkb = Of(Scope.NamedSkb);
    private readonly Law[] _page = Of(Scope.Page);
    private readonly Law[] _sock = Of(Scope.Sock);
    private readonly Law[] _device = Of(Scope.Device);
    private readonly Recount _recount = new();
    private readonly PlanHistory _history = new();
    private readonly long[] _hits = new long[LawCatalogue.All.Count];
    private readonly List<Violation> _violations = [];

    public Checker(Profile profile)
    {
        World = new World(profile);
        Copying = new CopyingWorld(profile);
    }

    public World World { get; }

    public CopyingWorld Copying { get; }

    /// <summary>Operations applied so far.</summary>
    public long Steps { get; private set; }

    /// <summary>What the last step broke, most laws of it: none where it held.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>How often a law's claim was true of a subject, for Sometimes; how often it was false, for Always.</summary>
    public long Hits(Law law) => _hits[law.Index];

    /// <summary>Applies one operation to both paths.</summary>
    /// <returns>False where it is not enabled and was skipped.</returns>
    public bool Apply(Operation operation)
    {
        _violations.Clear();
        if (!operation.Enabled(Copying.Names))
        {
            return false;
        }

        World.BeginStep();
        Copying.BeginStep();
        try
        {
            var seen = operation.Apply(World);
            _history.Follow(seen);
            operation.Apply(Copying, seen);
        }
        catch (BugException bug)
        {
            _violations.Add(new Violation(bug.Rule, "guard", Steps, operation, bug.What));
            Steps++;
            return true;
        }

        _recount.Make(World);
        Evaluate(new Step(World, Copying, operation, _recount, _history));
        Steps++;
        return true;
    }

    /// <summary>Both paths empty again.</summary>
    public void Reset()
    {
        World.Reset();
        Copying.Reset();
        _history.Reset();
        _violations.Clear();
        Steps = 0;
    }

    private void Evaluate(in Step step)
    {
        foreach (var law in _step)
        {
            Judge(step, law, law.Step!(step), null);
        }

        var live = World.Skbs.Live;
        for (var i = 0; i < live.Count; i++)
        {
            foreach (var law in _skb)
            {
                Judge(step, law, law.Skb!(step, live[i]), live[i]);
            }
        }

        for (var name = 0; name < World.SkbNames; name++)
        {
            if (World.TrySkb(new SkbId(name)) is { } skb)
            {
                foreach (var law in _namedSkb)
                {
                    Judge(step, law, law.NamedSkb!(step, new SkbId(name), skb), skb, name);
                }
            }
        }

        var pages = World.Memory.InUse;
        for (var i = 0; i < pages.Count; i++)
        {
            JudgePage(step, pages[i]);
        }

        for (var i = 0; i < _recount.Held.Count; i++)
        {
            if (_recount.Held[i].Count == 0)
            {
                JudgePage(step, _recount.Held[i]);
            }
        }

        for (var i = 0; i < World.Socks.Count; i++)
        {
            foreach (var law in _sock)
            {
                Judge(step, law, law.Sock!(step, World.Socks[i]), World.Socks[i]);
            }
        }

        for (var i = 0; i < World.Devices.Count; i++)
        {
            foreach (var law in _device)
            {
                Judge(step, law, law.Device!(step, World.Devices[i]), World.Devices[i]);
            }
        }
    }

    private void JudgePage(in Step step, Model.Pages.Page page)
    {
        foreach (var law in _page)
        {
            Judge(step, law, law.Page!(step, page), page);
        }
    }

    private void Judge(in Step step, Law law, bool claim, object? subject, int name = -1)
    {
        if (claim == (law.Kind == LawKind.Always))
        {
            return;
        }

        _hits[law.Index]++;
        if (law.Kind == LawKind.Always && !_violations.Exists(found => found.Law == law.Name && found.Rule == law.Rule))
        {
            _violations.Add(new Violation(law.Rule, law.Name, Steps, step.Operation, law.Explanation(step, name >= 0 ? new SkbId(name) : subject)));
        }
    }

    private static Law[] Of(Scope scope) => [.. LawCatalogue.All.Where(law => law.Scope == scope)];
}
