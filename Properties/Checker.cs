using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>A rule that a step broke. A value, not an exception.</summary>
/// <param name="Rule">What must hold.</param>
/// <param name="Law">The law that found it; a BUG check or a guard of a machine is named "guard".</param>
/// <param name="Step">Operations applied before it.</param>
/// <param name="Operation">The operation that broke it.</param>
/// <param name="Explanation">What was found.</param>
public sealed record Violation(Rule Rule, string Law, long Step, Operation Operation, string Explanation)
{
    /// <summary>The law's name where a guard of a machine, or a BUG check, found it.</summary>
    public const string Guard = "guard";
}

/// <summary>Applies operations to both paths and evaluates laws after each.</summary>
public sealed partial class Checker : IJudge
{
    private readonly Dictionary<nint, ByTraits<StepClaim>> _step = [];
    private readonly (nint Operation, ByTraits<StepClaim>? Laws)[] _stepLately = new (nint, ByTraits<StepClaim>?)[64];
    private readonly ByTraits<SkbClaim> _skb;
    private readonly ByTraits<NamedSkbClaim> _namedSkb;
    private readonly ByTraits<PageClaim> _page;
    private readonly ByTraits<SockClaim> _sock;
    private readonly ByTraits<DeviceClaim> _device;
    private readonly ByTraits<DeviceClaim> _mappings;
    private readonly ByTraits<MmClaim> _mm;
    private readonly ByTraits<PinClaim> _pin;
    private readonly Recount _recount = new();
    private readonly PlanHistory _history = new();
    private readonly CallHistory _calls = new();
    private readonly ForkHistory _forks = new();
    private readonly Dictionary<Law, int> _numbers = [];
    private readonly long[] _hits;
    private readonly long[] _subjects = new long[Enum.GetValues<Scope>().Length];
    private readonly List<Violation> _violations = [];

    /// <summary>Of each live skb, as far as the evaluation has come.</summary>
    private Traits[] _traits = new Traits[16];

    /// <summary>The recount is of the world as the last step left it.</summary>
    private bool _isRecounted;

    /// <summary>A checker of every law.</summary>
    public Checker(Profile profile)
        : this(profile, LawCatalogue.All)
    {
    }

    /// <summary>A checker of these laws, which it numbers: they need not be in the catalogue.</summary>
    public Checker(Profile profile, IReadOnlyList<Law> laws)
    {
        World = new World(profile);
        Copying = new CopyingWorld(profile);
        Laws = laws;
        for (var i = 0; i < laws.Count; i++)
        {
            _numbers.Add(laws[i], i);
        }

        _hits = new long[laws.Count];
        _skb = new(Of(Scope.Skb, law => law.Skb!), SetsOf<Traits>(), (int)Traits.Astray);
        _namedSkb = new(Of(Scope.NamedSkb, law => law.NamedSkb!), SetsOf<Traits>(), (int)Traits.Astray);
        _page = new(Of(Scope.Page, law => law.Page!), SetsOf<PageTraits>(), (int)PageTraits.Astray);
        _sock = new(Of(Scope.Sock, law => law.Sock!), SetsOf<SockTraits>());
        _device = new(Of(Scope.Device, law => law.Device!), SetsOf<DeviceTraits>());
        _mappings = new(Of(Scope.Mappings, law => law.Device!), SetsOf<DeviceTraits>());
        _mm = new(Of(Scope.Mm, law => law.Mm!), SetsOf<MmTraits>(), (int)MmTraits.Astray);
        _pin = new(Of(Scope.Pin, law => law.Pin!), SetsOf<PinTraits>(), (int)PinTraits.Astray);
    }

    public World World { get; }

    public CopyingWorld Copying { get; }

    public IReadOnlyList<Law> Laws { get; }

    /// <summary>Operations applied since the last reset.</summary>
    public long Steps { get; private set; }

    /// <summary>What the last step broke: none where it held.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>The last step ran into the BUG check that it was meant to: the kernel stands still, and nothing can follow.</summary>
    public bool HasPanicked { get; private set; }

    /// <summary>Told after each application of an operation, judged or not: an operation of several shows its last alone.</summary>
    public Action? AfterEach { get; set; }

    /// <summary>How often a law's claim was true of a subject, for Sometimes; how often it was false, for Always. 0 for a law that is not evaluated here.</summary>
    public long Hits(Law law) => !_numbers.TryGetValue(law, out var number) ? 0 : law.IsCountedByTraits ? Subjects(law) : _hits[number];

    /// <summary>Of how many subjects a law was evaluated.</summary>
    public long Evaluations(Law law) => _subjects[(int)law.Scope];

    /// <summary>Applies one operation to both paths, and evaluates the laws.</summary>
    /// <returns>False where it is not enabled and was skipped.</returns>
    public bool Apply(Operation operation) => Take(operation, isJudged: true);

    /// <summary>Applies one operation to both paths, and evaluates no law. Guards of machines and BUG checks are told all the same.</summary>
    /// <returns>False where it is not enabled and was skipped.</returns>
    public bool ApplyUnjudged(Operation operation) => Take(operation, isJudged: false);

    /// <summary>Applies one operation to both paths, and evaluates nothing: it was judged before.</summary>
    public void Advance(Operation operation)
    {
        if (!Take(operation, isJudged: false) || _violations.Count > 0)
        {
            throw new ModelException($"{operation} was applied before and does not repeat");
        }
    }

    private bool Take(Operation operation, bool isJudged)
    {
        if (HasPanicked)
        {
            throw new ModelException($"{operation} after a BUG");
        }

        _violations.Clear();
        if (!operation.Enabled(Copying.Names))
        {
            return false;
        }

        Once(operation, isJudged);
        for (var times = 1; times < operation.Applications && _violations.Count == 0 && !HasPanicked && operation.CanGoOn(World); times++)
        {
            Once(operation, isJudged);
        }

        Steps++;
        return true;
    }

    private void Once(Operation operation, bool isJudged)
    {
        var isAccess = operation is RunStops or Reorder;
        var before = isAccess && _isRecounted ? Changes() : null;
        if (isJudged && !_isRecounted)
        {
            // The step before was not judged: what a law says of the way from it to this one needs its counts.
            _recount.Make(World);
        }

        if (!isAccess)
        {
            var hasProcesses = World.TaskNames > 0;
            _recount.SharersBefore = isJudged && hasProcesses ? _recount.SharersOf(World, operation) : null;
            _recount.LockedBefore = isJudged && operation is Vmtruncate cut ? Recount.LockedOf(World, cut) : null;
            if (hasProcesses)
            {
                _forks.Precede(operation, World);
            }
        }

        _isRecounted = false;
        World.BeginStep();
        Copying.BeginStep();
        if (isJudged && World.Memory.IsFailureDue)
        {
            _recount.Before = Holdings.Of(World);
        }

        try
        {
            var seen = operation.Apply(World);
            if (isJudged && Laws.Count > 0 && before is { } was && Changes() is { } now && now.Holdings == was.Holdings && seen.Happenings.Count == 0)
            {
                operation.Apply(Copying, seen);
                _isRecounted = true;
                EvaluateDevices(new Step(World, Copying, operation, _recount, _history, _calls, _forks), withMappings: now.Mappings != was.Mappings);
                AfterEach?.Invoke();
                return;
            }

            // Before there is a device nothing is planned, sent or told; before there is a process, nothing is shared.
            var isOfNet = World.Devices.Count > 0 || operation is NfHook;
            if (isOfNet)
            {
                _history.Follow(seen);
                _history.Connections.Follow(operation, World);
            }

            operation.Apply(Copying, seen);
            if (isOfNet)
            {
                _calls.Follow(operation, World, Copying);
            }

            if (World.TaskNames > 0)
            {
                _forks.Follow(operation, World);
            }

            if (operation.Panics is { } rule)
            {
                _violations.Add(new Violation(rule, Violation.Guard, Steps, operation, "it returned, where the kernel stops with BUG()"));
            }
            else if (isJudged && Laws.Count > 0)
            {
                _recount.Make(World);
                _isRecounted = true;
                Evaluate(new Step(World, Copying, operation, _recount, _history, _calls, _forks));
            }
        }
        catch (BugException bug) when (bug.Rule == operation.Panics)
        {
            HasPanicked = true;
        }
        catch (BugException bug)
        {
            _violations.Add(new Violation(bug.Rule, Violation.Guard, Steps, operation, bug.What));
        }

        AfterEach?.Invoke();
    }

    /// <summary>For one access of an interleaved driver: how much has happened to skbs and to which of them drivers hold, and to mappings. Where the first stands still, and nothing was handed over or sent, only devices are judged again: nothing else can have changed, and the books have nothing to follow.</summary>
    private (long Holdings, long Mappings)? Changes()
    {
        var (holdings, mappings) = (World.Skbs.Changes, 0L);
        for (var i = 0; i < World.Devices.Count; i++)
        {
            if (World.Devices[i].Dma.Failed > 0)
            {
                // What a refused mapping leads to is judged where the driver comes to rest, and that changes neither.
                return null;
            }

            holdings += World.Devices[i].Smp?.Changes ?? 0;
            mappings += World.Devices[i].Dma.Changes;
        }

        return (holdings, mappings);
    }

    /// <summary>Both paths, and the checker's own books.</summary>
    public void WriteState(StateWriter state)
    {
        World.WriteState(state);
        Copying.WriteState(state);
        _history.WriteState(state);
        _calls.WriteState(state);
        _forks.WriteState(state, World);
    }

    /// <summary>Both paths empty again. Hits and evaluations stay.</summary>
    public void Reset()
    {
        World.Reset();
        Copying.Reset();
        _history.Reset();
        _calls.Reset();
        _forks.Reset();
        _violations.Clear();
        _isRecounted = false;
        HasPanicked = false;
        Steps = 0;
    }

    /// <summary>Hits and evaluations count from 0 again.</summary>
    public void ForgetCounts()
    {
        Array.Clear(_hits);
        Array.Clear(_subjects);
        _skb.Forget();
        _namedSkb.Forget();
        _page.Forget();
        _pin.Forget();
    }

    /// <summary>Subjects that had the traits which say all that a law says.</summary>
    private long Subjects(Law law) => law.Scope switch
    {
        Scope.Skb => _skb.Subjects(law.Of),
        Scope.NamedSkb => _namedSkb.Subjects(law.Of),
        Scope.Page => _page.Subjects(law.Of),
        Scope.Pin => _pin.Subjects(law.Of),
        _ => throw new ModelException($"{law} is counted by traits"),
    };

    private void Evaluate(in Step step)
    {
        _subjects[(int)Scope.Step]++;
        var laws = StepLaws(step.Operation.GetType());
        var traits = TraitsOf(step);
        if (laws.LooksForAstray && IsAstray(step))
        {
            traits |= StepTraits.Astray;
        }

        foreach (ref readonly var law in laws[(int)traits])
        {
            if (law.Claim(step) != law.IsAlways)
            {
                Hit(step, law.Number, law.IsAlways, null);
            }
        }

        EvaluateSkbs(step);
        EvaluatePages(step);
        EvaluateMemory(step);
        _subjects[(int)Scope.Sock] += World.Socks.Count;
        for (var i = 0; i < World.Socks.Count; i++)
        {
            foreach (ref readonly var law in _sock[(int)TraitsOf(step, World.Socks[i])])
            {
                if (law.Claim(step, World.Socks[i]) != law.IsAlways)
                {
                    Hit(step, law.Number, law.IsAlways, World.Socks[i]);
                }
            }
        }

        EvaluateDevices(step, withMappings: true);
    }

    private void EvaluateSkbs(in Step step)
    {
        var live = World.Skbs.Live.Span;
        _subjects[(int)Scope.Skb] += live.Length;
        if (_traits.Length < live.Length)
        {
            _traits = new Traits[2 * live.Length];
        }

        for (var i = 0; i < live.Length; i++)
        {
            var skb = live[i];
            var traits = TraitsOf(skb);
            _traits[i] = traits;
            foreach (ref readonly var law in _skb[(int)(_skb.LooksForAstray && IsAstray(step, skb, traits) ? traits | Traits.Astray : traits)])
            {
                if (law.Claim(step, skb) != law.IsAlways)
                {
                    Hit(step, law.Number, law.IsAlways, skb);
                }
            }
        }

        for (var name = 0; name < World.SkbNames; name++)
        {
            if (World.TrySkb(new SkbId(name)) is { } skb)
            {
                _subjects[(int)Scope.NamedSkb]++;
                var isLive = skb.LiveIndex < live.Length && live[skb.LiveIndex] == skb;
                var traits = isLive ? _traits[skb.LiveIndex] : TraitsOf(skb);
                foreach (ref readonly var law in _namedSkb[(int)(_namedSkb.LooksForAstray && IsAstray(step, new SkbId(name), skb) ? traits | Traits.Astray : traits)])
                {
                    if (law.Claim(step, new SkbId(name), skb) != law.IsAlways)
                    {
                        Hit(step, law.Number, law.IsAlways, law.IsAlways ? new SkbId(name) : null);
                    }
                }
            }
        }
    }

    private void EvaluateDevices(in Step step, bool withMappings)
    {
        _subjects[(int)Scope.Device] += World.Devices.Count;
        _subjects[(int)Scope.Mappings] += withMappings ? World.Devices.Count : 0;
        for (var i = 0; i < World.Devices.Count; i++)
        {
            var device = World.Devices[i];
            var traits = (int)TraitsOf(device);
            Evaluate(step, device, _device[traits]);
            if (withMappings)
            {
                Evaluate(step, device, _mappings[traits]);
            }
        }
    }

    private void Evaluate(in Step step, NetDevice device, ReadOnlySpan<Asked<DeviceClaim>> laws)
    {
        foreach (ref readonly var law in laws)
        {
            if (law.Claim(step, device) != law.IsAlways)
            {
                Hit(step, law.Number, law.IsAlways, device);
            }
        }
    }

    private void EvaluateMemory(in Step step)
    {
        _subjects[(int)Scope.Mm] += World.Mms.Count;
        var mms = World.Mms.Span;
        for (var i = 0; i < mms.Length; i++)
        {
            var mm = mms[i];
            foreach (ref readonly var law in _mm[(int)TraitsOf(step, mm, i)])
            {
                if (law.Claim(step, mm) != law.IsAlways)
                {
                    Hit(step, law.Number, law.IsAlways, mm);
                }
            }
        }

        _subjects[(int)Scope.Pin] += World.Pins.Count;
        foreach (var pin in World.Pins.Span)
        {
            foreach (ref readonly var law in _pin[(int)TraitsOf(step, pin)])
            {
                if (law.Claim(step, pin) != law.IsAlways)
                {
                    Hit(step, law.Number, law.IsAlways, pin);
                }
            }
        }
    }

    /// <summary>Pages in use, and pages that somebody holds though they are free.</summary>
    private void EvaluatePages(in Step step)
    {
        _subjects[(int)Scope.Page] += World.Memory.InUse.Count + _recount.HeldThoughFree.Count;
        foreach (var page in World.Memory.InUse.Span)
        {
            EvaluatePage(step, page);
        }

        foreach (var page in _recount.HeldThoughFree.Span)
        {
            EvaluatePage(step, page);
        }
    }

    private void EvaluatePage(in Step step, Page page)
    {
        foreach (ref readonly var law in _page[(int)TraitsOf(step, page)])
        {
            if (law.Claim(step, page) != law.IsAlways)
            {
                Hit(step, law.Number, law.IsAlways, page);
            }
        }
    }

    /// <summary>A claim was true of a Sometimes, or false of an Always. The first subject explains.</summary>
    private void Hit(in Step step, int number, bool isAlways, object? subject)
    {
        _hits[number]++;
        if (isAlways)
        {
            Broke(step, Laws[number], subject);
        }
    }

    private void Broke(in Step step, Law law, object? subject)
    {
        if (!_violations.Exists(found => found.Law == law.Name && found.Rule == law.Rule))
        {
            _violations.Add(new Violation(law.Rule, law.Name, Steps, step.Operation, law.Explanation(step, subject)));
        }
    }

    /// <summary>The laws over a step that speak of this kind of operation, for each set of traits.</summary>
    private ByTraits<StepClaim> StepLaws(Type operation)
    {
        // By the handle: a look for a Type itself asks it for its hash and for equality. Each step asks, and most operations find theirs at once.
        var handle = operation.TypeHandle.Value;
        ref var lately = ref _stepLately[(int)(((ulong)handle >> 6) & 63)];
        if (lately.Operation == handle)
        {
            return lately.Laws!;
        }

        if (!_step.TryGetValue(handle, out var laws))
        {
            laws = After(operation);
            _step.Add(handle, laws);
        }

        lately = (handle, laws);
        return laws;
    }

    // On its own: what the lambda captures would be allocated at each step.
    private ByTraits<StepClaim> After(Type operation) =>
        new(Of(Scope.Step, law => law.Step!, law => law.After.Count == 0 || law.After.Contains(operation)), SetsOf<StepTraits>(), (int)StepTraits.Astray);
}
