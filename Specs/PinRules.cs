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
        "Reclaim takes every clean page that nobody but the page cache holds.",
        Because: "Never taken, memory is full of finished files.",
        Source: "linux 2.4.4 mm/vmscan.c, reclaim_page(): page_count(page) > 1; page_launder()", Basis.Source);

    public static readonly Rule CacheHoldsFile = new("PIN-004",
        "An up-to-date page of the page cache holds the bytes of its file.",
        Because: "The page is the file to every reader and to the wire.",
        Source: "linux 2.4.4 mm/filemap.c, do_generic_file_read(), readpage", Basis.Source);

    public static readonly Rule UncachedIsOnDisk = new("PIN-040",
        "What is not in the page cache is on disk: reclaim leaves a dirty page alone.",
        Because: "The next reader gets the bytes of before the write, and so does the wire.",
        Source: "linux 2.4.4 mm/vmscan.c, reclaim_page(), page_launder(): PageDirty", Basis.Source);

    public static readonly Rule FsyncWrites = new("PIN-041",
        "After fsync the disk has the bytes of the file.",
        Because: "The program was told that its data is safe.",
        Source: "linux 2.4.4 fs/buffer.c, sys_fsync(); mm/filemap.c, filemap_fdatasync()", Basis.Source);

    public static readonly Rule TruncatedLeave = new("PIN-042",
        "Truncation leaves no page in the cache that begins at or behind the new size; whoever holds its frame keeps the frame, outside of the file.",
        Because: "A file that grows again would show what was cut off; and a frame that a device still reads is not free.",
        Source: "linux 2.4.4 mm/filemap.c, truncate_inode_pages(), truncate_complete_page()", Basis.Source);

    public static readonly Rule WrittenInPlace = new("PIN-043",
        "A write and the zeroes of a truncation change the cached page where it lies: whoever holds it sees them, until the page leaves the file.",
        Because: "The page is not locked while it is sent: with two pages for one place of a file, mappings, readers and the wire would part.",
        Source: "linux 2.4.4 mm/filemap.c, generic_file_write() (__grab_cache_page()), truncate_partial_page()", Basis.Source);
}
