using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over user memory, swap and pins.</summary>
/// <remarks>Verified: every byte of every process and of every pin against the copying path; states, swap counts and locks from scratch; each refusal. Not verified: which page is taken when memory is short (a script says which), and the order in which the disk writes.</remarks>
public static class MemoryLaws
{
    private static readonly Type[] Judged =
    [
        typeof(Store), typeof(Load), typeof(Mmap), typeof(Munmap), typeof(Mprotect), typeof(MapUserKiobuf), typeof(GetUserPages), typeof(MmAlloc), typeof(LockKiovec),
        typeof(GenericFileWrite), typeof(Vmtruncate), typeof(Fsync), typeof(DoFork), typeof(Execve), typeof(AccessProcessVm), typeof(DoPageFault), typeof(Resume),
    ];

    public static readonly Law PageStateIsAbstraction = Law.Always(PinRules.PageLife,
        (in Step step, Page page) => IsAsItsDataSays(page, step.Recount.Mappings(page)),
        (step, page) => $"the machine says {page.State}, the data says {page.Abstraction(step.Recount.Mappings(page))}; {step.Recount.Mappings(page)} entries map {page}, {page.Mappings} were counted", PageTraits.Astray);

    public static readonly Law SwapCachedPageOccurs = Law.Sometimes(PinRules.PageLife, (in Step _, Page page) => page.State == PageMachine.State.SwapCache, PageTraits.SwapCached).CountedByTraits();

    public static readonly Law PinStateIsAbstraction = Law.Always(PinRules.PinLife,
        (in Step step, Pin pin) => pin.State == Abstraction(step.Copying.Names, pin),
        (step, pin) => $"{pin.Id}: the machine says {pin.State}, the data says {Abstraction(step.Copying.Names, pin)}", PinTraits.Astray);

    public static readonly Law LockedPinOccurs = Law.Sometimes(PinRules.PinLife, (in Step _, Pin pin) => pin.State == PinMachine.State.LockedWritten, PinTraits.Locked);

    public static readonly Law MemoryAgrees = Law.Always(PinRules.MemoryAgrees,
        (in Step step, MmStruct mm) => step.Copying.Mm(mm.Id).IsForked || FirstPage(step, mm) < 0,
        (step, mm) => Explain(step, mm, FirstPage(step, mm)), MmTraits.Astray);

    public static readonly Law SwappedPageOccurs = Law.Sometimes(PinRules.MemoryAgrees, (in Step step) => step.Operation is SwapOut call && HasSwapEntry(step.World.Mm(call.Mm)), after: [typeof(SwapOut)]);

    public static readonly Law LoadAgrees = Law.Always(PinRules.MemoryAgrees,
        (in Step step) => step.Operation is not Load || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"read {SkbLaws.Parting(step.Seen.Read, ", where the bytes are ", step.Copying.Answer)}", after: [typeof(Load)]);

    public static readonly Law PinNamesBytes = Law.Always(PinRules.PinNamesBytes,
        (in Step step, Pin pin) => FirstPiece(step, pin) < 0,
        (step, pin) => Explain(step, pin, FirstPiece(step, pin)), PinTraits.Astray);

    public static readonly Law PinOfPartsOccurs = Law.Sometimes(PinRules.PinNamesBytes, (in Step _, Pin pin) => pin.Pieces > 1 && pin.Offset > 0, PinTraits.Parts).CountedByTraits();

    public static readonly Law PinnedForWritingIsOwn = Law.Always(PinRules.PinDirection,
        (in Step step) => FirstNotOwn(step) < 0,
        (step, _) => $"page {FirstNotOwn(step)} of the process is pinned for a device that will write, and may not be written, or is another's too", after: [typeof(MapUserKiobuf), typeof(GetUserPages)]);

    public static readonly Law PinnedForWritingOccurs = Law.Sometimes(PinRules.PinDirection, (in Step step) => step.Seen.Succeeded && PinnedBy(step) is { Into: true }, after: [typeof(MapUserKiobuf), typeof(GetUserPages)]);

    public static readonly Law DeviceReadAgrees = Law.Always(PinRules.PinNamesBytes,
        (in Step step) => step.Operation is not DmaToDevice || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"the device read {SkbLaws.Parting(step.Seen.Read, ", where the bytes are ", step.Copying.Answer)}", after: [typeof(DmaToDevice)]);

    public static readonly Law MarkedDirty = Law.Always(PinRules.MarkedDirty,
        (in Step step) => step.Operation is not MarkDirtyKiobuf mark || AreDirty(step.World.Pin(mark.Pin), mark.Count),
        (step, _) => "a page of the first bytes is not dirty", after: [typeof(MarkDirtyKiobuf)]);

    public static readonly Law WrittenPinOccurs = Law.Sometimes(PinRules.MarkedDirty, (in Step step) => step.Operation is MarkDirtyKiobuf, after: [typeof(MarkDirtyKiobuf)]);

    public static readonly Law DirtyIsListed = Law.Always(PinRules.DirtyIsListed,
        (in Step _, Page page) => IsListedIfDirty(page),
        (_, page) => $"{page} is {(page.IsDirty ? "dirty and not" : "clean and")} on the list of what {page.Mapping!.Id} must write", PageTraits.Astray);

    public static readonly Law DmaToFileOccurs = Law.Sometimes(PinRules.DirtyIsListed,
        (in Step step, Page page) => page.Mapping is not null && step.Operation is MarkDirtyKiobuf mark && Names(step.World.Pin(mark.Pin), page) > 0, PageTraits.Cached);

    public static readonly Law RefusedForCause = Law.Always(PinRules.RefusedForCause,
        (in Step step) => step.Copying.Verdict == Refusal.None ? step.Seen.Succeeded || HasCause(step) : IsAnswered(step),
        (step, _) => $"refused: {step.Seen.Refusal}; the arguments deserve {step.Copying.Verdict}, and no cause of the moment is there", after: Judged, of: StepTraits.Doubtful);

    public static readonly Law FaultBetweenOccurs = Law.Sometimes(PinRules.RefusedForCause, (in Step step) => step.Operation is MapUserKiobuf { SwapOutAfter: 1 } && step.Seen.Succeeded, after: [typeof(MapUserKiobuf)]);

    public static readonly Law LocksAllOrNone = Law.Always(PinRules.LocksAllOrNone,
        (in Step step, Page page) => !page.Locked || page.UnderIo || IsInLocked(step.World, page),
        (_, page) => $"{page} is locked, and neither the disk nor a locked kiobuf has it", PageTraits.Locked);

    public static readonly Law LockedPinHasItsLocks = Law.Always(PinRules.LocksAllOrNone,
        (in Step _, Pin pin) => !pin.IsLocked || EachIsLocked(pin),
        (_, pin) => $"{pin.Id} is locked, and one of its pages is not", PinTraits.Locked);

    public static readonly Law RefusedLockOccurs = Law.Sometimes(PinRules.LocksAllOrNone, (in Step step) => step.Operation is LockKiovec && !step.Seen.Succeeded, after: [typeof(LockKiovec)]);

    public static readonly Law WaitsForContended = Law.Always(PinRules.WaitsForContended,
        (in Step step) => step.Operation is not LockKiovec { Wait: true } wait || step.Seen.Succeeded || HadToGiveUp(step, wait),
        (step, _) => $"refused: {step.Seen.Refusal}; it waited for {step.Seen.WaitedOn?.ToString() ?? "no page"}", after: [typeof(LockKiovec)]);

    public static readonly Law WaitOccurs = Law.Sometimes(PinRules.WaitsForContended, (in Step step) => step.Operation is LockKiovec && step.Seen.WaitedOn is not null, after: [typeof(LockKiovec)]);

    public static readonly Law TruncationWaits = Law.Always(PinRules.TruncationWaits,
        (in Step step) => step.Recount.LockedBefore is null || !step.Seen.Succeeded,
        (step, _) => $"{step.Operation} did not wait for {step.Recount.LockedBefore}, which a kiobuf had locked", after: [typeof(Vmtruncate)]);

    public static readonly Law TruncationThatWaitsOccurs = Law.Sometimes(PinRules.TruncationWaits, (in Step step) => step.Operation is Vmtruncate && step.Seen.WaitedOn is not null, after: [typeof(Vmtruncate)]);

    public static readonly Law SwapCountsAddUp = Law.Always(PinRules.SwapCounts,
        (in Step step) => SwapCountsAreReferences(step),
        (step, _) => FirstSwapPage(step) is var entry ? $"entry {entry} has count {step.World.Swap.Count(entry)} and {step.Recount.SwapCount(entry)} references" : "", of: StepTraits.Astray);

    public static readonly Law SwapEntryOccurs = Law.Sometimes(PinRules.SwapCounts, (in Step step) => step.World.Swap.FreePages < step.World.Swap.Pages && step.World.Mms.Count > 0, after: [typeof(SwapOut)]);

    public static readonly Law CountNeverWraps = Law.Always(PinRules.CountNeverWraps,
        (in Step step, Pin pin) => FitsCount(step, pin),
        (step, pin) => $"the first page of {pin.Id} has {step.Recount.Holders(pin.Pages[0])} holders, and its count can say up to {step.World.Memory.CountMask}");

    public static readonly Law TooManyPinsOccur = Law.Sometimes(PinRules.CountNeverWraps, (in Step step, Pin _) => step.Seen.Refusal == Refusal.TooMany);

    public static readonly Law ReservedIsNotCounted = Law.Always(PinRules.ReservedIsNotCounted,
        (in Step _, Page page) => !page.Reserved || page.Count == 1,
        (_, page) => $"{page} is reserved and has count {page.Count}", PageTraits.Reserved | PageTraits.Miscounted);

    public static readonly Law PinnedZeroPageOccurs = Law.Sometimes(PinRules.ReservedIsNotCounted,
        (in Step _, Page page) => page is { Reserved: true, Pins: > 0 }, PageTraits.Reserved | PageTraits.Pinned).CountedByTraits();

    public static readonly Law PinHoldsFrame = Law.Always(PinRules.PinHoldsFrame,
        (in Step step) => step.Operation is not SwapOut || IsTakenAsDue(step),
        (step, _) => $"{step.Seen.Count} pages taken; {(step.Copying.IsSwapOutDue ? "the page was written and old: it must go, pinned or not" : "a pinned page must stay")}", after: [typeof(SwapOut)]);

    public static readonly Law PinnedPageTakenOccurs = Law.Sometimes(PinRules.PinHoldsFrame, (in Step step) => step.Operation is SwapOut && step.Seen.Count > 0 && HasPinnedOrphan(step.World), after: [typeof(SwapOut)]);

    /// <summary>Whether the refusal of an operation is judged here.</summary>
    public static bool Judges(Operation operation) => Judged.Contains(operation.GetType());

    internal static bool IsAsItsDataSays(Page page, int mappings) => page.State == page.Abstraction(mappings) && (page.Mappings == mappings || page.Reserved);

    internal static bool IsListedIfDirty(Page page) => page.Mapping is not { } file || page.IsDirty == Contains(file.Dirty, page);

    internal static bool SwapCountsAreReferences(in Step step) => step.World.Memory.ZeroPage is null || step.World.Swap.Counts.SequenceEqual(step.Recount.SwapCounts);

    private static bool Contains(ListView<Page> pages, Page page)
    {
        for (var i = 0; i < pages.Count; i++)
        {
            if (pages[i] == page)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The state of a pin that the script's operations say.</summary>
    internal static PinMachine.State Abstraction(Names names, Pin pin)
    {
        var (written, locked) = (names.IsWritten(pin.Id), names.IsLocked(pin.Id));
        return pin.Pages.Count == 0 ? PinMachine.State.Unmapped
            : locked ? written ? PinMachine.State.LockedWritten : PinMachine.State.Locked
            : written ? PinMachine.State.Written
            : PinMachine.State.Mapped;
    }

    /// <summary>The first page of a process that does not hold what the copying path says; -1 for none. Follows entries, swap and files itself.</summary>
    internal static int FirstPage(in Step step, MmStruct mm)
    {
        var slots = step.Copying.Mm(mm.Id).Slots;
        var areas = mm.Areas;
        var ptes = mm.Ptes;
        for (var n = 0; n < areas.Length; n++)
        {
            ref readonly var slot = ref slots[n];
            ref readonly var area = ref areas[n];
            if (slot.IsMapped != area.IsMapped)
            {
                return n;
            }

            if (!area.IsMapped || (slot.Own is null && ptes[n].IsNone && (slot.File is null || area.File is not null)))
            {
                // Nothing is there, and zeroes are due, which do_anonymous_page() will give; or what the file holds, which its own laws judge.
                continue;
            }

            if (!step.Copying.Has(slot, BytesOf(step, mm, n)))
            {
                return n;
            }
        }

        return -1;
    }

    private static Pin? PinnedBy(in Step step) => step.Operation switch
    {
        MapUserKiobuf pin => step.World.Pin(pin.Result),
        GetUserPages pin => step.World.Pin(pin.Result),
        _ => null,
    };

    /// <summary>The first page that was pinned for a device to write and is there, protected or shared with another process; -1 for none.</summary>
    private static int FirstNotOwn(in Step step)
    {
        if (!step.Seen.Succeeded || PinnedBy(step) is not { Into: true } pin)
        {
            return -1;
        }

        var (mm, address) = step.Operation is MapUserKiobuf kiobuf ? (kiobuf.Mm, kiobuf.Address) : (((GetUserPages)step.Operation).Mm, ((GetUserPages)step.Operation).Address);
        var first = address / step.World.Profile.PageSize;
        for (var i = 0; i < pin.Pieces; i++)
        {
            ref readonly var pte = ref step.World.Mm(mm).Ptes[first + i];
            if (pte.Page == pin.Pages[i] && (!pte.Writable || (!step.World.Mm(mm).Areas[first + i].Shared && step.Recount.Mappings(pin.Pages[i]) > 1)))
            {
                return first + i;
            }
        }

        return -1;
    }

    private static ReadOnlySpan<byte> BytesOf(in Step step, MmStruct mm, int n)
    {
        ref readonly var pte = ref mm.Ptes[n];
        if (pte.Page is { } page)
        {
            return page.Bytes.Span;
        }

        if (pte.Swap > 0)
        {
            return (step.World.Swap.Cached(pte.Swap - 1)?.Bytes ?? step.World.Swap.OnDisk(pte.Swap - 1)).Span;
        }

        // Nothing is there yet: it will be zeroes, or what the file holds, which its own laws judge.
        return mm.Areas[n].File is null ? step.World.Memory.ZeroPage!.Bytes.Span : step.Copying.Peek(mm.Id, n);
    }

    internal static string Explain(in Step step, MmStruct mm, int n)
    {
        var expected = step.Copying.Peek(mm.Id, n).ToArray();
        return $"page {n} of {mm.Id} holds {SkbLaws.Parting(BytesOf(step, mm, n), ", where the bytes are ", expected)}";
    }

    private static bool HasSwapEntry(MmStruct mm)
    {
        foreach (ref readonly var pte in mm.Ptes)
        {
            if (pte.Swap > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first page of a pin whose bytes are not those of the copying path; -1 for none.</summary>
    internal static int FirstPiece(in Step step, Pin pin)
    {
        var expected = step.Copying.Pin(pin.Id);
        if (pin.Pieces != expected.Cells.Count)
        {
            return Math.Min(pin.Pieces, expected.Cells.Count);
        }

        for (var i = 0; i < expected.Cells.Count; i++)
        {
            var (page, offset, length) = pin.Piece(i);
            if (!step.Copying.Has(expected, i, page.Bytes.Span.Slice(offset, length)))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Explain(in Step step, Pin pin, int i)
    {
        if (i >= pin.Pieces || i >= step.Copying.Pin(pin.Id).Cells.Count)
        {
            return $"{pin.Id} names {pin.Pieces} pages, and its range has {step.Copying.Pin(pin.Id).Cells.Count}";
        }

        var (page, offset, length) = pin.Piece(i);
        return $"{pin.Id} names ({page}, {offset}, {length}): {SkbLaws.Parting(page.Bytes.Span.Slice(offset, length), ", where the bytes are ", step.Copying.PinBytes(pin.Id, i))}";
    }

    /// <summary>The pages that the first bytes of the range lie in.</summary>
    private static bool AreDirty(Pin pin, int bytes)
    {
        var done = 0;
        for (var i = 0; i < pin.Pieces && done < bytes; i++)
        {
            var (page, _, length) = pin.Piece(i);
            if (!page.IsDirty && !page.Reserved)
            {
                return false;
            }

            done += length;
        }

        return true;
    }

    /// <summary>As deserved, unless something of the moment came first.</summary>
    private static bool IsAnswered(in Step step) => step.Seen.Refusal == step.Copying.Verdict || HasCause(step);

    private static bool HasCause(in Step step) => step.Seen.Refusal switch
    {
        Refusal.NoMemory => step.World.Memory.FailedAllocations > step.Seen.FailedAllocationsBefore,
        Refusal.TooMany => step.Operation is GetUserPages or MapUserKiobuf && HasCrowdedPage(step),
        Refusal.WouldBlock => step.Operation is LockKiovec || step.Seen.WaitedOn is { Locked: true, UnderIo: false },
        Refusal.Invalid => step.Operation is LockKiovec,
        _ => false,
    };

    /// <summary>Some page has so many holders that the call, which may name it with each of its pages, would carry it past the half.</summary>
    private static bool HasCrowdedPage(in Step step)
    {
        var size = step.World.Profile.PageSize;
        var turns = step.Operation switch
        {
            GetUserPages pin => pin.Times * (((pin.Address % size) + pin.Count - 1) / size + 1),
            MapUserKiobuf pin => (((pin.Address % size) + pin.Count - 1) / size) + 1,
            _ => 0,
        };
        for (var i = 0; i < step.World.Memory.InUse.Count; i++)
        {
            if (step.Recount.Holders(step.World.Memory.InUse[i]) + turns > Half(step.World))
            {
                return true;
            }
        }

        return false;
    }

    private static long Half(World world) => (1L << world.Profile.PageCountBits) / 2;

    private static bool FitsCount(in Step step, Pin pin)
    {
        for (var i = 0; i < pin.Pieces; i++)
        {
            if (step.Recount.Holders(pin.Pages[i]) > Half(step.World) && PinsOf(step.World, pin.Pages[i]) > Half(step.World))
            {
                return false;
            }
        }

        return true;
    }

    private static long PinsOf(World world, Page page)
    {
        var count = 0L;
        for (var i = 0; i < world.Pins.Count; i++)
        {
            count += Names(world.Pins[i], page);
        }

        return count;
    }

    private static bool EachIsLocked(Pin pin)
    {
        foreach (var page in pin.Pages.Span)
        {
            if (!page.Locked)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInLocked(World world, Page page)
    {
        for (var i = 0; i < world.Pins.Count; i++)
        {
            if (world.Pins[i].IsLocked && Names(world.Pins[i], page) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static int Names(Pin pin, Page page)
    {
        var count = 0;
        for (var j = 0; j < pin.Pages.Count; j++)
        {
            count += pin.Pages[j] == page ? 1 : 0;
        }

        return count;
    }

    /// <summary>A page stands twice in the vector, or the page that it waited for is in it and still locked.</summary>
    private static bool HadToGiveUp(in Step step, LockKiovec call)
    {
        var first = step.World.Pin(call.Pin);
        var second = call.Second is { } id ? step.World.Pin(id) : null;
        if (step.Seen.Refusal == Refusal.WouldBlock)
        {
            return step.Seen.WaitedOn is { Locked: true } page && (Names(first, page) > 0 || (second is not null && Names(second, page) > 0));
        }

        for (var i = 0; i < first.Pages.Count; i++)
        {
            if (Names(first, first.Pages[i]) > 1 || (second is not null && Names(second, first.Pages[i]) > 0))
            {
                return true;
            }
        }

        for (var i = 0; second is not null && i < second.Pages.Count; i++)
        {
            if (Names(second, second.Pages[i]) > 1)
            {
                return true;
            }
        }

        return false;
    }

    private static int FirstSwapPage(in Step step)
    {
        for (var entry = 0; step.World.Memory.ZeroPage is not null && entry < step.World.Swap.Pages; entry++)
        {
            if (step.World.Swap.Count(entry) != step.Recount.SwapCount(entry))
            {
                return entry;
            }
        }

        return -1;
    }

    private static bool IsTakenAsDue(in Step step) =>
        step.Copying.IsSwapOutDue
            ? step.Seen.Count == 1 || step.World.Swap.FreePages == 0 || IsLocked(step, (SwapOut)step.Operation)
            : step.World.Profile.Kernel != Kernel.Linux6 || step.Seen.Count == 0 || !IsPinned(step, (SwapOut)step.Operation);

    /// <summary>A relative's kiobuf may have the lock of a page that both still share.</summary>
    private static bool IsLocked(in Step step, SwapOut call) => step.World.Mm(call.Mm).Ptes[call.Page].Page is { Locked: true };

    private static bool IsPinned(in Step step, SwapOut call) => step.Copying.Mm(call.Mm)[call.Page].Own is { Pins: > 0 };

    /// <summary>A page that a pin holds and no process maps, in the swap cache.</summary>
    private static bool HasPinnedOrphan(World world)
    {
        for (var entry = 0; entry < world.Swap.Pages; entry++)
        {
            if (world.Swap.Cached(entry) is { } page && PinsOf(world, page) > 0)
            {
                return true;
            }
        }

        return false;
    }
}
