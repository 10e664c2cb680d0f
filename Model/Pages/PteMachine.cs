using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>The life of one page-table entry under copy-on-write. kernel: pte_t, include/asm-i386/pgtable.h; mm/memory.c. The state is not stored there but follows from the entry, its page and its area.</summary>
public static class PteMachine
{
    public enum State
    {
        /// <summary>Nothing is there: the next access asks for a page. kernel: pte_none().</summary>
        None,

        /// <summary>The entry names a page of swap space.</summary>
        Swapped,

        /// <summary>The zero page: read by all, written by nobody.</summary>
        Zero,

        /// <summary>A page of a private area that the CPU may not write: each write is a fault.</summary>
        Protected,

        /// <summary>A page of a private area that is this process's alone.</summary>
        Writable,

        /// <summary>A page of a shared area: the file's own.</summary>
        Shared,
    }

    public enum Event
    {
        /// <summary>do_anonymous_page() for a reader.</summary>
        MapZero,

        /// <summary>A page of the process's own: fresh zeroes, or a copy of a file's page.</summary>
        MapOwn,

        /// <summary>do_no_page(): the page cache's own page.</summary>
        MapFile,

        /// <summary>do_swap_page(): to be read, or not known to be this process's alone.</summary>
        SwapIn,

        /// <summary>do_swap_page(): for a writer, and nobody else refers to it.</summary>
        SwapInOwn,

        /// <summary>do_wp_page(): the page where it lies.</summary>
        Reuse,

        /// <summary>break_cow().</summary>
        BreakCow,

        /// <summary>A copy for a reader who pins the page, from linux 5.19 on. kernel: FAULT_FLAG_UNSHARE.</summary>
        Unshare,

        /// <summary>copy_page_range(), the parent's entry.</summary>
        Fork,

        /// <summary>copy_page_range(), the child's entry: the parent's page.</summary>
        Inherit,

        /// <summary>copy_page_range(), the child's entry: the parent's zero page.</summary>
        InheritZero,

        /// <summary>copy_page_range(), the child's entry: the parent's page of swap space.</summary>
        InheritSwap,

        /// <summary>The child's entry, from linux 5.11 on: a copy, for the parent's page is pinned. kernel: copy_present_page().</summary>
        InheritCopy,

        /// <summary>change_protection().</summary>
        Protect,

        /// <summary>try_to_swap_out(): the page can be had again from swap space.</summary>
        SwapOut,

        /// <summary>try_to_swap_out(): the page can be had again from its file.</summary>
        Drop,

        /// <summary>zap_pte_range().</summary>
        Zap,
    }

    /// <summary>What the guards ask of entry, page and area.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>VM_SHARED.</summary>
        SharedArea = 1,

        /// <summary>VM_WRITE.</summary>
        WritableArea = 2,

        /// <summary>No other entry, no page of swap space that others name, no pin and no caller has the page; from linux 5.19 on no other entry alone.</summary>
        Alone = 4,

        /// <summary>A pin that the fork must respect: FOLL_PIN, from linux 5.11 on.</summary>
        Pinned = 8,
    }

    /// <summary>The compiled table that every entry uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, CowRules.EntryLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        string life = CowRules.EntryLife.ToString();
        Func<bool> allowed = () => holds(Guard.WritableArea), forced = () => !holds(Guard.WritableArea);
        Func<bool> aloneAllowed = () => holds(Guard.Alone) && holds(Guard.WritableArea), aloneForced = () => holds(Guard.Alone) && !holds(Guard.WritableArea);
        string alone = CowRules.ReusedByTheLast.ToString(), area = CowRules.ForcedWriteStaysProtected.ToString();

        // Of swap space, of a file and of the zero page there is nothing to copy that others could still need.
        var unpinned = Tuple.Create<Func<bool>, string>(() => !holds(Guard.Pinned), CowRules.PinnedIsCopied.ToString());
        var pinned = Tuple.Create<Func<bool>, string>(() => holds(Guard.Pinned), CowRules.PinnedIsCopied.ToString());
        var zeroIsNobodys = Tuple.Create<Func<bool>, string>(() => false, CowRules.ZeroIsNobodys.ToString());
        var recheck = Tuple.Create<Func<bool>, string>(() => false, CowRules.EntryIsRechecked.ToString());
        var shareable = Tuple.Create<Func<bool>, string>(() => !holds(Guard.SharedArea), life);
        var shared = Tuple.Create<Func<bool>, string>(() => holds(Guard.SharedArea), life);

        machine.Configure(State.None)
            .Permit(Event.MapZero,          State.Zero)
            .PermitIf(Event.MapOwn,         State.Writable,  allowed, area)
            .PermitIf(Event.MapOwn,         State.Protected, forced, area)
            .PermitIf(Event.MapFile,        State.Shared,    shared)
            .PermitIf(Event.MapFile,        State.Protected, shareable)
            .PermitIf(Event.Inherit,        State.Shared,    shared)
            .PermitIf(Event.Inherit,        State.Protected, shareable)
            .Permit(Event.InheritZero,      State.Zero)
            .Permit(Event.InheritSwap,      State.Swapped)
            .PermitIf(Event.InheritCopy,    State.Writable,  allowed, area)
            .PermitIf(Event.InheritCopy,    State.Protected, forced, area)
            .PermitReentry(Event.Fork)
            .PermitReentry(Event.Protect)
            .PermitReentry(Event.Zap);

        machine.Configure(State.Swapped)
            .Permit(Event.SwapIn,           State.Protected)
            .PermitIf(Event.SwapInOwn,      State.Writable, aloneAllowed, alone)
            .PermitReentryIf(Event.BreakCow, recheck)
            .PermitReentry(Event.Fork)
            .PermitReentry(Event.Protect)
            .Permit(Event.Zap,              State.None);

        machine.Configure(State.Zero)
            .PermitIf(Event.BreakCow,       State.Writable,  allowed, area)
            .PermitIf(Event.BreakCow,       State.Protected, forced, area)
            .PermitReentryIf(Event.Reuse,   zeroIsNobodys)
            .PermitReentry(Event.Fork)
            .PermitReentry(Event.Protect)
            .Permit(Event.Zap,              State.None);

        machine.Configure(State.Protected)
            .PermitIf(Event.Reuse,          State.Writable,  aloneAllowed, alone)
            .PermitReentryIf(Event.Reuse,   aloneForced, alone)
            .PermitIf(Event.BreakCow,       State.Writable,  allowed, area)
            .PermitReentryIf(Event.BreakCow, forced, area)
            .PermitReentry(Event.Unshare)
            .PermitReentry(Event.Fork)
            .PermitReentry(Event.Protect)
            .Permit(Event.SwapOut,          State.Swapped)
            .Permit(Event.Drop,             State.None)
            .Permit(Event.Zap,              State.None);

        machine.Configure(State.Writable)
            .PermitIf(Event.Fork,           State.Protected, unpinned)
            .PermitReentryIf(Event.Fork,    pinned)
            .Permit(Event.Protect,          State.Protected)
            .Permit(Event.SwapOut,          State.Swapped)
            .Permit(Event.Zap,              State.None);

        machine.Configure(State.Shared)
            .PermitReentry(Event.Fork)
            .PermitReentry(Event.Protect)
            .Permit(Event.Drop,             State.None)
            .Permit(Event.Zap,              State.None);
    }
}
