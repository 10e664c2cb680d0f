namespace ZeroCopy.Model.Pages;

/// <summary>How a page fault was answered; of several faults, how any of them was. kernel: the branches of handle_pte_fault() and do_wp_page(), mm/memory.c.</summary>
[Flags]
public enum FaultKind
{
    None = 0,

    /// <summary>A reader of anonymous memory got the zero page.</summary>
    Zero = 1 << 0,

    /// <summary>A writer of anonymous memory got a page of zeroes.</summary>
    DemandZero = 1 << 1,

    /// <summary>A reader got the page cache's page, in a private area.</summary>
    PrivateFile = 1 << 2,

    /// <summary>A shared area got the page cache's page.</summary>
    SharedFile = 1 << 3,

    /// <summary>The page came back from swap space, protected.</summary>
    SwapIn = 1 << 4,

    /// <summary>The page came back from swap space for a writer whose alone it is.</summary>
    SwapInOwn = 1 << 5,

    /// <summary>The page lies where it lay: nobody else has it.</summary>
    Reuse = 1 << 6,

    /// <summary>The same, though the swap cache has it.</summary>
    ReuseSwapCached = 1 << 7,

    /// <summary>Copied: another address space, or a caller, has it.</summary>
    Copy = 1 << 8,

    /// <summary>Copied: a page of a file, in a private area.</summary>
    CopyOfFile = 1 << 9,

    /// <summary>Copied: a pin has it.</summary>
    CopyPinned = 1 << 10,

    /// <summary>Copied: others name its page of swap space.</summary>
    CopySwapShared = 1 << 11,

    /// <summary>Copied: its lock could not be had.</summary>
    CopyLocked = 1 << 12,

    /// <summary>A fresh page of zeroes took the place of the zero page.</summary>
    Clear = 1 << 13,

    /// <summary>The entry had changed while the fault waited for a page: it began anew.</summary>
    Changed = 1 << 14,

    /// <summary>Nothing was to be done.</summary>
    Spurious = 1 << 15,
}

/// <summary>A page fault that was answered.</summary>
/// <param name="Kind">How.</param>
/// <param name="Mm">A process of the address space.</param>
/// <param name="N">The page.</param>
/// <param name="Page">The frame that was there before, or that came back; null where there was none.</param>
public readonly record struct Fault(FaultKind Kind, MmId Mm, int N, Page? Page);
