namespace ZeroCopy.Model.Copying;

/// <summary>Processes on the copying path: an array for each page that was written.</summary>
public sealed partial class CopyingWorld
{
    private readonly Table<CopyingProcess> _mms = new();
    private readonly Stack<CopyingCell> _freeCells = new();
    private readonly byte[] _filePage = new byte[profile.PageSize];
    private readonly CopyingCell _zeroes = new(profile.PageSize);

    /// <summary>What plain arrays say of this call: none, or the refusal that its arguments deserve.</summary>
    public Refusal Verdict { get; private set; }

    /// <summary>The page that this swap-out was asked for is one that it must take: written, not yet out, not locked.</summary>
    public bool IsSwapOutDue { get; private set; }

    public CopyingProcess Mm(MmId id) => _mms[id.Value];

    public void Bind(MmId id)
    {
        _mms.Bind(id.Value, new CopyingProcess(profile.TaskPages));
        _slices.Bind(id.Value, profile.SliceTicks);
        Names.Bind(id);
    }

    /// <summary>Pages are given back: they are as they would be had the process never written.</summary>
    public void Dontneed(MmId id, int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            Forget(ref Mm(id)[n]);
        }
    }

    public void Mmap(MmId id, int page, int pages, in CopyingSlot slot)
    {
        for (var i = 0; i < pages; i++)
        {
            Mm(id)[page + i] = slot with { Index = slot.Index + (slot.File is null ? 0 : i) };
        }

        Names.Map(id, page, pages);
        LimitStores(id, page, pages);
    }

    public void Munmap(MmId id, int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            Forget(ref Mm(id)[n]);
            Mm(id)[n] = default;
        }

        Names.Unmap(id, page, pages);
        LimitStores(id, page, pages);
    }

    /// <summary>Changes protections up to the first page that refuses.</summary>
    public void Mprotect(MmId id, int page, int pages, bool read, bool write, bool isApplied)
    {
        for (var n = page; n < page + pages; n++)
        {
            ref var slot = ref Mm(id)[n];
            if (write && !slot.MayWrite)
            {
                Verdict = Refusal.NoAccess;
                return;
            }

            if (isApplied && (slot.Read != read || slot.Write != write))
            {
                (slot.Read, slot.Write) = (read, write);
                slot.WriteFaults |= slot.Own is not null && profile.Kernel == Kernel.Linux244;
            }
        }
    }

    /// <summary>The arguments alone deserve a refusal.</summary>
    public void Refuse(Refusal refusal) => Verdict = refusal;

    /// <summary>Says what the area under a page, and the file behind it, make of an access by the CPU.</summary>
    public void JudgeAccess(MmId id, int n, bool write)
    {
        var slot = Mm(id)[n];
        Verdict = (write ? !slot.Write : !slot.Read) ? Refusal.NoAccess : IsBehindFile(slot) ? Refusal.OutOfRange : Refusal.None;
    }

    /// <summary>The bytes of a page before it is read: they come back from wherever they are.</summary>
    public ReadOnlySpan<byte> Load(MmId id, int n)
    {
        Mm(id)[n].IsOut = false;
        return Peek(id, n);
    }

    /// <summary>The process stores bytes of a pattern in one page.</summary>
    public void Store(MmId id, int address, int count, int seed)
    {
        ref var slot = ref Mm(id)[address / profile.PageSize];
        var from = address % profile.PageSize;
        if (slot is { Shared: true, File: { } file })
        {
            var bytes = _filePage.AsSpan(0, count);
            Pattern.Fill(bytes, seed);
            Write(file, NextWrite(), (slot.Index * profile.PageSize) + from, bytes);
        }
        else
        {
            Pattern.Fill(Writable(ref slot).Bytes.AsSpan(from, count), seed);
        }
    }

    /// <summary>The bytes of a page as they are.</summary>
    public ReadOnlySpan<byte> Peek(MmId id, int n) => Peek(Mm(id)[n]);

    /// <summary>The bytes of one page of a process as they are.</summary>
    public ReadOnlySpan<byte> Peek(in CopyingSlot slot) =>
        slot.Own is { } own ? own.Bytes : slot.File is { } file ? FilePage(file, slot.Index) : _zeroes.Bytes;

    /// <summary>Whether these are the bytes of one page of a process.</summary>
    public bool Has(in CopyingSlot slot, ReadOnlySpan<byte> these) =>
        slot.Own is { } own ? these.SequenceEqual(own.Bytes)
        : slot.File is { } file ? File(file).Has(slot.Index * profile.PageSize, these)
        : these.SequenceEqual(_zeroes.Bytes);

    /// <summary>Memory is short, and the page was asked for.</summary>
    public void SwapOut(MmId id, int n, bool isTaken)
    {
        ref var slot = ref Mm(id)[n];
        IsSwapOutDue = slot.Own is { } own && !slot.IsOut && !IsLocked(own) && !KeepsPinned(own);
        if (isTaken && slot.Own is not null)
        {
            slot.IsOut = true;
            slot.WriteFaults |= profile.Kernel == Kernel.Linux244;
        }
    }

    private void Forget(ref CopyingSlot slot)
    {
        Release(slot.Own);
        (slot.Own, slot.IsOut, slot.WriteFaults) = (null, false, false);
    }

    private bool IsBehindFile(in CopyingSlot slot) =>
        slot.Own is null && slot.File is { } file && slot.Index * profile.PageSize >= _files[file.Value].Length;

    private CopyingCell Writable(ref CopyingSlot slot)
    {
        slot.IsOut = false;
        if (slot.Own is not { } own)
        {
            slot.Own = Copied(slot.File is { } file ? FilePage(file, slot.Index) : _zeroes.Bytes);
        }
        else if (slot.WriteFaults && IsHeldBesides(own))
        {
            slot.Own = Copied(own.Bytes);
            Release(own);
        }

        slot.WriteFaults = false;
        return slot.Own;
    }

    private CopyingCell Copied(ReadOnlySpan<byte> bytes)
    {
        var cell = _freeCells.TryPop(out var used) ? used : new CopyingCell(profile.PageSize);
        (cell.Pins, cell.PlainPins, cell.Users, cell.File, cell.Index, cell.IsTruncated) = (0, 0, 1, null, 0, false);
        bytes.CopyTo(cell.Bytes);
        return cell;
    }

    private void Release(CopyingCell? cell)
    {
        if (cell is not null && --cell.Users == 0 && cell != _zeroes)
        {
            _freeCells.Push(cell);
        }
    }

    /// <summary>A page of a file, with zeroes behind its end.</summary>
    private byte[] FilePage(FileId file, long index)
    {
        _files[file.Value].Read(index * profile.PageSize, _filePage);
        return _filePage;
    }

    /// <summary>Truncation takes whole pages out of a file: pins keep them as they were, and processes lose what they had there, their own copies too.</summary>
    private void LeaveFile(FileId file, long firstIndex)
    {
        for (var name = 0; name < Math.Max(_kiobufs.Count, _vectors.Count); name++)
        {
            LeaveFile(_kiobufs, name, file, firstIndex);
            LeaveFile(_vectors, name, file, firstIndex);
        }

        for (var name = 0; name < _mms.Count; name++)
        {
            for (var n = 0; _mms.Has(name) && n < profile.TaskPages; n++)
            {
                ref var slot = ref _mms[name][n];
                if (slot.File == file && slot.Index >= firstIndex)
                {
                    Forget(ref slot);
                }
            }
        }
    }

    /// <summary>A file has another size: where stores and transfers may go in its pages.</summary>
    private void FollowFile()
    {
        for (var name = 0; name < _mms.Count; name++)
        {
            if (_mms.Has(name))
            {
                LimitStores(new MmId(name), 0, profile.TaskPages);
            }
        }

        for (var name = 0; name < Math.Max(_kiobufs.Count, _vectors.Count); name++)
        {
            LimitDma(new PinId(false, name));
            LimitDma(new PinId(true, name));
        }
    }

    private void LimitStores(MmId id, int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            ref readonly var slot = ref Mm(id)[n];
            var inFile = slot is { Shared: true, File: { } file } ? _files[file.Value].Length - (slot.Index * profile.PageSize) : profile.PageSize;
            Names.SetStorable(id, n, inFile <= 0 ? profile.PageSize : (int)Math.Min(inFile, profile.PageSize));
        }
    }

    private void BeginMemoryStep() => (Verdict, IsSwapOutDue) = (Refusal.None, false);

    private void WriteMemory(StateWriter state)
    {
        for (var name = 0; name < _mms.Count; name++)
        {
            if (!_mms.Has(name))
            {
                continue;
            }

            state.Write(_slices[name]);
            state.Write(_mms[name].IsForked);
            for (var n = 0; n < profile.TaskPages; n++)
            {
                var slot = _mms[name][n];
                state.Write(slot.IsMapped);
                state.Write(slot.Read);
                state.Write(slot.Write);
                state.Write(slot.MayWrite);
                state.Write(slot.Shared);
                state.Write(slot.File?.Value ?? -1);
                state.Write(slot.Index);
                state.Write(slot.IsOut);
                state.Write(slot.WriteFaults);
                WriteCell(state, slot.Own);
            }
        }

        WriteFaults(state);
        WritePins(state, _kiobufs);
        WritePins(state, _vectors);
    }

    private static void WriteCell(StateWriter state, CopyingCell? cell)
    {
        state.Refer(cell);
        if (cell is not null && state.Reach(cell))
        {
            state.Write(cell.Pins);
            state.Write(cell.PlainPins);
            state.Write(cell.Users);
            state.Write(cell.File?.Value ?? -1);
            state.Write(cell.IsTruncated);
            state.Write(cell.Index);
            state.Write(cell.File is null ? cell.Bytes : []);
        }
    }

    /// <summary>Every cell goes back to the pool.</summary>
    private void ResetMemory()
    {
        ResetFaults();
        for (var name = 0; name < Math.Max(_kiobufs.Count, _vectors.Count); name++)
        {
            Forget(new PinId(false, name));
            Forget(new PinId(true, name));
        }

        for (var name = 0; name < _mms.Count; name++)
        {
            if (_mms.Has(name))
            {
                Exit(new MmId(name));
            }
        }

        _mms.Clear();
        _slices.Clear();
        _kiobufs.Clear();
        _vectors.Clear();
        BeginMemoryStep();
    }
}
