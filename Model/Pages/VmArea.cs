namespace ZeroCopy.Model.Pages;

/// <summary>What an area says of one page of a process. kernel: struct vm_area_struct, include/linux/mm.h. How pages are grouped into areas makes no difference to any of them: each page has its own entry.</summary>
/// <param name="IsMapped">An area covers the page.</param>
/// <param name="Read">VM_READ.</param>
/// <param name="Write">VM_WRITE.</param>
/// <param name="MayWrite">VM_MAYWRITE: mprotect may make it writable.</param>
/// <param name="Shared">VM_SHARED: stores go to the file.</param>
/// <param name="File">The file behind it; null for anonymous memory.</param>
/// <param name="Index">The page of the file. kernel: vm_pgoff.</param>
public readonly record struct VmArea(bool IsMapped, bool Read, bool Write, bool MayWrite, bool Shared, File? File, long Index)
{
    /// <summary>A private area that may ever be written. kernel: (vm_flags &amp; (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE, copy_page_range().</summary>
    public bool IsCow => !Shared && MayWrite;

    /// <summary>Whether one area can cover this page and the one behind it. kernel: can_vma_merge().</summary>
    public bool GoesOnIn(in VmArea next) =>
        IsMapped && next.IsMapped && (Read, Write, MayWrite, Shared, File) == (next.Read, next.Write, next.MayWrite, next.Shared, next.File) && (File is null || next.Index == Index + 1);
}

/// <summary>One entry of a page table: none, a page, or an entry of swap space. kernel: pte_t.</summary>
public struct Pte
{
    /// <summary>The page, where the entry is present.</summary>
    public Page? Page { get; set; }

    /// <summary>The entry of swap space and one more; 0 where it is none.</summary>
    public int Swap { get; set; }

    public bool Writable { get; set; }

    /// <summary>Set by the CPU with a store.</summary>
    public bool Dirty { get; set; }

    /// <summary>Set by the CPU with each access. kernel: _PAGE_ACCESSED.</summary>
    public bool Young { get; set; }

    /// <summary>The page of swap space was this process's alone when it was written there. kernel: pte_swp_exclusive(), from linux 5.19 on.</summary>
    public bool SwapExclusive { get; set; }

    /// <summary>The stored state of the machine; a law holds it against <see cref="Abstraction"/>.</summary>
    public PteMachine.State State { get; internal set; }

    public readonly bool IsPresent => Page is not null;

    /// <summary>kernel: pte_same(): the whole word, with what a CPU marks by itself.</summary>
    public readonly bool IsSame(in Pte other) =>
        Page == other.Page && Swap == other.Swap && Writable == other.Writable && Dirty == other.Dirty && Young == other.Young && SwapExclusive == other.SwapExclusive;

    public readonly bool IsNone => Page is null && Swap == 0;

    /// <summary>The state that the data says, in an area that is shared or not.</summary>
    public readonly PteMachine.State Abstraction(bool shared) =>
        Swap > 0 ? PteMachine.State.Swapped
        : Page is null ? PteMachine.State.None
        : Page.Reserved ? PteMachine.State.Zero
        : shared ? PteMachine.State.Shared
        : Writable ? PteMachine.State.Writable
        : PteMachine.State.Protected;
}
