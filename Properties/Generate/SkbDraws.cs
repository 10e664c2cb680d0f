using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Generate;

/// <summary>How operations on pages and skbs are drawn. Operands stand at the borders of the skb that they meet: its headroom, tailroom, linear part, length.</summary>
public static class SkbDraws
{
    public static readonly IReadOnlyList<Draw> All =
    [
        new("alloc_page", 4, Needs.NewPage, hand => new AllocPage(hand.NewPage(), hand.Zone(), hand.Data()), Allocates: true, Always: true),
        new("put_page", 2, Needs.Page, hand => new PutPage(hand.Page())),
        new("alloc_skb", 6, Needs.NewSkb, hand => new AllocSkb(hand.NewSkb(), hand.Length(4 * hand.PageSize)), Allocates: true, Always: true),
        new("skb_reserve", 3, Needs.Skb, Reserve),
        new("skb_put", 6, Needs.Skb, On((hand, id, skb) => new SkbPut(id, hand.Length(skb.Tailroom), hand.Data()))),
        new("skb_push", 4, Needs.Skb, On((hand, id, skb) => new SkbPush(id, hand.Length(skb.Headroom), hand.Data()))),
        new("skb_pull", 3, Needs.Skb, On((hand, id, skb) => new SkbPull(id, Math.Min(skb.Len, hand.Length(skb.HeadLen))))),
        new("pskb_may_pull", 5, Needs.Skb, On((hand, id, skb) => new PskbPullTail(id, Math.Min(skb.Len, Inside(hand, skb)))), Allocates: true),
        new("pskb_trim", 11, Needs.Skb, Trim, Allocates: true),
        new("skb_fill_page_desc", 10, Needs.Skb | Needs.Page, Fill),
        new("skb_clone", 6, Needs.Skb | Needs.NewSkb, hand => new SkbClone(hand.NewSkb(), Find(hand, 4, skb => skb.IsNonlinear)), Allocates: true),
        new("skb_copy", 3, Needs.Skb | Needs.NewSkb, hand => new SkbCopy(hand.NewSkb(), hand.Skb()), Allocates: true),
        new("pskb_copy", 3, Needs.Skb | Needs.NewSkb, hand => new PskbCopy(hand.NewSkb(), hand.Skb()), Allocates: true),
        new("skb_get", 2, Needs.Skb | Needs.NewSkb, hand => new SkbGet(hand.NewSkb(), hand.Skb())),
        new("kfree_skb", 5, Needs.Skb, hand => new KfreeSkb(hand.Skb())),
        new("pskb_expand_head", 3, Needs.Skb, hand => new PskbExpandHead(hand.Skb(), hand.Length(0), hand.Length(0)), Allocates: true),
        new("skb_linearize", 3, Needs.Skb, hand => new SkbLinearize(hand.Skb()), Allocates: true),
        new("skb_split", 5, Needs.Skb | Needs.NewSkb, On((hand, id, skb) => new SkbSplit(hand.NewSkb(), id, Math.Clamp(Inside(hand, skb), 0, Math.Max(0, skb.Len - 1)))), Allocates: true),
        new("skb_copy_bits", 3, Needs.Skb, Read),
        new("skb_checksum", 5, Needs.Skb, Sum),
        new("fail_alloc", 5, Needs.None, hand => new FailAlloc(1 + Math.Min(hand.Rng.Below(3), hand.Rng.Below(3)))),
    ];

    /// <summary>Those which build packets and read them: what a checksum can be made over.</summary>
    public static readonly IReadOnlyList<Draw> ForSums =
    [
        .. All.Where(draw => draw.Name is "alloc_page" or "alloc_skb" or "skb_reserve" or "skb_put" or "skb_push" or "skb_pull" or "pskb_may_pull"
            or "pskb_trim" or "skb_fill_page_desc" or "skb_clone" or "kfree_skb" or "skb_split" or "skb_linearize"),
        new("skb_checksum", 30, Needs.Skb, Sum, Always: true),
    ];

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
