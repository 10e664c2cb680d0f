using System.Runtime.CompilerServices;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>A page frame. kernel: struct page, include/linux/mm.h. 2.4 has no map count and no pin: <see cref="Count"/> is the only evidence of sharing.</summary>
public sealed class Page(PhysicalMemory memory, Zone zone, ulong address, Bytes bytes)
{
    private PageMachine.State _state;

    /// <summary>The stored state of the machine; a law holds it against <see cref="Abstraction"/>.</summary>
    public PageMachine.State State => _state;

    public Zone Zone => zone;

    /// <summary>Physical address of the first byte.</summary>
    public ulong Address => address;

    /// <summary>Which frame of its zone it is.</summary>
    public int Frame { get; } = (int)((address - Zones.Base(zone)) / (ulong)bytes.Length);

    /// <summary>Its number among the frames of all zones, which take turns.</summary>
    public int Number => (Frame * Zones.Count) + (int)zone;

    public Bytes Bytes => bytes;

    /// <summary>Holders; 0 is free. kernel: page->count.</summary>
    public int Count { get; private set; }

    /// <summary>How often the frame was given out: what holds no reference to a page may meet another in the same frame.</summary>
    public int Lives { get; private set; }

    /// <summary>The file whose page cache holds it; null outside the page cache. kernel: page->mapping.</summary>
    public File? Mapping { get; set; }

    /// <summary>The page's place in its file. kernel: page->index.</summary>
    public long Index { get; set; }

    /// <summary>Neither counted nor freed. kernel: PG_reserved.</summary>
    public bool Reserved { get; private set; }

    /// <summary>Its cache must write it back before it goes. kernel: PG_dirty.</summary>
    public bool IsDirty { get; internal set; }

    /// <summary>kernel: PG_locked.</summary>
    public bool Locked { get; private set; }

    /// <summary>Locked because it is being written to disk.</summary>
    public bool UnderIo { get; private set; }

    /// <summary>Its page of swap space while the swap cache holds it; -1 outside. kernel: PG_swap_cache, with the entry in page->index.</summary>
    public int SwapEntry { get; internal set; } = -1;

    /// <summary>Page-table entries that map it. 2.4 keeps no such count: only the machine reads it, and a law counts anew.</summary>
    public int Mappings { get; private set; }

    /// <summary>Pins and plain references of user space that hold it. 2.4 keeps no such count: only the machine reads it.</summary>
    public int Pins { get; private set; }

    /// <summary>Of them, those which say that a device has the page: linux 6 decides by it. kernel: FOLL_PIN, GUP_PIN_COUNTING_BIAS, page_maybe_dma_pinned().</summary>
    public int DmaPins { get; private set; }

    /// <summary>Anonymous, and of one process alone, whatever else refers to it. kernel: PG_anon_exclusive, from linux 5.19 on; never set before.</summary>
    public bool AnonExclusive { get; set; }

    /// <summary>kernel: page >= highmem_start_page, as illegal_highdma() tests it.</summary>
    public bool IsHighmem => address >= Zones.HighmemStart;

    /// <summary>The state that the data says, with the number of page-table entries that were counted.</summary>
    public PageMachine.State Abstraction(int mappings) =>
        Count == 0 ? PageMachine.State.Free
        : Reserved ? PageMachine.State.Reserved
        : UnderIo ? PageMachine.State.UnderIo
        : SwapEntry >= 0 ? PageMachine.State.SwapCache
        : Mapping is not null ? mappings > 0 ? PageMachine.State.MappedShared : PageMachine.State.PageCache
        : mappings > 0 ? PageMachine.State.MappedPrivate
        : PageMachine.State.Allocated;

    /// <summary>kernel: get_page(). A reserved page is not counted (PIN-025): 2.4.4 counts it here and not in put_page.</summary>
    public void Get()
    {
        // A count that wrapped under pins is seen by nobody here: a law counts anew.
        if (Count == 0 && Pins == 0)
        {
            throw new BugException(PinRules.HeldByEach, $"get_page on {this}, which is free");
        }

        // An atomic_t wraps without a word.
        Count = Reserved ? Count : (Count + 1) & memory.CountMask;
    }

    /// <summary>As <see cref="Get"/>, for a pin that user space asks for: false where the count could wrap. kernel: try_get_page(), from linux 5.1 on.</summary>
    /// <param name="plain">A reference like any other, of which nobody can tell what it is for. kernel: FOLL_GET.</param>
    public bool TryPin(bool plain)
    {
        if (Count > memory.CountMask / 2)
        {
            return false;
        }

        Get();
        Pins++;
        DmaPins += plain ? 0 : 1;
        return true;
    }

    /// <summary>Gives back what <see cref="TryPin"/> took.</summary>
    public void Unpin(bool plain)
    {
        Pins--;
        DmaPins -= plain ? 0 : 1;
        Put();
    }

    /// <summary>Frees the frame with the last reference. kernel: put_page(), __free_page().</summary>
    public void Put()
    {
        if (Count == 0)
        {
            throw new BugException(PinRules.HeldByEach, $"put_page on {this}, which is free");
        }

        if (Reserved)
        {
            return;
        }

        if (--Count == 0)
        {
            Fire(PageMachine.Event.Free);
            memory.Free(this);
        }
    }

    /// <summary>A page-table entry now maps it; the reference is the caller's.</summary>
    public void Map()
    {
        Fire(PageMachine.Event.Map);
        Mappings++;
    }

    /// <summary>A page-table entry goes; the reference is the caller's.</summary>
    public void Unmap()
    {
        Mappings--;
        Fire(PageMachine.Event.Unmap);
    }

    /// <summary>kernel: TryLockPage(), turned round: true where it was free.</summary>
    public bool TryLock()
    {
        if (Locked)
        {
            return false;
        }

        Locked = true;
        return true;
    }

    /// <summary>kernel: UnlockPage().</summary>
    public void Unlock() => Locked = false;

    /// <summary>Marks it, and lists it with its file where it is in a page cache. kernel: set_page_dirty(), include/linux/mm.h.</summary>
    public void SetDirty()
    {
        if (Mapping is { } file)
        {
            file.SetPageDirty(this);
        }
        else
        {
            IsDirty = true;
        }
    }

    /// <summary>Its cache begins to write it to disk: locked and clean from here on. kernel: writepage().</summary>
    public void StartIo()
    {
        Fire(PageMachine.Event.StartIo);
        (Locked, UnderIo, IsDirty) = (true, true, false);
    }

    /// <summary>It is on disk. kernel: end_buffer_io_async().</summary>
    public void EndIo()
    {
        (Locked, UnderIo) = (false, false);
        Fire(PageMachine.Event.EndIo);
    }

    /// <summary>Takes the event to the machine; a BUG where that forbids it.</summary>
    public void Fire(PageMachine.Event @event)
    {
        var guards = (Mappings > 0 ? PageMachine.Guard.StillMapped : 0)
            | (Pins == 0 ? PageMachine.Guard.Unpinned : 0)
            | (IsDirty ? 0 : PageMachine.Guard.Clean)
            | (Count == 1 ? PageMachine.Guard.Unheld : 0)
            | (SwapEntry >= 0 ? PageMachine.Guard.InSwapCache : 0);
        var next = PageMachine.Table.Next((int)_state, (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(@event, guards);
        }

        _state = (PageMachine.State)next;
    }

    /// <summary>Its place among the pages in use.</summary>
    internal int InUseIndex { get; set; }

    internal void FirstHolder()
    {
        Fire(PageMachine.Event.Alloc);
        Count = 1;
        Lives++;
    }

    /// <summary>From here on nobody counts it. kernel: mem_map_reserve().</summary>
    internal void Reserve()
    {
        Fire(PageMachine.Event.Reserve);
        Reserved = true;
    }

    internal void Forget()
    {
        _state = PageMachine.State.Free;
        (Count, Mappings, Pins, DmaPins, SwapEntry) = (0, 0, 0, 0, -1);
        AnonExclusive = false;
        (Reserved, IsDirty, Locked, UnderIo) = (false, false, false, false);
        Mapping = null;
        Index = 0;
    }

    public void WriteState(StateWriter state)
    {
        if (state.Reach(this))
        {
            state.Write((int)zone);
            state.Write((int)_state);
            state.Write(Count);
            state.Write(Mapping?.Id.Value ?? -1);
            state.Write(Index);
            state.Write(Reserved);
            state.Write(IsDirty);
            state.Write(Locked);
            state.Write(UnderIo);
            state.Write(SwapEntry);
            state.Write(Mappings);
            state.Write(Pins);
            state.Write(DmaPins);
            state.Write(AnonExclusive);
            state.Write(bytes);
        }
    }

    public override string ToString() => $"page {Zones.Word(zone)}+{Frame}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(PageMachine.Event @event, PageMachine.Guard guards)
    {
        var rule = PageMachine.Table.Forbids(_state, @event, guards);
        throw new BugException(rule, $"{@event} of {this}, which is {_state} ({PageMachine.Table.Lacks(_state, @event, guards)}; met: {guards}; count {Count}, mappings {Mappings}, pins {Pins})");
    }
}
