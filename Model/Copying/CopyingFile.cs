namespace ZeroCopy.Model.Copying;

/// <summary>A file on the copying path: its bytes, and for each which write put it there and what it was before.</summary>
public sealed class CopyingFile(FileContent content)
{
    private readonly List<Record> _writes = [];
    private byte[]? _bytes;

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

    /// <summary>The write that a byte is from now; 0 for none.</summary>
    public int WriteAt(long offset) => _bytes is null ? 0 : offset < _from.Length ? _from[offset] : _cut;

    public void Write(int write, long offset, ReadOnlySpan<byte> bytes)
    {
        MakeRoom(offset + bytes.Length);
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
            MakeRoom(0);
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
    private readonly record struct Record(int Number, long Offset, byte[]? Bytes);
}
