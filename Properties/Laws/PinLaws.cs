using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;
using File = ZeroCopy.Model.Pages.File;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over pages and the page cache.</summary>
/// <remarks>Verified: the count of every page against a recount from scratch; the bytes of every cached page against its file. Not verified: files on disk are not read again for that.</remarks>
public static class PinLaws
{
    public static readonly Law PagesAreHeld = Law.Always(PinRules.HeldByEach,
        (in Step step, Page page) => page.Count >= step.Recount.Holders(page),
        (step, page) => $"{page} has count {page.Count} and {step.Recount.Holders(page)} holders");

    public static readonly Law SharedPageOccurs = Law.Sometimes(PinRules.HeldByEach,
        (in Step step, Page page) => step.Recount.Holders(page) > 1);

    public static readonly Law NoReferenceIsLost = Law.Always(PinRules.HeldByNobodyElse,
        (in Step step, Page page) => page.Count <= step.Recount.Holders(page),
        (step, page) => $"{page} has count {page.Count} and {step.Recount.Holders(page)} holders");

    public static readonly Law LastHolderOccurs = Law.Sometimes(PinRules.HeldByNobodyElse, (in Step _, Page page) => page.Count == 1);

    public static readonly Law ReclaimTakesUnheld = Law.Always(PinRules.ReclaimTakesUnheld,
        (in Step step) => step.Operation is not ReclaimPages reclaim || AllHeldBesides(step, step.World.File(reclaim.File)),
        (_, _) => "a page that only the cache holds is still cached");

    public static readonly Law ReclaimOccurs = Law.Sometimes(PinRules.ReclaimTakesUnheld,
        (in Step step) => step.Operation is ReclaimPages && step.Seen.Count > 0);

    public static readonly Law CacheHoldsFile = Law.Always(PinRules.CacheHoldsFile,
        (in Step _, Page page) => page.Mapping is not { Content: Model.LiteralContent } file || Holds(page, file),
        (_, page) => $"{page} is page {page.Index} of {page.Mapping!.Id} and does not hold its bytes");

    public static readonly Law CachedPageOccurs = Law.Sometimes(PinRules.CacheHoldsFile,
        (in Step _, Page page) => page.Mapping is { Content: Model.LiteralContent });

    private static bool AllHeldBesides(in Step step, File file)
    {
        for (var i = 0; i < file.Cached.Count; i++)
        {
            if (step.Recount.Holders(file.Cached[i]) <= 1 && !file.Cached[i].Dirty && !file.Cached[i].UnderIo)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(Page page, File file)
    {
        var start = page.Index * page.Bytes.Length;
        var inFile = (int)Math.Clamp(file.Length - start, 0, page.Bytes.Length);
        Span<byte> expected = stackalloc byte[page.Bytes.Length];
        expected.Clear();
        file.Content.Read(start, expected[..inFile]);
        return page.Bytes.Span.SequenceEqual(expected);
    }
}
