namespace ZeroCopy.Specs;

/// <summary>What pages, their counts and the page cache must obey.</summary>
public static class PinRules
{
    public static readonly Rule HeldByEach = new("PIN-001",
        "A page's count is at least the number of its holders: page cache, each fragment slot of each live data block, each socket's page, each caller.",
        Because: "A page with too low a count is given to somebody else while a device still reads it.",
        Source: "linux 2.4.4 include/linux/mm.h, get_page(), put_page(); net/core/skbuff.c, skb_release_data()", Basis.Source);

    public static readonly Rule HeldByNobodyElse = new("PIN-002",
        "A page's count is at most the number of its holders.",
        Because: "A reference that nobody holds is never given back: the page is lost.",
        Source: "linux 2.4.4 include/linux/mm.h, get_page(), put_page()", Basis.Source);

    public static readonly Rule ReclaimTakesUnheld = new("PIN-003",
        "Reclaim takes every page that nobody but the page cache holds.",
        Because: "Never taken, memory is full of finished files.",
        Source: "linux 2.4.4 mm/vmscan.c, reclaim_page(): page_count(page) > 1", Basis.Source);

    public static readonly Rule CacheHoldsFile = new("PIN-004",
        "An up-to-date page of the page cache holds the bytes of its file.",
        Because: "The page is the file to every reader and to the wire.",
        Source: "linux 2.4.4 mm/filemap.c, do_generic_file_read(), readpage", Basis.Source);

    public static readonly Rule ToldWhenUnread = new("PIN-050",
        "A zero-copy send is told only when nobody can read its pages any more: write queue, clones, queues, rings and receivers have let go.",
        Because: "Once told, the user writes new bytes there: a retransmission, or a device that is late, sends those.",
        Source: "linux 4.14 net/core/skbuff.c, sock_zerocopy_put(), skb_release_data(); Documentation/networking/msg_zerocopy.rst (2.4, which has no such send, holds pages by the same rule)", Basis.Later);

    public static readonly Rule CarriersAreCounted = new("PIN-051",
        "A notification is counted once by each data block that carries it, and by the call while it runs.",
        Because: "Counted too low it is told while pages are read; too high, never.",
        Source: "linux 4.14 net/core/skbuff.c, skb_zcopy_set(), skb_zerocopy_clone(), skb_zcopy_clear() (2.4 has no such send)", Basis.Later);
}
