using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Locks every page of one kiobuf or of two, or none. A page twice in them is refused. kernel: lock_kiovec(), mm/memory.c.</summary>
/// <param name="Pin">The first.</param>
/// <param name="Second">The second; null for none.</param>
/// <param name="Wait">Whether to wait for a page that somebody else has locked.</param>
public sealed record LockKiovec(PinId Pin, PinId? Second, bool Wait) : Operation
{
    /// <summary>kernel: repeat.</summary>
    private const int MostTries = 16;

    /// <summary>kernel: doublepage.</summary>
    private const int MostDoubles = 3;

    public static readonly Spelling Spelling = new("lock_kiovec", operands => new LockKiovec(
        operands.Kiobuf(),
        operands.HasMore ? operands.Kiobuf() : null,
        operands.Option("wait", 1, 0, 1) == 1));

    public override bool Enabled(Names names) =>
        names.Has(Pin) && !names.IsLocked(Pin) && (Second is not { } second || (second != Pin && names.Has(second) && !names.IsLocked(second)));

    public override Observation Apply(World world)
    {
        var (first, second) = (world.Pin(Pin), Second is { } other ? world.Pin(other) : null);
        var pages = first.Pages.Count + (second?.Pages.Count ?? 0);
        Page PageAt(int i) => i < first.Pages.Count ? first.Pages[i] : second!.Pages[i - first.Pages.Count];
        var doubles = 0;
        for (var tries = 0; tries < MostTries; tries++)
        {
            var taken = 0;
            while (taken < pages && PageAt(taken).TryLock())
            {
                taken++;
            }

            if (taken == pages)
            {
                first.Lock();
                second?.Lock();
                return world.Seen.Succeed();
            }

            var contended = PageAt(taken);
            while (taken > 0)
            {
                var page = PageAt(--taken);
                page.Unlock();
            }

            if (!Wait)
            {
                return world.Seen.Refuse(Refusal.WouldBlock);
            }

            // Free now that ours are: it is there twice, or somebody else just let go.
            if (!contended.Locked)
            {
                if (++doubles >= MostDoubles)
                {
                    return world.Seen.Refuse(Refusal.Invalid);
                }
            }
            else if (!WaitOnPage(world, contended))
            {
                return world.Seen.Refuse(Refusal.WouldBlock);
            }
        }

        return world.Seen.Refuse(Refusal.WouldBlock);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.SetLocked(Pin, true);
            if (Second is { } second)
            {
                world.SetLocked(second, true);
            }
        }
    }

    public override string ToString() => $"lock_kiovec({Pin}{(Second is { } second ? $", {second}" : "")}{(Wait ? "" : ", wait=0")})";

    /// <summary>A write to disk ends by itself; a kiobuf that has the page must let go first, and the caller sleeps until then. kernel: wait_on_page().</summary>
    private static bool WaitOnPage(World world, Page page)
    {
        world.Seen.WaitedOn = page;
        if (page.UnderIo && page.Mapping is { } file)
        {
            file.EndIo(page);
        }
        else if (page.UnderIo)
        {
            world.Swap.EndIo(page);
        }

        return !page.Locked;
    }
}
