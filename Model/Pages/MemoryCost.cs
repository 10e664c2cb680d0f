namespace ZeroCopy.Model.Pages;

/// <summary>What processes cost, in numbers of events since boot. A copy, a clear and a page of zeroes on demand are three things.</summary>
public sealed class MemoryCost
{
    /// <summary>Page faults. kernel: handle_mm_fault().</summary>
    public long Faults { get; set; }

    /// <summary>Pages that were copied: at a write fault, for a writer of a private file mapping, or at fork for a pinned page. kernel: copy_user_highpage().</summary>
    public long Copies { get; set; }

    /// <summary>Fresh pages cleared in place of the zero page. kernel: clear_user_highpage(), break_cow().</summary>
    public long Clears { get; set; }

    /// <summary>Fresh pages cleared where nothing was. kernel: do_anonymous_page().</summary>
    public long DemandZero { get; set; }

    /// <summary>Page frames taken for processes.</summary>
    public long Frames { get; set; }

    /// <summary>Page-table entries that were set, changed or cleared by the kernel.</summary>
    public long PteWrites { get; set; }

    public void Reset() => (Faults, Copies, Clears, DemandZero, Frames, PteWrites) = (0, 0, 0, 0, 0, 0);
}
