namespace ZeroCopy.Model.Pages;

/// <summary>A copy of an address space, page by page. kernel: dup_mmap(), kernel/fork.c; copy_page_range(), mm/memory.c.</summary>
public sealed partial class MmStruct
{
    /// <summary>kernel: mm->write_protect_seq, from linux 5.11 on.</summary>
    private bool _isForking;

    private Page? _pinnedInFork;

    /// <summary>Takes over every area of another address space, and every page by its row; this one is empty.</summary>
    /// <returns>False where there is no memory: what was taken over so far is the caller's to undo, by <see cref="ExitMmap"/>.</returns>
    public bool DupMmap(MmStruct from)
    {
        from._isForking = true;
        var isWhole = CopyPages(from);
        from._isForking = false;
        return isWhole;
    }

    /// <summary>A page of which another thread, without any lock, takes a pin when fork has looked at it; -1 for none.</summary>
    public int PinInFork { private get; set; } = -1;

    /// <summary>The page that was pinned so while fork was under way; null where the pin must wait. The pin is the caller's to let go.</summary>
    public Page? TakePinnedInFork()
    {
        var page = _pinnedInFork;
        (_pinnedInFork, PinInFork) = (null, -1);
        return page;
    }

    /// <summary>Pins one page for a device that will write: faulted in first, and the process's own. Null where it may not be, or cannot.</summary>
    public Page? Pin(int n)
    {
        if (!_areas[n].Write)
        {
            return null;
        }

        Page? page;
        while ((page = FollowPage(n, write: true)) is null)
        {
            if (HandleMmFault(n, write: true) != Refusal.None)
            {
                return null;
            }
        }

        return page.TryPin(plain: false) ? page : null;
    }

    /// <summary>A pin without the lock, which finds a writable entry: not while fork is under way. kernel: gup_fast(), read_seqcount_retry(&amp;mm->write_protect_seq).</summary>
    private void GupFast(int n)
    {
        if (!_isForking && FollowPage(n, write: true) is { } page && page.TryPin(plain: false))
        {
            _pinnedInFork = page;
        }
    }

    private bool CopyPages(MmStruct from)
    {
        for (var n = 0; n < _areas.Length; n++)
        {
            var area = from._areas[n];
            if (!area.IsMapped)
            {
                continue;
            }

            // kmem_cache_alloc(vm_area_cachep)
            if ((n == 0 || !from._areas[n - 1].GoesOnIn(area)) && world.Memory.AllocationFails())
            {
                return false;
            }

            _areas[n] = area;
            if (!CopyPage(from, n))
            {
                return false;
            }

            world.Seen.PagesDone = n + 1;
        }

        return true;
    }

    /// <summary>One entry, by its row. kernel: copy_page_range().</summary>
    private bool CopyPage(MmStruct from, int n)
    {
        ref var parent = ref from._ptes[n];
        if (parent.IsNone)
        {
            return true;
        }

        ref var hasTable = ref _hasTable[n / world.Profile.PagesPerTable];
        if (!hasTable)
        {
            // pte_alloc()
            if (world.Memory.AllocationFails())
            {
                return false;
            }

            hasTable = true;
        }

        ref var child = ref _ptes[n];
        var area = _areas[n];
        if (parent.Swap > 0)
        {
            world.Swap.Duplicate(parent.Swap - 1);
            Fire(n, PteMachine.Event.InheritSwap);
            from.Fire(n, PteMachine.Event.Fork);
            child.Swap = parent.Swap;
            parent.SwapExclusive = false;
            return true;
        }

        var page = parent.Page!;
        if (page.Reserved)
        {
            // Verbatim: neither counted nor protected.
            Fire(n, PteMachine.Event.InheritZero);
            Put(n, page, parent);
            return true;
        }

        if (IsKeptByPin(page))
        {
            return CopyPinned(from, n, page);
        }

        if (n == from.PinInFork)
        {
            from.GupFast(n);
        }

        if (area.IsCow)
        {
            from.Fire(n, PteMachine.Event.Fork);
            parent.Writable = false;
        }

        page.Get();
        page.AnonExclusive = false;
        Fire(n, PteMachine.Event.Inherit);

        // A shared page is clean here: who wrote it says so. Nobody has read it through this entry yet.
        Put(n, page, parent with { Dirty = parent.Dirty && !area.Shared, Young = false });
        return true;
    }

    /// <summary>The parent keeps what a device writes to. kernel: copy_present_page(), from linux 5.11 on.</summary>
    private bool CopyPinned(MmStruct from, int n, Page page)
    {
        var copy = AllocPage();
        if (copy is null)
        {
            return false;
        }

        page.Bytes.CopyTo(copy.Bytes);
        world.MemoryCost.Copies++;
        from.Fire(n, PteMachine.Event.Fork);
        EnterOwn(n, copy, PteMachine.Event.InheritCopy);
        return true;
    }

    private void Put(int n, Page page, in Pte like)
    {
        page.Map();
        _ptes[n] = like with { Page = page, State = _ptes[n].State };
    }
}
