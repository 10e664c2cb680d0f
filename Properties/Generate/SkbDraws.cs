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
        new("alloc_page", 4, Needs.NewPage, hand => new AllocPage(hand.NewPage(), hand.Zone(), hand.Data()), Allocates: true, Always: true),
        new("put_page", 3, Needs.Page, hand => new PutPage(hand.Page())),
        new("alloc_skb", 6, Needs.NewSkb, hand => new AllocSkb(hand.NewSkb(), hand.Length(4 * hand.PageSize)), Allocates: true, Always: true),
        new("sock_wmalloc", 8, Needs.NewSkb | Needs.Raw, hand => new SockWmalloc(hand.NewSkb(), hand.Raw(), hand.Length(4 * hand.PageSize)), Allocates: true),
        new("dev_alloc_skb", 5, Needs.NewSkb, Receive, Allocates: true),
        new("skb_reserve", 3, Needs.Skb, Reserve),
        new("skb_put", 6, Needs.Skb, On((hand, id, skb) => new SkbPut(id, hand.Length(skb.Tailroom), hand.Data()))),
        new("skb_push", 4, Needs.Skb, On((hand, id, skb) => new SkbPush(id, hand.Length(skb.Headroom), hand.Data()))),
        new("skb_pull", 3, Needs.Skb, On((hand, id, skb) => new SkbPull(id, hand.Length(skb.HeadLen)))),
        new("pskb_pull", 4, Needs.Skb, On((hand, id, skb) => new PskbPull(id, Inside(hand, skb))), Allocates: true),
        new("pskb_may_pull", 5, Needs.Skb, On((hand, id, skb) => new PskbMayPull(id, Inside(hand, skb))), Allocates: true),
        new("skb_trim", 3, Needs.Skb, On((hand, id, skb) => new SkbTrim(id, Inside(hand, skb)))),
        new("pskb_trim", 8, Needs.Skb, Trim, Allocates: true),
        new("skb_fill_page_desc", 10, Needs.Skb | Needs.Page, Fill),
        new("skb_append_page", 4, Needs.Skb, hand => new SkbAppendPage(hand.Skb(), hand.Zone(), Math.Max(1, hand.Within(hand.PageSize)), hand.Data()), Allocates: true),
        new("skb_clone", 6, Needs.Skb | Needs.NewSkb, hand => new SkbClone(hand.NewSkb(), Find(hand, 4, skb => skb.IsNonlinear)), Allocates: true),
        new("skb_copy", 5, Needs.Skb | Needs.NewSkb, hand => new SkbCopy(hand.NewSkb(), hand.Skb()), Allocates: true),
        new("pskb_copy", 5, Needs.Skb | Needs.NewSkb, hand => new PskbCopy(hand.NewSkb(), hand.Skb()), Allocates: true),
        new("skb_copy_expand", 5, Needs.Skb | Needs.NewSkb, hand => new SkbCopyExpand(hand.NewSkb(), hand.Skb(), hand.Length(0), hand.Length(0)), Allocates: true),
        new("skb_realloc_headroom", 5, Needs.Skb | Needs.NewSkb, On((hand, id, skb) => new SkbReallocHeadroom(hand.NewSkb(), id, hand.Length(skb.Headroom))), Allocates: true),
        new("skb_get", 7, Needs.Skb | Needs.NewSkb, hand => new SkbGet(hand.NewSkb(), hand.Skb())),
        new("kfree_skb", 5, Needs.Skb, hand => new KfreeSkb(hand.Skb())),
        new("dev_kfree_skb_irq", 2, Needs.Skb, hand => new DevKfreeSkbIrq(Find(hand, 2, skb => skb.Sk is not null))),
        new("net_tx_action", 2, Needs.None, _ => SoftIrq),
        new("pskb_expand_head", 3, Needs.Skb, hand => new PskbExpandHead(hand.Skb(), hand.Length(0), hand.Length(0)), Allocates: true),
        new("skb_cow", 3, Needs.Skb, On((hand, id, skb) => new SkbCow(id, hand.Length(skb.Headroom))), Allocates: true),
        new("skb_linearize", 3, Needs.Skb, hand => new SkbLinearize(hand.Skb()), Allocates: true),
        new("skb_share_check", 3, Needs.Skb, hand => new SkbShareCheck(Find(hand, 6, skb => skb.IsShared)), Allocates: true),
        new("skb_unshare", 3, Needs.Skb, hand => new SkbUnshare(Find(hand, 6, skb => skb.IsCloned)), Allocates: true),
        new("skb_padto", 3, Needs.Skb, On((hand, id, skb) => new SkbPadto(id, hand.Length(skb.Len + skb.Tailroom))), Allocates: true),
        new("sk_alloc", 3, Needs.NewSock, hand => new Model.Net.SkAlloc(hand.NewSock())),
        new("skb_orphan", 2, Needs.Skb, hand => new SkbOrphan(Find(hand, 4, skb => skb.Sk is not null))),
        new("skb_split", 7, Needs.Skb | Needs.NewSkb, On((hand, id, skb) => new SkbSplit(hand.NewSkb(), id, Math.Clamp(Inside(hand, skb), 0, Math.Max(0, skb.Len - 1)))), Allocates: true),
        new("ip_frag_reasm", 5, Needs.Skb, hand => new IpFragReasm(hand.Skb(), Find(hand, 2, skb => skb.Len > 0)), Allocates: true),
        new("tcp_retrans_try_collapse", 6, Needs.Skb, hand => new TcpRetransTryCollapse(Find(hand, 4, IsOwnAndLinear), Find(hand, 4, IsOwnAndLinear))),
        new("esp_output", 4, Needs.Skb, hand => new EspOutput(Find(hand, 2, skb => skb.IsNonlinear), 1 + hand.Rng.Below(255)), Allocates: true),
        new("skb_copy_bits", 3, Needs.Skb, Read),
        new("skb_copy_and_csum_bits", 3, Needs.Skb, ReadAndSum),
        new("skb_checksum", 4, Needs.Skb, Sum),
        new("tcp_v4_send_check", 6, Needs.Skb, Ask),
        new("skb_checksum_help", 8, Needs.Skb, hand => new SkbChecksumHelp(hand.Skb(AsksWithin)), Allocates: true),
        new("skb_pull_rcsum", 3, Needs.Skb, OnReceived((hand, id, skb) => new SkbPullRcsum(id, hand.Length(skb.HeadLen)))),
        new("pskb_trim_rcsum", 4, Needs.Skb, OnReceived((hand, id, skb) => new PskbTrimRcsum(id, Inside(hand, skb))), Allocates: true),
        new("tcp_checksum_complete", 3, Needs.Skb, OnReceived((_, id, _) => new TcpChecksumComplete(id))),
        new("fail_alloc", 6, Needs.None, hand => new FailAlloc(1 + Math.Min(hand.Rng.Below(3), hand.Rng.Below(3)))),
        .. Misuse.All.Select(misuse => new Draw(misuse.Name, WeightOf(misuse), Needs.Skb, hand => Wrong(hand, misuse), IsRare: true)),
    ];

    /// <summary>Those which build packets and read them: what a checksum can be made over.</summary>
    public static readonly IReadOnlyList<Draw> ForSums =
    [
        .. All.Where(draw => draw.Name is "alloc_page" or "alloc_skb" or "skb_reserve" or "skb_put" or "skb_push" or "skb_pull" or "pskb_may_pull"
            or "pskb_trim" or "skb_fill_page_desc" or "skb_clone" or "kfree_skb" or "skb_split" or "skb_linearize" or "skb_copy_expand"
            or "dev_alloc_skb" or "skb_pull_rcsum" or "pskb_trim_rcsum" or "tcp_checksum_complete" or "ip_frag_reasm" or "tcp_retrans_try_collapse"
            or "skb_copy_and_csum_bits" or "tcp_v4_send_check" or "skb_checksum_help"),
        new("skb_checksum", 30, Needs.Skb, Sum, Always: true),
    ];

    /// <summary>A packet at which the call is wrong, if there is one.</summary>
    private static MisuseOfSkb Wrong(Hand hand, Misuse misuse) => new(misuse, hand.Skb(misuse.IsWrong));

    /// <summary>What is rarely possible is tried more often.</summary>
    private static int WeightOf(Misuse misuse) => misuse.Name switch
    {
        "___pskb_trim" => 6,
        "pskb_expand_head_shared" or "skb_linearize_shared" => 6,
        "skb_checksum_help_beyond" => 16,
        _ => 2,
    };

    private static DevAllocSkb Receive(Hand hand)
    {
        var length = hand.Length(2 * hand.PageSize);
        var state = hand.Rng.OneIn(2) ? ChecksumState.Hw : (ChecksumState)hand.Rng.Below(3);
        return new DevAllocSkb(hand.NewSkb(), state, length >= 2 && (state == ChecksumState.Unnecessary || hand.Rng.OneIn(2)), length, hand.Data());
    }

    private static TcpV4SendCheck Ask(Hand hand)
    {
        var id = hand.Skb(CanAsk);
        var skb = hand.World.Skb(id);
        var start = hand.Within(Math.Max(0, skb.HeadLen - 2));
        return new TcpV4SendCheck(id, start, hand.Rng.OneIn(8) ? 16 : hand.Within(Math.Max(0, skb.HeadLen - 2 - start)));
    }

    private static bool IsOwnAndLinear(Skb skb) => !skb.IsNonlinear && !skb.IsCloned && !skb.IsShared && !skb.IsReceived;

    private static bool AsksWithin(Names names, SkbId skb) => names.Shape(skb) is { Sum: SumKind.Requested, SumStart: >= 0 } shape && SkbChecksumHelp.HasField(shape);

    private static bool CanAsk(Names names, SkbId skb) => names.Shape(skb) is { IsReceived: false, Linear: > 2 };

    private static bool IsReceived(Names names, SkbId skb) => names.Shape(skb).IsReceived;

    private static Func<Hand, Operation> OnReceived(Func<Hand, SkbId, Skb, Operation> make) => hand =>
    {
        var id = hand.Skb(IsReceived);
        return make(hand, id, hand.World.Skb(id));
    };

    private static SkbFillPageDesc Fill(Hand hand)
    {
        var offset = hand.Rng.OneIn(3) ? 0 : hand.Within(hand.PageSize - 1);
        return new SkbFillPageDesc(hand.Skb(), hand.Page(), offset, Math.Max(1, hand.Within(hand.PageSize - offset)));
    }

    private static Func<Hand, Operation> On(Func<Hand, SkbId, Skb, Operation> make) => hand =>
    {
        // One with bytes rather than without.
        var id = hand.Skb();
        id = hand.Names.Length(id) > 0 ? id : hand.Skb();
        return make(hand, id, hand.World.Skb(id));
    };

    /// <summary>Headroom is for an empty skb: it looks for one.</summary>
    private static SkbReserve Reserve(Hand hand)
    {
        var id = Find(hand, 4, skb => skb.Len == 0);
        return new SkbReserve(id, hand.Length(hand.World.Skb(id).Tailroom));
    }

    /// <summary>A shared block with fragments must be made private first: it looks for one.</summary>
    private static PskbTrim Trim(Hand hand)
    {
        var id = Find(hand, 8, skb => skb is { IsCloned: true, IsNonlinear: true });
        var skb = hand.World.Skb(id);
        return new PskbTrim(id, skb is { IsCloned: true, IsNonlinear: true } ? hand.Rng.Below(skb.Len) : Inside(hand, skb));
    }

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
