namespace ZeroCopy.Model.Pages;

/// <summary>The address space of a process: its areas and its page table. kernel: struct mm_struct; mm/memory.c, mm/mmap.c, mm/mprotect.c, mm/vmscan.c.</summary>
/// <param name="id">Its name.</param>
/// <param name="zone">Where its pages come from. kernel: GFP_HIGHUSER.</param>
/// <param name="world">The machine.</param>
public sealed class MmStruct(MmId id, Zone zone, World world)
{
    private readonly VmArea[] _areas = new VmArea[world.Profile.TaskPages];
    private readonly Pte[] _ptes = new Pte[world.Profile.TaskPages];
    private readonly bool[] _hasTable = new bool[world.Profile.TaskPages / world.Profile.PagesPerTable];

    public MmId Id => id;

    public Zone Zone => zone;

    public ReadOnlySpan<VmArea> Areas => _areas;

    public ReadOnlySpan<Pte> Ptes => _ptes;

    /// <summary>Puts an area over pages that have none. kernel: do_mmap_pgoff().</summary>
    /// <returns>False, and nothing changed, where there is no memory for it.</returns>
    public bool Mmap(int page, int pages, in VmArea area)
    {
        if (world.Memory.AllocationFails())
        {
            return false;
        }

        for (var i = 0; i < pages; i++)
        {
            _areas[page + i] = area with { Index = area.Index + (area.File is null ? 0 : i) };
        }

        return true;
    }

    /// <summary>Takes areas and pages out of a range. kernel: do_munmap(), which takes a struct for the other half of a split area before it begins.</summary>
    public bool Munmap(int page, int pages)
    {
        if (world.Memory.AllocationFails())
        {
            return false;
        }

        for (var n = page; n < page + pages; n++)
        {
            Zap(n);
            _areas[n] = default;
        }

        FreePgtables();
        return true;
    }

    /// <summary>Changes what may be done to a range of pages that are all mapped. kernel: sys_mprotect(), change_protection().</summary>
    public Refusal Mprotect(int page, int pages, bool read, bool write)
    {
        if (world.Memory.AllocationFails())
        {
            return Refusal.NoMemory;
        }

        for (var n = page; n < page + pages; n++)
        {
            ref var area = ref _areas[n];
            if (write && !area.MayWrite)
            {
                return Refusal.NoAccess;
            }

            if (area.Read == read && area.Write == write)
            {
                continue;
            }

            area = area with { Read = read, Write = write };

            // vm_page_prot: a private page is protected, so that the next write asks do_wp_page; a shared one may be written at once.
            _ptes[n].Writable = _ptes[n].IsPresent && area.Shared && write;
        }

        return Refusal.None;
    }

    /// <summary>Everything goes; what is pinned stays with its pins. kernel: exit_mmap().</summary>
    public void ExitMmap()
    {
        for (var n = 0; n < _areas.Length; n++)
        {
            Zap(n);
            _areas[n] = default;
        }

        FreePgtables();
    }

    /// <summary>What an access by the CPU leads to: the page, as soon as the entry allows it. kernel: do_page_fault(), arch/i386/mm/fault.c.</summary>
    public Refusal Access(int n, bool write, out Page page)
    {
        page = null!;
        var area = _areas[n];
        if (write ? !area.Write : !area.Read)
        {
            return Refusal.NoAccess;
        }

        while (!_ptes[n].IsPresent || (write && !_ptes[n].Writable))
        {
            var fault = HandleMmFault(n, write);
            if (fault != Refusal.None)
            {
                return fault;
            }
        }

        ref var pte = ref _ptes[n];
        pte.Young = true;
        pte.Dirty |= write;
        page = pte.Page!;
        return Refusal.None;
    }

    /// <summary>The page of an entry that allows the access without a fault; null otherwise. For a device that will write, the entry must be writable and dirty. kernel: follow_page().</summary>
    public Page? FollowPage(int n, bool write)
    {
        ref var pte = ref _ptes[n];
        return pte.IsPresent && (!write || (pte.Writable && pte.Dirty)) ? pte.Page : null;
    }

    /// <summary>One fault, which may not be enough. kernel: handle_mm_fault().</summary>
    public Refusal HandleMmFault(int n, bool write)
    {
        ref var hasTable = ref _hasTable[n / world.Profile.PagesPerTable];
        if (!hasTable)
        {
            // pte_alloc()
            if (world.Memory.AllocationFails())
            {
                return Refusal.NoMemory;
            }

            hasTable = true;
        }

        ref var pte = ref _ptes[n];
        if (pte.IsNone)
        {
            return _areas[n].File is null ? DoAnonymousPage(n, write) : DoNoPage(n, write);
        }

        if (!pte.IsPresent)
        {
            return DoSwapPage(n, write);
        }

        if (write && !pte.Writable)
        {
            return DoWpPage(n);
        }

        pte.Dirty |= write;
        pte.Young = true;
        return Refusal.None;
    }

    /// <summary>Takes a page away from the process, if it is old: to swap space where it must be kept. kernel: try_to_swap_out(), which does not look at the count (PIN-026).</summary>
    /// <returns>Whether the entry was taken.</returns>
    public bool TryToSwapOut(int n)
    {
        ref var pte = ref _ptes[n];
        if (pte.Page is not { Reserved: false } page)
        {
            return false;
        }

        if (world.Profile.Kernel == Kernel.Linux6 && page.Pins > 0)
        {
            return false;
        }

        if (pte.Young)
        {
            pte.Young = false;
            return false;
        }

        if (page.Locked)
        {
            return false;
        }

        var entry = page.SwapEntry;
        if (entry < 0 && pte.Dirty && page.Mapping is null)
        {
            entry = world.Swap.GetSwapPage();
            if (entry < 0)
            {
                return false;
            }

            world.Swap.Add(page, entry);
            page.SetDirty();
        }

        if (pte.Dirty)
        {
            page.SetDirty();
        }

        pte = default;
        if (entry >= 0)
        {
            world.Swap.Duplicate(entry);
            pte.Swap = entry + 1;
        }

        page.Unmap();
        page.Put();
        return true;
    }

    /// <summary>What a process wrote to pages of a file is known to the file from here on. kernel: filemap_sync(), mm/filemap.c.</summary>
    /// <returns>Pages that were marked.</returns>
    public int Msync(int page, int pages)
    {
        var marked = 0;
        for (var n = page; n < page + pages; n++)
        {
            ref var pte = ref _ptes[n];
            if (pte is { Dirty: true, Page.Mapping: not null })
            {
                pte.Dirty = false;
                pte.Page.SetDirty();
                marked++;
            }
        }

        return marked;
    }

    /// <summary>The file became shorter: what lies behind its end goes from every area of it, copies of a private one too. kernel: vmtruncate_list(), zap_page_range().</summary>
    public void ZapFile(File file, long firstIndex)
    {
        for (var n = 0; n < _areas.Length; n++)
        {
            if (_areas[n].File == file && _areas[n].Index >= firstIndex)
            {
                Zap(n);
            }
        }
    }

    /// <summary>Memory is short for as long as it takes: the first visit makes an entry old, the second takes it. kernel: swap_out().</summary>
    public bool SwapOut(int n) => TryToSwapOut(n) || TryToSwapOut(n);

    public void WriteState(StateWriter state)
    {
        state.Write((int)zone);
        foreach (var hasTable in _hasTable)
        {
            state.Write(hasTable);
        }

        for (var n = 0; n < _areas.Length; n++)
        {
            var area = _areas[n];
            state.Write(area.IsMapped);
            if (!area.IsMapped)
            {
                continue;
            }

            state.Write(area.Read);
            state.Write(area.Write);
            state.Write(area.MayWrite);
            state.Write(area.Shared);
            state.Write(area.File?.Id.Value ?? -1);
            state.Write(area.Index);
            var pte = _ptes[n];
            state.Write(pte.Swap);
            state.Write(pte.Writable);
            state.Write(pte.Dirty);
            state.Write(pte.Young);
            state.Refer(pte.Page);
            pte.Page?.WriteState(state);
        }
    }

    /// <summary>kernel: do_anonymous_page(): the zero page for a reader, a fresh page of zeroes for a writer.</summary>
    private Refusal DoAnonymousPage(int n, bool write)
    {
        if (!write)
        {
            var zero = world.Memory.ZeroPage!;
            zero.Get();
            Enter(n, zero, writable: false, dirty: false);
            return Refusal.None;
        }

        var page = world.Memory.AllocPage(zone);
        if (page is null)
        {
            return Refusal.NoMemory;
        }

        page.Bytes.Fill(0);
        Enter(n, page, writable: true, dirty: true);
        return Refusal.None;
    }

    /// <summary>A page of a file: the cache's own, or a copy for a private mapping that is written at once. kernel: do_no_page(), filemap_nopage().</summary>
    private Refusal DoNoPage(int n, bool write)
    {
        var area = _areas[n];
        if (area.Index * world.Profile.PageSize >= area.File!.Length)
        {
            return Refusal.OutOfRange;
        }

        var cached = area.File.Page(area.Index);
        if (cached is null)
        {
            return Refusal.NoMemory;
        }

        if (!write || area.Shared)
        {
            cached.Get();
            Enter(n, cached, writable: area.Shared && area.Write, dirty: write);
            return Refusal.None;
        }

        // The cache may be asked to give the page away while this one is looked for.
        cached.Get();
        var copy = world.Memory.AllocPage(zone);
        if (copy is not null)
        {
            cached.Bytes.CopyTo(copy.Bytes);
            Enter(n, copy, writable: true, dirty: true);
        }

        cached.Put();
        return copy is null ? Refusal.NoMemory : Refusal.None;
    }

    /// <summary>A page comes back from swap space: writable only for a writer, and only where nobody else refers to it. kernel: do_swap_page().</summary>
    private Refusal DoSwapPage(int n, bool write)
    {
        var entry = _ptes[n].Swap - 1;
        var page = world.Swap.Cached(entry);
        if (page is null)
        {
            page = world.Swap.Read(entry, zone);
            if (page is null)
            {
                return Refusal.NoMemory;
            }
        }
        else
        {
            page.Get();
        }

        // lock_page(): a write to disk ends by itself, a kiobuf that has the lock must let go first.
        if (page.UnderIo)
        {
            world.Swap.EndIo(page);
        }
        else if (page.Locked)
        {
            page.Put();
            world.Seen.WaitedOn = page;
            return Refusal.WouldBlock;
        }

        world.Swap.Free(entry);
        var writable = write && world.Swap.IsExclusive(page);
        _ptes[n] = default;
        Enter(n, page, writable, dirty: writable);
        return Refusal.None;
    }

    /// <summary>A write to a protected page: in place for the only user, on a copy otherwise. Who writes leaves; everybody else keeps the old frame. kernel: do_wp_page(), break_cow().</summary>
    private Refusal DoWpPage(int n)
    {
        ref var pte = ref _ptes[n];
        var old = pte.Page!;
        if (IsReusable(old))
        {
            (pte.Writable, pte.Dirty, pte.Young) = (true, true, true);
            return Refusal.None;
        }

        var page = world.Memory.AllocPage(zone);
        if (page is null)
        {
            return Refusal.NoMemory;
        }

        old.Bytes.CopyTo(page.Bytes);
        pte = default;
        Enter(n, page, writable: true, dirty: true);
        old.Unmap();
        old.Put();
        return Refusal.None;
    }

    private bool IsReusable(Page page) =>
        !page.Reserved
        && (page.Count == 1
            || (page.Count == 2 && page.SwapEntry >= 0 && !page.Locked && world.Swap.IsExclusive(page))
            || (world.Profile.Kernel == Kernel.Linux6 && page.Mapping is null && page.Mappings == 1 && IsOnlyEntry(page)));

    /// <summary>From linux 5.19 on: nobody else has the anonymous page in a page table, whatever pins it. kernel: PageAnonExclusive().</summary>
    private bool IsOnlyEntry(Page page) => page.SwapEntry < 0 || world.Swap.Count(page.SwapEntry) == 1;

    private void Enter(int n, Page page, bool writable, bool dirty)
    {
        page.Map();
        ref var pte = ref _ptes[n];
        (pte.Page, pte.Swap, pte.Writable, pte.Dirty, pte.Young) = (page, 0, writable, dirty, true);
    }

    /// <summary>A table under which no area is left goes. kernel: free_pgtables(), mm/mmap.c.</summary>
    private void FreePgtables()
    {
        var pages = world.Profile.PagesPerTable;
        for (var table = 0; table < _hasTable.Length; table++)
        {
            var isUsed = false;
            for (var n = table * pages; n < (table + 1) * pages; n++)
            {
                isUsed |= _areas[n].IsMapped;
            }

            _hasTable[table] &= isUsed;
        }
    }

    /// <summary>kernel: zap_pte_range(), free_pte().</summary>
    private void Zap(int n)
    {
        var pte = _ptes[n];
        _ptes[n] = default;
        if (pte.Swap > 0)
        {
            world.Swap.Free(pte.Swap - 1);
        }
        else if (pte.Page is { } page)
        {
            // What a process wrote to a file's page is the file's.
            if (pte.Dirty && page.Mapping is not null)
            {
                page.SetDirty();
            }

            page.Unmap();
            world.Swap.FreePage(page);
        }
    }
}
