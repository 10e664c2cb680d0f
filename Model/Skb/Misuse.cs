using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>A wrong use at which the kernel stops: who calls, and the BUG check that must come.</summary>
/// <param name="Name">As scripts spell it: the function that stops, or the one that was called.</param>
/// <param name="Rule">Whose check it is.</param>
/// <param name="IsWrong">Whether it is wrong for this packet, as far as operations alone say.</param>
/// <param name="Call">The call, which does not return.</param>
public sealed record Misuse(string Name, Rule Rule, Func<Names, SkbId, bool> IsWrong, Action<Skb> Call)
{
    /// <summary>More than any block holds.</summary>
    private const int TooMuch = (128 << 10) + 1;

    /// <summary>kernel: include/linux/skbuff.h, net/core/skbuff.c and net/core/dev.c, each BUG() on an skb.</summary>
    public static readonly IReadOnlyList<Misuse> All =
    [
        new("skb_over_panic", SkbRules.Room, (names, skb) => !names.Shape(skb).IsNonlinear, skb => skb.Put(TooMuch)),
        new("skb_linear_assert", SkbRules.PutIsLinear, (names, skb) => names.Shape(skb).IsNonlinear, skb => skb.Put(1)),
        new("skb_under_panic", SkbRules.Room, (_, _) => true, skb => skb.Push(TooMuch)),
        new("__skb_pull", SkbRules.Room, (names, skb) => names.Shape(skb).IsNonlinear, skb => skb.Pull(skb.HeadLen + 1)),
        new("__pskb_pull_tail", SkbRules.Room, (names, skb) => !names.IsShared(skb), skb => skb.PullTail(skb.DataLen + 1)),
        new("___pskb_trim", SkbRules.WriteOwnBytes, (names, skb) => names.Shape(skb) is { IsNonlinear: true, IsCloned: true }, skb => skb.TrimInPlace(skb.Len - 1)),
        new("pskb_expand_head_shared", SkbRules.SoleOwnerReplacesBlock, (names, skb) => names.IsShared(skb), skb => skb.ExpandHead(0, 0)),
        new("skb_linearize_shared", SkbRules.SoleOwnerReplacesBlock, (names, skb) => names.IsShared(skb), skb => skb.Linearize()),
        new("__kfree_skb", SkbRules.NotFreedOnList, (names, skb) => !names.IsShared(skb), FreeOnList),
        new("skb_checksum_beyond", SkbRules.Room, (_, _) => true, skb => skb.Checksum(0, skb.Len + 1, 0)),
        new("skb_copy_and_csum_beyond", SkbRules.Room, (_, _) => true, skb => skb.CopyAndCsumBits(0, new Bytes(new byte[skb.Len + 1], null, 0, skb.Len + 1), 0)),
        new("skb_checksum_help_beyond", SumRules.FieldInHead, (names, skb) => names.Shape(skb) is { Sum: SumKind.Requested, SumStart: >= 0 } shape && !SkbChecksumHelp.HasField(shape), skb => skb.ChecksumHelp()),
        new("skb_split_into_itself", SkbRules.Room, (names, skb) => names.Length(skb) > 0, skb => skb.Split(skb, 0)),
    ];

    public Spelling Spelling => new(Name, operands => new MisuseOfSkb(this, operands.Skb()));

    private static void FreeOnList(Skb skb)
    {
        new SkbQueue().Tail(skb);
        skb.Kfree();
    }

    public override string ToString() => Name;
}
