using System.Runtime.CompilerServices;

namespace ZeroCopy.Model.Pages;

/// <summary>User memory that is pinned for a device: the range as (page, offset, length). kernel: struct kiobuf, include/linux/iobuf.h, which is heavy (1024 buffer heads and a lock for each page); the light vector has the same pages and no locks.</summary>
/// <param name="id">Its name.</param>
/// <param name="into">A device may write to it. kernel: rw == READ.</param>
/// <param name="offset">First byte in the first page.</param>
/// <param name="length">Bytes of the range.</param>
/// <param name="times">How often the range is named in a row.</param>
/// <param name="plain">Its references say nothing of a device. kernel: FOLL_GET, as vmsplice() takes them.</param>
public sealed class Pin(PinId id, bool into, int offset, int length, int times, bool plain = false)
{
    private readonly List<Page> _pages = new(1);
    private PinMachine.State _state;

    public PinId Id => id;

    public bool Into => into;

    public int Offset => offset;

    /// <summary>Bytes of one turn.</summary>
    public int Length => length;

    public int Times => times;

    public bool IsPlain => plain;

    /// <summary>Each page once for each turn that names it. kernel: iobuf->maplist.</summary>
    public ListView<Page> Pages => _pages;

    public PinMachine.State State => _state;

    public bool IsLocked => _state is PinMachine.State.Locked or PinMachine.State.LockedWritten;

    /// <summary>Takes one more page; false where its count could wrap.</summary>
    internal bool TryAdd(Page page)
    {
        if (!page.TryPin(plain))
        {
            return false;
        }

        _pages.Add(page);
        return true;
    }

    internal void Map() => Fire(PinMachine.Event.Map, PinMachine.Guard.None);

    internal void Lock() => Fire(PinMachine.Event.Lock, PinMachine.Guard.None);

    /// <summary>kernel: unlock_kiovec().</summary>
    internal void Unlock()
    {
        Fire(PinMachine.Event.Unlock, PinMachine.Guard.None);
        foreach (var page in _pages)
        {
            page.Unlock();
        }
    }

    /// <summary>Whether a page of it is in a file's cache: then what a device writes is a write to the file.</summary>
    public bool IsOfFile
    {
        get
        {
            for (var i = 0; i < Pieces; i++)
            {
                if (_pages[i].Mapping is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The device writes the whole range, by physical address. The memory does not know: no dirty bit is set.</summary>
    /// <param name="memory">Where.</param>
    /// <param name="seed">Of the pattern.</param>
    /// <param name="write">Number of the write, where it is one to a file.</param>
    internal void DmaFromDevice(PhysicalMemory memory, int seed, int write)
    {
        Fire(PinMachine.Event.DmaFromDevice, into ? PinMachine.Guard.Into : PinMachine.Guard.None);
        var done = 0;
        for (var i = 0; i < Pieces; i++)
        {
            var to = At(memory, i);
            Pattern.Fill(to.Span, seed, done);
            to.Shadow.Clear();
            _pages[i].Mapping?.Stamp(_pages[i], i == 0 ? offset : 0, to.Length, write);
            done += to.Length;
        }
    }

    /// <summary>The device reads the whole range, by physical address.</summary>
    internal void DmaToDevice(PhysicalMemory memory, Bytes to)
    {
        Fire(PinMachine.Event.DmaToDevice, PinMachine.Guard.None);
        var done = 0;
        for (var i = 0; i < Pieces; i++)
        {
            var from = At(memory, i);
            from.CopyTo(to.Slice(done, from.Length));
            done += from.Length;
        }
    }

    /// <summary>Marks the pages of the first bytes: of those which were transferred. kernel: mark_dirty_kiobuf().</summary>
    internal void MarkDirty(int bytes)
    {
        Fire(PinMachine.Event.MarkDirty, bytes >= length ? PinMachine.Guard.Whole : PinMachine.Guard.None);
        for (int i = 0, start = -offset; i < Pieces && start < bytes; i++, start += _pages[0].Bytes.Length)
        {
            if (!_pages[i].Reserved)
            {
                _pages[i].SetDirty();
            }
        }
    }

    /// <summary>Lets every page go; locked ones are unlocked first. kernel: unmap_kiobuf().</summary>
    internal void Unmap()
    {
        if (IsLocked)
        {
            Unlock();
        }

        Fire(PinMachine.Event.Unmap, PinMachine.Guard.None);
        Drop();
    }

    /// <summary>Lets go of what was taken so far: it could not be mapped as a whole.</summary>
    internal void Drop()
    {
        foreach (var page in _pages)
        {
            page.Unpin(plain);
        }

        _pages.Clear();
    }

    /// <summary>Pages of one turn.</summary>
    public int Pieces => _pages.Count / times;

    /// <summary>Bytes of a turn that lie in its i-th page: (page, offset, length).</summary>
    public (Page Page, int Offset, int Length) Piece(int i)
    {
        var page = _pages[i];
        var size = page.Bytes.Length;
        var from = i == 0 ? offset : 0;
        var left = length + offset - (i * size);
        return (page, from, Math.Min(size, left) - from);
    }

    public void WriteState(StateWriter state)
    {
        state.Write((int)_state);
        state.Write(into);
        state.Write(offset);
        state.Write(length);
        state.Write(times);
        state.Write(plain);
        foreach (var page in _pages)
        {
            page.WriteState(state);
        }
    }

    private Bytes At(PhysicalMemory memory, int i)
    {
        var (page, from, count) = Piece(i);
        memory.TryAt(page.Address + (ulong)from, out var bytes, out _, out _);
        return bytes[..count];
    }

    private void Fire(PinMachine.Event @event, PinMachine.Guard guards)
    {
        var next = PinMachine.Table.Next((int)_state, (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(@event, guards);
        }

        _state = (PinMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(PinMachine.Event @event, PinMachine.Guard guards)
    {
        var rule = PinMachine.Table.Forbids(_state, @event, guards);
        throw new BugException(rule, $"{@event} of {id}, which is {_state} ({PinMachine.Table.Lacks(_state, @event, guards)}; met: {guards})");
    }
}
