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

    public static readonly Rule PageLife = new("PIN-010",
        "A page's state follows from its data, and what happens to it is legal in that state.",
        Because: "A page that two owners believe to be theirs is written by both.",
        Source: "linux 2.4.4 include/linux/mm.h, page->flags; mm/swap_state.c; mm/vmscan.c", Basis.Source);

    public static readonly Rule FreedUnpinned = new("PIN-011",
        "No frame is freed while a pin holds it.",
        Because: "The device goes on writing to memory that is somebody else's by now.",
        Source: "linux 2.4.4 mm/memory.c, map_user_kiobuf(), unmap_kiobuf()", Basis.Source);

    public static readonly Rule ReclaimsCleanOnly = new("PIN-012",
        "Reclaim takes no page that is dirty or under I/O.",
        Because: "What was not written back is lost.",
        Source: "linux 2.4.4 mm/vmscan.c, page_launder(), reclaim_page()", Basis.Source);

    public static readonly Rule ReclaimsUnheldOnly = new("PIN-013",
        "Reclaim takes no page that anybody besides the cache holds.",
        Because: "A mapping or a pin keeps the old frame, and the next reader gets another: they part without a word.",
        Source: "linux 2.4.4 mm/vmscan.c, reclaim_page(): page_count(page) > 1", Basis.Source);

    public static readonly Rule PinLife = new("PIN-014",
        "Pinned memory is locked, transferred to, marked dirty and let go only as its state allows.",
        Because: "Pages locked twice never come free; pages let go twice are somebody else's.",
        Source: "linux 2.4.4 mm/memory.c, map_user_kiobuf(), lock_kiovec(), unlock_kiovec(), unmap_kiobuf()", Basis.Source);

    public static readonly Rule PinDirection = new("PIN-015",
        "A device writes only through pages that were pinned for it to write: each was writable to the process, and its own.",
        Because: "A device that writes through a pin for reading writes to the zero page, or to a file that the process may only read.",
        Source: "linux 2.4.4 mm/memory.c, map_user_kiobuf(): datain, follow_page(ptr, write)", Basis.Source);

    public static readonly Rule MemoryAgrees = new("PIN-016",
        "Each process reads what the same operations leave in plain byte arrays.",
        Because: "Nothing that happens below, be it sharing, swapping or reclaim, may show.",
        Source: "linux 2.4.4 mm/memory.c, handle_mm_fault(), do_wp_page(), do_swap_page(); mm/filemap.c, filemap_nopage()", Basis.Source);

    public static readonly Rule PinNamesBytes = new("PIN-017",
        "Pinned memory is the user's range, each byte once and in order, as (page, offset, length), from the moment of the call until it is let go.",
        Because: "The device transfers what is pinned: a wrong offset sends somebody else's bytes.",
        Source: "linux 2.4.4 include/linux/iobuf.h, struct kiobuf; mm/memory.c, map_user_kiobuf()", Basis.Source);

    public static readonly Rule MarkedDirty = new("PIN-018",
        "mark_dirty_kiobuf makes dirty each page of which the device wrote a byte, before it is let go.",
        Because: "A page that is dirty and does not say so is dropped as clean, with the data.",
        Source: "linux 2.4.4 mm/memory.c, mark_dirty_kiobuf()", Basis.Source);

    public static readonly Rule DirtyIsListed = new("PIN-019",
        "A page of the page cache is on its file's list of dirty pages exactly while it is dirty.",
        Because: "fsync walks the list: a page that is only marked is not written, though the program was told so.",
        Source: "linux 2.4.4 mm/filemap.c, __set_page_dirty(), filemap_fdatasync(); mm/memory.c, mark_dirty_kiobuf(), which sets the bit alone", Basis.Intended);

    public static readonly Rule RefusedForCause = new("PIN-020",
        "A refusal names its cause, and the cause is there: a page that is taken away between fault and lookup is none.",
        Because: "A spurious failure breaks programs at times that nobody can repeat.",
        Source: "linux 2.4.4 mm/memory.c, map_user_kiobuf(): follow_page, else fault, again", Basis.Source);

    public static readonly Rule LocksAllOrNone = new("PIN-021",
        "lock_kiovec locks every page of the vector, or leaves every page as it was.",
        Because: "A page that stays locked behind a refusal stops whoever comes next, for ever.",
        Source: "linux 2.4.4 mm/memory.c, lock_kiovec(), unlock_kiovec()", Basis.Intended);

    public static readonly Rule WaitsForContended = new("PIN-022",
        "lock_kiovec waits for the page that it could not lock.",
        Because: "Waiting for another page ends at once, and after a few turns the call fails though nothing is wrong.",
        Source: "linux 2.4.4 mm/memory.c, lock_kiovec(): wait_on_page()", Basis.Intended);

    public static readonly Rule SwapCounts = new("PIN-023",
        "The count of a page of swap space is the number of page-table entries that name it, and one for the swap cache.",
        Because: "Too low, the space is given to another page; too high, it is lost.",
        Source: "linux 2.4.4 mm/swapfile.c, swap_duplicate(), swap_free()", Basis.Source);

    public static readonly Rule CountNeverWraps = new("PIN-024",
        "A pin is refused while the page's count could still double.",
        Because: "A count that wraps to 0 frees the frame under everybody who holds it.",
        Source: "linux 2.4.4 include/linux/mm.h, get_page(), which does not look; try_get_page() of linux 5.1, CVE-2019-11487", Basis.Later);

    public static readonly Rule ReservedIsNotCounted = new("PIN-025",
        "get_page and put_page both leave the count of a reserved page alone.",
        Because: "Counted in one direction only, the zero page's count grows until it wraps.",
        Source: "linux 2.4.4 mm/page_alloc.c, __free_pages(): !PageReserved(page)", Basis.Intended);

    public static readonly Rule PinHoldsFrame = new("PIN-026",
        "A pin protects the frame, never the mapping: swap-out unmaps a pinned page like any other, and the next write of the process moves it off the frame; from linux 6 on, a pinned page is not unmapped.",
        Because: "A hazard to know: what the device writes from then on, the process never sees.",
        Source: "linux 2.4.4 mm/vmscan.c, try_to_swap_out(), which does not look at the count; mm/memory.c, do_wp_page()", Basis.Source);

    public static readonly Rule ToldWhenUnread = new("PIN-050",
        "A zero-copy send is told only when nobody can read its pages any more: write queue, clones, queues, rings and receivers have let go.",
        Because: "Once told, the user writes new bytes there: a retransmission, or a device that is late, sends those.",
        Source: "linux 4.14 net/core/skbuff.c, sock_zerocopy_put(), skb_release_data(); Documentation/networking/msg_zerocopy.rst (2.4, which has no such send, holds pages by the same rule)", Basis.Later);

    public static readonly Rule CarriersAreCounted = new("PIN-051",
        "A notification is counted once by each data block that carries it, and by the call while it runs.",
        Because: "Counted too low it is told while pages are read; too high, never.",
        Source: "linux 4.14 net/core/skbuff.c, skb_zcopy_set(), skb_zerocopy_clone(), skb_zcopy_clear() (2.4 has no such send)", Basis.Later);

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

    public static readonly Rule TruncationWaits = new("PIN-044",
        "Truncation waits for the lock of each page that it takes from the file or clears in part.",
        Because: "Who has the lock has a transfer under way: its bytes go to a page that is nobody's, or over the zeroes.",
        Source: "linux 2.4.4 mm/filemap.c, truncate_list_pages(): TryLockPage, else wait_on_page", Basis.Source);

    public static readonly Rule WrittenInPlace = new("PIN-043",
        "A write and the zeroes of a truncation change the cached page where it lies: whoever holds it sees them, until the page leaves the file.",
        Because: "The page is not locked while it is sent: with two pages for one place of a file, mappings, readers and the wire would part.",
        Source: "linux 2.4.4 mm/filemap.c, generic_file_write() (__grab_cache_page()), truncate_partial_page()", Basis.Source);
}
