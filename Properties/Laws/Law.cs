using System.Runtime.CompilerServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>What a law is evaluated for, after each step.</summary>
public enum Scope
{
    /// <summary>Once.</summary>
    Step,

    /// <summary>Each live skb.</summary>
    Skb,

    /// <summary>Each skb that the script has a name for.</summary>
    NamedSkb,

    /// <summary>Each page that is in use, or that somebody holds.</summary>
    Page,

    /// <summary>Each socket.</summary>
    Sock,

    /// <summary>Each net device.</summary>
    Device,

    /// <summary>Each net device, by its mappings and the skbs that its driver holds alone: after an access that changes neither there is nothing new to say.</summary>
    Mappings,

    /// <summary>Each process.</summary>
    Mm,

    /// <summary>Each kiobuf, and each vector of pinned pages.</summary>
    Pin,
}

/// <summary>Whether a law must always hold, or its premise must happen at some time in a run.</summary>
public enum LawKind
{
    Always,
    Sometimes,
}

/// <summary>What a predicate sees: both worlds after a step, and what the step was seen to do. Recounts are the checker's own.</summary>
public readonly ref struct Step(World world, CopyingWorld copying, Operation operation, Recount recount, PlanHistory history, CallHistory calls, ForkHistory forks)
{
    public World World => world;

    public CopyingWorld Copying => copying;

    public Operation Operation => operation;

    public Observation Seen => world.Seen;

    public Recount Recount => recount;

    public PlanHistory History => history;

    public CallHistory Calls => calls;

    public ForkHistory Forks => forks;
}

public delegate bool StepClaim(in Step step);

public delegate bool SkbClaim(in Step step, Skb skb);

public delegate bool NamedSkbClaim(in Step step, SkbId name, Skb skb);

public delegate bool PageClaim(in Step step, Page page);

public delegate bool SockClaim(in Step step, Sock sock);

public delegate bool DeviceClaim(in Step step, NetDevice device);

public delegate bool MmClaim(in Step step, MmStruct mm);

public delegate bool PinClaim(in Step step, Pin pin);

/// <summary>Says after a failure what was found; never called on the pass path.</summary>
public delegate string Explain<in T>(Step step, T subject);

/// <summary>A rule made checkable. Predicates read observations, or recompute from first principles; they never call the function that enforces the rule, and allocate nothing.</summary>
public sealed class Law
{
    private Law(Rule rule, LawKind kind, Scope scope, string name) => (Rule, Kind, Scope, Name, IsAlways) = (rule, kind, scope, name, kind == LawKind.Always);

    public Rule Rule { get; }

    public LawKind Kind { get; }

    public Scope Scope { get; }

    /// <summary>The field that holds it.</summary>
    public string Name { get; }

    /// <summary>Its name with its rule, as in <c>SKB-001/GeometryHolds</c>: a name alone may stand in two places.</summary>
    public string Id => $"{Rule.Id}/{Name}";

    /// <summary>Traits of its subject, as a number, without which it says nothing: of the kind of its scope.</summary>
    internal int Of { get; private init; }

    /// <summary>It is true of each subject that has its traits: such are counted, and it is not asked.</summary>
    internal bool IsCountedByTraits { get; private init; }

    /// <summary>Kinds of operation after which it is evaluated; after others it says nothing. Empty for each.</summary>
    public IReadOnlyList<Type> After { get; private init; } = [];

    /// <summary>The same, asked of each subject, whatever that has: what traits spare is to make no difference.</summary>
    public Law OfAll() => With(of: 0, isCounted: false);

    /// <summary>The same premise, where its traits say all that its predicate says. It is asked no more, but where <see cref="OfAll"/> compares.</summary>
    /// <exception cref="ModelException">Not a premise over skbs, pages or pins.</exception>
    public Law CountedByTraits() => Kind == LawKind.Sometimes && Scope is Scope.Skb or Scope.NamedSkb or Scope.Page or Scope.Pin
        ? With(Of, isCounted: true)
        : throw new ModelException($"{Id} cannot be counted by traits");

    internal bool IsAlways { get; }

    internal StepClaim? Step { get; private init; }

    internal SkbClaim? Skb { get; private init; }

    internal NamedSkbClaim? NamedSkb { get; private init; }

    internal PageClaim? Page { get; private init; }

    internal SockClaim? Sock { get; private init; }

    internal DeviceClaim? Device { get; private init; }

    internal MmClaim? Mm { get; private init; }

    internal PinClaim? Pin { get; private init; }

    internal Explain<object?> Explanation { get; private init; } = (_, subject) => subject?.ToString() ?? "";

    public static Law Always(Rule rule, StepClaim claim, Explain<object?>? explain = null, Type[]? after = null, StepTraits of = StepTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Step, name) { Step = claim, After = after ?? [], Of = (int)of, Explanation = explain ?? Nothing };

    public static Law Always(Rule rule, SkbClaim claim, Explain<Skb> explain, Traits of = Traits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Skb, name) { Skb = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (Skb)subject!) };

    public static Law Always(Rule rule, NamedSkbClaim claim, Explain<SkbId> explain, Traits of = Traits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.NamedSkb, name) { NamedSkb = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (SkbId)subject!) };

    public static Law Always(Rule rule, PageClaim claim, Explain<Page> explain, PageTraits of = PageTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Page, name) { Page = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (Page)subject!) };

    public static Law Always(Rule rule, SockClaim claim, Explain<Sock> explain, SockTraits of = SockTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Sock, name) { Sock = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (Sock)subject!) };

    public static Law Always(Rule rule, DeviceClaim claim, Explain<NetDevice> explain, Scope scope = Scope.Device, DeviceTraits of = DeviceTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, scope, name) { Device = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (NetDevice)subject!) };

    public static Law Always(Rule rule, MmClaim claim, Explain<MmStruct> explain, MmTraits of = MmTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Mm, name) { Mm = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (MmStruct)subject!) };

    public static Law Always(Rule rule, PinClaim claim, Explain<Pin> explain, PinTraits of = PinTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Pin, name) { Pin = claim, Of = (int)of, Explanation = (step, subject) => explain(step, (Pin)subject!) };

    public static Law Sometimes(Rule rule, MmClaim claim, MmTraits of = MmTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Mm, name) { Mm = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, PinClaim claim, PinTraits of = PinTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Pin, name) { Pin = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, StepClaim claim, Type[]? after = null, StepTraits of = StepTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Step, name) { Step = claim, After = after ?? [], Of = (int)of };

    public static Law Sometimes(Rule rule, SkbClaim claim, Traits of = Traits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Skb, name) { Skb = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, NamedSkbClaim claim, Traits of = Traits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.NamedSkb, name) { NamedSkb = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, SockClaim claim, SockTraits of = SockTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Sock, name) { Sock = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, PageClaim claim, PageTraits of = PageTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Page, name) { Page = claim, Of = (int)of };

    public static Law Sometimes(Rule rule, DeviceClaim claim, Scope scope = Scope.Device, DeviceTraits of = DeviceTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, scope, name) { Device = claim, Of = (int)of };

    public override string ToString() => $"{Rule.Id} {Name}";

    private Law With(int of, bool isCounted) => new(Rule, Kind, Scope, Name)
    {
        Step = Step, Skb = Skb, NamedSkb = NamedSkb, Page = Page, Sock = Sock, Device = Device, Mm = Mm, Pin = Pin, After = After, Explanation = Explanation,
        Of = of, IsCountedByTraits = isCounted,
    };

    private static string Nothing(Step step, object? subject) => "";
}
