namespace ZeroCopy.Model.Pages;

/// <summary>A page fault that has given up the lock of the page table, and has by now what it gave it up for: others may have changed the entry meanwhile. kernel: the locals of do_anonymous_page(), do_no_page(), do_swap_page() and do_wp_page(), mm/memory.c.</summary>
/// <param name="For">What it is to do when it has the lock again.</param>
/// <param name="N">The page of the process.</param>
/// <param name="Write">The access stores.</param>
/// <param name="Entry">The entry as it was under the lock.</param>
/// <param name="Page">What goes into the entry, with a reference of the fault's own: a fresh page, the page cache's, or the swap cache's.</param>
/// <param name="Source">The page cache's page that a fresh one has the bytes of; null for none.</param>
/// <param name="Truncations">How often its file had been made shorter. kernel: truncate_count, from linux 2.6 on.</param>
/// <param name="Old">The page that is to be copied, with a reference: later kernels hold it, 2.4.4 does not. kernel: wp_page_copy(), folio_get(); null for none.</param>
/// <param name="Lives">How often the entry's page had been given out: one that went and came again is another.</param>
public readonly record struct UnlockedFault(FaultFor For, int N, bool Write, Pte Entry, Page Page, Page? Source = null, int Truncations = 0, Page? Old = null, int Lives = 0)
{
    /// <summary>The page that was in the entry has not been given back since.</summary>
    public bool IsThere => Entry.Page is { Count: > 0 } page && page.Lives == Lives;
}

/// <summary>What a fault does when it has the lock of the page table again.</summary>
public enum FaultFor
{
    /// <summary>A page of zeroes for a writer. kernel: do_anonymous_page().</summary>
    ZeroPage,

    /// <summary>The page cache's page. kernel: do_no_page().</summary>
    FilePage,

    /// <summary>A copy of it for a private area that is written at once. kernel: do_no_page(), filemap_nopage() with no_share.</summary>
    CopyOfFile,

    /// <summary>The page that came back from swap space. kernel: do_swap_page().</summary>
    SwapPage,

    /// <summary>A page for the copy of one that is protected. kernel: do_wp_page().</summary>
    Copy,
}
