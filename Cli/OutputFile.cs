namespace ZeroCopy.Cli;

/// <summary>A file that the user keeps: written under a temporary name beside it and renamed when it is complete. An existing target that is not a regular file is refused.</summary>
public sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporary;
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

        _temporary = $"{_path}.{Environment.ProcessId}.tmp";
        Stream = Guard(path, () => new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16));
    }

    public FileStream Stream { get; }

    /// <summary>The full path, links followed: a link stays a link.</summary>
    public static string FinalTarget(string path)
    {
        var full = Path.GetFullPath(path);
        return File.Exists(full) && File.ResolveLinkTarget(full, returnFinalTarget: true) is { } target ? target.FullName : full;
    }

    /// <summary>Gives the complete file its name.</summary>
    public void Keep() => Guard(_path, () =>
    {
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        _kept = true;
        return true;
    });

    /// <summary>Writes to the file; a full disk is an <see cref="InputException"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            Stream.Write(bytes);
        }
        catch (IOException failed)
        {
            throw new InputException($"{_path} cannot be written: {failed.Message}");
        }
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose()
    {
        if (_kept)
        {
            return;
        }

        try
        {
            Stream.Dispose();
        }
        catch (IOException)
        {
            // A full disk says so again when the buffer is flushed: the file goes anyway.
        }

        File.Delete(_temporary);
    }

    private static T Guard<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be written: {failed.Message}");
        }
    }
}
