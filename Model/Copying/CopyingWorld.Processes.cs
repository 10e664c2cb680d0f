namespace ZeroCopy.Model.Copying;

/// <summary>Processes on the copying path: an array for each page that was written, and a pin that names arrays.</summary>
/// <remarks>One thing is more than that. A pin holds bytes, never the mapping: after a fork, a swap-out or a change of protection, the next write moves the process to a copy, and the pin keeps what was there; until it writes, a process sees through its page what a device writes to the pin, and so does its child.</remarks>
public sealed partial class CopyingWorld
{
    private readonly Table<CopyingProcess> _mms = new();
    private readonly Table<int> _slices = new();
    private readonly Table<CopyingPin> _kiobufs = new();
    private readonly Table<CopyingPin> _vectors = new();
    private readonly Stack<CopyingCell> _freeCells = new();
    private readonly byte[] _filePage = new byte[profile.PageSize];
    private readonly CopyingCell _zeroes = new(profile.PageSize);

    /// <summary>What plain arrays say of this call: none, or the refusal that its arguments deserve.</summary>
    public Refusal Verdict { get; private set; }

    /// <summary>The page that this swap-out was asked for is one that it must take: written, not yet out, not locked.</summary>
    public bool IsSwapOutDue { get; private set; }

    public CopyingProcess Mm(MmId id) => _mms[id.Value];

    public CopyingPin Pin(PinId id) => PinTable(id)[id.Value];

    public bool Has(PinId id) => PinTable(id).Has(id.Value);

    /// <summary>What is left of a process's slice.</summary>
    public int Slice(MmId id) => _slices[id.Value];

    /// <summary>The process that has most left of its slice.</summary>
    public int NextProcess { get; private set; }

    public void Bind(MmId id)
    {
        _mms.Bind(id.Value, new CopyingProcess(profile.TaskPages));
        _slices.Bind(id.Value, profile.SliceTicks);
        Names.Bind(id);
    }

    /// <summary>The process does something: where it is not alone, that is a part of its slice.</summary>
    public void Tick(MmId id) => _slices.Rebind(id.Value, Math.Max(0, Slice(id) - (_mms.Bound > 1 ? 1 : 0)));

    /// <summary>Whose turn it is; where nobody who runs has anything left, everybody is given a slice.</summary>
    public void Schedule()
    {
        if (MostLeft() == 0)
        {
            for (var name = 0; name < _mms.Count; name++)
            {
                if (_mms.Has(name))
                {
                    _slices.Rebind(name, (_slices[name] / 2) + profile.SliceTicks);
                }
            }
        }

        var most = MostLeft();
        NextProcess = Enumerable.Range(0, _mms.Count).First(name => Names.Runs(new MmId(name)) && _slices[name] == most);
    }

    private int MostLeft() => Enumerable.Range(0, _mms.Count).Where(name => Names.Runs(new MmId(name))).Max(name => _slices[name]);

    /// <summary>The child has what its parent had left.</summary>
    private void HandSlice(MmId child, MmId parent)
    {
        _slices.Bind(child.Value, Slice(parent));
        _slices.Rebind(parent.Value, 0);
    }

    /// <summary>A child with a copy of everything, made at once. Bytes that a device has pinned are the pin's, of which there is one.</summary>
    public void Fork(MmId child, MmId parent)
    {
        var copy = new CopyingProcess(profile.TaskPages) { IsForked = true };
        Mm(parent).IsForked = true;
        for (var n = 0; n < profile.TaskPages; n++)
        {
            ref var slot = ref Mm(parent)[n];
            ref var own = ref copy[n];
            own = slot;
            if (slot.Own is not { } cell)
            {
                continue;
            }

            if (KeepsPinned(cell))
            {
                own.Own = Copied(cell.Bytes);
                own.WriteFaults = false;
            }
            else
            {
                own.Own = cell.Pins > 0 ? cell : Copied(cell.Bytes);
                cell.Users += cell.Pins > 0 ? 1 : 0;
                (own.WriteFaults, slot.WriteFaults) = (true, true);
            }
        }

        _mms.Bind(child.Value, copy);
        HandSlice(child, parent);
        Names.BindFork(child, parent);
    }

    /// <summary>A fork that failed had got so far: the next write to each of these pages takes a fault all the same.</summary>
    public void Protect(MmId parent, int pages)
    {
        for (var n = 0; n < pages; n++)
        {
            ref var slot = ref Mm(parent)[n];
            slot.WriteFaults |= slot.Own is { } own && !KeepsPinned(own);
        }
    }

    /// <summary>A child with the same memory.</summary>
    public void Share(MmId child, MmId parent, bool sleeps)
    {
        Mm(parent).Users++;
        _mms.Bind(child.Value, Mm(parent));
        HandSlice(child, parent);
        Names.BindShared(child, parent, sleeps);
    }

    /// <summary>The process goes on without memory; what it had is given up by its last.</summary>
    public void Exec(MmId id)
    {
        GiveUp(id);
        _mms.Rebind(id.Value, new CopyingProcess(profile.TaskPages));
        Names.Exec(id);
    }

    /// <summary>The process ends; pins stay.</summary>
    public void Exit(MmId id)
    {
        GiveUp(id);
        _mms.Unbind(id.Value);
        _slices.Unbind(id.Value);
        Names.Unbind(id);
    }

    /// <summary>Pages are given back: they are as they would be had the process never written.</summary>
    public void Dontneed(MmId id, int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            Forget(ref Mm(id)[n]);
        }
    }

    /// <summary>A write that the area need not allow; another thread may give the page back within the call.</summary>
    public void Force(MmId id, int address, int count, int seed, int dontneedAfter, Observation seen)
    {
        var n = address / profile.PageSize;
        ref var slot = ref Mm(id)[n];
        Verdict = !slot.IsMapped || (!slot.Write && (slot.Shared || !slot.MayWrite)) ? Refusal.NoAccess
            : IsBehindFile(slot) ? Refusal.OutOfRange
            : Refusal.None;
        if (seen.GaveBack)
        {
            Forget(ref slot);
        }

        if (seen.Succeeded)
        {
            Store(id, address, count, seed);

            // Its entry stays protected: by the count alone, the next one takes a fault again.
            slot.WriteFaults = !slot.Write && profile.Kernel == Kernel.Linux244;
        }

        if (dontneedAfter > 0 && profile.Kernel == Kernel.Linux244)
        {
            Forget(ref slot);
        }
    }

    public void Mmap(MmId id, int page, int pages, in CopyingSlot slot)
    {
        for (var i = 0; i < pages; i++)
        {
            Mm(id)[page + i] = slot with { Index = slot.Index + (slot.File is null ? 0 : i) };
        }

        Names.Map(id, page, pages);
        LimitStores(id);
    }

    public void Munmap(MmId id, int page, int pages)
    {
        for (var n = page; n < page + pages; n++)
        {
            Forget(ref Mm(id)[n]);
            Mm(id)[n] = default;
        }

        Names.Unmap(id, page, pages);
        LimitStores(id);
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

    /// <summary>Says the same of a range that is to be pinned.</summary>
    public void JudgePin(PinId pin, MmId id, int page, int pages, bool into)
    {
        Verdict = Names.Has(pin) ? Refusal.Invalid : Refusal.None;
        for (var n = page; n < page + pages && Verdict == Refusal.None; n++)
        {
            var slot = n < profile.TaskPages ? Mm(id)[n] : default;
            Verdict = !slot.IsMapped ? Refusal.OutOfRange
                : (into && !slot.Write) || !slot.Read ? Refusal.NoAccess
                : IsBehindFile(slot) ? Refusal.OutOfRange
                : Refusal.None;
        }
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

    /// <summary>A pin on the cells of a range.</summary>
    public void Bind(PinId id, MmId mm, int page, int offset, int length, bool into, bool isPlain)
    {
        // Known before it is filled: one page of a file under two pages of the range is one cell.
        var pin = new CopyingPin(into, offset, length, isPlain);
        PinTable(id).Bind(id.Value, pin);
        for (var n = page; n <= page + ((offset + length - 1) / profile.PageSize); n++)
        {
            pin.Cells.Add(Hold(mm, n, into, isPlain));
        }

        Names.Bind(id, into, length);
        LimitDma(id);
    }

    /// <summary>What a call that was refused had done to the first pages of its range.</summary>
    public void TouchRange(MmId mm, int page, int pages, bool into, bool isPlain)
    {
        for (var n = page; n < page + pages; n++)
        {
            Touch(ref Mm(mm)[n], into, isPlain);
        }
    }

    public void Unbind(PinId id)
    {
        foreach (var cell in Pin(id).Cells)
        {
            cell.Pins--;
            cell.PlainPins -= Pin(id).IsPlain ? 1 : 0;
            Release(cell);
        }

        PinTable(id).Unbind(id.Value);
        Names.Unbind(id);
    }

    /// <summary>The bytes of a pin in its i-th page.</summary>
    public ReadOnlySpan<byte> PinBytes(PinId id, int i)
    {
        var pin = Pin(id);
        return BytesOf(pin.Cells[i]).AsSpan(pin.From(i), pin.Count(i));
    }

    /// <summary>The device writes the whole range.</summary>
    public void DmaFromDevice(PinId id, int seed)
    {
        var pin = Pin(id);
        var (done, write) = (0, 0);
        for (var i = 0; i < pin.Cells.Count; i++)
        {
            var to = pin.Cells[i].Bytes.AsSpan(pin.From(i), pin.Count(i));
            Pattern.Fill(to, seed, done);
            done += to.Length;
            if (pin.Cells[i].File is { } file)
            {
                write = write == 0 ? NextWrite() : write;
                Write(file, write, (pin.Cells[i].Index * profile.PageSize) + pin.From(i), to);
            }
        }

        Names.SetWritten(id, true);
    }

    /// <summary>The device reads the whole range: the answer.</summary>
    public void DmaToDevice(PinId id)
    {
        var pin = Pin(id);
        Span<byte> bytes = stackalloc byte[pin.Length];
        var done = 0;
        for (var i = 0; i < pin.Cells.Count; i++)
        {
            PinBytes(id, i).CopyTo(bytes[done..]);
            done += pin.Count(i);
        }

        SetAnswer(bytes);
    }

    public void SetLocked(PinId id, bool locked)
    {
        Pin(id).IsLocked = locked;
        Names.SetLocked(id, locked);
    }

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

    /// <summary>Whether a page that is pinned stays where it is: from linux 6 on.</summary>
    private bool KeepsPinned(CopyingCell cell) => profile.Kernel == Kernel.Linux6 && cell.Pins > cell.PlainPins;

    /// <summary>Whether a writer must leave the bytes: a pin, or another process, has them too.</summary>
    private bool IsHeldBesides(CopyingCell cell) => (cell.Pins > 0 && !KeepsPinned(cell)) || cell.Users - cell.Pins > 1;

    /// <summary>Makes a page accessible, as a pin asks for it.</summary>
    private void Touch(ref CopyingSlot slot, bool into, bool isPlain)
    {
        slot.IsOut = false;
        if (!slot.Shared && (into || (slot.Own is not null && !isPlain && profile.Kernel == Kernel.Linux6)))
        {
            Writable(ref slot);
        }
    }

    private void GiveUp(MmId id)
    {
        if (--Mm(id).Users > 0)
        {
            return;
        }

        for (var n = 0; n < profile.TaskPages; n++)
        {
            Forget(ref Mm(id)[n]);
        }
    }

    private void Forget(ref CopyingSlot slot)
    {
        Release(slot.Own);
        (slot.Own, slot.IsOut, slot.WriteFaults) = (null, false, false);
    }

    private bool IsLocked(CopyingCell cell)
    {
        for (var name = 0; name < _kiobufs.Count; name++)
        {
            if (_kiobufs.Has(name) && _kiobufs[name].IsLocked && _kiobufs[name].Cells.Contains(cell))
            {
                return true;
            }
        }

        return false;
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

    private CopyingCell Hold(MmId mm, int n, bool into, bool isPlain)
    {
        ref var slot = ref Mm(mm)[n];
        Touch(ref slot, into, isPlain);
        var isOfFile = slot.File is not null && (slot.Shared || slot.Own is null);
        var cell = isOfFile ? FileCell(slot.File!.Value, slot.Index) : slot.Own ?? _zeroes;
        cell.Pins++;
        cell.PlainPins += isPlain ? 1 : 0;
        cell.Users++;
        return cell;
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

    private byte[] BytesOf(CopyingCell cell)
    {
        if (cell.File is { } file)
        {
            _files[file.Value].Read(cell.Index * profile.PageSize, cell.Bytes);
        }

        return cell.Bytes;
    }

    /// <summary>A pinned page of a file: as long as the file has it, its bytes are the file's.</summary>
    private CopyingCell FileCell(FileId file, long index)
    {
        for (var name = 0; name < Math.Max(_kiobufs.Count, _vectors.Count); name++)
        {
            if (FileCell(_kiobufs, name, file, index) is { } inKiobuf)
            {
                return inKiobuf;
            }

            if (FileCell(_vectors, name, file, index) is { } inVector)
            {
                return inVector;
            }
        }

        var cell = Copied(FilePage(file, index));
        (cell.Users, cell.File, cell.Index, cell.IsTruncated) = (0, file, index, false);
        return cell;
    }

    private static CopyingCell? FileCell(Table<CopyingPin> pins, int name, FileId file, long index)
    {
        for (var i = 0; pins.Has(name) && i < pins[name].Cells.Count; i++)
        {
            var cell = pins[name].Cells[i];
            if (cell.File == file && cell.Index == index)
            {
                return cell;
            }
        }

        return null;
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

    private void LeaveFile(Table<CopyingPin> pins, int name, FileId file, long firstIndex)
    {
        for (var i = 0; pins.Has(name) && i < pins[name].Cells.Count; i++)
        {
            var cell = pins[name].Cells[i];
            if (cell.File == file && cell.Index >= firstIndex)
            {
                BytesOf(cell);
                (cell.File, cell.IsTruncated) = (null, _flows.Count > 0);
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
                LimitStores(new MmId(name));
            }
        }

        for (var name = 0; name < Math.Max(_kiobufs.Count, _vectors.Count); name++)
        {
            LimitDma(new PinId(false, name));
            LimitDma(new PinId(true, name));
        }
    }

    private void LimitStores(MmId id)
    {
        for (var n = 0; n < profile.TaskPages; n++)
        {
            var slot = Mm(id)[n];
            var inFile = slot is { Shared: true, File: { } file } ? _files[file.Value].Length - (slot.Index * profile.PageSize) : profile.PageSize;
            Names.SetStorable(id, n, inFile <= 0 ? profile.PageSize : (int)Math.Min(inFile, profile.PageSize));
        }
    }

    private void LimitDma(PinId id)
    {
        var behind = false;
        for (var i = 0; Has(id) && i < Pin(id).Cells.Count; i++)
        {
            var cell = Pin(id).Cells[i];
            behind |= cell.IsTruncated || (cell.File is { } file && (cell.Index * profile.PageSize) + Pin(id).From(i) + Pin(id).Count(i) > _files[file.Value].Length);
        }

        if (Has(id) && Names.Has(id))
        {
            Names.SetBehindFile(id, behind);
        }
    }

    private Table<CopyingPin> PinTable(PinId id) => id.IsVector ? _vectors : _kiobufs;

    private void BeginMemoryStep() => (Verdict, IsSwapOutDue) = (Refusal.None, false);

    private void WriteMemory(StateWriter state)
    {
        for (var name = 0; name < _mms.Count; name++)
        {
            for (var n = 0; _mms.Has(name) && n < profile.TaskPages; n++)
            {
                var slot = _mms[name][n];
                state.Write(n == 0 ? _slices[name] : 0);
                state.Write(_mms[name].IsForked);
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

        WritePins(state, _kiobufs);
        WritePins(state, _vectors);
    }

    private void WritePins(StateWriter state, Table<CopyingPin> pins)
    {
        for (var name = 0; name < pins.Count; name++)
        {
            if (!pins.Has(name))
            {
                continue;
            }

            state.Write(name);
            state.Write(pins[name].Into);
            state.Write(pins[name].Offset);
            state.Write(pins[name].Length);
            state.Write(pins[name].IsPlain);
            state.Write(pins[name].IsLocked);
            state.Write(Names.IsWritten(new PinId(pins == _vectors, name)));
            foreach (var cell in pins[name].Cells)
            {
                WriteCell(state, cell);
            }
        }

        state.Refer(null);
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

    private void Forget(PinId pin)
    {
        if (Has(pin))
        {
            Unbind(pin);
        }
    }

    /// <summary>Every cell goes back to the pool.</summary>
    private void ResetMemory()
    {
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
