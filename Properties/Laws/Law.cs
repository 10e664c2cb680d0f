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

/// <summary>What an skb has that a law may speak of. A law over skbs that names some is evaluated for those which have them all: for the others it says nothing.</summary>
[Flags]
public enum Traits
{
    None = 0,

    /// <summary>Bytes that are not linear: fragments, a list, or a data_len.</summary>
    Paged = 1,

    /// <summary>A frag_list.</summary>
    Listed = 2,

    /// <summary>Its data block is another's too, by dataref or by the recount.</summary>
    SharedBlock = 4,

    /// <summary>ip_summed is not CHECKSUM_NONE.</summary>
    Summed = 8,

    /// <summary>More than one user.</summary>
    Shared = 16,

    /// <summary>Its users, or the dataref of its block, are not what the recount says.</summary>
    Miscounted = 32,
}

/// <summary>What a page has that a law may speak of, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum PageTraits
{
    None = 0,

    /// <summary>More than one holder, by the recount.</summary>
    Shared = 1,

    /// <summary>In the page cache of a file.</summary>
    Cached = 2,

    /// <summary>In the swap cache, by its entry or by the machine.</summary>
    SwapCached = 4,

    /// <summary>Not counted: the zero page.</summary>
    Reserved = 8,

    /// <summary>Its count is not what the recount says.</summary>
    Miscounted = 16,
}

/// <summary>What a step was seen to do of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum StepTraits
{
    None = 0,

    /// <summary>Page faults were answered.</summary>
    Faulted = 1,

    /// <summary>The operation was refused.</summary>
    Refused = 2,

    /// <summary>Frames went out or came to the receiver, on either path.</summary>
    Emitted = 4,

    /// <summary>A packet came to dev_queue_xmit().</summary>
    Decided = 8,

    /// <summary>The segment plan has new entries.</summary>
    Planned = 16,

    /// <summary>A driver was handed a packet, or a tap was shown one.</summary>
    Handed = 32,

    /// <summary>Packets were dropped.</summary>
    Dropped = 64,
}

/// <summary>What a socket has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum SockTraits
{
    None = 0,

    /// <summary>TCP.</summary>
    Tcp = 1,

    /// <summary>Ranges in its error queue.</summary>
    Told = 2,

    /// <summary>Somewhere there is a zero-copy send whose user was not told, or a notification.</summary>
    Lent = 4,
}

/// <summary>What a net device has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum DeviceTraits
{
    None = 0,
    AceNic = 1,
    Hme = 2,

    /// <summary>Nobody is inside the driver, and nothing that was stored is on its way.</summary>
    AtRest = 4,

    /// <summary>No procedure of the driver is under way on a CPU; so, too, where nothing is interleaved.</summary>
    Outside = 8,

    /// <summary>Driver, handler and card go on one access at a time.</summary>
    Interleaved = 16,

    /// <summary>Interleaved, and nobody can go on.</summary>
    Still = 32,

    /// <summary>Its queue is stopped.</summary>
    Stopped = 64,

    /// <summary>Packets wait in its bands.</summary>
    Waiting = 128,

    /// <summary>It is down.</summary>
    Down = 256,

    /// <summary>Interleaved, and its CPUs have an skb in common.</summary>
    Sharing = 512,
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

    /// <summary>What the skb has of which it speaks.</summary>
    public Traits Of { get; private init; }

    /// <summary>What the page has of which it speaks.</summary>
    public PageTraits OfPage { get; private init; }

    /// <summary>What the step did of which it speaks.</summary>
    public StepTraits OfStep { get; private init; }

    /// <summary>What the socket has of which it speaks.</summary>
    public SockTraits OfSock { get; private init; }

    /// <summary>What the device has of which it speaks.</summary>
    public DeviceTraits OfDevice { get; private init; }

    /// <summary>Kinds of operation after which it is evaluated; after others it says nothing. Empty for each.</summary>
    public IReadOnlyList<Type> After { get; private init; } = [];

    /// <summary>Its traits as a number: of its scope's kind.</summary>
    internal int Mask => Scope switch
    {
        Scope.Skb or Scope.NamedSkb => (int)Of,
        Scope.Page => (int)OfPage,
        Scope.Step => (int)OfStep,
        Scope.Sock => (int)OfSock,
        Scope.Device or Scope.Mappings => (int)OfDevice,
        _ => 0,
    };

    /// <summary>The same of each subject, whatever that has: what traits spare is to make no difference.</summary>
    public Law OfAll() => new(Rule, Kind, Scope, Name)
    {
        Step = Step, Skb = Skb, NamedSkb = NamedSkb, Page = Page, Sock = Sock, Device = Device, Mm = Mm, Pin = Pin, After = After, Explanation = Explanation,
    };

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
        new(rule, LawKind.Always, Scope.Step, name) { Step = claim, After = after ?? [], OfStep = of, Explanation = explain ?? Nothing };

    public static Law Always(Rule rule, SkbClaim claim, Explain<Skb> explain, Traits of = Traits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Skb, name) { Skb = claim, Of = of, Explanation = (step, subject) => explain(step, (Skb)subject!) };

    public static Law Always(Rule rule, NamedSkbClaim claim, Explain<SkbId> explain, Traits of = Traits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.NamedSkb, name) { NamedSkb = claim, Of = of, Explanation = (step, subject) => explain(step, (SkbId)subject!) };

    public static Law Always(Rule rule, PageClaim claim, Explain<Page> explain, PageTraits of = PageTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Page, name) { Page = claim, OfPage = of, Explanation = (step, subject) => explain(step, (Page)subject!) };

    public static Law Always(Rule rule, SockClaim claim, Explain<Sock> explain, SockTraits of = SockTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Sock, name) { Sock = claim, OfSock = of, Explanation = (step, subject) => explain(step, (Sock)subject!) };

    public static Law Always(Rule rule, DeviceClaim claim, Explain<NetDevice> explain, Scope scope = Scope.Device, DeviceTraits of = DeviceTraits.None, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, scope, name) { Device = claim, OfDevice = of, Explanation = (step, subject) => explain(step, (NetDevice)subject!) };

    public static Law Always(Rule rule, MmClaim claim, Explain<MmStruct> explain, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Mm, name) { Mm = claim, Explanation = (step, subject) => explain(step, (MmStruct)subject!) };

    public static Law Always(Rule rule, PinClaim claim, Explain<Pin> explain, [CallerMemberName] string name = "") =>
        new(rule, LawKind.Always, Scope.Pin, name) { Pin = claim, Explanation = (step, subject) => explain(step, (Pin)subject!) };

    public static Law Sometimes(Rule rule, MmClaim claim, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Mm, name) { Mm = claim };

    public static Law Sometimes(Rule rule, PinClaim claim, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Pin, name) { Pin = claim };

    public static Law Sometimes(Rule rule, StepClaim claim, Type[]? after = null, StepTraits of = StepTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Step, name) { Step = claim, After = after ?? [], OfStep = of };

    public static Law Sometimes(Rule rule, SkbClaim claim, Traits of = Traits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Skb, name) { Skb = claim, Of = of };

    public static Law Sometimes(Rule rule, NamedSkbClaim claim, Traits of = Traits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.NamedSkb, name) { NamedSkb = claim, Of = of };

    public static Law Sometimes(Rule rule, SockClaim claim, SockTraits of = SockTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Sock, name) { Sock = claim, OfSock = of };

    public static Law Sometimes(Rule rule, PageClaim claim, PageTraits of = PageTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, Scope.Page, name) { Page = claim, OfPage = of };

    public static Law Sometimes(Rule rule, DeviceClaim claim, Scope scope = Scope.Device, DeviceTraits of = DeviceTraits.None, [CallerMemberName] string name = "") => new(rule, LawKind.Sometimes, scope, name) { Device = claim, OfDevice = of };

    public override string ToString() => $"{Rule.Id} {Name}";

    private static string Nothing(Step step, object? subject) => "";
}
