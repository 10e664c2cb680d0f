namespace ZeroCopy.Model.Copying;

/// <summary>A file on the copying path: its bytes, and for each which write put it there and what it was before.</summary>
public sealed class CopyingFile(FileContent content)
{
    private readonly List<Record> _writes = [];
    private byte[]? _bytes;

    /// <summary>As it was before the first of the writes that are remembered; null for as it was opened.</summary>
    private byte[]? _base;
    private int[] _baseFrom = [];
    private int _baseCut;

    /// <summary>The number of the write that each byte is from.</summary>
    private int[] _from = [];

    /// <summary>The write that each byte behind those is from: the last truncation.</summary>
    private int _cut;

    public long Length { get; private set; } = content.Length;

    /// <summary>Whether something was written since it was opened.</summary>
    public bool IsWritten => _bytes is not null;

    /// <summary>The bytes as they are now; behind the end, zeroes.</summary>
    public void Read(long offset, Span<byte> to)
    {
        var inFile = (int)Math.Clamp((_bytes?.Length ?? content.Length) - offset, 0, to.Length);
        if (_bytes is null)
        {
            content.Read(Math.Min(offset, content.Length), to[..inFile]);
        }
        else
        {
            _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), inFile).CopyTo(to);
        }

        to[inFile..].Clear();
    }

    /// <summary>Whether these, a page at most, are the bytes as they are now; behind the end, zeroes.</summary>
    public bool Has(long offset, ReadOnlySpan<byte> these)
    {
        Span<byte> bytes = stackalloc byte[these.Length];
        Read(offset, bytes);
        return these.SequenceEqual(bytes);
    }

    /// <summary>The number of the last write.</summary>
    public int LastWrite { get; private set; }

    /// <summary>The write that a byte was from when so many had been made.</summary>
    public int WriteAt(long offset, int clock)
    {
        for (var i = _writes.Count - 1; i >= 0; i--)
        {
            if (_writes[i].Number <= clock && _writes[i].Covers(offset))
            {
                return _writes[i].Number;
            }
        }

        return offset < _baseFrom.Length ? _baseFrom[offset] : _baseCut;
    }

    /// <summary>What a write made of a byte.</summary>
    public byte ValueOf(long offset, int write)
    {
        foreach (var record in _writes)
        {
            if (record.Number == write && record.Covers(offset))
            {
                return record.Bytes is null ? (byte)0 : record.Bytes[offset - record.Offset];
            }
        }

        var value = default(byte);
        if (_base is not null)
        {
            return offset < _base.Length ? _base[offset] : value;
        }

        if (offset < content.Length)
        {
            content.Read(offset, new Span<byte>(ref value));
        }

        return value;
    }

    /// <summary>Whether a byte was from this write at some time between two.</summary>
    public bool Had(long offset, int from, int until, int write)
    {
        if (write <= from || write > until)
        {
            return write == WriteAt(offset, from);
        }

        foreach (var record in _writes)
        {
            if (record.Number == write && record.Covers(offset))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a byte had this value at some time between two.</summary>
    public bool HadValue(long offset, int from, int until, byte value)
    {
        if (ValueOf(offset, WriteAt(offset, from)) == value)
        {
            return true;
        }

        foreach (var record in _writes)
        {
            if (record.Number > from && record.Number <= until && record.Covers(offset) && ValueOf(offset, record.Number) == value)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Until when writes to the file reach a page that somebody held: truncation takes a whole page out of the file, and its frame stays as it is.</summary>
    /// <param name="start">First byte of the page.</param>
    /// <param name="from">Writes when it was taken.</param>
    /// <param name="until">Writes when it is read.</param>
    public int Reached(long start, int from, int until)
    {
        foreach (var record in _writes)
        {
            if (record.Number > from && record.Number <= until && record.Bytes is null && record.Offset <= start)
            {
                return record.Number - 1;
            }
        }

        return until;
    }

    /// <summary>Forgets what the bytes were before: nobody will ask.</summary>
    public void Forget()
    {
        if (_bytes is null || _writes.Count == 0)
        {
            return;
        }

        Array.Resize(ref _base, _bytes.Length);
        Array.Resize(ref _baseFrom, _from.Length);
        _bytes.CopyTo(_base, 0);
        _from.CopyTo(_baseFrom, 0);
        _baseCut = _cut;
        _writes.Clear();
    }

    /// <summary>The write that a byte is from now; 0 for none.</summary>
    public int WriteAt(long offset) => _bytes is null ? 0 : offset < _from.Length ? _from[offset] : _cut;

    public void Write(int write, long offset, ReadOnlySpan<byte> bytes)
    {
        MakeRoom(offset + bytes.Length);
        LastWrite = write;
        bytes.CopyTo(_bytes.AsSpan((int)offset));
        Array.Fill(_from, write, (int)offset, bytes.Length);
        _writes.Add(new Record(write, offset, bytes.ToArray()));
        Length = Math.Max(Length, offset + bytes.Length);
    }

    /// <summary>What lies behind the new end is 0 from here on. A larger size stores nothing: a hole reads as the zeroes that are there.</summary>
    public void Truncate(int write, long length)
    {
        if (length < Length)
        {
            MakeRoom(length);
            LastWrite = write;
            _bytes.AsSpan((int)length).Clear();
            _from.AsSpan((int)length).Fill(write);
            _cut = write;
            _writes.Add(new Record(write, length, null));
        }

        Length = length;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(Length);
        state.Write(_cut);
        state.Write(_bytes);
        foreach (var from in _from)
        {
            state.Write(from);
        }

        state.Write(_base);
        foreach (var from in _baseFrom)
        {
            state.Write(from);
        }

        state.Write(_baseCut);
        state.Write(_writes.Count);
        foreach (var write in _writes)
        {
            state.Write(write.Number);
            state.Write(write.Offset);
            state.Write(write.Bytes);
        }
    }

    private void MakeRoom(long end)
    {
        if (_bytes is null)
        {
            _bytes = new byte[content.Length];
            _from = new int[content.Length];
            content.Read(0, _bytes);
        }

        if (_bytes.Length < end)
        {
            var before = _bytes.Length;
            Array.Resize(ref _bytes, (int)end);
            Array.Resize(ref _from, (int)end);
            _from.AsSpan(before).Fill(_cut);
        }
    }

    /// <param name="Number">Of the write.</param>
    /// <param name="Offset">First byte.</param>
    /// <param name="Bytes">Null for zeroes without end: a truncation.</param>
    private readonly record struct Record(int Number, long Offset, byte[]? Bytes)
    {
        public bool Covers(long offset) => offset >= Offset && (Bytes is null || offset - Offset < Bytes.Length);
    }
}
