using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over page faults that stood where they had given up the lock of the page table, when they go on.</summary>
/// <remarks>Verified: the entry against what it was when the fault stopped and when it went on, by a book of the checker's own; pages of files against their files. Not verified: that a fault goes on at all.</remarks>
public static class FaultLaws
{
    private static readonly Type[] Resumes = [typeof(Resume)];

    public static readonly Law LeftByAllOccurs = Law.Sometimes(CowRules.CopiesAreBounded, (in Step step) => step.Forks.WasLeftByAll, after: Resumes, of: StepTraits.Faulted);

    public static readonly Law ChangedEntryStays = Law.Always(CowRules.EntryIsRechecked,
        (in Step step) => step.Forks.GoesOn is not { Left.Swap: 0 } fault || IsLeftAlone(step, fault),
        (step, _) => Entries(step), after: Resumes);

    public static readonly Law EntryChangedInFaultOccurs = Law.Sometimes(CowRules.EntryIsRechecked,
        (in Step step) => step.Forks.GoesOn is { Left.Swap: 0 } fault && !fault.IsSame, after: Resumes);

    public static readonly Law ChangedSwapEntryStays = Law.Always(CowRules.SwapEntryIsRechecked,
        (in Step step) => step.Forks.GoesOn is not { Left.Swap: > 0 } fault || IsLeftAlone(step, fault),
        (step, _) => Entries(step), after: Resumes);

    public static readonly Law AnotherSwapEntryOccurs = Law.Sometimes(CowRules.SwapEntryIsRechecked,
        (in Step step) => step.Forks.GoesOn is { Left.Swap: > 0, Found.Swap: > 0 } fault && !fault.IsSame, after: Resumes);

    public static readonly Law TruncatedIsNotEntered = Law.Always(CowRules.TruncatedIsNotEntered,
        (in Step step) => FirstTruncated(step) < 0,
        (step, _) => $"{step.Seen.Faults[FirstTruncated(step)].Mm} has {step.Seen.Faults[FirstTruncated(step)].Page} or a copy of it, which its file has no more", after: Resumes, of: StepTraits.Faulted);

    public static readonly Law TruncatedInFaultOccurs = Law.Sometimes(CowRules.TruncatedIsNotEntered,
        (in Step step) => step.Forks.GoesOn is { Left: { Page: null, Swap: 0 }, IsSame: true } && CowLaws.Saw(step, FaultKind.Changed), after: Resumes, of: StepTraits.Faulted);

    /// <summary>The entry of the fault that went on, as it is now.</summary>
    private static Pte EntryOf(in Step step) => step.World.Mm(((Resume)step.Operation).Mm).Ptes[step.Forks.GoesOn!.Value.N];

    private static bool IsLeftAlone(in Step step, in GoingOn fault) =>
        fault.IsSame || (EntryOf(step) is var now && now.Page == fault.Found.Page && now.Swap == fault.Found.Swap && now.Writable == fault.Found.Writable);

    /// <summary>The first fault that gave a page of a file which the file has not, or a copy of what lies behind its end; -1 for none.</summary>
    private static int FirstTruncated(in Step step)
    {
        for (var i = 0; i < step.Seen.Faults.Count; i++)
        {
            var fault = step.Seen.Faults[i];
            if (fault.Kind is FaultKind.PrivateFile or FaultKind.SharedFile or FaultKind.CopyOfFile
                && step.World.Mm(fault.Mm).Areas[fault.N] is { File: { } file } area
                && (area.Index * step.World.Profile.PageSize >= file.Length || (fault.Kind != FaultKind.CopyOfFile && fault.Page!.Mapping != file)))
            {
                return i;
            }
        }

        return -1;
    }

    private static string Entries(in Step step) => step.Forks.GoesOn is { } fault
        ? $"page {fault.N} had {CowLaws.Spell(fault.Found)} when the fault went on, which had left {CowLaws.Spell(fault.Left)}, and has {CowLaws.Spell(EntryOf(step))} now"
        : "";
}
