using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;
using File = ZeroCopy.Model.Pages.File;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over pages and the page cache.</summary>
/// <remarks>Verified: the count of every page against a recount from scratch; the bytes of every cached page against its file. after reclaim and fsync, the disk of a written file too. Not verified: files that no script opened are not read again for that.</remarks>
public static class PinLaws
{
    public static readonly Law PagesAreHeld = Law.Always(PinRules.HeldByEach,
        (in Step step, Page page) => page.Count >= step.Recount.Holders(page),
        (step, page) => $"{page} has count {page.Count} and {step.Recount.Holders(page)} holders", PageTraits.Miscounted);

    public static readonly Law SharedPageOccurs = Law.Sometimes(PinRules.HeldByEach,
        (in Step step, Page page) => step.Recount.Holders(page) > 1, PageTraits.Shared).CountedByTraits();

    public static readonly Law NoReferenceIsLost = Law.Always(PinRules.HeldByNobodyElse,
        (in Step step, Page page) => page.Count <= step.Recount.Holders(page),
        (step, page) => $"{page} has count {page.Count} and {step.Recount.Holders(page)} holders", PageTraits.Miscounted);

    public static readonly Law LastHolderOccurs = Law.Sometimes(PinRules.HeldByNobodyElse, (in Step _, Page page) => page.Count == 1, PageTraits.Sole).CountedByTraits();

    public static readonly Law ReclaimTakesUnheld = Law.Always(PinRules.ReclaimTakesUnheld,
        (in Step step) => step.Operation is not ReclaimPages reclaim || AllHeldBesides(step, step.World.File(reclaim.File)),
        (_, _) => "a clean page that only the cache holds is still cached", after: [typeof(ReclaimPages)]);

    public static readonly Law ReclaimOccurs = Law.Sometimes(PinRules.ReclaimTakesUnheld,
        (in Step step) => step.Operation is ReclaimPages && step.Seen.Count > 0, after: [typeof(ReclaimPages)]);

    public static readonly Law CacheHoldsFile = Law.Always(PinRules.CacheHoldsFile,
        (in Step step, Page page) => HoldsItsFile(step, page),
        (_, page) => $"{page} is page {page.Index} of {page.Mapping!.Id} and does not hold its bytes", PageTraits.Astray);

    public static readonly Law CachedPageOccurs = Law.Sometimes(PinRules.CacheHoldsFile,
        (in Step _, Page page) => page.Mapping is { Content: Model.LiteralContent }, PageTraits.OfLiteral).CountedByTraits();

    public static readonly Law ReclaimLeavesDirty = Law.Always(PinRules.UncachedIsOnDisk,
        (in Step step) => step.Operation is not ReclaimPages reclaim || LostPage(step, reclaim.File) < 0,
        (step, _) => $"page {LostPage(step, ((ReclaimPages)step.Operation).File)} of {((ReclaimPages)step.Operation).File} is not cached, and the disk has other bytes", after: [typeof(ReclaimPages)]);

    public static readonly Law DirtyPageAtReclaimOccurs = Law.Sometimes(PinRules.UncachedIsOnDisk,
        (in Step step) => step.Operation is ReclaimPages reclaim && HasUnheldDirty(step, step.World.File(reclaim.File)), after: [typeof(ReclaimPages)]);

    public static readonly Law FsyncWritesAll = Law.Always(PinRules.FsyncWrites,
        (in Step step) => step.Operation is not Fsync fsync || !step.Seen.Succeeded || UnwrittenPage(step, fsync.File) < 0,
        (step, _) => $"page {UnwrittenPage(step, ((Fsync)step.Operation).File)} of {((Fsync)step.Operation).File} is not on disk as it was written", after: [typeof(Fsync)]);

    public static readonly Law FsyncOccurs = Law.Sometimes(PinRules.FsyncWrites,
        (in Step step) => step.Operation is Fsync && step.Seen.Count > 0, after: [typeof(Fsync)]);

    public static readonly Law TruncationDropsPages = Law.Always(PinRules.TruncatedLeave,
        (in Step step) => step.Operation is not Vmtruncate cut || !step.Seen.Succeeded || EachBegins(step.World.File(cut.File), cut.Length),
        (_, _) => "a page behind the end of the file is still cached", after: [typeof(Vmtruncate)]);

    public static readonly Law TruncatedFrameOccurs = Law.Sometimes(PinRules.TruncatedLeave,
        (in Step step) => step.Operation is Vmtruncate && step.Seen.Count > 0, after: [typeof(Vmtruncate)]);

    internal static bool HoldsItsFile(in Step step, Page page) => page.Mapping is not { Content: Model.LiteralContent } file || Holds(step, page, file);

    private static int LostPage(in Step step, Model.FileId id) => FirstUnlike(step, id, uncachedOnly: true);

    private static int UnwrittenPage(in Step step, Model.FileId id) => FirstUnlike(step, id, uncachedOnly: false);

    /// <summary>The first page whose bytes on disk are not those of the copying path's file; -1 for none, and for a file that was never written.</summary>
    private static int FirstUnlike(in Step step, Model.FileId id, bool uncachedOnly)
    {
        var expected = step.Copying.File(id);
        if (!expected.IsWritten)
        {
            return -1;
        }

        var file = step.World.File(id);
        var size = step.World.Profile.PageSize;
        Span<byte> bytes = stackalloc byte[size];
        Span<byte> disk = stackalloc byte[size];
        for (var index = 0; (long)index * size < expected.Length; index++)
        {
            var inFile = (int)Math.Min(size, expected.Length - ((long)index * size));
            if (uncachedOnly && file.FindPage(index) is not null)
            {
                continue;
            }

            expected.Read((long)index * size, bytes[..inFile]);
            file.ReadDisk((long)index * size, disk[..inFile]);
            if (!bytes[..inFile].SequenceEqual(disk[..inFile]) && !IsYetToBeMarked(step, file.FindPage(index)))
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>What was stored through a mapping, or by a device, is marked in the page later: with msync, mark_dirty_kiobuf, or when the entry goes.</summary>
    private static bool IsYetToBeMarked(in Step step, Page? page)
    {
        for (var i = 0; page is not null && i < step.World.Mms.Count; i++)
        {
            foreach (ref readonly var pte in step.World.Mms[i].Ptes)
            {
                if (pte.Page == page && pte.Dirty)
                {
                    return true;
                }
            }
        }

        for (var i = 0; page is not null && i < step.World.Pins.Count; i++)
        {
            var pin = step.World.Pins[i];
            for (var j = 0; step.Copying.Names.IsWritten(pin.Id) && j < pin.Pieces; j++)
            {
                if (pin.Pages[j] == page)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool HasUnheldDirty(in Step step, File file)
    {
        for (var i = 0; i < file.Dirty.Count; i++)
        {
            if (step.Recount.Holders(file.Dirty[i]) == 1)
            {
                return true;
            }
        }

        return false;
    }

    private static bool EachBegins(File file, long before)
    {
        for (var i = 0; i < file.Cached.Count; i++)
        {
            if (file.Cached[i].Index * file.Cached[i].Bytes.Length >= before)
            {
                return false;
            }
        }

        return true;
    }

    private static bool AllHeldBesides(in Step step, File file)
    {
        for (var i = 0; i < file.Cached.Count; i++)
        {
            if (step.Recount.Holders(file.Cached[i]) <= 1 && !file.Cached[i].IsDirty && !file.Cached[i].Locked)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Behind the end of the file a page holds zeroes.</summary>
    private static bool Holds(in Step step, Page page, File file) => step.Copying.File(file.Id).Has(page.Index * page.Bytes.Length, page.Bytes.Span);
}
