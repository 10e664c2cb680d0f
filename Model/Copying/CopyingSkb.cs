namespace ZeroCopy.Model.Copying;

/// <summary>A packet on the copying path: its bytes, in a buffer that is used again.</summary>
public sealed class CopyingSkb
{
    private byte[] _buffer = new byte[64];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    internal Span<byte> Writable => _buffer.AsSpan(0, _length);

    /// <summary>Names that the script has for it.</summary>
    internal int Names { get; set; }

    internal void Start(ReadOnlySpan<byte> bytes)
    {
        (_length, Names) = (0, 1);
        bytes.CopyTo(Append(bytes.Length));
    }

    internal Span<byte> Append(int count)
    {
        MakeRoom(count);
        _length += count;
        return _buffer.AsSpan(_length - count, count);
    }

    internal Span<byte> Prepend(int count)
    {
        MakeRoom(count);
        _buffer.AsSpan(0, _length).CopyTo(_buffer.AsSpan(count));
        _length += count;
        return _buffer.AsSpan(0, count);
    }

    internal void Keep(int offset, int length)
    {
        _buffer.AsSpan(offset, length).CopyTo(_buffer);
        _length = length;
    }

    private void MakeRoom(int count)
    {
        if (_buffer.Length < _length + count)
        {
            Array.Resize(ref _buffer, Math.Max(2 * _buffer.Length, _length + count));
        }
    }
}
