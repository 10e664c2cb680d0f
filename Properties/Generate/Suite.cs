using ZeroCopy.Drivers;
using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Generate;

/// <summary>A mix of operations and the laws that apply to it.</summary>
/// <param name="Name">Its word on the command line and in scripts.</param>
/// <param name="About">What it exercises.</param>
/// <param name="Mix">Operations and their shares.</param>
/// <param name="Drivers">The drivers that it registers.</param>
/// <param name="Laws">What is evaluated after each step, where the profile allows it.</param>
public sealed record Suite(string Name, string About, IReadOnlyList<Draw> Mix, IReadOnlyList<DriverKind> Drivers, IReadOnlyList<Law> Laws)
{
    /// <summary>The laws that can be judged in worlds of this profile: the origin of a byte is known only where bytes carry one, only a narrow count is ever full, and what a device has pinned is never copied for a writer from linux 5.19 on.</summary>
    public IReadOnlyList<Law> LawsIn(Profile profile) => 
    [
        .. Laws.Where(law => profile.Provenance || (law.Rule != EqvRules.OriginExact && law != MemoryLaws.TooManyPinsOccur))
            .Where(law => profile.Kernel != Kernel.Linux6 || (law != CowLaws.CopyByPinOccurs && law != CowLaws.CopyByLostLockOccurs)),
    ];

    /// <summary>Drawn operations in a sequence.</summary>
    public static int Length(Size size) => size == Size.Tiny ? 100 : 300;

    /// <summary>Whether processes are made in it.</summary>
    public bool HasProcesses { get; } = Mix.Any(draw => draw.Name == "mm_alloc");

    /// <summary>Whether a sequence has something to set up first.</summary>
    public bool HasSetup => Drivers.Count > 0 || HasProcesses;

    public override string ToString() => Name;
}

/// <summary>Every suite.</summary>
public static class Suites
{
    // Before what is made of it.
    private static readonly IReadOnlyList<Rule> MemoryRules = RulesOf(typeof(MemoryLaws));
    private static readonly IReadOnlyList<Rule> CompletionRules = RulesOf(typeof(CompletionLaws));

    public static IReadOnlyList<Suite> All { get; } =
    [
        new("checksum", "sums over every split, parity and alignment; what the device and what the CPU sums",
            [.. SkbDraws.ForSums, .. NetDraws.Over([.. DriverKind.All]).Where(draw => draw.Name is not ("fail_alloc" or "reclaim_page"))],
            DriverKind.All,
            Of(law => law.Rule.Id[..3] == "SUM" || law.Rule == SkbRules.BytesAgree || law.Rule == NetRules.SummedByCpuIffDeviceCannot
                || law.Rule == NetRules.ReceiverAccepts || law.Rule == EqvRules.FrameEqual)),
        new("skb", "the life of an skb and of its pages, each allocation failing",
            SkbDraws.All,
            [],
            Of(law => law.Rule.Id[..3] is "SKB" or "SUM" or "PIN" && !NeedsSockets(law.Rule) && law != ChargeLaws.QuietAfterSendingOccurs && !NeedsMemory(law))),
        new("pages", "processes, swap, and user memory that is pinned for devices; each allocation failing",
            PagesDraws.All,
            [],
            Of(law => law.Rule.Id[..3] == "PIN" && law.Rule != PinRules.WrittenInPlace && !CompletionRules.Contains(law.Rule))),
        new("fork", "fork, vfork, exec and exit; copy-on-write among relatives in any order, with files, swap and pins",
            ForkDraws.All,
            [],
            Of(law => law.Rule.Id[..3] is "PIN" or "COW" && law.Rule != PinRules.WrittenInPlace && law.Rule != PinRules.CountNeverWraps && law != MemoryLaws.DmaToFileOccurs && !CompletionRules.Contains(law.Rule))),
        new("transmit", "sockets, page cache and four drivers; features on and off",
            NetDraws.Over([.. DriverKind.All]),
            DriverKind.All,
            Of(law => !NeedsNames(law) && !NeedsMemory(law) && !NeedsSchedule(law))),
        new("acenic", "the AceNIC ring: descriptors, completion, stop and wake",
            [.. NetDraws.Over(Driver("acenic")), .. ScheduleDraws.All, .. ScheduleDraws.OfAceNic],
            [Driver("acenic")],
            Of(law => law.Rule.Id[..3] is not "HME" && law.Rule != DmaRules.WithinReach && !NeedsNames(law) && !NeedsMemory(law))),
        new("hme", "the HME ring: ownership bits, start and location of the sum, 32-bit addresses",
            [.. NetDraws.Over(Driver("hme")), .. ScheduleDraws.All],
            [Driver("hme")],
            Of(law => law.Rule.Id[..3] is not "ACE" && !NeedsNames(law) && !NeedsMemory(law))),
        new("system", "everything together",
            [.. SkbDraws.All.Where(draw => draw.Name is not ("fail_alloc" or "alloc_page" or "put_page" or "sk_alloc" or "sock_wmalloc")), .. NetDraws.Over([.. DriverKind.All]).Select(Thicker), .. PagesDraws.WithoutFiles, .. ForkDraws.Own],
            DriverKind.All,
            // Two calls of one socket, one after the other, done in two ways: too rare among everything else; transmit has it.
            Of(law => !NeedsSchedule(law) && law.Rule != SkbRules.DestructorInSoftirq && law != CompletionLaws.KindsApartOccurs)),
    ];

    /// <summary>The suite of this name; null where there is none.</summary>
    public static Suite? Find(string name) => All.FirstOrDefault(suite => suite.Name == name);

    /// <summary>What judges a script: the laws of its suite, or all of them, without those that its header leaves out.</summary>
    public static IReadOnlyList<Law> LawsFor(ScriptHeader header)
    {
        var laws = Find(header.Suite)?.LawsIn(header.Profile) ?? LawCatalogue.All;
        return header.Without is null ? laws : [.. laws.Where(law => !header.Without.Split(',').Any(name => name == law.Name || name == law.Id))];
    }

    /// <summary>Among everything else, a page of the user's own and a connection that is open seldom meet, and a truncation and a page that is locked.</summary>
    private static Draw Thicker(Draw draw) => draw.Name switch
    {
        "msg_zerocopy" or "dev_features" => draw with { Weight = 3 * draw.Weight },
        "vmtruncate" => PagesDraws.LocksFirst(draw) with { Weight = 2 * draw.Weight },
        _ => draw,
    };

    private static DriverKind Driver(string word) => DriverKind.All.Single(kind => kind.Word == word);

    private static IReadOnlyList<Rule> RulesOf(Type laws) =>
        [.. laws.GetFields().Where(field => field.FieldType == typeof(Law)).Select(field => ((Law)field.GetValue(null)!).Rule).Distinct()];

    private static IReadOnlyList<Law> Of(Func<Law, bool> applies) => [.. LawCatalogue.All.Where(applies)];

    /// <summary>Rules whose premise takes a socket, a file or a device.</summary>
    private static bool NeedsSockets(Rule rule) =>
        rule == SkbRules.TapCharged || rule == SkbRules.LastHolderReadsLate || rule == SkbRules.PurgedAtOnce || rule == PinRules.ReclaimTakesUnheld || rule == PinRules.CacheHoldsFile
        || rule == PinRules.ToldWhenUnread || rule == PinRules.CarriersAreCounted
        || rule == PinRules.UncachedIsOnDisk || rule == PinRules.FsyncWrites || rule == PinRules.TruncatedLeave || rule == PinRules.WrittenInPlace
        || rule == SumRules.PseudoHeaderSeed || rule == SumRules.CheckOffset || rule == SumRules.UdpNeverZero;

    /// <summary>Laws whose premise takes a process; the life of pages is judged everywhere.</summary>
    private static bool NeedsMemory(Law law) => (MemoryRules.Contains(law.Rule) || law.Rule.Id[..3] == "COW") && law != MemoryLaws.PageStateIsAbstraction;

    /// <summary>Laws whose premise takes an skb that the script itself names.</summary>
    private static bool NeedsNames(Law law) => law.Scope == Scope.NamedSkb || law == SkbLaws.SecondHolderOccurs || law == SkbLaws.ListOccurs || IsOfDirectCalls(law.Rule)
        || law.Rule == SumRules.RunSum || law.Rule == SumRules.BlockAdd || law.Rule == SkbRules.BytesAgree;

    /// <summary>Rules of drivers that go on one access at a time.</summary>
    private static bool NeedsSchedule(Law law) => law.Rule == NetRules.NothingIsStuck || law.Rule == NetRules.LocksAreReleased || law.Rule == SkbRules.LastHolderReadsLate || law.Rule == AceRules.WaitsForReclaimOnly || law.Rule == HmeRules.KickFollowsOwn
        || law == AceLaws.PartOfPacketOccurs;

    /// <summary>Rules about calls that only a script makes.</summary>
    private static bool IsOfDirectCalls(Rule rule) =>
        rule == SkbRules.KeepsAllWithoutMemory || rule == SkbRules.RoomAsPromised || rule == SkbRules.PadIsZero || rule == SkbRules.ChargedForItsBlock
        || rule == SkbRules.DestructorInSoftirq || rule == SkbRules.SoftirqTakesAll || rule == SkbRules.InPlaceWriterOwns || rule == SkbRules.OwnAfterUnshare
        || rule == SumRules.CopyKeepsSum || rule == SumRules.CollapsedSum || rule == SumRules.VerdictIsRight;
}
