using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Generate;

/// <summary>How operations on pages and skbs are drawn. Operands stand at the borders of the skb that they meet: its headroom, tailroom, linear part, length.</summary>
public static class SkbDraws
{
    private static readonly NetTxAction SoftIrq = new();

    public static readonly IReadOnlyList<Draw> All =
    [
        new("alloc_page", 4, Needs.NewPage, hand => new AllocPage(hand.NewPage(), hand.Zone(), hand.Data()), Allocates: 2, Always: true),
        new("put_page", 3, Needs.Page, hand => new PutPage(hand.Page())),
        new("alloc_skb", 6, Needs.NewSkb, Allocate, Allocates: 2, Always: true),
        new("sock_wmalloc", 20, Needs.NewSkb | Needs.Raw, hand => new SockWmalloc(hand.NewSkb(), hand.Raw(), hand.Length(4 * hand.PageSize)), Allocates: 2),
        new("dev_alloc_skb", 5, Needs.NewSkb, Receive, Allocates: 2),
        new("skb_reserve", 4, Needs.Skb, Reserve),
        new("skb_put", 8, Needs.Skb, Put),
        new("skb_push", 4, Needs.Skb, On((hand, id, skb) => new SkbPush(id, hand.Length(skb.Headroom), hand.Data()))),
        new("skb_pull", 3, Needs.Skb, On((hand, id, skb) => new SkbPull(id, hand.Length(skb.HeadLen)))),
        new("pskb_pull", 4, Needs.Skb, hand => MustPull(hand, out var id) is { } count ? new PskbPull(id, count) : new PskbPull(WithBytes(hand, out var skb), Inside(hand, skb)), Allocates: 3),
        new("pskb_may_pull", 5, Needs.Skb, hand => MustPull(hand, out var id) is { } count ? new PskbMayPull(id, count) : new PskbMayPull(WithBytes(hand, out var skb), Inside(hand, skb)), Allocates: 3),
        new("skb_trim", 3, Needs.Skb, On((hand, id, skb) => new SkbTrim(id, Inside(hand, skb)))),
        new("pskb_trim", 5, Needs.Skb, Trim, Allocates: 3, Prepares: true),
        new("skb_fill_page_desc", 10, Needs.Skb | Needs.Page, Fill),
        new("skb_append_page", 4, Needs.Skb, hand => new SkbAppendPage(hand.Skb(), hand.Zone(), Math.Max(1, hand.Within(hand.PageSize)), hand.Data()), Allocates: 2),
        new("skb_clone", 12, Needs.Skb | Needs.NewSkb, hand => new SkbClone(hand.NewSkb(), Find(hand, 4, skb => skb.IsNonlinear)), Allocates: 2),
        new("skb_copy", 7, Needs.Skb | Needs.NewSkb, hand => new SkbCopy(hand.NewSkb(), hand.Skb()), Allocates: 2),
        new("pskb_copy", 7, Needs.Skb | Needs.NewSkb, hand => new PskbCopy(hand.NewSkb(), hand.Skb()), Allocates: 2),
        new("skb_copy_expand", 7, Needs.Skb | Needs.NewSkb, hand => new SkbCopyExpand(hand.NewSkb(), hand.Skb(), hand.Length(0), hand.Length(0)), Allocates: 2),
        new("skb_realloc_headroom", 7, Needs.Skb | Needs.NewSkb, On((hand, id, skb) => new SkbReallocHeadroom(hand.NewSkb(), id, hand.Length(skb.Headroom))), Allocates: 2),
        new("skb_get", 7, Needs.Skb | Needs.NewSkb, hand => new SkbGet(hand.NewSkb(), hand.Skb())),
        new("kfree_skb", 5, Needs.Skb, hand => new KfreeSkb(hand.Skb())),
        new("dev_kfree_skb_irq", 2, Needs.Skb, hand => new DevKfreeSkbIrq(Find(hand, 2, skb => skb.Sk is not null))),
        new("net_tx_action", 2, Needs.None, _ => SoftIrq),
        new("pskb_expand_head", 3, Needs.Skb, hand => new PskbExpandHead(hand.Skb(), hand.Length(0), hand.Length(0)), Allocates: 2),
        new("skb_cow", 3, Needs.Skb, On((hand, id, skb) => new SkbCow(id, hand.Length(skb.Headroom))), Allocates: 2),
        new("skb_linearize", 3, Needs.Skb, hand => new SkbLinearize(hand.Skb()), Allocates: 2),
        new("skb_share_check", 4, Needs.Skb, hand => new SkbShareCheck(hand.IsFailing || hand.Rng.OneIn(2) ? hand.Skb(IsShared) : hand.Skb()), Allocates: 2),
        new("skb_unshare", 4, Needs.Skb, hand => new SkbUnshare(hand.IsFailing || hand.Rng.OneIn(2) ? hand.Skb(IsCloned) : hand.Skb()), Allocates: 2),
        new("skb_padto", 3, Needs.Skb, On((hand, id, skb) => new SkbPadto(id, hand.Length(skb.Len + skb.Tailroom))), Allocates: 2),
        new("sk_alloc", 2, Needs.NewSock, hand => new Model.Net.SkAlloc(hand.NewSock())),
        new("skb_orphan", 2, Needs.Skb, hand => new SkbOrphan(Find(hand, 4, skb => skb.Sk is not null))),
        new("skb_split", 16, Needs.Skb | Needs.NewSkb, Split, Allocates: 3),
        new("ip_frag_reasm", 7, Needs.Skb, Reassemble, Allocates: 2),
        new("tcp_retrans_try_collapse", 6, Needs.Skb, Collapse),
        new("esp_output", 4, Needs.Skb, hand => new EspOutput(Find(hand, 2, skb => skb.IsNonlinear), 1 + hand.Rng.Below(255)), Allocates: 2),
        new("skb_copy_bits", 3, Needs.Skb, Read),
        new("skb_copy_and_csum_bits", 3, Needs.Skb, ReadAndSum),
        new("skb_checksum", 4, Needs.Skb, Sum),
        new("tcp_v4_send_check", 6, Needs.Skb, Ask),
        new("skb_checksum_help", 16, Needs.Skb, Help, Allocates: 2, Prepares: true),
        new("skb_pull_rcsum", 5, Needs.Skb, OnReceived((hand, id, skb) => new SkbPullRcsum(id, hand.Length(skb.HeadLen)))),
        new("pskb_trim_rcsum", 8, Needs.Skb, TrimReceived, Allocates: 3, Prepares: true),
        new("tcp_checksum_complete", 5, Needs.Skb, OnReceived((_, id, _) => new TcpChecksumComplete(id))),
        new("fail_alloc", 14, Needs.None, Fail, Prepares: true),
        .. Misuse.All.Select(misuse => new Draw(misuse.Name, WeightOf(misuse), Needs.Skb, hand => hand.TrySkb(misuse.IsWrong) is { } id ? new MisuseOfSkb(misuse, id) : null, IsRare: true)),
    ];

    /// <summary>Those which build packets and read them: what a checksum can be made over.</summary>
    public static readonly IReadOnlyList<Draw> ForSums =
    [
        .. All.Where(draw => draw.Name is "alloc_page" or "alloc_skb" or "skb_reserve" or "skb_put" or "skb_push" or "skb_pull" or "pskb_may_pull"
            or "pskb_trim" or "skb_fill_page_desc" or "skb_clone" or "skb_get" or "kfree_skb" or "skb_split" or "skb_linearize" or "skb_copy_expand"
            or "dev_alloc_skb" or "skb_pull_rcsum" or "pskb_trim_rcsum" or "tcp_checksum_complete" or "ip_frag_reasm" or "tcp_retrans_try_collapse"
            or "skb_copy_and_csum_bits" or "tcp_v4_send_check" or "skb_checksum_help"),
        new("skb_checksum", 30, Needs.Skb, Sum, Always: true),
    ];

    /// <summary>What is rarely possible is tried more often.</summary>
    private static int WeightOf(Misuse misuse) => misuse.Name switch
    {
        "___pskb_trim" => 15,
        "pskb_expand_head_shared" or "skb_linearize_shared" => 14,
        "skb_checksum_help_beyond" => 120,
        "skb_linear_assert" or "__skb_pull" or "skb_split_into_itself" => 6,
        _ => 3,
    };

    /// <summary>Two times in three bytes follow at once, as many as were asked for at most: a caller of alloc_skb() has something to write, and an empty packet says little.</summary>
    private static AllocSkb Allocate(Hand hand)
    {
        var id = hand.NewSkb();
        var size = hand.Length(4 * hand.PageSize);
        if (size > 0 && !hand.IsFailing && !hand.Rng.OneIn(3))
        {
            hand.Plan(at => new SkbPut(id, 1 + at.Rng.Below(size), at.Data()));
        }

        return new AllocSkb(id, size);
    }

    private static DevAllocSkb Receive(Hand hand)
    {
        var length = hand.Length(2 * hand.PageSize);
        var state = hand.Rng.OneIn(2) ? ChecksumState.Hw : (ChecksumState)hand.Rng.Below(3);
        return new DevAllocSkb(hand.NewSkb(), state, length >= 2 && (state == ChecksumState.Unnecessary || hand.Rng.OneIn(2)), length, hand.Data());
    }

    private static TcpV4SendCheck? Ask(Hand hand)
    {
        if ((hand.TrySkb(CanAsk) ?? hand.TrySkb(IsOfHost)) is not { } id)
        {
            return null;
        }

        var skb = hand.World.Skb(id);
        var start = hand.Within(Math.Max(0, skb.HeadLen - 2));
        return new TcpV4SendCheck(id, start, hand.Rng.OneIn(8) ? 16 : hand.Within(Math.Max(0, skb.HeadLen - 2 - start)));
    }

    private static bool AsksWithin(Names names, SkbId skb) => names.Shape(skb) is { Sum: SumKind.Requested, SumStart: >= 0 } shape && SkbChecksumHelp.HasField(shape);

    private static bool AsksWithinClone(Names names, SkbId skb) => IsCloned(names, skb) && AsksWithin(names, skb);

    private static bool AsksWithinSharedClone(Names names, SkbId skb) => names.IsShared(skb) && names.Shape(skb).IsCloned && AsksWithin(names, skb);

    private static bool CanAsk(Names names, SkbId skb) => names.Shape(skb) is { IsReceived: false, Linear: > 2 };

    private static bool IsReceived(Names names, SkbId skb) => names.Shape(skb).IsReceived;

    private static bool IsOfHost(Names names, SkbId skb) => !IsReceived(names, skb);

    private static bool IsOwnAndLinear(Names names, SkbId skb) => IsOfHost(names, skb) && names.Shape(skb) is { IsNonlinear: false, IsCloned: false } && !names.IsShared(skb);

    private static Func<Hand, Operation?> OnReceived(Func<Hand, SkbId, Skb, Operation> make) => hand =>
        hand.TrySkb(IsReceived) is { } id ? make(hand, id, hand.World.Skb(id)) : null;

    /// <summary>Two packets of this host: mostly those that can become one.</summary>
    private static TcpRetransTryCollapse? Collapse(Hand hand)
    {
        var first = (hand.Rng.OneIn(4) ? null : hand.TrySkb(IsOwnAndLinear)) ?? hand.TrySkb(IsOfHost);
        var second = (hand.Rng.OneIn(4) ? null : hand.TrySkb(IsOwnAndLinear, except: first)) ?? hand.TrySkb(IsOfHost, except: first);
        return first is { } skb && second is { } next ? new TcpRetransTryCollapse(skb, next) : null;
    }

    private static SkbFillPageDesc Fill(Hand hand)
    {
        var offset = hand.Rng.OneIn(3) ? 0 : hand.Within(hand.PageSize - 1);
        return new SkbFillPageDesc(hand.Skb(), hand.Page(), offset, Math.Max(1, hand.Within(hand.PageSize - offset)));
    }

    private static Func<Hand, Operation> On(Func<Hand, SkbId, Skb, Operation> make) => hand => make(hand, WithBytes(hand, out var skb), skb);

    /// <summary>One with bytes rather than without.</summary>
    private static SkbId WithBytes(Hand hand, out Skb skb)
    {
        var id = hand.Skb();
        id = hand.Names.Length(id) > 0 ? id : hand.Skb();
        skb = hand.World.Skb(id);
        return id;
    }

    /// <summary>Headroom is for an empty skb.</summary>
    private static SkbReserve? Reserve(Hand hand) => hand.TrySkb(IsEmpty) is { } id ? new SkbReserve(id, hand.Length(hand.World.Skb(id).Tailroom)) : null;

    /// <summary>A linear one, where there is one.</summary>
    private static SkbPut Put(Hand hand)
    {
        var id = hand.Rng.OneIn(4) ? hand.Skb() : hand.Skb(IsLinear);
        return new SkbPut(id, hand.Length(hand.World.Skb(id).Tailroom), hand.Data());
    }

    /// <summary>A shared block with fragments must be made private first: it looks for one.</summary>
    private static Operation Trim(Hand hand)
    {
        if (hand.Rng.OneIn(6) && Towards(hand, IsClonedPagedAndShared, IsClonedAndPaged) is { } get)
        {
            return get;
        }

        var id = hand.Rng.OneIn(6) ? hand.Skb(IsClonedPagedAndShared) : hand.IsFailing || hand.Rng.OneIn(2) ? hand.Skb(hand.FailsAt > 1 ? IsClonedWithList : IsClonedAndPaged) : hand.Skb();
        return new PskbTrim(id, Cut(hand, id));
    }

    private static Operation? TrimReceived(Hand hand)
    {
        if (hand.TrySkb(IsReceived) is not { } received)
        {
            return null;
        }

        if (hand.Rng.OneIn(4) && Towards(hand, IsClonedPagedReceivedAndShared, IsClonedPagedAndReceived) is { } get)
        {
            return get;
        }

        var id = hand.Rng.OneIn(4) ? hand.Skb(IsClonedPagedReceivedAndShared) : hand.IsFailing ? hand.Skb(hand.FailsAt > 1 ? IsClonedWithListAndReceived : IsClonedPagedAndReceived) : received;
        id = IsReceived(hand.Names, id) ? id : received;
        return new PskbTrimRcsum(id, Cut(hand, id));
    }

    /// <summary>Where no packet is as wanted, one more user of one that is so but for that.</summary>
    private static SkbGet? Towards(Hand hand, Func<Names, SkbId, bool> wanted, Func<Names, SkbId, bool> almost) =>
        !hand.IsFailing && hand.MayName(1) && hand.TrySkb(wanted) is null && hand.TrySkb(almost) is { } id ? new SkbGet(hand.NewSkb(), id) : null;

    private static Operation? Help(Hand hand)
    {
        if (hand.IsFailing)
        {
            return hand.TrySkb(AsksWithinClone) is { } clone ? new SkbChecksumHelp(clone) : null;
        }

        if (hand.TrySkb(AsksWithin) is not { } asking)
        {
            return hand.TrySkb(CanAsk) is null ? null : Ask(hand);
        }

        if (hand.Rng.OneIn(3) && hand.MayName(1))
        {
            if (Towards(hand, AsksWithinSharedClone, AsksWithinClone) is { } get)
            {
                return get;
            }

            if (hand.TrySkb(AsksWithinClone) is null)
            {
                return new SkbClone(hand.NewSkb(), asking);
            }
        }

        return new SkbChecksumHelp((hand.Rng.OneIn(3) ? hand.TrySkb(AsksWithinSharedClone) : null) ?? asking);
    }

    /// <summary>A failure to come, or what makes it tell more: a clone of a packet with fragments, or with a list.</summary>
    private static Operation Fail(Hand hand)
    {
        if (hand.Rng.OneIn(30) && hand.MayName(4))
        {
            return hand.Rng.OneIn(5) ? SplitThatFails(hand) : ListThatFails(hand);
        }

        if (!hand.Rng.OneIn(4) && hand.MayName(1) && (TowardsClone(hand) ?? TowardsClonedList(hand)) is { } step)
        {
            return step;
        }

        return new FailAlloc(1 + (hand.Rng.OneIn(2) ? hand.Rng.Below(3) : Math.Min(hand.Rng.Below(3), hand.Rng.Below(4))));
    }

    /// <summary>A list that a clone shares, whose last skb has a fragment: to cut it asks for a block, for another skb of the list, and for that one's block.</summary>
    private static DevAllocSkb ListThatFails(Hand hand)
    {
        var first = hand.NewSkb();
        var (second, k) = (default(SkbId), 1 + hand.Rng.Below(3));
        hand.Plan(
            at => new DevAllocSkb(second = at.NewSkb(), ChecksumState.None, Good: false, 1, at.Data()),
            at => new SkbAppendPage(second, Zone.Low, 3, at.Data()),
            _ => new IpFragReasm(first, second),
            at => new SkbClone(at.NewSkb(), first),
            _ => new FailAlloc(k),
            at => at.Rng.Below(4) switch
            {
                0 => new PskbPull(first, 4),
                1 => new PskbMayPull(first, 4),
                2 => new PskbTrim(first, 4),
                _ => new PskbTrimRcsum(first, 4),
            });
        return new DevAllocSkb(first, (ChecksumState)hand.Rng.Below(3), Good: false, 2, hand.Data()) is var alloc && alloc.State == ChecksumState.Unnecessary ? alloc with { Good = true } : alloc;
    }

    /// <summary>A packet whose fragments a clone shares: to split it asks for an skb, its block, and a block of its own.</summary>
    private static AllocSkb SplitThatFails(Hand hand)
    {
        var first = hand.NewSkb();
        var k = 1 + hand.Rng.Below(3);
        hand.Plan(
            at => new SkbAppendPage(first, at.Zone(), 2, at.Data()),
            at => new SkbClone(at.NewSkb(), first),
            _ => new FailAlloc(k),
            at => new SkbSplit(at.NewSkb(), first, 1));
        return new AllocSkb(first, 0);
    }

    private static Operation? TowardsClone(Hand hand)
    {
        if (hand.TrySkb(AsksWithin) is { } asking && hand.TrySkb(AsksWithinClone) is null)
        {
            return new SkbClone(hand.NewSkb(), asking);
        }

        return hand.TrySkb(IsClonedAndPagedWithoutList) is null && hand.TrySkb(IsPagedAloneWithoutList) is { } paged ? new SkbClone(hand.NewSkb(), paged) : null;
    }

    private static Operation? TowardsClonedList(Hand hand)
    {
        if (hand.TrySkb(IsClonedWithListAndReceived) is not null)
        {
            return null;
        }

        if (hand.TrySkb(HasListAndIsReceived) is { } listed)
        {
            return new SkbClone(hand.NewSkb(), listed);
        }

        return hand.TrySkb(IsReceivedAlone) is { } first && (hand.TrySkb(CanBeListedAndIsPaged, except: first) ?? hand.TrySkb(CanBeListed, except: first)) is { } next
            ? new IpFragReasm(first, next)
            : null;
    }

    /// <summary>Where memory is to fail, a packet whose fragments must be made private as well.</summary>
    private static SkbSplit? Split(Hand hand)
    {
        if (((hand.IsFailing ? hand.TrySkb(IsClonedAndPagedWithoutList) : null) ?? hand.TrySkb(HasBytes)) is not { } id)
        {
            return null;
        }

        var skb = hand.World.Skb(id);
        return new SkbSplit(hand.NewSkb(), id, Math.Clamp(Inside(hand, skb), 0, Math.Max(0, skb.Len - 1)));
    }

    private static IpFragReasm? Reassemble(Hand hand)
    {
        var first = (hand.IsFailing ? hand.TrySkb(IsCloned) : null) ?? hand.TrySkb(IsAlone);
        return first is { } skb && hand.TrySkb(CanBeListed, except: skb) is { } next ? new IpFragReasm(skb, next) : null;
    }

    /// <summary>A length to cut to: within the list, where there is one and memory is to fail.</summary>
    private static int Cut(Hand hand, SkbId id)
    {
        var shape = hand.Names.Shape(id);
        return hand.FailsAt > 1 && shape.Listed > 1 ? shape.Length - 1 - (hand.FailsAt > 2 ? 0 : hand.Rng.Below(shape.Listed - 1))
            : shape is { IsCloned: true, IsNonlinear: true } ? hand.Rng.Below(shape.Length)
            : Inside(hand, hand.World.Skb(id));
    }

    /// <summary>Where memory is to fail: a packet, and so many bytes that it must ask for some. Null where there is none.</summary>
    private static int? MustPull(Hand hand, out SkbId id)
    {
        id = default;
        if (!hand.IsFailing)
        {
            return null;
        }

        id = hand.Skb(hand.FailsAt > 1 ? IsClonedWithList : IsClonedAndPaged);
        var shape = hand.Names.Shape(id);
        return !IsClonedAndPaged(hand.Names, id) ? null
            : hand.FailsAt > 2 ? shape.Length - 1
            : hand.FailsAt > 1 && shape.Listed > 1 ? shape.Length - shape.Listed + 1 + hand.Rng.Below(shape.Listed - 1)
            : shape.Linear + 1 + hand.Rng.Below(shape.Length - shape.Linear);
    }

    private static bool IsEmpty(Names names, SkbId skb) => names.Length(skb) == 0;

    private static bool HasBytes(Names names, SkbId skb) => names.Length(skb) > 0;

    private static bool IsAlone(Names names, SkbId skb) => !names.IsShared(skb);

    private static bool IsLinear(Names names, SkbId skb) => !names.Shape(skb).IsNonlinear;

    private static bool IsShared(Names names, SkbId skb) => names.IsShared(skb);

    private static bool IsCloned(Names names, SkbId skb) => names.Shape(skb).IsCloned && !names.IsShared(skb);

    private static bool IsClonedAndPaged(Names names, SkbId skb) => IsCloned(names, skb) && names.Shape(skb).IsNonlinear;

    private static bool IsClonedWithList(Names names, SkbId skb) => IsCloned(names, skb) && names.Shape(skb).Listed > 1;

    private static bool IsClonedAndPagedWithoutList(Names names, SkbId skb) => IsClonedAndPaged(names, skb) && names.Shape(skb).Listed == 0;

    private static bool IsClonedPagedAndShared(Names names, SkbId skb) => names.IsShared(skb) && names.Shape(skb) is { IsCloned: true, IsNonlinear: true };

    private static bool IsClonedPagedReceivedAndShared(Names names, SkbId skb) => IsClonedPagedAndShared(names, skb) && names.Shape(skb).IsReceived;

    private static bool IsPagedAloneWithoutList(Names names, SkbId skb) => names.Shape(skb) is { IsNonlinear: true, Listed: 0 } && !names.IsShared(skb);

    private static bool IsReceivedAlone(Names names, SkbId skb) => names.Shape(skb).IsReceived && !names.IsShared(skb);

    private static bool HasListAndIsReceived(Names names, SkbId skb) => IsReceivedAlone(names, skb) && names.Shape(skb).Listed > 1;

    private static bool IsClonedPagedAndReceived(Names names, SkbId skb) => IsClonedAndPaged(names, skb) && names.Shape(skb).IsReceived;

    private static bool IsClonedWithListAndReceived(Names names, SkbId skb) => IsClonedWithList(names, skb) && names.Shape(skb).IsReceived;

    private static bool CanBeListedAndIsPaged(Names names, SkbId skb) => CanBeListed(names, skb) && names.Shape(skb) is { IsNonlinear: true, Length: > 1 };

    private static bool CanBeListed(Names names, SkbId skb) => !names.IsShared(skb) && names.Shape(skb) is { Listed: 0, Length: > 0 };

    /// <summary>One that is as wanted, if it is met in so many more tries.</summary>
    private static SkbId Find(Hand hand, int tries, Func<Skb, bool> wanted)
    {
        var id = hand.Skb();
        for (; tries > 0 && !wanted(hand.World.Skb(id)); tries--)
        {
            id = hand.Skb();
        }

        return id;
    }

    private static SkbCopyBits Read(Hand hand)
    {
        var id = hand.Skb();
        var skb = hand.World.Skb(id);
        var offset = Inside(hand, skb);
        return new SkbCopyBits(id, offset, hand.Length(Math.Max(0, skb.Len - offset)));
    }

    private static SkbCopyAndCsumBits ReadAndSum(Hand hand)
    {
        var sum = Sum(hand);
        return new SkbCopyAndCsumBits(sum.Skb, sum.Offset, sum.Length);
    }

    private static SkbChecksum Sum(Hand hand)
    {
        var id = hand.Skb();
        var skb = hand.World.Skb(id);
        var offset = Math.Min(skb.Len, hand.Rng.OneIn(2) ? hand.Rng.Below(2) : Inside(hand, skb));
        return new SkbChecksum(id, offset, hand.Rng.OneIn(2) ? skb.Len - offset : hand.Within(skb.Len - offset));
    }

    /// <summary>A place in the packet: the end of the linear part, the end of a fragment, or near its own ends.</summary>
    private static int Inside(Hand hand, Skb skb)
    {
        var border = skb.HeadLen;
        for (var i = hand.Rng.Below(skb.NrFrags + 1); i > 0; i--)
        {
            border += skb.Frags[i - 1].Size;
        }

        return hand.Rng.OneIn(3) ? hand.Within(skb.Len) : hand.Length(border);
    }
}
