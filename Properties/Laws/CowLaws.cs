using System.Runtime.CompilerServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over fork, exec, exit and copy-on-write.</summary>
/// <remarks>Verified: every byte of every process against an eager copy of each address space; each entry of a child against its row; each write fault against the holders that were counted before it; states of entries and processes from scratch. Not verified: which process runs next, which is the script's to say; what a process reads while another of the same memory writes; who held a page before a pin took a write fault on it.</remarks>
public static class CowLaws
{
    private static readonly byte[] Zeroes = new byte[Profile.Real.PageSize];
    private static readonly Type[] Stores = [typeof(Store), typeof(AccessProcessVm)];
    private static readonly Type[] Writers = [.. Stores, typeof(DoPageFault), typeof(Resume)];
    private static readonly Type[] Forks = [typeof(DoFork)];
    private static readonly Type[] Execs = [typeof(Execve)];
    private static readonly Type[] Faulting = [typeof(Store), typeof(Load), typeof(AccessProcessVm), typeof(MapUserKiobuf), typeof(GetUserPages), typeof(DoPageFault), typeof(Resume)];

    public static readonly Law ReadsAsEager = Law.Always(CowRules.ReadsAsEager,
        (in Step step, MmStruct mm) => !step.Copying.Mm(mm.Id).IsForked || MemoryLaws.FirstPage(step, mm) < 0,
        (step, mm) => MemoryLaws.Explain(step, mm, MemoryLaws.FirstPage(step, mm)), MmTraits.Astray);

    public static readonly Law ReadAfterARelativeWroteOccurs = Law.Sometimes(CowRules.ReadsAsEager,
        (in Step step) => step.Operation is Load load && step.Seen.Succeeded && HasParted(step, load), after: [typeof(Load)]);

    public static readonly Law SharedIsProtected = Law.Always(CowRules.SharedIsProtected,
        (in Step step, MmStruct mm) => FirstShared(step, mm) < 0,
        (step, mm) => $"page {FirstShared(step, mm)} of {mm.Id} is writable, and {step.Recount.Mappings(mm.Ptes[FirstShared(step, mm)].Page!)} entries have {mm.Ptes[FirstShared(step, mm)].Page}", MmTraits.Astray);

    public static readonly Law SharedPageOccurs = Law.Sometimes(CowRules.SharedIsProtected, (in Step step) => step.Operation is DoFork { Flags: CloneFlags.None } fork && step.Seen.Succeeded && HasShared(step, step.World.Mm(fork.Result)), after: Forks);

    public static readonly Law CopiedByRow = Law.Always(CowRules.CopiedByRow,
        (in Step step) => step.Operation is not DoFork { Flags: CloneFlags.None } fork || !step.Seen.Succeeded || FirstWrongRow(step, fork) < 0,
        (step, _) => FirstWrongRow(step, (DoFork)step.Operation) is var n ? $"page {n}: the parent has {Spell(step, ((DoFork)step.Operation).Parent, n)}, the child {Spell(step, ((DoFork)step.Operation).Result, n)}" : "", after: Forks);

    public static readonly Law RowNoneOccurs = Row((in Step _, in Pte parent, in VmArea area) => area.IsMapped && parent.IsNone);

    public static readonly Law RowSwapOccurs = Row((in Step _, in Pte parent, in VmArea _) => parent.Swap > 0);

    public static readonly Law RowReservedOccurs = Row((in Step _, in Pte parent, in VmArea _) => parent.Page is { Reserved: true });

    public static readonly Law RowPrivateOccurs = Row((in Step _, in Pte parent, in VmArea area) => parent.Page is { Reserved: false } && area is { IsCow: true, Write: true });

    public static readonly Law RowPrivateReadOnlyOccurs = Row((in Step _, in Pte parent, in VmArea area) => parent.Page is { Reserved: false } && area is { IsCow: true, Write: false });

    public static readonly Law RowSharedOccurs = Row((in Step _, in Pte parent, in VmArea area) => parent.Page is not null && area.Shared);

    public static readonly Law RowNeverWritableOccurs = Row((in Step _, in Pte parent, in VmArea area) => parent.Page is { Reserved: false } && area is { Shared: false, MayWrite: false });

    public static readonly Law ReusedByTheLast = Law.Always(CowRules.ReusedByTheLast,
        (in Step step) => !Saw(step, FaultKind.Reuse | FaultKind.ReuseSwapCached | FaultKind.SwapInOwn) || step.Recount.SharersBefore is not { } others || (others.Entries == 0 && (others.Callers == 0 || others.IsExclusive)),
        (step, _) => $"written where it lay, though {Spell(step.Recount.SharersBefore)}", after: Writers, of: StepTraits.Faulted);

    public static readonly Law ReuseOccurs = Occurs(CowRules.ReusedByTheLast, FaultKind.Reuse);

    public static readonly Law ReuseOfSwapCachedOccurs = Occurs(CowRules.ReusedByTheLast, FaultKind.ReuseSwapCached);

    public static readonly Law SwapInForWriterOccurs = Occurs(CowRules.ReusedByTheLast, FaultKind.SwapInOwn);

    public static readonly Law CopiedWhileHeld = Law.Always(CowRules.CopiedWhileHeld,
        (in Step step) => !Saw(step, FaultKind.Copy | FaultKind.CopyOfFile | FaultKind.CopyPinned | FaultKind.CopySwapShared | FaultKind.CopyLocked)
            || step.Recount.SharersBefore is not { } others || others is { Entries: > 0 } or { Callers: > 0 } or { IsOfFile: true } or { IsLocked: true },
        (step, _) => $"copied, though {Spell(step.Recount.SharersBefore)}", after: Stores, of: StepTraits.Faulted);

    public static readonly Law CopyOccurs = Occurs(CowRules.CopiedWhileHeld, FaultKind.Copy);

    public static readonly Law CopyOfFileOccurs = Occurs(CowRules.CopiedWhileHeld, FaultKind.CopyOfFile);

    public static readonly Law CopyBySwapCountOccurs = Occurs(CowRules.CopiedWhileHeld, FaultKind.CopySwapShared);

    public static readonly Law CopyByLostLockOccurs = Occurs(CowRules.CopiedWhileHeld, FaultKind.CopyLocked);

    public static readonly Law ZeroIsNobodys = Law.Always(CowRules.ZeroIsNobodys,
        (in Step step) => IsZero(step.World.Memory),
        (step, _) => $"the zero page holds {SkbLaws.Hex(step.World.Memory.ZeroPage!.Bytes.Span)}", of: StepTraits.Astray);

    public static readonly Law ZeroIsCleared = Law.Always(CowRules.ZeroIsNobodys,
        (in Step step) => step.Recount.SharersBefore is not { IsZero: true } || !step.Seen.Succeeded || step.Operation is DoPageFault || Saw(step, FaultKind.Clear | FaultKind.Changed),
        (_, _) => "the zero page was there, and no fresh page was cleared in its place", after: Writers);

    public static readonly Law ClearOccurs = Occurs(CowRules.ZeroIsNobodys, FaultKind.Clear);

    public static readonly Law FailedForkIsUndone = Law.Always(CowRules.FailedForkIsUndone,
        (in Step step) => step.Operation is not DoFork || step.Seen.Succeeded || Holdings.Of(step.World) == step.Recount.Before,
        (_, _) => "it failed, and not every page has the holders that it had before", after: Forks);

    public static readonly Law ForkFailsHalfwayOccurs = Law.Sometimes(CowRules.FailedForkIsUndone,
        (in Step step) => step.Operation is DoFork fork && !step.Seen.Succeeded && step.Seen.PagesDone > 0 && HasPrivate(step.World.Mm(fork.Parent)), after: Forks);

    public static readonly Law ForcedWriteStaysProtected = Law.Always(CowRules.ForcedWriteStaysProtected,
        (in Step step, MmStruct mm) => FirstBeyondArea(step, mm) < 0,
        (step, mm) => $"page {FirstBeyondArea(step, mm)} of {mm.Id} is writable, and its area is not", MmTraits.Astray);

    public static readonly Law ForcedWriteOccurs = Law.Sometimes(CowRules.ForcedWriteStaysProtected,
        (in Step step) => step.Operation is AccessProcessVm forced && step.Seen.Succeeded && !AreaOf(step, forced).Write, after: [typeof(AccessProcessVm)]);

    public static readonly Law ForcedWriteIsPrivate = Law.Always(CowRules.ForcedWriteIsPrivate,
        (in Step step) => step.Operation is not AccessProcessVm forced || !step.Seen.Succeeded || AreaOf(step, forced).Shared || EntryOf(step, forced).Page is not ({ Mapping: not null } or { Reserved: true }),
        (step, _) => $"the bytes went to {EntryOf(step, (AccessProcessVm)step.Operation).Page}, which is not the process's own", after: [typeof(AccessProcessVm)]);

    public static readonly Law ForcedWriteToFileOccurs = Law.Sometimes(CowRules.ForcedWriteIsPrivate,
        (in Step step) => step.Operation is AccessProcessVm forced && step.Seen.Succeeded && AreaOf(step, forced) is { Shared: false, File: not null }, after: [typeof(AccessProcessVm)]);

    public static readonly Law VforkSleeps = Law.Always(CowRules.VforkSleeps,
        (in Step step) => FirstMisled(step) < 0,
        (step, _) => $"p{FirstMisled(step)} is {step.World.Task(new MmId(FirstMisled(step))).State}, and {(!step.Copying.Names.Sleeps(new MmId(FirstMisled(step))) ? "waits for nobody" : "its vfork child has its memory still")}", of: StepTraits.Astray);

    public static readonly Law SleeperOccurs = Law.Sometimes(CowRules.VforkSleeps,
        (in Step step) => step.Seen.WokeParent, after: [typeof(Execve), typeof(DoExit)]);

    public static readonly Law ExecBreaksSharing = Law.Always(CowRules.ExecBreaksSharing,
        (in Step step) => step.Operation is not Execve exec || (step.Seen.Succeeded ? IsEmpty(step.World.Mm(exec.Mm)) : Holdings.Of(step.World) == step.Recount.Before),
        (step, _) => step.Seen.Succeeded ? "the new program has pages of before, or shares its memory" : "it failed, and not every page has the holders that it had before", after: Execs);

    public static readonly Law ExecFailsOccurs = Law.Sometimes(CowRules.ExecBreaksSharing, (in Step step) => step.Operation is Execve && !step.Seen.Succeeded, after: Execs);

    public static readonly Law PinnedIsCopied = Law.Always(CowRules.PinnedIsCopied,
        (in Step step) => step.Operation is not DoFork { Flags: CloneFlags.None } fork || !step.Seen.Succeeded || FirstPinnedWrong(step, fork) < 0,
        (step, _) => $"page {FirstPinnedWrong(step, (DoFork)step.Operation)} of the parent is pinned: {(KnowsExclusive(step) ? "the child needs a copy" : "2.4.4 shares it like any other")}", after: Forks);

    public static readonly Law ForkWithPinOccurs = Law.Sometimes(CowRules.PinnedIsCopied,
        (in Step step) => step.Operation is DoFork { Flags: CloneFlags.None } fork && step.Seen.Succeeded && HasDevicePin(step, fork.Parent), after: Forks);

    public static readonly Law FaultingWriterLeaves = Law.Always(CowRules.FaultingWriterLeaves,
        (in Step step) => FirstWhoStayed(step) < 0,
        (step, _) => $"{step.Seen.Faults[FirstWhoStayed(step)].Mm} took a fault of kind {step.Seen.Faults[FirstWhoStayed(step)].Kind}, and still has {step.Seen.Faults[FirstWhoStayed(step)].Page}", after: Stores, of: StepTraits.Faulted);

    public static readonly Law CopyByPinOccurs = Occurs(CowRules.FaultingWriterLeaves, FaultKind.CopyPinned);

    public static readonly Law CopiesAreBounded = Law.Always(CowRules.CopiesAreBounded,
        (in Step step) => step.Forks.Excess is null,
        (step, _) => $"{step.Forks.Excess} was shared among {step.Forks.Of(step.Forks.Excess!).Sharers} and copied {step.Forks.Of(step.Forks.Excess!).Copies} times", after: Faulting, of: StepTraits.Faulted);

    public static readonly Law SparedCopyOccurs = Law.Sometimes(CowRules.CopiesAreBounded, (in Step step) => step.Forks.WasSpared, after: Faulting, of: StepTraits.Faulted);

    public static readonly Law EntryStateIsAbstraction = Law.Always(CowRules.EntryLife,
        (in Step step, MmStruct mm) => FirstAstray(step, mm) < 0,
        (step, mm) => FirstAstray(step, mm) is var n ? $"page {n} of {mm.Id}: the machine says {mm.Ptes[n].State}, the data says {mm.Ptes[n].Abstraction(mm.Areas[n].Shared)}" : "", MmTraits.Astray);

    public static readonly Law SharedAreaOccurs = Law.Sometimes(CowRules.EntryLife, (in Step step) => Saw(step, FaultKind.SharedFile), after: Faulting, of: StepTraits.Faulted);

    public static readonly Law PrivateFileOccurs = Law.Sometimes(CowRules.EntryLife, (in Step step) => Saw(step, FaultKind.PrivateFile), after: Faulting, of: StepTraits.Faulted);

    public static readonly Law ProtectedSwapInOccurs = Law.Sometimes(CowRules.EntryLife, (in Step step) => Saw(step, FaultKind.SwapIn), after: Faulting, of: StepTraits.Faulted);

    public static readonly Law ProcessesAreKnown = Law.Always(CowRules.ProcessLife,
        (in Step step) => FirstUnknown(step) < 0,
        (step, _) => $"p{FirstUnknown(step)} is known to one path alone, or has ended, or stands in a fault on one path alone", of: StepTraits.Astray);

    public static readonly Law ThreadStartsOccurs = Law.Sometimes(CowRules.ProcessLife, (in Step step) => step.Operation is DoFork { Flags: CloneFlags.Vm } && step.Seen.Succeeded, after: Forks);

    public static readonly Law OwnPinKeepsPage = Law.Always(CowRules.OwnPinKeepsPage,
        (in Step step) => FirstPartedFromPin(step) < 0,
        (step, _) => $"{step.Seen.Faults[FirstPartedFromPin(step)].Page} was copied for a write though it is the process's alone and a device has it", after: Writers, of: StepTraits.Faulted);

    public static readonly Law EntryIsRechecked = Law.Always(CowRules.EntryIsRechecked,
        (in Step step) => step.Operation is not Store { IsShort: true } || !Saw(step, FaultKind.Changed) || step.Seen.Faults.Count > 1 || !step.Seen.Succeeded,
        (_, _) => "the entry had changed, and the fault was not begun anew", after: Stores, of: StepTraits.Faulted);

    public static readonly Law EntryChangedOccurs = Occurs(CowRules.EntryIsRechecked, FaultKind.Changed);

    public static readonly Law NothingStale = Law.Always(CowRules.NothingStale,
        (in Step step) => FirstStale(step) is (< 0, _),
        (step, _) => FirstStale(step) is var (name, n) ? $"the CPU of p{name} remembers page {n} as {Spell(step.World.Task(new MmId(name)).Tlb.Entries[n])}, and the page table says {Spell(step, new MmId(name), n)}" : "", of: StepTraits.Astray);

    public static readonly Law ThreadForksOccurs = Law.Sometimes(CowRules.NothingStale,
        (in Step step) => step.Operation is DoFork { Flags: CloneFlags.None } fork && step.Seen.Succeeded && step.World.Mm(fork.Parent).Users > 1, after: Forks);

    public static readonly Law ChildHasTheSlice = Law.Always(CowRules.ChildHasTheSlice,
        (in Step step) => FirstOtherSlice(step) < 0 && (step.Operation is not ScheduleCall || step.Seen.Count == step.Copying.NextProcess),
        (step, _) => FirstOtherSlice(step) is >= 0 and var name
            ? $"p{name} has {step.World.Task(new MmId(name)).Counter} left of its slice, where {step.Copying.Slice(new MmId(name))} are due"
            : $"p{step.Seen.Count} is to run, where p{step.Copying.NextProcess} has most left", after: [typeof(DoFork), typeof(ScheduleCall)]);

    public static readonly Law AnotherIsNextOccurs = Law.Sometimes(CowRules.ChildHasTheSlice,
        (in Step step) => step.Operation is ScheduleCall && step.Seen.Count > 0, after: [typeof(ScheduleCall)]);

    public static readonly Law FastPinWaits = Law.Always(CowRules.FastPinWaits,
        (in Step step) => step.Operation is not DoFork { DmaAt: >= 0 } fork || !step.Seen.Succeeded || !step.Seen.WasWritten || HasOwn(step.World, fork),
        (step, _) => $"the device wrote to page {((DoFork)step.Operation).DmaAt} of the parent, and the child has that page too", after: Forks);

    public static readonly Law FastPinWaitedOccurs = Law.Sometimes(CowRules.FastPinWaits, (in Step step) => step.Operation is DoFork && step.Seen is { WasWritten: true, Succeeded: true }, after: Forks);

    private delegate bool RowClaim(in Step step, in Pte parent, in VmArea area);

    /// <summary>A fork met an entry of this row. The parent's entry is still what it was but for its protection.</summary>
    private static Law Row(RowClaim claim, [CallerMemberName] string name = "") => Law.Sometimes(CowRules.CopiedByRow,
        (in Step step) =>
        {
            if (step.Operation is not DoFork { Flags: CloneFlags.None } fork || !step.Seen.Succeeded)
            {
                return false;
            }

            var parent = step.World.Mm(fork.Parent);
            for (var n = 0; n < parent.Ptes.Length; n++)
            {
                if (claim(step, parent.Ptes[n], parent.Areas[n]))
                {
                    return true;
                }
            }

            return false;
        },
        Forks,
        name: name);

    /// <summary>A store was answered so.</summary>
    private static Law Occurs(Rule rule, FaultKind kind, [CallerMemberName] string name = "") => Law.Sometimes(rule, (in Step step) => Saw(step, kind), Stores, StepTraits.Faulted, name);

    /// <summary>A fault of the step was answered in one of these ways.</summary>
    internal static bool Saw(in Step step, FaultKind kinds) => (step.Seen.FaultKinds & kinds) != 0;

    internal static bool IsZero(PhysicalMemory memory) => memory.ZeroPage is not { } zero || zero.Bytes.Span.SequenceEqual(Zeroes.AsSpan(0, zero.Bytes.Length));

    private static bool KnowsExclusive(in Step step) => step.World.Profile.Kernel == Kernel.Linux6;

    private static string Spell(Sharers? before) => before is { } others
        ? $"{others.Entries} other entries and {others.Callers} other holders had the page{(others.IsOfFile ? ", and its file" : "")}"
        : "nobody counted";

    private static string Spell(in Step step, MmId id, int n) => Spell(step.World.Mm(id).Ptes[n]);

    /// <summary>A translation that may be written by has the dirty bit too.</summary>
    private static string Spell(in Tlb.Entry entry) => $"{entry.Page}{(entry.Writable ? ", writable, dirty" : "")}";

    internal static string Spell(in Pte pte) =>
        pte.Swap > 0 ? $"page {pte.Swap - 1} of swap space"
        : pte.Page is { } page ? $"{page}{(pte.Writable ? ", writable" : "")}{(pte.Dirty ? ", dirty" : "")}{(pte.Young ? ", young" : "")}"
        : "nothing";

    /// <summary>A relative has another page at the same place.</summary>
    private static bool HasParted(in Step step, Load load)
    {
        var n = load.Address / step.World.Profile.PageSize;
        var mm = step.World.Mm(load.Mm);
        if (!step.Copying.Mm(load.Mm).IsForked || mm.Ptes[n].Page is not { } page || mm.Areas[n].Shared)
        {
            return false;
        }

        for (var i = 0; i < step.World.Mms.Count; i++)
        {
            var other = step.World.Mms[i];
            if (other != mm && step.Copying.Mm(other.Id).IsForked && other.Ptes[n].Page is { } parted && parted != page)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first private page that is writable here and known to another entry, or the zero page; -1 for none.</summary>
    internal static int FirstShared(in Step step, MmStruct mm)
    {
        var ptes = mm.Ptes;
        var areas = mm.Areas;
        foreach (var n in step.Recount.Writable(mm))
        {
            ref readonly var pte = ref ptes[n];
            if (pte.Page is { } page && !areas[n].Shared && (page.Reserved || step.Recount.Mappings(page) > 1 || (page.SwapEntry >= 0 && step.Recount.SwapCount(page.SwapEntry) > 1)))
            {
                return n;
            }
        }

        return -1;
    }

    private static bool HasShared(in Step step, MmStruct mm)
    {
        for (var n = 0; n < mm.Ptes.Length; n++)
        {
            if (mm.Ptes[n].Page is { Reserved: false, Mapping: null } page && step.Recount.Mappings(page) > 1)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasPrivate(MmStruct mm)
    {
        foreach (ref readonly var pte in mm.Ptes)
        {
            if (pte.Page is { Reserved: false, Mapping: null })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first page where a child's entry is not what its parent's row asks for; -1 for none.</summary>
    private static int FirstWrongRow(in Step step, DoFork fork)
    {
        var (from, to) = (step.World.Mm(fork.Parent), step.World.Mm(fork.Result));
        for (var n = 0; n < to.Ptes.Length; n++)
        {
            if (n != fork.DmaAt && (from.Areas[n] != to.Areas[n] || !IsRow(step, from.Ptes[n], to.Ptes[n], to.Areas[n])))
            {
                return n;
            }
        }

        return -1;
    }

    private static bool IsRow(in Step step, in Pte parent, in Pte child, in VmArea area)
    {
        if (parent.Page is not { } page)
        {
            return child.Page is null && child.Swap == parent.Swap;
        }

        if (page.Reserved)
        {
            return child.Page == page && !child.Writable && !parent.Writable;
        }

        if (child.Page != page)
        {
            // A pinned page was copied: the rule of pins says whether it had to be.
            return KnowsExclusive(step) && IsDevicePinned(step.World, page) && !area.Shared && child.Page is not null && child.Writable == area.Write && child.Dirty;
        }

        return !child.Young
            && (area.Shared ? !child.Dirty && child.Writable == area.Write && parent.Writable == area.Write : !child.Writable && (!parent.Writable || !area.MayWrite));
    }

    internal static bool IsAsItsDataSays(in Pte pte, in VmArea area) => pte.State == pte.Abstraction(area.Shared);

    internal static bool IsBeyond(in Pte pte, in VmArea area) => pte.Writable & !area.Write;

    private static int FirstBeyondArea(in Step step, MmStruct mm)
    {
        var areas = mm.Areas;
        foreach (var n in step.Recount.Writable(mm))
        {
            if (IsBeyond(mm.Ptes[n], areas[n]))
            {
                return n;
            }
        }

        return -1;
    }

    private static int FirstAstray(in Step step, MmStruct mm)
    {
        var ptes = mm.Ptes;
        var areas = mm.Areas;
        foreach (var n in step.Recount.Occupied(mm))
        {
            ref readonly var pte = ref ptes[n];
            if (!IsAsItsDataSays(pte, areas[n]))
            {
                return n;
            }
        }

        return -1;
    }

    private static VmArea AreaOf(in Step step, AccessProcessVm forced) => step.World.Mm(forced.Mm).Areas[forced.Address / step.World.Profile.PageSize];

    private static Pte EntryOf(in Step step, AccessProcessVm forced) => step.World.Mm(forced.Mm).Ptes[forced.Address / step.World.Profile.PageSize];

    /// <summary>The first process that sleeps though it waits for nobody, or runs though it waits; -1 for none.</summary>
    private static int FirstMisled(in Step step)
    {
        for (var name = 0; name < step.World.TaskNames; name++)
        {
            if (step.World.TryTask(new MmId(name)) is { } task && IsMisled(step.Copying.Names, task))
            {
                return name;
            }
        }

        return -1;
    }

    internal static bool IsMisled(Names names, TaskStruct task) => (task.State == ProcessMachine.State.Asleep) != names.Sleeps(task.Id) && names.Has(task.Id);

    private static int FirstUnknown(in Step step)
    {
        for (var name = 0; name <= step.World.TaskNames; name++)
        {
            if (IsUnknown(step.Copying.Names, new MmId(name), step.World.TryTask(new MmId(name))))
            {
                return name;
            }
        }

        return -1;
    }

    internal static bool IsUnknown(Names names, MmId name, TaskStruct? task) =>
        task is null == names.Has(name) || task is { State: ProcessMachine.State.Ended } || task is { State: ProcessMachine.State.Faulting } != names.IsInFault(name);

    /// <summary>The first process whose CPU remembers a page that is another by now, or may not be written any more; -1 for none.</summary>
    private static (int Name, int N) FirstStale(in Step step)
    {
        for (var name = 0; name < step.World.TaskNames; name++)
        {
            if (step.World.TryTask(new MmId(name)) is { } task && FirstStale(task) is >= 0 and var n)
            {
                return (name, n);
            }
        }

        return (-1, -1);
    }

    internal static int FirstStale(TaskStruct task)
    {
        var entries = task.Tlb.Entries;
        var ptes = task.Mm.Ptes;
        var areas = task.Mm.Areas;
        for (var n = 0; n < entries.Length; n++)
        {
            ref readonly var entry = ref entries[n];
            ref readonly var pte = ref ptes[n];
            if (entry.Page is { } page && (page != pte.Page || !areas[n].Read || (entry.Writable && !(pte.Writable && pte.Dirty))))
            {
                return n;
            }
        }

        return -1;
    }

    /// <summary>What the device wrote to is the parent's alone, or a file's that both have anyway.</summary>
    private static bool HasOwn(World world, DoFork fork)
    {
        var parent = world.Mm(fork.Parent);
        return parent.Areas[fork.DmaAt].Shared || parent.Ptes[fork.DmaAt].Page is null || parent.Ptes[fork.DmaAt].Page != world.Mm(fork.Result).Ptes[fork.DmaAt].Page;
    }

    private static int FirstOtherSlice(in Step step)
    {
        for (var name = 0; name < step.World.TaskNames; name++)
        {
            if (step.World.TryTask(new MmId(name)) is { } task && step.Copying.Names.Has(task.Id) && task.Counter != step.Copying.Slice(task.Id))
            {
                return name;
            }
        }

        return -1;
    }

    private static bool IsEmpty(MmStruct mm)
    {
        for (var n = 0; n < mm.Ptes.Length; n++)
        {
            if (mm.Areas[n].IsMapped || !mm.Ptes[n].IsNone)
            {
                return false;
            }
        }

        return mm.Users == 1;
    }

    private static bool IsDevicePinned(World world, Page page) => IsPinned(world, page, plainToo: false);

    private static bool IsPinned(World world, Page page, bool plainToo = true)
    {
        for (var i = 0; i < world.Pins.Count; i++)
        {
            var pin = world.Pins[i];
            for (var j = 0; (plainToo || !pin.IsPlain) && j < pin.Pages.Count; j++)
            {
                if (pin.Pages[j] == page)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool HasDevicePin(in Step step, MmId id)
    {
        foreach (ref readonly var pte in step.World.Mm(id).Ptes)
        {
            if (pte.Page is { Reserved: false, Mapping: null } page && IsDevicePinned(step.World, page))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The first private page of the parent that a device has pinned, and that the child shares where it must not, or has not where it must; -1 for none.</summary>
    private static int FirstPinnedWrong(in Step step, DoFork fork)
    {
        var (from, to) = (step.World.Mm(fork.Parent), step.World.Mm(fork.Result));
        for (var n = 0; n < to.Ptes.Length; n++)
        {
            if (n != fork.DmaAt && from.Ptes[n].Page is { Reserved: false, Mapping: null } page && !from.Areas[n].Shared && IsDevicePinned(step.World, page)
                && (to.Ptes[n].Page == page) == KnowsExclusive(step))
            {
                return n;
            }
        }

        return -1;
    }

    /// <summary>The first fault of the step after which the writer still has the page that it was to leave; -1 for none.</summary>
    private static int FirstWhoStayed(in Step step)
    {
        for (var i = 0; i < step.Seen.Faults.Count; i++)
        {
            var fault = step.Seen.Faults[i];
            if (fault.Kind is FaultKind.Copy or FaultKind.CopyPinned or FaultKind.CopySwapShared or FaultKind.CopyLocked && step.World.Mm(fault.Mm).Ptes[fault.N].Page == fault.Page)
            {
                return i;
            }

            if (fault.Kind is FaultKind.Reuse or FaultKind.ReuseSwapCached && !KnowsExclusive(step) && IsPinned(step.World, fault.Page!))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The first fault that copied a page which no other entry has and a device has pinned, in a kernel that knows whose alone it is; -1 for none.</summary>
    private static int FirstPartedFromPin(in Step step)
    {
        for (var i = 0; KnowsExclusive(step) && i < step.Seen.Faults.Count; i++)
        {
            if (step.Seen.Faults[i] is { Kind: FaultKind.CopyPinned, Page: { } page } && IsDevicePinned(step.World, page) && step.Recount.SharersBefore is { Entries: 0 })
            {
                return i;
            }
        }

        return -1;
    }
}
