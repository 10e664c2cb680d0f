using System.Runtime.CompilerServices;

namespace ZeroCopy.Model.Pages;

/// <summary>The address space of a process: its areas and its page table. kernel: struct mm_struct; mm/mmap.c, mm/mprotect.c, mm/vmscan.c. Faults and fork stand in files of their own.</summary>
/// <param name="zone">Where its pages come from. kernel: GFP_HIGHUSER.</param>
/// <param name="world">The machine.</param>
public sealed partial class MmStruct(Zone zone, World world)
{
    private readonly VmArea[] _areas = new VmArea[world.Profile.TaskPages];
    private readonly Pte[] _ptes = new Pte[world.Profile.TaskPages];
    private readonly bool[] _hasTable = new bool[world.Profile.TaskPages / world.Profile.PagesPerTable];

    /// <summary>A process that has it.</summary>
    public MmId Id { get; internal set; }

    /// <summary>Processes that have it. kernel: mm_users.</summary>
    public int Users { get; internal set; }

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
            Fire(n, PteMachine.Event.Protect);
            world.FlushTlb(this, n);
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

    /// <summary>Takes a page away from the process, if it is old: to swap space where it must be kept. kernel: try_to_swap_out(), which does not look at the count (PIN-026).</summary>
    /// <returns>Whether the entry was taken.</returns>
    public bool TryToSwapOut(int n)
    {
        ref var pte = ref _ptes[n];
        if (pte.Page is not { Reserved: false } page)
        {
            return false;
        }

        if (world.Profile.Kernel == Kernel.Linux6 && page.DmaPins > 0)
        {
            return false;
        }

        if (pte.Young)
        {
            // A CPU that remembers the entry marks nothing: the kernel looks at the table.
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

        Fire(n, entry >= 0 ? PteMachine.Event.SwapOut : PteMachine.Event.Drop);
        world.FlushTlb(this, n);
        pte = new Pte { State = pte.State };
        if (entry >= 0)
        {
            world.Swap.Duplicate(entry);
            (pte.Swap, pte.SwapExclusive) = (entry + 1, page.AnonExclusive);
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
                world.FlushTlb(this, n);
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

    /// <summary>Pages are given back, and read anew where they are asked for again. kernel: madvise_dontneed(), mm/filemap.c.</summary>
    public void Dontneed(int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            Zap(n);
        }
    }

    public void WriteState(StateWriter state)
    {
        state.Write((int)zone);
        state.Write(Users);
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
            state.Write(pte.SwapExclusive);
            state.Write((int)pte.State);
            state.Refer(pte.Page);
            pte.Page?.WriteState(state);
        }
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
        if (pte.IsNone)
        {
            return;
        }

        Fire(n, PteMachine.Event.Zap);
        _ptes[n] = default;
        world.FlushTlb(this, n);
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

    private void Fire(int n, PteMachine.Event @event)
    {
        ref var pte = ref _ptes[n];
        var guards = GuardsOf(n);
        var next = PteMachine.Table.Next((int)pte.State, (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(n, @event, guards);
        }

        pte.State = (PteMachine.State)next;
        world.MemoryCost.PteWrites++;
    }

    /// <summary>What the machine's guards ask, read from the raw data.</summary>
    private PteMachine.Guard GuardsOf(int n)
    {
        var area = _areas[n];
        var guards = (area.Shared ? PteMachine.Guard.SharedArea : 0) | (area.Write ? PteMachine.Guard.WritableArea : 0);
        if (_ptes[n].Page is not { } page)
        {
            return guards;
        }

        var others = page.Count - 1 - (page.SwapEntry < 0 ? 0 : 1) + (page.SwapEntry < 0 ? 0 : world.Swap.Count(page.SwapEntry) - 1);
        return guards
            | (others == 0 || page.AnonExclusive ? PteMachine.Guard.Alone : 0)
            | (IsKeptByPin(page) ? PteMachine.Guard.Pinned : 0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(int n, PteMachine.Event @event, PteMachine.Guard guards)
    {
        var state = _ptes[n].State;
        throw new BugException(
            PteMachine.Table.Forbids(state, @event, guards),
            $"{@event} of page {n} of {Id}, which is {state} ({PteMachine.Table.Lacks(state, @event, guards)}; met: {guards}{(_ptes[n].Page is { } page ? $"; {page} has count {page.Count}, mappings {page.Mappings}, pins {page.Pins}" : "")})");
    }
}
