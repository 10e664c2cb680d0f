using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Generate;

/// <summary>How fork, exec, exit and what happens between relatives are drawn, beside what processes do anyway.</summary>
public static class ForkDraws
{
    /// <summary>What other mixes of processes have not.</summary>
    public static readonly IReadOnlyList<Draw> Own =
    [
        new("do_fork", 12, Needs.Mm | Needs.NewMm, Fork, Allocates: 3, Always: true),
        new("sys_execve", 3, Needs.Mm, hand => new Execve(hand.Mm()), Allocates: 2),
        new("schedule", 2, Needs.Mm, _ => new ScheduleCall()),
        new("madvise_dontneed", 3, Needs.Mm, hand => PagesDraws.Areas(hand, static (_, mm, page, pages) => new MadviseDontneed(mm, page, pages))),
        new("access_process_vm", 5, Needs.Mm, hand => PagesDraws.In(hand, static (hand, mm, address, count) => new AccessProcessVm(mm, address, count, hand.Data(), hand.Rng.OneIn(4) ? 1 + hand.Rng.Below(2) : 0), untouched: 6), Allocates: 3),
        new("do_page_fault", 4, Needs.Mm, Fault, Allocates: 2, Prepares: true),
        new("resume", 12, Needs.Fault, Resumed),
    ];

    /// <summary>Everything that processes do.</summary>
    public static readonly IReadOnlyList<Draw> All = [.. PagesDraws.All.Select(Thinner), .. Own];

    /// <summary>A page fault; often with what comes in between where it has given up its lock.</summary>
    private static Operation Fault(Hand hand)
    {
        var (mm, page) = hand.Rng.OneIn(4) ? PagesDraws.UntouchedPage(hand) : PagesDraws.MappedPage(hand);
        var write = hand.Rng.OneIn(2);
        if (hand.IsFailing || !hand.Names.Runs(mm) || !hand.Names.IsInTask(page, 1))
        {
            return new DoPageFault(mm, page, write);
        }

        var address = page * hand.PageSize;
        switch (hand.Rng.Below(16))
        {
            case 0 when hand.Names.Count(NameKind.Mm) <= Hand.MaxMms - 2 && hand.Rng.OneIn(2):
                // Whom it shared the page with is gone, and a thread has it pinned, before it goes on to copy it.
                var (other, thread) = (default(MmId), default(MmId));
                hand.Plan(
                    at => new DoFork(other = at.NewMm(), mm, CloneFlags.None),
                    at => new DoFork(thread = at.NewMm(), mm, CloneFlags.Vm),
                    _ => new DoPageFault(mm, page, true),
                    at => at.Rng.OneIn(2) ? new Store(other, address, 1, at.Data()) : new DoExit(other),
                    at => new GetUserPages(at.NewVector(), false, thread, address, 1, 1),
                    _ => new Resume(mm));
                return new Store(mm, address, 1, hand.Data());
            case 0:
                // A kiobuf has locked the page that comes back from swap space.
                var pin = hand.NewKiobuf();
                hand.Plan(_ => new MapUserKiobuf(pin, false, mm, address, 1, 0), _ => new SwapOut(mm, page), _ => new LockKiovec(pin, null, true), _ => new DoPageFault(mm, page, write), _ => new Resume(mm));
                return new Store(mm, address, 1, hand.Data());
            case < 4:
                return new DoPageFault(mm, page, write);
            case < 7 when hand.World.Mm(mm).Ptes[page] is { Page.Mapping: null } or { Swap: > 0 }:
                // Back from swap space, written, out again elsewhere, and perhaps back from there.
                hand.Plan(
                    _ => new DoPageFault(mm, page, write),
                    at => ThreadOf(at, mm) is { } thread && at.Rng.OneIn(2) ? new Store(thread, address, 1, at.Data()) : new AccessProcessVm(mm, address, 1, at.Data(), 0),
                    _ => new SwapOut(mm, page),
                    at => ThreadOf(at, mm) is { } thread && at.Rng.OneIn(2) ? new Load(thread, address, 1) : new Resume(mm),
                    Resumed);
                return new SwapOut(mm, page);
            case 7 or 8 when RelativeOf(hand, mm, page) is { } relative:
                // Each of those who share a page writes to it, and nobody has it in the end.
                hand.Plan(at => at.Rng.OneIn(2) ? new Store(relative, address, 1, at.Data()) : new DoPageFault(relative, page, true), _ => new Resume(mm));
                return new DoPageFault(mm, page, true);
            case 7 or 8 when hand.Names.Count(NameKind.Mm) < Hand.MaxMms:
                var child = hand.NewMm();
                hand.Plan(_ => new DoFork(child, mm, CloneFlags.None), _ => new DoPageFault(mm, page, true), at => new Store(child, address, 1, at.Data()), _ => new Resume(mm));
                return new Store(mm, address, 1, hand.Data());
            case < 13 when hand.World.Mm(mm).Areas[page] is { File: { } file } area && hand.World.Mm(mm).Ptes[page].IsNone:
                hand.Plan(_ => new Vmtruncate(file.Id, area.Index * hand.PageSize), at => at.Rng.OneIn(2) ? new Resume(mm) : new Vmtruncate(file.Id, (area.Index + 1) * at.PageSize), Resumed);
                return new DoPageFault(mm, page, write);
            default:
                if (ThreadOf(hand, mm) is null && hand.Names.Count(NameKind.Mm) < Hand.MaxMms && hand.Rng.OneIn(2))
                {
                    hand.Plan(_ => new DoPageFault(mm, page, write));
                    Between(hand, mm, page);
                    return new DoFork(hand.NewMm(), mm, CloneFlags.Vm);
                }

                Between(hand, mm, page);
                return new DoPageFault(mm, page, write);
        }
    }

    private static void Between(Hand hand, MmId mm, int page)
    {
        for (var left = 1 + hand.Rng.Below(3); left > 0; left--)
        {
            hand.Plan(at => Between(at, mm, ThreadOf(at, mm) ?? mm, page));
        }

        hand.Plan(_ => new Resume(mm));
    }

    /// <summary>What may happen to a page while one of its threads stands in a fault for it.</summary>
    private static Operation Between(Hand hand, MmId mm, MmId thread, int page) => hand.Rng.Below(11) switch
    {
        < 2 => new SwapOut(mm, page),
        2 or 3 when thread != mm => new Store(thread, page * hand.PageSize, 1, hand.Data()),
        4 when thread != mm => new Load(thread, page * hand.PageSize, 1),
        5 when thread != mm => new DoPageFault(thread, page, hand.Rng.OneIn(2)),
        6 when hand.Names.Has(mm) && hand.World.Mm(mm).Areas[page].File is { } file => new ReclaimPages(file.Id),
        7 when thread != mm => new GetUserPages(hand.NewVector(), hand.Rng.OneIn(2), thread, page * hand.PageSize, 1, 1),
        8 when thread != mm => new MadviseDontneed(thread, page, 1),
        9 => new Store(hand.Mm(), page * hand.PageSize, 1, hand.Data()),
        10 when hand.Names.Count(NameKind.Mm) > 2 => new DoExit(hand.Mm()),
        _ => new PageLaunder(),
    };

    /// <summary>A process that runs, with memory of its own and this page of the other's in it, which only the two have; null for none.</summary>
    private static MmId? RelativeOf(Hand hand, MmId mm, int page)
    {
        for (var name = 0; name < Hand.MaxMms; name++)
        {
            if (hand.Names.Runs(new MmId(name)) && hand.World.Mm(new MmId(name)) is var other && other != hand.World.Mm(mm)
                && other.Ptes[page].Page is { Reserved: false, Count: 2 } shared && shared == hand.World.Mm(mm).Ptes[page].Page)
            {
                return new MmId(name);
            }
        }

        return null;
    }

    /// <summary>Another process with this memory that runs; null for none.</summary>
    private static MmId? ThreadOf(Hand hand, MmId mm)
    {
        for (var name = 0; name < Hand.MaxMms && hand.Names.Has(mm); name++)
        {
            if (name != mm.Value && hand.Names.Runs(new MmId(name)) && hand.World.Mm(new MmId(name)) == hand.World.Mm(mm))
            {
                return new MmId(name);
            }
        }

        return null;
    }

    private static Resume Resumed(Hand hand) => new(hand.TryMm(static (names, mm) => names.IsInFault(mm)) ?? hand.Mm());

    /// <summary>A child, a thread or a vfork child; a child one time in eight while a device writes to a page of its parent.</summary>
    private static DoFork? Fork(Hand hand)
    {
        var flags = hand.Rng.Below(8) switch { 0 => CloneFlags.Vm, 1 => CloneFlags.Vfork, _ => CloneFlags.None };
        if ((flags == CloneFlags.None ? hand.TryMm(static (names, mm) => names.Runs(mm) && !names.HasFault(mm)) : hand.TryMm(static (names, mm) => names.Runs(mm))) is not { } parent)
        {
            return null;
        }

        var page = flags == CloneFlags.None && hand.Rng.OneIn(8) ? hand.Names.NextMapped(parent, hand.Rng.Below(hand.TaskPages)) : -1;
        return new DoFork(hand.NewMm(), parent, flags, page >= 0 && hand.Names.IsStorable(parent, page * hand.PageSize, hand.PageSize) ? page : -1);
    }

    /// <summary>What makes a process, makes it another, or stores into it, fails somewhere. A fork asks for a process, its memory, and for each area and each table.</summary>
    private static Operation FailProcess(Hand hand)
    {
        switch (hand.Rng.Below(11))
        {
            case 0:
                hand.Plan(at => new MmAlloc(at.NewMm(), at.Zone()));
                return new FailAlloc(1);
            case 1:
                hand.Plan(at => new Execve(at.Mm()));
                return new FailAlloc(1 + hand.Rng.Below(2));
            case 2 or 3 when hand.Names.Count(NameKind.File) > 0:
                return PagesDraws.FirstTouchThatFails(hand, static (at, mm, _) => new AccessProcessVm(mm, 0, 1, at.Data(), 0));
            case 4 or 5 when hand.Names.Count(NameKind.File) > 0:
                return PagesDraws.FirstTouchThatFails(hand, static (at, mm, k) => new DoPageFault(mm, 0, k == 3 || at.Rng.OneIn(2)));
            default:
                hand.Plan(at => new DoFork(at.NewMm(), at.Mm(), CloneFlags.None));
                return new FailAlloc(1 + hand.Rng.Below(8));
        }
    }

    /// <summary>Of files and of pins there is as much as crossings need.</summary>
    private static Draw Thinner(Draw draw) => draw.Name switch
    {
        "lock_kiovec" or "unlock_kiovec" or "mark_dirty_kiobuf" => draw with { Weight = Math.Max(1, draw.Weight / 3) },
        "mm_alloc" => draw with { Weight = 1 },
        "fail_alloc" => draw with { Make = hand => hand.Rng.OneIn(4) ? FailProcess(hand) : draw.Make(hand) },
        "store" or "load" => draw with { Weight = 2 * draw.Weight },
        "get_user_pages" => draw.Then<GetUserPages>((hand, pin) => pin with { Times = 1, IsPlain = hand.World.Profile.Kernel == Kernel.Linux244 && hand.Rng.OneIn(3) }),
        _ => draw,
    };
}
