namespace ZeroCopy.Model.Pages;

/// <summary>What an access leads to where no entry allows it. kernel: mm/memory.c, handle_mm_fault(), do_wp_page(); arch/i386/mm/fault.c.</summary>
public sealed partial class MmStruct
{
    /// <summary>Memory is short while the next write fault waits for its page: the entry is taken away meanwhile.</summary>
    public bool IsShortInFault { private get; set; }

    /// <summary>What an access by the CPU leads to: the page, as soon as the entry allows it. kernel: do_page_fault(), arch/i386/mm/fault.c.</summary>
    public Refusal Access(int n, bool write, out Page page)
    {
        page = null!;
        if (!Allows(n, write))
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

    /// <summary>Whether the area lets a process do this. kernel: do_page_fault(), good_area.</summary>
    public bool Allows(int n, bool write) => write ? _areas[n].Write : _areas[n].Read;

    /// <summary>A write that the area need not allow: it ends on a page of the process's own. kernel: access_process_vm(), kernel/ptrace.c; FOLL_FORCE of later kernels.</summary>
    /// <param name="n">The page.</param>
    /// <param name="dontneedAfter">From linux 2.6 on, another thread gives the page back after so many faults of this call; 0 for none.</param>
    /// <param name="page">Where the bytes go.</param>
    public Refusal Force(int n, int dontneedAfter, out Page page)
    {
        page = null!;
        if (_areas[n] is { Write: false, IsCow: false })
        {
            // check_vma_flags(): there is no page of its own to end on.
            return Refusal.NoAccess;
        }

        var faults = 0;
        var isBroken = false;
        while (!(_ptes[n] is { Writable: true, Dirty: true } || IsOwnOf(n, isBroken)))
        {
            var fault = HandleMmFault(n, write: true);
            if (fault != Refusal.None)
            {
                return fault;
            }

            isBroken = true;
            if (++faults == dontneedAfter)
            {
                Dontneed(n, 1);
                world.Seen.GaveBack = true;
            }
        }

        page = _ptes[n].Page!;
        if (KnowsExclusive)
        {
            // access_remote_vm(): there may have been no fault to make the entry dirty.
            page.SetDirty();
        }

        return Refusal.None;
    }

    /// <summary>Whether a protected entry has a page of the process's own, which a forced write may use: this call broke the sharing, and the page is still the one that it made. kernel: can_follow_write_pte(), FOLL_COW; PageAnonExclusive() from linux 5.19 on.</summary>
    private bool IsOwnOf(int n, bool isBroken) =>
        _ptes[n].Page is { Reserved: false, Mapping: null } page && (KnowsExclusive ? page.AnonExclusive && !_areas[n].Write : isBroken && _ptes[n].Dirty);

    /// <summary>The page of an entry that allows the access without a fault; null otherwise. For a device that will write, the entry must be writable and dirty. kernel: follow_page().</summary>
    public Page? FollowPage(int n, bool write)
    {
        ref var pte = ref _ptes[n];
        return pte.IsPresent && (!write || (pte.Writable && pte.Dirty)) ? pte.Page : null;
    }

    /// <summary>From linux 5.19 on, a page that is to be pinned for reading is first made this process's own, where others map it too. kernel: gup_must_unshare(), FAULT_FLAG_UNSHARE.</summary>
    public bool MustUnshare(int n) => world.Profile.Kernel == Kernel.Linux6 && _ptes[n].Page is { Reserved: false, Mapping: null, AnonExclusive: false };

    /// <summary>Makes it so: a copy where others hold the page, protected as before. kernel: do_wp_page() with FAULT_FLAG_UNSHARE.</summary>
    public Refusal Unshare(int n)
    {
        var refusal = DoWpPage(n, isWrite: false, out var unlocked);
        return unlocked is { } fault ? GoOn(fault) : refusal;
    }

    /// <summary>One fault, which may not be enough; nobody comes in between. kernel: handle_mm_fault().</summary>
    public Refusal HandleMmFault(int n, bool write)
    {
        var refusal = BeginFault(n, write, out var unlocked);
        return unlocked is { } fault ? GoOn(fault) : refusal;
    }

    /// <summary>A fault up to where it has given up the lock of the page table, and has what it needs. kernel: handle_mm_fault(), handle_pte_fault().</summary>
    /// <param name="n">The page.</param>
    /// <param name="write">The access stores.</param>
    /// <param name="unlocked">Where it stands; null where it is over, answered or refused, without giving up the lock.</param>
    public Refusal BeginFault(int n, bool write, out UnlockedFault? unlocked)
    {
        world.MemoryCost.Faults++;
        unlocked = null;
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
            return _areas[n].File is null ? DoAnonymousPage(n, write, out unlocked) : DoNoPage(n, write, out unlocked);
        }

        if (!pte.IsPresent)
        {
            return DoSwapPage(n, write, out unlocked);
        }

        if (write && !pte.Writable)
        {
            return DoWpPage(n, isWrite: true, out unlocked);
        }

        pte.Dirty |= write;
        pte.Young = true;
        return Saw(FaultKind.Spurious, n, pte.Page);
    }

    /// <summary>The fault has the lock again: it goes on where the entry is still the same, and lets go of what it has otherwise, so that the access begins anew. kernel: pte_same(), pte_none().</summary>
    /// <returns>That it waits for the lock of a page, and has done nothing yet; none otherwise.</returns>
    public Refusal EndFault(in UnlockedFault fault)
    {
        if (fault.For == FaultFor.SwapPage && fault.Page.UnderIo)
        {
            // lock_page(): a write to disk ends by itself, a kiobuf that has the lock must let go first.
            world.Swap.EndIo(fault.Page);
        }
        else if (fault.For == FaultFor.SwapPage && fault.Page.Locked)
        {
            world.Seen.WaitedOn = fault.Page;
            return Refusal.WouldBlock;
        }

        fault.Old?.Put();
        if (!IsUnchanged(fault))
        {
            fault.Page.Put();
            return Saw(FaultKind.Changed, fault.N, fault.Entry.Page);
        }

        switch (fault.For)
        {
            case FaultFor.ZeroPage:
                return EnterZeroes(fault);
            case FaultFor.FilePage or FaultFor.CopyOfFile:
                return EnterFilePage(fault);
            case FaultFor.SwapPage:
                return EnterSwapPage(fault);
            default:
                return EnterCopy(fault);
        }
    }

    private bool IsUnchanged(in UnlockedFault fault) =>
        _ptes[fault.N].IsSame(fault.Entry) && (fault.Entry.Page is null || fault.IsThere)
        && (fault.For is not (FaultFor.FilePage or FaultFor.CopyOfFile) || _areas[fault.N].File!.Truncations == fault.Truncations);

    private Refusal GoOn(in UnlockedFault fault)
    {
        if (IsShortInFault && fault.For == FaultFor.Copy)
        {
            IsShortInFault = false;
            SwapOut(fault.N);
        }

        var refusal = EndFault(fault);
        if (refusal != Refusal.None)
        {
            fault.Page.Put();
        }

        return refusal;
    }

    /// <summary>kernel: do_anonymous_page(): the zero page for a reader, a fresh page of zeroes for a writer.</summary>
    private Refusal DoAnonymousPage(int n, bool write, out UnlockedFault? unlocked)
    {
        unlocked = null;
        if (!write)
        {
            var zero = world.Memory.ZeroPage!;
            zero.Get();
            Enter(n, zero, PteMachine.Event.MapZero, writable: false, dirty: false);
            return Saw(FaultKind.Zero, n, null);
        }

        var page = AllocPage();
        if (page is null)
        {
            return Refusal.NoMemory;
        }

        page.Bytes.Fill(0);
        unlocked = new UnlockedFault(FaultFor.ZeroPage, n, write, _ptes[n], page);
        return Refusal.None;
    }

    private Refusal EnterZeroes(in UnlockedFault fault)
    {
        world.MemoryCost.DemandZero++;
        EnterOwn(fault.N, fault.Page, PteMachine.Event.MapOwn);
        return Saw(FaultKind.DemandZero, fault.N, null);
    }

    /// <summary>A page of a file: the cache's own, or a copy for a private mapping that is written at once. kernel: do_no_page(), filemap_nopage().</summary>
    private Refusal DoNoPage(int n, bool write, out UnlockedFault? unlocked)
    {
        unlocked = null;
        var area = _areas[n];
        var file = area.File!;
        if (area.Index * world.Profile.PageSize >= file.Length)
        {
            return Refusal.OutOfRange;
        }

        var cached = file.Page(area.Index);
        if (cached is null)
        {
            return Refusal.NoMemory;
        }

        // The cache may be asked to give the page away meanwhile.
        cached.Get();
        if (!write || area.Shared)
        {
            unlocked = new UnlockedFault(FaultFor.FilePage, n, write, _ptes[n], cached, Truncations: file.Truncations);
            return Refusal.None;
        }

        var copy = AllocPage();
        if (copy is not null)
        {
            cached.Bytes.CopyTo(copy.Bytes);
            unlocked = new UnlockedFault(FaultFor.CopyOfFile, n, write, _ptes[n], copy, cached, file.Truncations);
            world.Seen.CopiedFile = true;
        }

        cached.Put();
        return copy is null ? Refusal.NoMemory : Refusal.None;
    }

    private Refusal EnterFilePage(in UnlockedFault fault)
    {
        if (fault.For == FaultFor.CopyOfFile)
        {
            world.MemoryCost.Copies++;
            EnterOwn(fault.N, fault.Page, PteMachine.Event.MapOwn);
            return Saw(FaultKind.CopyOfFile, fault.N, fault.Source);
        }

        var area = _areas[fault.N];
        Enter(fault.N, fault.Page, PteMachine.Event.MapFile, writable: area.Shared && area.Write, dirty: fault.Write);
        return Saw(area.Shared ? FaultKind.SharedFile : FaultKind.PrivateFile, fault.N, fault.Page);
    }

    /// <summary>A page comes back from swap space: writable only for a writer, and only where nobody else refers to it. kernel: do_swap_page().</summary>
    private Refusal DoSwapPage(int n, bool write, out UnlockedFault? unlocked)
    {
        unlocked = null;
        var entry = _ptes[n].Swap - 1;
        var page = world.Swap.Cached(entry);
        if (page is null)
        {
            page = world.Swap.Read(entry, zone);
            if (page is null)
            {
                return Refusal.NoMemory;
            }

            world.MemoryCost.Frames++;
        }
        else
        {
            page.Get();
        }

        unlocked = new UnlockedFault(FaultFor.SwapPage, n, write, _ptes[n], page);
        return Refusal.None;
    }

    private Refusal EnterSwapPage(in UnlockedFault fault)
    {
        var (n, page) = (fault.N, fault.Page);
        var isExclusive = _ptes[n].SwapExclusive;
        world.Swap.Free(fault.Entry.Swap - 1);
        isExclusive |= world.Swap.IsExclusive(page);
        _ptes[n] = new Pte { State = _ptes[n].State };
        page.AnonExclusive = KnowsExclusive && isExclusive;
        var writable = fault.Write && isExclusive && _areas[n].Write;
        Enter(n, page, writable ? PteMachine.Event.SwapInOwn : PteMachine.Event.SwapIn, writable, dirty: writable);
        return Saw(writable ? FaultKind.SwapInOwn : FaultKind.SwapIn, n, page);
    }

    /// <summary>A write to a protected page: in place for the only user, on a copy otherwise. Who writes leaves; everybody else keeps the old frame. kernel: do_wp_page(), break_cow().</summary>
    private Refusal DoWpPage(int n, bool isWrite, out UnlockedFault? unlocked)
    {
        unlocked = null;
        ref var pte = ref _ptes[n];
        var old = pte.Page!;
        if (IsReusable(old))
        {
            var kind = old.SwapEntry < 0 ? FaultKind.Reuse : FaultKind.ReuseSwapCached;
            old.AnonExclusive = KnowsExclusive;
            if (isWrite)
            {
                Fire(n, PteMachine.Event.Reuse);
                world.FlushTlb(this, n);
                (pte.Writable, pte.Dirty, pte.Young) = (_areas[n].Write, true, true);
            }

            return Saw(kind, n, old);
        }

        var page = AllocPage();
        if (page is null)
        {
            return Refusal.NoMemory;
        }

        if (KnowsExclusive)
        {
            old.Get();
        }

        unlocked = new UnlockedFault(FaultFor.Copy, n, isWrite, pte, page, Old: KnowsExclusive ? old : null, Lives: old.Lives);
        return Refusal.None;
    }

    private Refusal EnterCopy(in UnlockedFault fault)
    {
        var old = fault.Entry.Page!;
        var reason = old.Reserved ? FaultKind.Clear
            : old.SwapEntry >= 0 && old.Locked ? FaultKind.CopyLocked
            : old.SwapEntry >= 0 && world.Swap.Count(old.SwapEntry) > 1 ? FaultKind.CopySwapShared
            : old.Mapping is not null ? FaultKind.CopyOfFile
            : old.Pins > 0 ? FaultKind.CopyPinned
            : FaultKind.Copy;
        BreakCow(fault.N, old, fault.Page, fault.Write);
        return Saw(reason, fault.N, old);
    }

    /// <summary>kernel: break_cow(): clear_user_highpage() where the source is the zero page, copy_user_highpage() otherwise.</summary>
    private void BreakCow(int n, Page old, Page page, bool isWrite)
    {
        if (old.Reserved)
        {
            page.Bytes.Fill(0);
            world.MemoryCost.Clears++;
        }
        else
        {
            old.Bytes.CopyTo(page.Bytes);
            world.MemoryCost.Copies++;
        }

        page.AnonExclusive = KnowsExclusive;
        Enter(n, page, isWrite ? PteMachine.Event.BreakCow : PteMachine.Event.Unshare, writable: isWrite && _areas[n].Write, dirty: true);
        world.FlushTlb(this, n);
        old.Unmap();
        old.Put();
    }

    private bool IsReusable(Page page) =>
        !page.Reserved
        && (page.AnonExclusive
            || page.Count == 1
            || (page.Count == 2 && page.SwapEntry >= 0 && !page.Locked && world.Swap.IsExclusive(page)));

    /// <summary>Whether a page knows whose alone it is, whatever else refers to it. kernel: PG_anon_exclusive, from linux 5.19 on.</summary>
    private bool KnowsExclusive => world.Profile.Kernel == Kernel.Linux6;

    /// <summary>Whether fork must leave the page to the process that has it: a device has it pinned. kernel: page_needs_cow_for_dma(), from linux 5.11 on.</summary>
    private static bool IsKeptByPin(Page page) => page is { AnonExclusive: true, DmaPins: > 0 };

    private Page? AllocPage()
    {
        var page = world.Memory.AllocPage(zone);
        world.MemoryCost.Frames += page is null ? 0 : 1;
        return page;
    }

    /// <summary>A page of its own: writable where the area says so. kernel: maybe_mkwrite() of later kernels; break_cow() of 2.4.4 does not look at the area.</summary>
    private void EnterOwn(int n, Page page, PteMachine.Event @event)
    {
        page.AnonExclusive = KnowsExclusive;
        Enter(n, page, @event, writable: _areas[n].Write, dirty: true);
    }

    private void Enter(int n, Page page, PteMachine.Event @event, bool writable, bool dirty)
    {
        if (@event == PteMachine.Event.SwapInOwn)
        {
            // Its guard asks the page.
            _ptes[n].Page = page;
        }

        Fire(n, @event);
        page.Map();
        ref var pte = ref _ptes[n];
        (pte.Page, pte.Swap, pte.Writable, pte.Dirty, pte.Young) = (page, 0, writable, dirty, true);
    }

    private Refusal Saw(FaultKind kind, int n, Page? page)
    {
        world.Seen.Answered(new Fault(kind, Id, n, page));
        return Refusal.None;
    }
}
