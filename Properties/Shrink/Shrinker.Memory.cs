using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Fewer operations, or plainer ones, where there are processes: areas merge, what touches them is one pin, a child has the page in the place of swap.</summary>
public sealed partial class Shrinker
{
    private const int MostAreaPages = 3;

    /// <summary>Neither do_fork() of three pages nor a send allocates more often.</summary>
    private const int MostFailing = 8;

    /// <summary>An area goes, and another covers its pages; everything moves to lower pages.</summary>
    private bool MergeAreas()
    {
        var any = false;
        var page = _header.Profile.PageSize;
        while (_best.Exists(line => line.Operation is Mmap) && TryEach(_best, line => line.PageLower(page)))
        {
            any = true;
        }

        if (_best.Exists(line => line.Operation is Mmap { File: not null }))
        {
            any |= TryEach(_best.Where(line => line.Operation is not OpenFile), line => line.Anonymous());
        }

        for (var i = 0; i < _best.Count; i++)
        {
            for (var j = 0; j < _best.Count && i < _best.Count; j++)
            {
                if (i != j && _best[i].Operation is Mmap gone && _best[j].Operation is Mmap)
                {
                    var (without, wider) = (i, j);
                    any |= Try([.. _best.Select((line, k) => k == wider ? line.Wider(gone.Pages) : line).Where((_, k) => k != without)])
                        || Try([.. _best.Select((line, k) => k == wider ? line.Wider(gone.Pages).PageLower(page) : line).Where((_, k) => k != without)]);
                }
            }
        }

        return any | ZeroPageTwice();
    }

    /// <summary>One pin of all pages between, in the place of two operations that touch memory of a process.</summary>
    private bool TouchTogether()
    {
        for (var j = _best.Count - 1; j > 0; j--)
        {
            for (var i = j - 1; i >= 0; i--)
            {
                if (_best[i].Touch is not { } one || _best[j].Touch is not { } other || one.Mm != other.Mm)
                {
                    continue;
                }

                var (first, second) = (i, j);
                var from = Math.Min(one.Address, other.Address);
                var count = Math.Max(one.Address + one.Count, other.Address + other.Count) - from;
                var kiobuf = new PinId(false, _best.Count(line => line.Operation is MapUserKiobuf));
                foreach (var into in new[] { false, true })
                {
                    var pin = Of(new MapUserKiobuf(kiobuf, into, one.Mm, from, count, 0));
                    if (Try([.. _best.Select((line, k) => k == first ? pin : line).Where((_, k) => k != second)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>One pin of two pages that are both the zero page, in the place of two pins of one page.</summary>
    private bool ZeroPageTwice()
    {
        var pins = _best.Select(line => line.Operation).OfType<MapUserKiobuf>().ToList();
        return pins.Count > 1 && pins.Any(pin => TryEach(_best.Where(line => line.Operation is not MapUserKiobuf other || other == pin), line => line.Operation switch
        {
            Mmap area => Of(area with { Pages = 2, Prot = Prot.R }),
            MapUserKiobuf => Of(pin with { Into = false, Count = _header.Profile.PageSize + 1 }),
            LockKiovec both => Of(both with { Pin = pin.Result, Second = null }),
            _ => line,
        }));
    }

    /// <summary>One area stays, at the beginning; what touched others too touches only this one.</summary>
    private bool OneArea()
    {
        var page = _header.Profile.PageSize;
        foreach (var area in _best.Select(line => line.Operation).OfType<Mmap>())
        {
            var lines = _best.Where(line => line.Operation is not Mmap other || other == area)
                .Select(line => line.Touching(area.Mm, area.Page * page, (area.Page + area.Pages) * page)).OfType<Line>().ToList();
            for (var below = area.Page; below > 0; below--)
            {
                lines = [.. lines.Select(line => line.PageLower(page))];
            }

            if (lines.Count < _best.Count && Try(lines))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A page that is shared with a child, in the place of one that is swapped out: it is written to then, not pinned.</summary>
    private bool Forked()
    {
        var at = _best.FindIndex(line => line.Operation is SwapOut);
        if (at < 0)
        {
            return false;
        }

        var child = new MmId(_best.Max(line => line.Operation switch { MmAlloc mm => mm.Result.Value, DoFork fork => fork.Result.Value, _ => 0 }) + 1);
        var forked = _best.Select((line, i) => i == at ? Of(new DoFork(child, ((SwapOut)line.Operation).Mm, CloneFlags.None)) : line).ToList();
        List<Line> written = [.. forked.Select((line, i) => line.Operation is MapUserKiobuf pin && i < at ? Of(new Store(pin.Mm, pin.Address, pin.Count, 0)) : line)];
        List<Line> gone = [.. written.Select((line, i) => line.Operation is Store store && i > at ? Of(store with { IsShort = true }) : line)];
        return TryPlainer(forked) || TryPlainer(written) || TryPlainer(gone);
    }

    /// <summary>A thread goes: what one of the two stores while the other stands in a fault is stored by a tracer.</summary>
    private bool Traced()
    {
        foreach (var thread in _best.Select(line => line.Operation).OfType<DoFork>().Where(fork => fork.Flags == CloneFlags.Vm))
        {
            var lines = new List<Line>();
            var stands = false;
            foreach (var operation in _best.Select(line => line.Operation).Where(operation => operation != thread))
            {
                stands = operation is DoPageFault || (stands && operation is not Resume);
                lines.Add(Of(operation switch
                {
                    Store store when stands => new AccessProcessVm(thread.Parent, store.Address, store.Count, store.Data, 0),
                    Store store when store.Mm == thread.Result => store with { Mm = thread.Parent },
                    SwapOut taken when taken.Mm == thread.Result => taken with { Mm = thread.Parent },
                    DoPageFault fault when fault.Mm == thread.Result => fault with { Mm = thread.Parent },
                    Resume back when back.Mm == thread.Result => new Resume(thread.Parent),
                    _ => operation,
                }));
            }

            if (TryPlainer(lines))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A file that has the bytes, mapped to be read only, in the place of memory that is written to.</summary>
    private bool FromFile()
    {
        if (_best.Exists(line => line.Operation is OpenFile) || !_best.Exists(line => line.Operation is Store))
        {
            return false;
        }

        var content = new byte[1];
        Pattern.Fill(content, 0);
        return TryPlainer(
        [
            Of(new OpenFile(default, Zone.Low, new LiteralContent(content))),
            .. _best.Where(line => line.Operation is not Store).Select(line => line.Operation is Mmap area ? Of(area with { Pages = 1, Prot = Prot.R, Kind = MapKind.SharedRdonly, File = default(FileId) }) : line),
        ]);
    }

    /// <summary>One area, and one pin of all its pages, in the place of every area and every touch.</summary>
    private bool PinnedAtOnce()
    {
        var page = _header.Profile.PageSize;
        if (_best.Select(line => line.Operation).OfType<MmAlloc>().FirstOrDefault() is not { } mm)
        {
            return false;
        }

        var rest = _best.Select(line => line.Operation).Where(operation => operation is not (Mmap or MmAlloc or Mprotect) && Of(operation).Touch is null).ToList();
        for (var pages = 1; pages <= MostAreaPages && rest.Count + 3 < _best.Count; pages++)
        {
            foreach (var into in new[] { false, true })
            {
                for (var k = 1; k <= (rest.Exists(operation => operation is FailAlloc) ? MostFailing : 1); k++)
                {
                    Operation[] pinned = [mm, new Mmap(mm.Result, 0, pages, Prot.Rw, MapKind.Private, null, 0), new MapUserKiobuf(default, into, mm.Result, 0, (page * (pages - 1)) + 1, 0)];
                    if (TryPlainer([.. pinned, .. rest.Select(operation => operation is FailAlloc ? new FailAlloc(k) : operation)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}
