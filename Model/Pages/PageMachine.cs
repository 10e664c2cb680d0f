using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>The life of one page frame. kernel: struct page, from alloc_page() to __free_page(); the state is not stored there but follows from count, mapping and flags.</summary>
public static class PageMachine
{
    public enum State
    {
        /// <summary>count == 0.</summary>
        Free,

        /// <summary>Its holders are callers, fragments and pins.</summary>
        Allocated,

        /// <summary>A process maps it, and no cache knows it.</summary>
        MappedPrivate,

        /// <summary>In the page cache of a file. kernel: page->mapping.</summary>
        PageCache,

        /// <summary>In the page cache, and mapped.</summary>
        MappedShared,

        /// <summary>In the swap cache, mapped or not. kernel: PG_swap_cache.</summary>
        SwapCache,

        /// <summary>In a cache, locked, and being written to disk. kernel: PG_locked.</summary>
        UnderIo,

        /// <summary>Not counted, never freed: the zero page. kernel: PG_reserved.</summary>
        Reserved,
    }

    public enum Event
    {
        Alloc, Reserve, Map, Unmap, AddToPageCache, AddToSwapCache, DeleteFromSwapCache, Truncate, Reclaim, StartIo, EndIo, Free,
    }

    /// <summary>What the guards ask of the page.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>Page-table entries map it besides the one that goes.</summary>
        StillMapped = 1,

        /// <summary>No pin holds it.</summary>
        Unpinned = 2,

        /// <summary>Nothing in it waits to be written to disk.</summary>
        Clean = 4,

        /// <summary>count == 1.</summary>
        Unheld = 8,

        /// <summary>The cache that knows it is the swap cache.</summary>
        InSwapCache = 16,
    }

    /// <summary>The compiled table that every page uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, PinRules.PageLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        string life = PinRules.PageLife.ToString();
        Func<bool> mapped = () => holds(Guard.StillMapped), unmapped = () => !holds(Guard.StillMapped);
        var unpinned = Tuple.Create<Func<bool>, string>(() => holds(Guard.Unpinned), PinRules.FreedUnpinned.ToString());
        var clean = Tuple.Create<Func<bool>, string>(() => holds(Guard.Clean), PinRules.ReclaimsCleanOnly.ToString());
        var unheld = Tuple.Create<Func<bool>, string>(() => holds(Guard.Unheld), PinRules.ReclaimsUnheldOnly.ToString());
        var held = Tuple.Create<Func<bool>, string>(() => false, PinRules.ReclaimsUnheldOnly.ToString());
        var busy = Tuple.Create<Func<bool>, string>(() => false, PinRules.ReclaimsCleanOnly.ToString());

        var known = Tuple.Create<Func<bool>, string>(() => false, life);

        machine.Configure(State.Free)
            .Permit(Event.Alloc, State.Allocated);

        machine.Configure(State.Allocated)
            .Permit(Event.Reserve,        State.Reserved)
            .Permit(Event.Map,            State.MappedPrivate)
            .Permit(Event.AddToPageCache, State.PageCache)
            .Permit(Event.AddToSwapCache, State.SwapCache)
            .PermitIf(Event.Free,         State.Free, unpinned);

        machine.Configure(State.MappedPrivate)
            .PermitReentry(Event.Map)
            .PermitReentryIf(Event.Unmap,          mapped, life)
            .PermitIf(Event.Unmap,                 State.Allocated, unmapped, life)
            .Permit(Event.AddToSwapCache,          State.SwapCache)
            .PermitReentryIf(Event.Free, unpinned, known);

        machine.Configure(State.PageCache)
            .Permit(Event.Map,            State.MappedShared)
            .Permit(Event.Truncate,       State.Allocated)
            .PermitIf(Event.Reclaim,      State.Allocated, clean, unheld)
            .Permit(Event.StartIo,        State.UnderIo)
            .PermitReentryIf(Event.Free, unpinned, known);

        machine.Configure(State.MappedShared)
            .PermitReentry(Event.Map)
            .PermitReentryIf(Event.Unmap, mapped, life)
            .PermitIf(Event.Unmap,        State.PageCache, unmapped, life)
            .PermitReentryIf(Event.Reclaim, held)
            .Permit(Event.StartIo,        State.UnderIo)
            .PermitReentryIf(Event.Free, unpinned, known);

        // do_swap_page maps it from here, and unmapping may take it out of the cache.
        machine.Configure(State.SwapCache)
            .PermitReentry(Event.Map)
            .PermitReentry(Event.Unmap)
            .PermitIf(Event.DeleteFromSwapCache, State.MappedPrivate, mapped, life)
            .PermitIf(Event.DeleteFromSwapCache, State.Allocated, unmapped, life)
            .PermitIf(Event.Reclaim,             State.Allocated, clean, unheld)
            .Permit(Event.StartIo,               State.UnderIo)
            .PermitReentryIf(Event.Free, unpinned, known);

        machine.Configure(State.UnderIo)
            .PermitReentry(Event.Map)
            .PermitReentry(Event.Unmap)
            .PermitReentryIf(Event.Reclaim, busy)
            .PermitIf(Event.EndIo, State.SwapCache,    () => holds(Guard.InSwapCache), life)
            .PermitIf(Event.EndIo, State.MappedShared, () => !holds(Guard.InSwapCache) && holds(Guard.StillMapped), life)
            .PermitIf(Event.EndIo, State.PageCache,    () => !holds(Guard.InSwapCache) && !holds(Guard.StillMapped), life)
            .PermitReentryIf(Event.Free, unpinned, known);

        machine.Configure(State.Reserved)
            .PermitReentry(Event.Map)
            .PermitReentry(Event.Unmap);
    }
}
