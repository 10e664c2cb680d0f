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
        new("do_fork", 12, Needs.Mm | Needs.NewMm, hand => new DoFork(hand.NewMm(), hand.Mm(), hand.Rng.Below(8) switch { 0 => CloneFlags.Vm, 1 => CloneFlags.Vfork, _ => CloneFlags.None }, hand.Rng.OneIn(8) ? hand.Rng.Below(hand.TaskPages) : -1), Allocates: 3, Always: true),
        new("sys_execve", 3, Needs.Mm, hand => new Execve(hand.Mm()), Allocates: 2),
        new("schedule", 2, Needs.Mm, _ => new ScheduleCall()),
        new("madvise_dontneed", 3, Needs.Mm, hand => PagesDraws.Areas(hand, static (_, mm, page, pages) => new MadviseDontneed(mm, page, pages))),
        new("access_process_vm", 5, Needs.Mm, hand => PagesDraws.In(hand, static (hand, mm, address, count) => new AccessProcessVm(mm, address, count, hand.Data(), hand.Rng.OneIn(4) ? 1 + hand.Rng.Below(2) : 0), untouched: 6), Allocates: 3),
    ];

    /// <summary>Everything that processes do.</summary>
    public static readonly IReadOnlyList<Draw> All = [.. PagesDraws.All.Select(Thinner), .. Own];

    /// <summary>What makes a process, makes it another, or stores into it, fails somewhere. A fork asks for a process, its memory, and for each area and each table.</summary>
    private static Operation FailProcess(Hand hand)
    {
        switch (hand.Rng.Below(9))
        {
            case 0:
                hand.Plan(at => new MmAlloc(at.NewMm(), at.Zone()));
                return new FailAlloc(1);
            case 1:
                hand.Plan(at => new Execve(at.Mm()));
                return new FailAlloc(1 + hand.Rng.Below(2));
            case 2 or 3 when hand.Names.Count(NameKind.File) > 0:
                return PagesDraws.FirstTouchThatFails(hand, static (at, mm, _) => new AccessProcessVm(mm, 0, 1, at.Data(), 0));
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
        "get_user_pages" => draw with { Make = hand => (GetUserPages)draw.Make(hand) with { Times = 1, IsPlain = hand.World.Profile.Kernel == Kernel.Linux244 && hand.Rng.OneIn(3) } },
        _ => draw,
    };
}
