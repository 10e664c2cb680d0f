namespace ZeroCopy.Model.Pages;

/// <summary>Swap space and the swap cache in front of it. kernel: struct swap_info_struct, swapper_space; mm/swapfile.c, mm/swap_state.c.</summary>
public sealed class SwapSpace
{
    private readonly Slot[] _slots;
    private readonly int[] _counts;
    private readonly PhysicalMemory _memory;

    public SwapSpace(Profile profile, PhysicalMemory memory)
    {
        _memory = memory;
        _slots = new Slot[profile.SwapPages];
        _counts = new int[_slots.Length];
        for (var i = 0; i < _slots.Length; i++)
        {
            var shadow = profile.Provenance ? new Provenance[profile.PageSize] : null;
            _slots[i] = new Slot { OnDisk = new Bytes(new byte[profile.PageSize], shadow, 0, profile.PageSize) };
        }
    }

    public int Pages => _slots.Length;

    /// <summary>References to a page of swap space: entries, and one of the swap cache; 0 is free. kernel: swap_map[].</summary>
    public int Count(int entry) => _counts[entry];

    /// <summary>The counts of all entries.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>The frame that caches a page of swap space; null for none. kernel: lookup_swap_cache(), without the reference.</summary>
    public Page? Cached(int entry) => _slots[entry].Cached;

    /// <summary>What lies on disk.</summary>
    public Bytes OnDisk(int entry) => _slots[entry].OnDisk;

    public int FreePages => Counts.Count(0);

    /// <summary>A free page of swap space, with one reference; -1 where there is none. kernel: get_swap_page().</summary>
    public int GetSwapPage()
    {
        for (var entry = 0; entry < _slots.Length; entry++)
        {
            if (_counts[entry] == 0)
            {
                _counts[entry] = 1;
                return entry;
            }
        }

        return -1;
    }

    /// <summary>One more reference. kernel: swap_duplicate().</summary>
    public void Duplicate(int entry) => _counts[entry]++;

    /// <summary>One reference less. kernel: swap_free().</summary>
    public void Free(int entry)
    {
        if (_counts[entry] == 0)
        {
            throw new BugException(Specs.PinRules.SwapCounts, $"swap_free of entry {entry}, which is free");
        }

        _counts[entry]--;
    }

    /// <summary>The swap cache takes a page; one reference to the entry is its own. kernel: add_to_swap_cache().</summary>
    public void Add(Page page, int entry)
    {
        page.Fire(PageMachine.Event.AddToSwapCache);
        page.Get();
        page.SwapEntry = entry;
        _slots[entry].Cached = page;
    }

    /// <summary>Reads a page back into the swap cache, with one reference of the caller's; null where there is no memory. kernel: read_swap_cache_async().</summary>
    public Page? Read(int entry, Zone zone)
    {
        var page = _memory.AllocPage(zone);
        if (page is null)
        {
            return null;
        }

        Duplicate(entry);
        Add(page, entry);
        OnDisk(entry).CopyTo(page.Bytes);
        return page;
    }

    /// <summary>Whether nobody but the swap cache and the caller refers to the page, by a frame or by an entry. kernel: exclusive_swap_page(): page count and swap count are 3 together.</summary>
    public bool IsExclusive(Page page) => page.Count + _counts[page.SwapEntry] == 3;

    /// <summary>The swap cache lets go. kernel: delete_from_swap_cache().</summary>
    public void Delete(Page page) => Drop(page, PageMachine.Event.DeleteFromSwapCache);

    /// <summary>A page-table entry lets go of a page; the last one takes it out of the swap cache too. kernel: free_page_and_swap_cache().</summary>
    public void FreePage(Page page)
    {
        if (page.SwapEntry >= 0 && !page.Locked && IsExclusive(page))
        {
            Delete(page);
        }

        page.Put();
    }

    /// <summary>Begins to write each dirty page that nobody but the swap cache holds. kernel: page_launder(), swap_writepage().</summary>
    /// <returns>Pages that are under I/O now and were not before.</returns>
    public int Launder()
    {
        var started = 0;
        foreach (var slot in _slots)
        {
            // A page with other holders is put back on the active list: page_launder() writes none that is in use.
            if (slot.Cached is { IsDirty: true, Locked: false, Count: 1 } page)
            {
                page.StartIo();
                started++;
            }
        }

        return started;
    }

    /// <summary>The disk has taken the page.</summary>
    public void EndIo(Page page)
    {
        page.Bytes.CopyTo(OnDisk(page.SwapEntry));
        page.EndIo();
    }

    /// <summary>Ends every write that is under way. kernel: run_task_queue(&amp;tq_disk), end_buffer_io_async().</summary>
    /// <returns>Pages that are on disk now.</returns>
    public int EndIo()
    {
        var ended = 0;
        foreach (var slot in _slots)
        {
            if (slot.Cached is { UnderIo: true } page)
            {
                EndIo(page);
                ended++;
            }
        }

        return ended;
    }

    /// <summary>Drops every clean page that nobody but the swap cache holds (PIN-012, PIN-013). kernel: reclaim_page(), mm/vmscan.c.</summary>
    /// <returns>The number of pages dropped.</returns>
    public int Reclaim()
    {
        var dropped = 0;
        foreach (var slot in _slots)
        {
            if (slot.Cached is { IsDirty: false, Locked: false, Count: 1 } page)
            {
                Drop(page, PageMachine.Event.Reclaim);
                dropped++;
            }
        }

        return dropped;
    }

    private void Drop(Page page, PageMachine.Event @event)
    {
        page.Fire(@event);
        var entry = page.SwapEntry;
        _slots[entry].Cached = null;
        page.SwapEntry = -1;
        page.IsDirty = false;
        Free(entry);
        page.Put();
    }

    public void WriteState(StateWriter state)
    {
        for (var entry = 0; entry < _slots.Length; entry++)
        {
            state.Write(_counts[entry]);
            if (_counts[entry] == 0)
            {
                continue;
            }

            var slot = _slots[entry];
            state.Write(slot.OnDisk);
            state.Refer(slot.Cached);
            slot.Cached?.WriteState(state);
        }
    }

    public void Reset()
    {
        Array.Clear(_counts);
        foreach (var slot in _slots)
        {
            slot.Cached = null;
            slot.OnDisk.Fill(PhysicalMemory.PoisonFree);
        }
    }

    private sealed class Slot
    {
        public Page? Cached { get; set; }

        public required Bytes OnDisk { get; init; }
    }
}
