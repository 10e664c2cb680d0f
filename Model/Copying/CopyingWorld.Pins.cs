namespace ZeroCopy.Model.Copying;

/// <summary>Pins on the copying path: they name the arrays of a range.</summary>
/// <remarks>Here is more than plain arrays. A pin holds bytes, never the mapping: after a fork, a swap-out or a change of protection, the next write moves the process to a copy, and the pin keeps what was there; until it writes, a process sees through its page what a device writes to the pin, and so does its child.</remarks>
public sealed partial class CopyingWorld
{
    private readonly Table<CopyingPin> _kiobufs = new();
    private readonly Table<CopyingPin> _vectors = new();

    public CopyingPin Pin(PinId id) => PinTable(id)[id.Value];

    public bool Has(PinId id) => PinTable(id).Has(id.Value);

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

    /// <summary>Whether these are the bytes of a pin in its i-th page.</summary>
    public bool Has(CopyingPin pin, int i, ReadOnlySpan<byte> these)
    {
        var cell = pin.Cells[i];
        return these.Length == pin.Count(i)
            && (cell.File is { } file ? File(file).Has((cell.Index * profile.PageSize) + pin.From(i), these) : these.SequenceEqual(cell.Bytes.AsSpan(pin.From(i), these.Length)));
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

    private void Forget(PinId pin)
    {
        if (Has(pin))
        {
            Unbind(pin);
        }
    }
}
