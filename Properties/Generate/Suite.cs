using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Generate;

/// <summary>A mix of operations and the laws that apply to it.</summary>
/// <param name="Name">Its word on the command line and in scripts.</param>
/// <param name="About">What it exercises.</param>
/// <param name="Mix">Operations and their shares.</param>
/// <param name="Drivers">The drivers that it registers.</param>
/// <param name="Laws">What is evaluated after each step.</param>
public sealed record Suite(string Name, string About, IReadOnlyList<Draw> Mix, IReadOnlyList<DriverKind> Drivers, IReadOnlyList<Law> Laws)
{
    /// <summary>Drawn operations in a sequence.</summary>
    public static int Length(Size size) => size == Size.Tiny ? 100 : 300;

    public override string ToString() => Name;
}

/// <summary>Every suite.</summary>
public static class Suites
{
    public static IReadOnlyList<Suite> All { get; } =
    [
        new("checksum", "sums over every split, parity and alignment; what the device and what the CPU sums",
            [.. SkbDraws.ForSums, .. NetDraws.Over([.. DriverKind.All]).Where(draw => draw.Name is not ("fail_alloc" or "reclaim_page"))],
            DriverKind.All,
            Of(rule => rule.Id.StartsWith("SUM", StringComparison.Ordinal) || rule == SkbRules.BytesAgree || rule == NetRules.SummedByCpuIffDeviceCannot
                || rule == NetRules.ReceiverAccepts || rule == EqvRules.FrameEqual)),
        new("skb", "the life of an skb and of its pages, each allocation failing",
            SkbDraws.All,
            [],
            Of(rule => rule.Id[..3] is "SKB" or "SUM" or "PIN" && !NeedsSockets(rule))),
        new("transmit", "sockets, page cache and four drivers; features on and off",
            NetDraws.Over([.. DriverKind.All]),
            DriverKind.All,
            Of(rule => rule.Id[..3] is not ("ACE" or "HME") && !NeedsNames(rule))),
        new("acenic", "the AceNIC ring: descriptors, completion, stop and wake",
            NetDraws.Over(Driver("acenic")),
            [Driver("acenic")],
            Of(rule => rule.Id[..3] is not "HME" && !NeedsNames(rule))),
        new("hme", "the HME ring: ownership bits, start and location of the sum, 32-bit addresses",
            NetDraws.Over(Driver("hme")),
            [Driver("hme")],
            Of(rule => rule.Id[..3] is not "ACE" && !NeedsNames(rule))),
        new("system", "everything together",
            [.. SkbDraws.All.Where(draw => draw.Name != "fail_alloc"), .. NetDraws.Over([.. DriverKind.All])],
            DriverKind.All,
            LawCatalogue.All),
    ];

    /// <summary>The suite of this name; null where there is none.</summary>
    public static Suite? Find(string name) => All.FirstOrDefault(suite => suite.Name == name);

    private static DriverKind Driver(string word) => DriverKind.All.Single(kind => kind.Word == word);

    private static IReadOnlyList<Law> Of(Func<Rule, bool> applies) => [.. LawCatalogue.All.Where(law => applies(law.Rule))];

    /// <summary>Rules whose premise takes a socket, a file or a device.</summary>
    private static bool NeedsSockets(Rule rule) =>
        rule == SkbRules.OwnerCharged || rule == PinRules.ReclaimTakesUnheld || rule == PinRules.CacheHoldsFile
        || rule == SumRules.PseudoHeaderSeed || rule == SumRules.CheckOffset || rule == SumRules.UdpNeverZero;

    /// <summary>Rules whose premise takes an skb that the script itself names.</summary>
    private static bool NeedsNames(Rule rule) => rule == SumRules.RunSum || rule == SumRules.BlockAdd || rule == SkbRules.BytesAgree;
}
