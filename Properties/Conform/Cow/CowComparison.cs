using System.Globalization;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Conform.Cow;

/// <summary>What differs, or what is only unusual.</summary>
public enum CowFinding
{
    /// <summary>A process, or who reads through a pin, sees another byte than an eager copy would have.</summary>
    WrongByte,

    /// <summary>A page was written where it lay while somebody else had it.</summary>
    MissingCopy,

    /// <summary>One was done and the other refused, or both for different causes.</summary>
    OtherRefusal,

    /// <summary>A page was copied that nobody else had.</summary>
    ExtraCopy,
}

/// <summary>A place where two implementations part.</summary>
/// <param name="Kind">How.</param>
/// <param name="Step">Operations before it.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Detail">In words.</param>
public sealed record CowMismatch(CowFinding Kind, int Step, Operation Operation, string Detail);

/// <summary>One script on the model under linux 6 and on other processes, operation by operation: bytes, refusals, copies, and who shares a frame with whom.</summary>
/// <remarks>The bytes are the copying path's, for which fork copies at once. Whether a write must copy is what the model of the page tables says. Compared: every byte that is read, and at the end every byte of every process; whether each call is refused, and for which cause where the kernel says SIGSEGV, EACCES or SIGBUS; for each write whether the page moved; after each fork and at the end, for each two processes and each anonymous page, whether they share it. Not compared: file pages that nobody wrote (the kernel maps them ahead of use), reads that only map, page-table writes, time.</remarks>
public sealed class CowComparison
{
    private readonly Checker _checker = new(new Profile(Size.Real, Kernel.Linux6), []);
    private readonly CowRig _rig;

    public CowComparison(CowRig rig) => _rig = rig;

    /// <summary>Operations that were done on both, the reading at the end of each script not counted.</summary>
    public long Operations { get; private set; }

    /// <summary>Operations and final reads that agreed.</summary>
    public long Matched { get; private set; }

    /// <summary>Stores and forced writes among them.</summary>
    public long Writes { get; private set; }

    /// <summary>Writes for which the page was copied, on the other implementation.</summary>
    public long Copies { get; private set; }

    /// <summary>The first place where the two part; null for none. Extra copies do not end a script: they are handed to <paramref name="extra"/>.</summary>
    /// <param name="script">Operations; what the model does not enable, or the rig cannot do, is skipped.</param>
    /// <param name="extra">Told of each copy that the model has no reason for.</param>
    /// <param name="settledAt">Before the operation with so many before it, the rig gives back what it holds of itself; -1 for never.</param>
    public CowMismatch? Play(IReadOnlyList<Operation> script, Action<CowMismatch> extra, int settledAt = -1)
    {
        _checker.Reset();
        _rig.Reset();
        var step = 0;
        foreach (var operation in script)
        {
            if (!_rig.Can(operation) || !_checker.Apply(operation))
            {
                continue;
            }

            if (step == settledAt)
            {
                _rig.Settle();
            }

            var reply = _rig.Do(operation);
            Operations++;
            var found = Compare(operation, step, reply, extra);
            if (found is null && operation is DoFork { Flags: CloneFlags.None } && reply.Refusal == Refusal.None)
            {
                found = CompareFrames(operation, step, extra);
            }

            if (found is not null)
            {
                return found;
            }

            Matched++;
            step++;
        }

        return CompareEnd(step, extra);
    }

    private CowMismatch? Compare(Operation operation, int step, in CowReply reply, Action<CowMismatch> extra)
    {
        var seen = _checker.World.Seen;
        if (_checker.Violations.Count > 0)
        {
            return new CowMismatch(CowFinding.OtherRefusal, step, operation, $"the model has a BUG here: {_checker.Violations[0].Rule}: {_checker.Violations[0].Explanation}");
        }

        var isSame = seen.Refusal == Refusal.None ? reply.Refusal == Refusal.None : reply.Refusal == seen.Refusal || reply.Refusal == Refusal.Invalid;
        if (!isSame)
        {
            return new CowMismatch(CowFinding.OtherRefusal, step, operation, $"the model: {seen.Refusal}; {_rig.Version}: {(reply.Word.Length == 0 ? "done" : reply.Word)}");
        }

        if (operation is Load or DmaToDevice && seen.Succeeded && !reply.Bytes.AsSpan().SequenceEqual(_checker.Copying.Answer))
        {
            return new CowMismatch(CowFinding.WrongByte, step, operation, Differ(reply.Bytes, _checker.Copying.Answer));
        }

        if (operation is Store or AccessProcessVm && seen.Succeeded)
        {
            Writes++;
            Copies += reply.Copied ? 1 : 0;
            return CompareCopy(operation, step, reply, extra);
        }

        return null;
    }

    private CowMismatch? CompareCopy(Operation operation, int step, in CowReply reply, Action<CowMismatch> extra)
    {
        if (!_rig.HasFrames || !reply.WasPresent)
        {
            return null;
        }

        FaultKind? copy = null;
        foreach (var fault in _checker.World.Seen.Faults)
        {
            copy = fault.Kind is FaultKind.Copy or FaultKind.CopyPinned or FaultKind.CopyOfFile or FaultKind.CopySwapShared or FaultKind.CopyLocked ? fault.Kind : copy;
        }

        if (copy is not null && !reply.Copied)
        {
            return new CowMismatch(CowFinding.MissingCopy, step, operation, $"written where it lay; the model copies it ({copy})");
        }

        if (copy is null && reply.Copied)
        {
            extra(new CowMismatch(CowFinding.ExtraCopy, step, operation, "copied; in the model nobody else has the page"));
        }

        return null;
    }

    /// <summary>Each two processes, and each anonymous page that both have written memory at: shared on one side, and so on the other.</summary>
    private CowMismatch? CompareFrames(Operation operation, int step, Action<CowMismatch> extra)
    {
        var mms = _checker.World.Mms;
        if (!_rig.HasFrames || mms.Count < 2)
        {
            return null;
        }

        var pages = _checker.World.Profile.TaskPages;
        var frames = mms.Select(mm => _rig.Frames(mm.Id, pages)).ToList();
        for (var i = 0; i < mms.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                for (var n = 0; n < pages; n++)
                {
                    if (!IsAnonymous(mms[i], n) || !IsAnonymous(mms[j], n) || frames[i][n] == 0 || frames[j][n] == 0)
                    {
                        continue;
                    }

                    var (ours, theirs) = (mms[i].Ptes[n].Page == mms[j].Ptes[n].Page, frames[i][n] == frames[j][n]);
                    if (theirs && !ours)
                    {
                        return new CowMismatch(CowFinding.MissingCopy, step, operation, $"{mms[i].Id} and {mms[j].Id} share page {n}; in the model each has its own");
                    }

                    if (ours && !theirs)
                    {
                        extra(new CowMismatch(CowFinding.ExtraCopy, step, operation, $"{mms[i].Id} and {mms[j].Id} have a page {n} each; in the model they share it"));
                    }
                }
            }
        }

        return null;
    }

    private static bool IsAnonymous(MmStruct mm, int n) => mm.Ptes[n].Page is { Reserved: false, Mapping: null };

    /// <summary>Every byte of every process that runs.</summary>
    private CowMismatch? CompareEnd(int step, Action<CowMismatch> extra)
    {
        var size = _checker.World.Profile.PageSize;
        foreach (var mm in _checker.World.Mms.ToList())
        {
            for (var n = 0; n < mm.Areas.Length; n++)
            {
                var load = new Load(mm.Id, n * size, size);
                if (!mm.Areas[n].IsMapped || !_checker.Apply(load))
                {
                    continue;
                }

                var found = Compare(load, step, _rig.Do(load), extra);
                if (found is not null)
                {
                    return found;
                }

                Matched++;
            }
        }

        return CompareFrames(new Load(default, 0, 1), step, extra);
    }

    private static string Differ(ReadOnlySpan<byte> found, ReadOnlySpan<byte> expected)
    {
        var at = found.CommonPrefixLength(expected);
        return at < Math.Min(found.Length, expected.Length)
            ? string.Create(CultureInfo.InvariantCulture, $"byte {at} of {expected.Length} is {found[at]:x2}, where an eager copy has {expected[at]:x2}")
            : string.Create(CultureInfo.InvariantCulture, $"{found.Length} bytes, where {expected.Length} are there");
    }
}
