using ZeroCopy.Model;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Operations with plain operands, of which one may do what two did. Names stand for any of their kind.</summary>
/// <param name="lexicon">Spells them.</param>
/// <param name="rows">The operations.</param>
internal sealed class Vocabulary(Lexicon lexicon, IReadOnlyList<string> rows)
{
    private static readonly char[] Digits = [.. "0123456789"];

    /// <summary>Of the language of this specification.</summary>
    public static readonly IReadOnlyList<string> Rows =
    [
        "skb9 = alloc_skb(16)",
        "skb9 = dev_alloc_skb(none, bad, 1, 1)",
        "skb_put(skb0, 1, 1)",
        "skb_put(skb0, 2, 1)",
        "skb_append_page(skb0, low, 1, 1)",
        "skb9 = skb_get(skb0)",
        "skb9 = skb_clone(skb0)",
        "skb9 = skb_copy(skb0)",
        "skb9 = pskb_copy(skb0)",
        "skb9 = skb_split(skb0, 0)",
        "skb_pull(skb0, 1)",
        "pskb_trim(skb0, 0)",
        "ip_frag_reasm(skb0, skb1)",
        "tcp_retrans_try_collapse(skb0, skb1)",
        "skb_copy_and_csum_bits(skb0, 0, 64)",
        "lock_kiovec(kio0)",
        "sk9 = tcp_v4_connect(eth0, mss=1)",
        "sk9 = tcp_v4_connect(eth0, mss=1, priority=6)",
        "sys_sendfile(sk0, file0, 0, 1)",
        "sys_sendfile(sk0, file0, 0, 9)",
        "udp_sendmsg(sk0, file0, 0, 1)",
        "device_run(eth0, 16)",
        "interrupt(eth0)",
        "netif_rx(eth0, 16)",
    ];

    private readonly Line[] _lines = [.. rows.Select(row => lexicon.Parse(row) ?? throw new ModelException($"'{row}' is not an operation"))];

    /// <summary>Each operation, on each choice of the names.</summary>
    /// <param name="born">Names that are bound before.</param>
    /// <param name="unborn">Names that may be bound.</param>
    public IEnumerable<Line> With(IReadOnlyList<string> born, IReadOnlyList<string> unborn) => _lines.SelectMany(line => line.OnNames(born, unborn));

    /// <summary>What a name is of: its word without the number.</summary>
    public static string KindOf(string name) => name.TrimEnd(Digits);

    /// <summary>The lowest name of a kind that is not among these.</summary>
    public static string Free(string kind, IReadOnlyCollection<string> names) => Enumerable.Range(0, names.Count + 1).Select(n => $"{kind}{n}").First(name => !names.Contains(name));
}
