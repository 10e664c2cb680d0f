using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Generate;

/// <summary>How operations on processes, swap and pins are drawn. Addresses stand at the borders of pages; pins cover what is mapped.</summary>
public static class PagesDraws
{
    public static readonly IReadOnlyList<Draw> All =
    [
        new("mm_alloc", 3, Needs.NewMm, hand => new MmAlloc(hand.NewMm(), hand.Zone()), Allocates: 2, Always: true),
        new("open", 3, Needs.NewFile, hand => new OpenFile(hand.NewFile(), hand.Zone(), hand.Content())),
        new("mmap", 8, Needs.Mm, Map, Allocates: 2, Always: true),
        new("munmap", 3, Needs.Mm, hand => Areas(hand, static (_, mm, page, pages) => new Munmap(mm, page, pages)), Allocates: 2),
        new("mprotect", 4, Needs.Mm, hand => Areas(hand, static (hand, mm, page, pages) => new Mprotect(mm, page, pages, Protection(hand))), Allocates: 2),
        new("do_exit", 2, Needs.Mm, hand => new DoExit(hand.Mm())),
        new("store", 14, Needs.Mm, hand => In(hand, static (hand, mm, address, count) => new Store(mm, address, count, hand.Data(), hand.Rng.OneIn(12)), untouched: 6), Allocates: 3, Always: true),
        new("load", 10, Needs.Mm, hand => In(hand, static (_, mm, address, count) => new Load(mm, address, count), untouched: 2), Allocates: 3),
        new("swap_out", 14, Needs.Mm, hand => Areas(hand, static (_, mm, page, _) => new SwapOut(mm, page)), Always: true),
        new("page_launder", 4, Needs.Mm, _ => new PageLaunder()),
        new("end_buffer_io_async", 3, Needs.Mm, _ => new EndBufferIo()),
        new("reclaim_swapper_space", 4, Needs.Mm, _ => new ReclaimSwapPages()),
        new("sys_msync", 2, Needs.Mm, hand => Areas(hand, static (_, mm, page, pages) => new Msync(mm, page, pages))),
        new("sys_fsync", 5, Needs.File, Sync, Prepares: true),
        .. NetDraws.Over().Where(draw => draw.Name is "generic_file_write" or "vmtruncate")
            .Select(draw => MeetsLocked(draw) with { Weight = 7 }),
        new("reclaim_page", 5, Needs.File, hand => new ReclaimPages(hand.File())),
        new("map_user_kiobuf", 10, Needs.Mm, Pin, Allocates: 2),
        new("unmap_kiobuf", 4, Needs.Kiobuf, hand => hand.TryKiobuf(static (names, pin) => !names.IsWritten(pin)) is { } pin ? new UnmapKiobuf(pin) : null),
        new("lock_kiovec", 9, Needs.Kiobuf, Lock),
        new("unlock_kiovec", 16, Needs.Kiobuf, hand => hand.TryKiobuf(static (names, pin) => names.IsLocked(pin)) is { } pin ? new UnlockKiovec(pin) : null),
        new("mark_dirty_kiobuf", 7, Needs.Kiobuf, Mark),
        new("get_user_pages", 6, Needs.Mm | Needs.NewVector, hand => Range(hand, static (hand, mm, address, count) => new GetUserPages(hand.NewVector(), hand.Rng.OneIn(2), mm, address, count, Times(hand))), Allocates: 2),
        new("unpin_user_pages_dirty_lock", 5, Needs.Vector, hand => new UnpinUserPages(hand.Vector())),
        new("dma_from_device", 8, Needs.Pin, hand => hand.TryPin(static (names, pin) => names.IsInto(pin) && !names.IsBehindFile(pin)) is { } pin ? new DmaFromDevice(pin, hand.Data()) : null),
        new("dma_to_device", 4, Needs.Pin, hand => hand.TryPin(static (_, _) => true) is { } pin ? new DmaToDevice(pin) : null),
        new("fail_alloc", 9, Needs.Mm, Fail, Prepares: true),
    ];

    /// <summary>Those which other mixes have not.</summary>
    public static readonly IReadOnlyList<Draw> WithoutFiles =
        [.. All.Where(draw => draw.Name is not ("open" or "reclaim_page" or "generic_file_write" or "vmtruncate" or "sys_fsync" or "fail_alloc"))];

    /// <summary>What a sequence needs before the rest has something to work on: a process, and memory in it. Null once it is there.</summary>
    public static Operation? Setup(Hand hand) =>
        hand.Names.Count(NameKind.Mm) == 0 ? new MmAlloc(hand.NewMm(), hand.Zone())
        : hand.Mm() is var mm && hand.Names.IsFree(mm, 0, hand.TaskPages) ? new Mmap(mm, 0, Math.Min(hand.TaskPages, 1 + hand.Rng.Below(4)), Prot.Rw, MapKind.Private, null, 0)
        : null;

    /// <summary>Its operations are on a file of which a kiobuf has a page locked, wherever there is one.</summary>
    internal static Draw MeetsLocked(Draw draw) => draw.Then<Operation>(OnLocked);

    /// <summary>The same, led to: where no page of a file is locked and a kiobuf has one, the lock comes first.</summary>
    internal static Draw LocksFirst(Draw draw) => draw.Then<Operation>((hand, drawn) =>
    {
        if (FilePin(hand, dirty: false) is not var (pin, _))
        {
            return OnLocked(hand, drawn);
        }

        hand.Plan(at => OnLocked(at, drawn));
        return new LockKiovec(pin, null, Wait: true);
    }) with { Prepares = true };

    /// <summary>The same on a file of which a kiobuf has a page locked, if there is one.</summary>
    private static Operation OnLocked(Hand hand, Operation operation)
    {
        foreach (var file in hand.World.Files)
        {
            if (file.LockedFrom(0) is { } page)
            {
                return operation switch
                {
                    GenericFileWrite write => write with { File = file.Id, Offset = page.Index * hand.PageSize },
                    Vmtruncate cut => cut with { File = file.Id, Length = page.Index * hand.PageSize },
                    _ => operation,
                };
            }
        }

        return operation;
    }

    /// <summary>Half of the time a file whose dirty page a kiobuf has locked, wherever there is one; or the lock that leads there.</summary>
    private static Operation Sync(Hand hand)
    {
        if (!hand.Rng.OneIn(2))
        {
            return new Fsync(hand.File());
        }

        foreach (var file in hand.World.Files)
        {
            if (file.LockedDirty() is not null)
            {
                return new Fsync(file.Id);
            }
        }

        if (FilePin(hand, dirty: true) is var (pin, of))
        {
            hand.Plan(_ => new Fsync(of));
            return new LockKiovec(pin, null, Wait: true);
        }

        return new Fsync(hand.File());
    }

    /// <summary>A kiobuf that has not locked its pages, of which the first is a file's, and dirty where that is asked, and that file; null for none.</summary>
    private static (PinId Pin, FileId File)? FilePin(Hand hand, bool dirty)
    {
        foreach (var pin in hand.World.Pins)
        {
            if (!pin.Id.IsVector && !pin.IsLocked && pin.Pages.Count > 0 && pin.Pages[0] is { Locked: false, Mapping: { } file } page && (page.IsDirty || !dirty))
            {
                return (pin.Id, file.Id);
            }
        }

        return null;
    }

    private static Mmap? Map(Hand hand)
    {
        if (hand.TryMm(static (names, mm) => names.Runs(mm) && !names.HasFault(mm)) is not { } mm || hand.Names.NextFree(mm, hand.Rng.Below(hand.TaskPages)) is not (>= 0 and var page))
        {
            return null;
        }

        var pages = 1;
        for (var most = hand.Rng.Below(4); pages <= most && hand.Names.IsInTask(page, pages + 1) && hand.Names.IsFree(mm, page, pages + 1); pages++)
        {
        }

        var file = hand.File();
        var isFile = hand.Names.Has(file) && hand.Rng.OneIn(2);
        var kind = !isFile ? MapKind.Private : hand.Rng.Below(3) switch { 0 => MapKind.Private, 1 => MapKind.Shared, _ => MapKind.SharedRdonly };
        return new Mmap(mm, page, pages, Protection(hand), kind, isFile ? file : null, isFile ? hand.Rng.Below(2) : 0);
    }

    private static Prot Protection(Hand hand) => hand.Rng.Below(8) switch { 0 => Prot.None, 1 or 2 => Prot.R, _ => Prot.Rw };

    /// <summary>A range of pages that an area covers; null where none is.</summary>
    internal static Operation? Areas(Hand hand, Func<Hand, MmId, int, int, Operation> make)
    {
        var mm = hand.Mm();
        if (!hand.Names.Has(mm) || hand.Names.NextMapped(mm, hand.Rng.Below(hand.TaskPages)) is not (>= 0 and var page))
        {
            return null;
        }

        var pages = 1;
        for (var most = hand.Rng.Below(4); pages <= most && hand.Names.IsInTask(page, pages + 1) && hand.Names.IsMapped(mm, page, pages + 1); pages++)
        {
        }

        return make(hand, mm, page, pages);
    }

    /// <summary>Bytes of one page, often with a border of it.</summary>
    internal static Operation In(Hand hand, Func<Hand, MmId, int, int, Operation> make, int untouched)
    {
        var (mm, page) = hand.Rng.OneIn(untouched) ? UntouchedPage(hand) : MappedPage(hand);
        var from = hand.Rng.OneIn(2) ? 0 : hand.Rng.Below(hand.PageSize);
        return make(hand, mm, (page * hand.PageSize) + from, Math.Max(1, hand.Within(hand.PageSize - from)));
    }

    /// <summary>Bytes of a few pages, as pins take them.</summary>
    private static Operation Range(Hand hand, Func<Hand, MmId, int, int, Operation> make)
    {
        var (mm, page) = hand.Rng.OneIn(3) ? UntouchedPage(hand) : MappedPage(hand);
        var from = hand.Rng.OneIn(2) ? 0 : hand.Rng.Below(hand.PageSize);
        var address = (page * hand.PageSize) + from;
        return make(hand, mm, address, Math.Max(1, Math.Min((hand.TaskPages * hand.PageSize) - address, hand.Within(2 * hand.PageSize))));
    }

    private static Operation Pin(Hand hand) => Range(hand, static (hand, mm, address, count) =>
        new MapUserKiobuf(hand.NewKiobuf(), hand.Rng.OneIn(2), mm, address, count, hand.Rng.OneIn(3) ? 1 + hand.Rng.Below(2) : 0));

    /// <summary>A failure to come; one time in three, after a file has left the cache, of an operation that asks for memory again and again.</summary>
    private static Operation Fail(Hand hand)
    {
        if (hand.Rng.OneIn(20) && hand.Names.Count(NameKind.File) > 0)
        {
            return FirstTouchThatFails(hand, static (at, mm, k) => k == 3 || at.Rng.OneIn(3) ? new Store(mm, 0, 1, at.Data()) : new Load(mm, 0, 1));
        }

        if (hand.Rng.OneIn(3) && hand.Names.Count(NameKind.File) > 0)
        {
            var k = 2 + hand.Rng.Below(2);
            hand.Plan(_ => new FailAlloc(k), at => at.Rng.Below(10) switch
            {
                < 3 => In(at, static (hand, mm, address, count) => new Store(mm, address, count, hand.Data()), untouched: 1),
                < 5 => In(at, static (_, mm, address, count) => new Load(mm, address, count), untouched: 1),
                5 or 6 => Untouched(at, static (hand, mm, address, count) => new MapUserKiobuf(hand.NewKiobuf(), hand.Rng.OneIn(2), mm, address, count, 0)),
                7 or 8 => Untouched(at, static (hand, mm, address, count) => new GetUserPages(hand.NewVector(), hand.Rng.OneIn(2), mm, address, count, 1)),
                _ => new GenericFileWrite(at.File(), 0, 3 * at.PageSize, at.Data()),
            });
            return new ReclaimPages(hand.File());
        }

        return new FailAlloc(hand.Rng.Below(8) switch { < 3 => 1, < 6 => 2, _ => 3 });
    }

    /// <summary>A process that is new touches a file that is not cached: it asks for a page table, the file's page, and a copy where it stores.</summary>
    internal static DoExit FirstTouchThatFails(Hand hand, Func<Hand, MmId, int, Operation> touch)
    {
        var (file, k) = (hand.File(), 1 + hand.Rng.Below(3));
        var mm = default(MmId);
        hand.Plan(
            at => new MmAlloc(mm = at.NewMm(), at.Zone()),
            at => new Mmap(mm, 0, 1 + at.Rng.Below(2), Prot.Rw, MapKind.Private, file, 0),
            _ => new ReclaimPages(file),
            _ => new FailAlloc(k),
            at => touch(at, mm, k));
        return new DoExit(hand.Mm());
    }

    private static Operation Untouched(Hand hand, Func<Hand, MmId, int, int, Operation> make)
    {
        var (mm, page) = UntouchedPage(hand);
        return make(hand, mm, page * hand.PageSize, Math.Min(3, hand.TaskPages - page) * hand.PageSize);
    }

    private static int Times(Hand hand) => hand.Rng.Below(8) switch { 0 => 2, 1 => 100, 2 when hand.Rng.OneIn(3) => GetUserPages.MostTimes, _ => 1 };

    private static LockKiovec? Lock(Hand hand)
    {
        if (hand.TryKiobuf(static (names, pin) => !names.IsLocked(pin)) is not { } first)
        {
            return null;
        }

        var second = hand.TryKiobuf(static (names, pin) => !names.IsLocked(pin));
        return new LockKiovec(first, second != first && hand.Rng.OneIn(3) ? second : null, !hand.Rng.OneIn(4));
    }

    private static MarkDirtyKiobuf? Mark(Hand hand)
    {
        if ((hand.TryKiobuf(static (names, pin) => names.IsWritten(pin)) ?? hand.TryKiobuf(static (names, pin) => names.IsInto(pin))) is not { } pin)
        {
            return null;
        }

        var length = hand.Names.Length(pin);
        if (hand.World.Pin(pin) is { Pages: { Count: > 0 } pages } && pages[0].Mapping is { } file && hand.Rng.OneIn(2))
        {
            // What the device wrote is to come to disk.
            var of = file.Id;
            hand.Plan(_ => new Fsync(of));
        }

        return new MarkDirtyKiobuf(pin, hand.Rng.OneIn(4) ? Math.Max(1, hand.Within(length)) : length);
    }

    /// <summary>A page of a file that was not asked for yet, if there is one: it takes memory.</summary>
    internal static (MmId Mm, int Page) UntouchedPage(Hand hand)
    {
        var (mm, page) = MappedPage(hand);
        var found = page;
        for (var tries = 0; tries < hand.TaskPages && hand.Names.Has(mm); tries++)
        {
            var next = (page + tries) % hand.TaskPages;
            var area = hand.World.Mm(mm).Areas[next];
            if (area.File is { } file && hand.World.Mm(mm).Ptes[next].IsNone && area.Index * hand.PageSize < file.Length)
            {
                found = next;
                if (hand.World.Mm(mm).Ptes[next ^ 1].IsNone && file.FindPage(area.Index) is null)
                {
                    break;
                }
            }
        }

        return (mm, found);
    }

    /// <summary>A page that an area covers; now and then, or where there is none, any page.</summary>
    internal static (MmId Mm, int Page) MappedPage(Hand hand)
    {
        var mm = hand.Mm();
        var page = hand.Rng.Below(hand.TaskPages);
        return (mm, hand.Names.Has(mm) && !hand.Rng.OneIn(12) && hand.Names.NextMapped(mm, page) is >= 0 and var mapped ? mapped : page);
    }
}
