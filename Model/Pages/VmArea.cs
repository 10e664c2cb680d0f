namespace ZeroCopy.Model.Pages;

/// <summary>What an area says of one page of a process. kernel: struct vm_area_struct, include/linux/mm.h. How pages are grouped into areas makes no difference to any of them: each page has its own entry.</summary>
/// <param name="IsMapped">An area covers the page.</param>
/// <param name="Read">VM_READ.</param>
/// <param name="Write">VM_WRITE.</param>
/// <param name="MayWrite">VM_MAYWRITE: mprotect may make it writable.</param>
/// <param name="Shared">VM_SHARED: stores go to the file.</param>
/// <param name="File">The file behind it; null for anonymous memory.</param>
/// <param name="Index">The page of the file. kernel: vm_pgoff.</param>
public readonly record struct VmArea(bool IsMapped, bool Read, bool Write, bool MayWrite, bool Shared, File? File, long Index);

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

    public readonly bool IsPresent => Page is not null;

    public readonly bool IsNone => Page is null && Swap == 0;
}
