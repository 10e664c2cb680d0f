namespace ZeroCopy.Model.Pages;

/// <summary>How a page fault was answered. kernel: the branches of handle_pte_fault() and do_wp_page(), mm/memory.c.</summary>
public enum FaultKind
{
    /// <summary>A reader of anonymous memory got the zero page.</summary>
    Zero,

    /// <summary>A writer of anonymous memory got a page of zeroes.</summary>
    DemandZero,

    /// <summary>A reader got the page cache's page, in a private area.</summary>
    PrivateFile,

    /// <summary>A shared area got the page cache's page.</summary>
    SharedFile,

    /// <summary>The page came back from swap space, protected.</summary>
    SwapIn,

    /// <summary>The page came back from swap space for a writer whose alone it is.</summary>
    SwapInOwn,

    /// <summary>The page lies where it lay: nobody else has it.</summary>
    Reuse,

    /// <summary>The same, though the swap cache has it.</summary>
    ReuseSwapCached,

    /// <summary>Copied: another address space, or a caller, has it.</summary>
    Copy,

    /// <summary>Copied: a page of a file, in a private area.</summary>
    CopyOfFile,

    /// <summary>Copied: a pin has it.</summary>
    CopyPinned,

    /// <summary>Copied: others name its page of swap space.</summary>
    CopySwapShared,

    /// <summary>Copied: its lock could not be had.</summary>
    CopyLocked,

    /// <summary>A fresh page of zeroes took the place of the zero page.</summary>
    Clear,

    /// <summary>The entry had changed while the fault waited for a page: it began anew.</summary>
    Changed,

    /// <summary>Nothing was to be done.</summary>
    Spurious,
}

/// <summary>A page fault that was answered.</summary>
/// <param name="Kind">How.</param>
/// <param name="Mm">A process of the address space.</param>
/// <param name="N">The page.</param>
/// <param name="Page">The frame that was there before, or that came back; null where there was none.</param>
public readonly record struct Fault(FaultKind Kind, MmId Mm, int N, Page? Page);
