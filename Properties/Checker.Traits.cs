using System.Globalization;
using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties;

/// <content>What a subject has, and which laws speak of it.</content>
public sealed partial class Checker
{
    private Traits TraitsOf(Skb skb)
    {
        var users = _recount.Users(skb.Block);
        return (skb.DataLen != 0 || skb.NrFrags > 0 ? Traits.Paged : Traits.None)
            | (skb.Block.FragList.Count > 0 ? Traits.Paged | Traits.Listed : Traits.None)
            | (skb.Block.DataRef > 1 || users > 1 ? Traits.SharedBlock : Traits.None)
            | (skb.IpSummed != ChecksumState.None ? Traits.Summed : Traits.None)
            | (skb.Users > 1 ? Traits.Shared : Traits.None)
            | (skb.Users != _recount.Holders(skb) || skb.Block.DataRef != users || users == 0 ? Traits.Miscounted : Traits.None)
            | (skb.NrFrags == World.Profile.MaxSkbFrags ? Traits.Full : Traits.None);
    }

    /// <summary>What laws over skbs would find, looked for first: the laws are asked where something is found. So for the other kinds of subject.</summary>
    private static bool IsAstray(in Step step, Skb skb, Traits traits) =>
        !SkbLaws.IsGeometric(skb) || !SkbLaws.IsAsItsDataSays(step, skb) || !SumLaws.IsAsItsDataSays(skb) || ((traits & Traits.Paged) != 0 && !SkbLaws.HasItsParts(step, skb));

    private static bool IsAstray(in Step step, SkbId name, Skb skb) =>
        !SkbLaws.IsLinearAsSaid(step, name, skb) || !SumLaws.IsAsSaid(step, name, skb) || !SkbLaws.HasItsBytes(step, name, skb);

    private PageTraits TraitsOf(in Step step, Page page)
    {
        var (holders, mappings) = _recount.Of(page);
        return (holders > 1 ? PageTraits.Shared : PageTraits.None)
            | (page.Mapping is not { } file ? PageTraits.None : file.Content is LiteralContent ? PageTraits.Cached | PageTraits.OfLiteral : PageTraits.Cached)
            | (page.State == PageMachine.State.SwapCache ? PageTraits.SwapCached : PageTraits.None)
            | (page.Reserved ? PageTraits.Reserved : PageTraits.None)
            | (page.Count != holders ? PageTraits.Miscounted : PageTraits.None)
            | (page.Count == 1 ? PageTraits.Sole : PageTraits.None)
            | (page.Pins > 0 ? PageTraits.Pinned : PageTraits.None)
            | (page.Locked && !page.UnderIo ? PageTraits.Locked : PageTraits.None)
            | (_page.LooksForAstray && IsAstray(step, page, mappings) ? PageTraits.Astray : PageTraits.None);
    }

    private static bool IsAstray(in Step step, Page page, int mappings) =>
        !MemoryLaws.IsAsItsDataSays(page, mappings) || (page.Mapping is not null && !(MemoryLaws.IsListedIfDirty(page) && PinLaws.HoldsItsFile(step, page)));

    private StepTraits TraitsOf(in Step step)
    {
        var seen = step.Seen;
        return (seen.Faults.Count > 0 ? StepTraits.Faulted : StepTraits.None)
            | (seen.Succeeded ? StepTraits.None : StepTraits.Refused)
            | (seen.Frames.Count + seen.Rejected.Count + seen.Deliveries.Count + seen.Reassembled + step.Copying.Emitted.Count > 0 ? StepTraits.Emitted : StepTraits.None)
            | (seen.Decisions.Count > 0 ? StepTraits.Decided : StepTraits.None)
            | (seen.Plan.Count > 0 ? StepTraits.Planned : StepTraits.None)
            | (seen.Handovers.Count + seen.Shown.Count > 0 ? StepTraits.Handed : StepTraits.None)
            | (seen.Drops.Count > 0 ? StepTraits.Dropped : StepTraits.None)
            | (seen.Succeeded && Copying.Verdict == Refusal.None ? StepTraits.None : StepTraits.Doubtful);
    }

    /// <summary>What laws over a step would find in processes and in swap space, looked for in one walk.</summary>
    private bool IsAstray(in Step step)
    {
        var isAstray = !CowLaws.IsZero(World.Memory) || !MemoryLaws.SwapCountsAreReferences(step);
        for (var name = 0; name <= World.TaskNames && !isAstray; name++)
        {
            var id = new MmId(name);
            var task = World.TryTask(id);
            isAstray = CowLaws.IsUnknown(Copying.Names, id, task) || (task is not null && (CowLaws.IsMisled(Copying.Names, task) || CowLaws.FirstStale(task) >= 0));
        }

        return isAstray;
    }

    private static SockTraits TraitsOf(in Step step, Sock sock) =>
        (sock is TcpSock ? SockTraits.Tcp : SockTraits.None)
        | (sock.ErrorQueue.Ranges.Count > 0 ? SockTraits.Told : SockTraits.None)
        | (step.Calls.Untold.Length > 0 || step.World.Skbs.LiveUbufs.Count > 0 ? SockTraits.Lent : SockTraits.None);

    /// <param name="step">The step.</param>
    /// <param name="mm">The address space.</param>
    /// <param name="i">Its place among those of the world.</param>
    private MmTraits TraitsOf(in Step step, MmStruct mm, int i) => _mm.LooksForAstray && IsAstray(step, mm, i) ? MmTraits.Astray : MmTraits.None;

    private bool IsAstray(in Step step, MmStruct mm, int i) => _recount.IsAstray(i) || CowLaws.FirstShared(step, mm) >= 0 || MemoryLaws.FirstPage(step, mm) >= 0;

    private PinTraits TraitsOf(in Step step, Pin pin) =>
        (pin.Offset > 0 && pin.Pieces > 1 ? PinTraits.Parts : PinTraits.None)
        | (pin.IsLocked ? PinTraits.Locked : PinTraits.None)
        | (_pin.LooksForAstray && IsAstray(step, pin) ? PinTraits.Astray : PinTraits.None);

    private bool IsAstray(in Step step, Pin pin) => pin.State != MemoryLaws.Abstraction(Copying.Names, pin) || MemoryLaws.FirstPiece(step, pin) >= 0;

    private static DeviceTraits TraitsOf(NetDevice device)
    {
        var smp = device.Smp;
        return (device is AceNicDriver ? DeviceTraits.AceNic : device is HmeDriver ? DeviceTraits.Hme : DeviceTraits.None)
            | (device.IsAtRest ? DeviceTraits.AtRest : DeviceTraits.None)
            | (smp is null || smp.IsOutsideDriver ? DeviceTraits.Outside : DeviceTraits.None)
            | (smp is not null ? DeviceTraits.Interleaved : DeviceTraits.None)
            | (smp?.Shared.Skb is not null ? DeviceTraits.Sharing : DeviceTraits.None)
            | (smp is { IsStill: true } ? DeviceTraits.Still : DeviceTraits.None)
            | (device.Stopped ? DeviceTraits.Stopped : DeviceTraits.None)
            | (device.QueueLength > 0 ? DeviceTraits.Waiting : DeviceTraits.None)
            | (device.IsUp ? DeviceTraits.None : DeviceTraits.Down);
    }

    private Asked<TClaim>[] Of<TClaim>(Scope scope, Func<Law, TClaim> claim, Func<Law, bool>? wanted = null) =>
        [.. Laws.Where(law => law.Scope == scope && !law.IsCountedByTraits && (wanted is null || wanted(law))).Select(law => new Asked<TClaim>(claim(law), _numbers[law], law.Of, law.IsAlways))];

    private static int SetsOf<TTraits>()
        where TTraits : struct, Enum => 2 * Enum.GetValues<TTraits>().Max(trait => Convert.ToInt32(trait, CultureInfo.InvariantCulture));

    /// <summary>A law and its number, and beside them what each visit of a subject needs.</summary>
    private readonly record struct Asked<TClaim>(TClaim Claim, int Number, int Of, bool IsAlways);

    /// <summary>For each set of traits the laws that speak of a subject which has them, and how many subjects had them. Few of the sets are met: each is made when it is.</summary>
    private sealed class ByTraits<TClaim>(Asked<TClaim>[] laws, int sets, int astray = 0)
    {
        private readonly Met?[] _sets = new Met?[sets];
        private readonly List<Met> _met = [];

        /// <summary>Some law is asked of those alone with which something is wrong: they must be looked for. The look asks what all such laws of the scope ask, those too that a run leaves out.</summary>
        public bool LooksForAstray { get; } = laws.Any(law => (law.Of & astray) != 0);

        /// <summary>What is asked of one more subject.</summary>
        public ReadOnlySpan<Asked<TClaim>> this[int has]
        {
            get
            {
                var met = _sets[has] ?? Make(has);
                met.Subjects++;
                return met.Laws;
            }
        }

        /// <summary>Subjects that had all of these traits.</summary>
        public long Subjects(int of)
        {
            var count = 0L;
            foreach (var met in _met)
            {
                count += (met.Has & of) == of ? met.Subjects : 0;
            }

            return count;
        }

        public void Forget() => _met.ForEach(static met => met.Subjects = 0);

        private Met Make(int has)
        {
            var met = new Met(has, [.. laws.Where(law => (law.Of & ~has) == 0)]);
            _met.Add(met);
            return _sets[has] = met;
        }

        private sealed class Met(int has, Asked<TClaim>[] laws)
        {
            public int Has => has;

            public Asked<TClaim>[] Laws => laws;

            public long Subjects { get; set; }
        }
    }
}
