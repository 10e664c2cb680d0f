namespace ZeroCopy.Cli;

/// <summary>A file that the user keeps: written under a temporary name beside it and renamed when it is complete. An existing target that is not a regular file is refused.</summary>
public sealed class OutputFile : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly string _temporary;
    private readonly FileStream _stream;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _buffered;
    private bool _kept;

    /// <summary>Opens the temporary file; what cannot be written is an <see cref="InputException"/>.</summary>
    public OutputFile(string path)
    {
        _path = FinalTarget(path);
        if (Directory.Exists(_path))
        {
            throw new InputException($"{path} is a directory");
        }

        if (FileType.Exists(_path) && !FileType.IsRegular(_path))
        {
            throw new InputException($"{path} is not a regular file");
        }

        _temporary = FreeName(_path);
        FileStream? stream = null;
        // The stream buffers nothing: a full disk must not speak up again when what is not complete is thrown away.
        Guard(path, () => stream = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0));
        _stream = stream!;
    }

    /// <summary>A temporary name beside a path. What a process of the same number left when it was killed is no hindrance: in a container each run may have that number.</summary>
    private static string FreeName(string path)
    {
        var name = $"{path}.{Environment.ProcessId}.tmp";
        for (var next = 1; File.Exists(name); next++)
        {
            name = $"{path}.{Environment.ProcessId}-{next}.tmp";
        }

        return name;
    }

    /// <summary>The full path, links followed: a link stays a link.</summary>
    public static string FinalTarget(string path)
    {
        var full = Path.GetFullPath(path);
        return File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target ? target.FullName : full;
    }

    /// <summary>Writes to the file; a full disk is an <see cref="InputException"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_buffered == BufferBytes)
            {
                Flush();
            }

            var count = Math.Min(bytes.Length, BufferBytes - _buffered);
            bytes[..count].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Gives the complete file its name.</summary>
    public void Keep()
    {
        Flush();
        Guard(_path, () =>
        {
            _stream.Flush(flushToDisk: true);
            _stream.Dispose();
            File.Move(_temporary, _path, overwrite: true);
        });
        _kept = true;
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_kept)
        {
            File.Delete(_temporary);
        }
    }

    private void Flush()
    {
        Guard(_path, () => _stream.Write(_buffer, 0, _buffered));
        _buffered = 0;
    }

    /// <summary>.NET reports a file that may not grow (EFBIG) as an argument out of range.</summary>
    private static void Guard(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            throw new InputException($"{path} cannot be written: {failed.Message}");
        }
    }
}
