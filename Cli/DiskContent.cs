using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using ZeroCopy.Model;

namespace ZeroCopy.Cli;

/// <summary>A file on disk, read as it is sent. Both paths read the same bytes: a window of it is kept until both are past.</summary>
internal sealed class DiskContent : FileContent, IDisposable
{
    private const int WindowBytes = 1 << 20;

    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _window = new byte[WindowBytes];
    private readonly byte[] _before = new byte[WindowBytes];
    private long _windowStart;
    private int _windowLength;
    private int _beforeLength;

    public DiskContent(string path)
    {
        _path = path;
        if (Directory.Exists(path))
        {
            throw new InputException($"{path} is a directory");
        }

        if (!File.Exists(path))
        {
            throw new InputException($"{path} does not exist");
        }

        if (!FileType.IsRegular(path))
        {
            throw new InputException($"{path} is not a regular file");
        }

        try
        {
            _handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
            Length = RandomAccess.GetLength(_handle);
            Fill(0);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {failed.Message}");
        }

        if (_windowLength > Length)
        {
            throw new InputException($"{path} has no fixed length: it says {Length} bytes and gives more");
        }
    }

    public override long Length { get; }

    /// <summary>SHA-256 of all that was read, in lower-case hexadecimal; to be asked for once, after the last byte.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetHashAndReset());

    /// <summary>Reads in windows: this one, or the one before it.</summary>
    public override void Read(long offset, Span<byte> to)
    {
        while (to.Length > 0)
        {
            if (offset >= _windowStart + _windowLength)
            {
                _window.AsSpan(0, _windowLength).CopyTo(_before);
                _beforeLength = _windowLength;
                Fill(_windowStart + _windowLength);
            }

            var run = offset >= _windowStart
                ? _window.AsSpan((int)(offset - _windowStart), (int)(_windowStart + _windowLength - offset))
                : _before.AsSpan((int)(offset - (_windowStart - _beforeLength)), (int)(_windowStart - offset));
            var count = Math.Min(run.Length, to.Length);
            run[..count].CopyTo(to);
            to = to[count..];
            offset += count;
        }
    }

    /// <summary>The whole content; for files that are small.</summary>
    public byte[] ReadAll()
    {
        var bytes = new byte[Length];
        Read(0, bytes);
        return bytes;
    }

    public void Dispose()
    {
        _handle.Dispose();
        _hash.Dispose();
    }

    public override string ToString() => throw new ModelException($"{_path} is not spelled in a script");

    private void Fill(long start)
    {
        (_windowStart, _windowLength) = (start, 0);
        while (_windowLength < WindowBytes)
        {
            var read = ReadSome(start + _windowLength, _window.AsSpan(_windowLength));
            if (read == 0)
            {
                break;
            }

            _windowLength += read;
        }

        if (start + _windowLength < Length && _windowLength < WindowBytes)
        {
            throw new InputException($"{_path} became shorter while it was sent");
        }

        _hash.AppendData(_window.AsSpan(0, (int)Math.Min(_windowLength, Math.Max(0, Length - start))));
    }

    private int ReadSome(long offset, Span<byte> to)
    {
        try
        {
            return RandomAccess.Read(_handle, to, offset);
        }
        catch (IOException failed)
        {
            throw new InputException($"{_path} cannot be read: {failed.Message}");
        }
    }
}
