namespace ZeroCopy.Model;

/// <summary>The bytes of a file as they are on disk: an input of the run, the same to both paths.</summary>
public abstract class FileContent
{
    public abstract long Length { get; }

    /// <summary>Fills <paramref name="to"/> from the given offset; both lie inside the file.</summary>
    public abstract void Read(long offset, Span<byte> to);

    /// <summary>As a script spells it.</summary>
    public abstract override string ToString();
}

/// <summary>A file whose bytes stand in the script.</summary>
public sealed class LiteralContent(byte[] bytes) : FileContent
{
    private const string Empty = "empty";

    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> to) => bytes.AsSpan((int)offset, to.Length).CopyTo(to);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string word, out FileContent content)
    {
        content = new LiteralContent([]);
        if (word == Empty)
        {
            return true;
        }

        var bytes = new byte[word.Length / 2];
        if (Convert.FromHexString(word, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written == 0 || word.Length % 2 != 0)
        {
            return false;
        }

        content = new LiteralContent(bytes);
        return true;
    }

    public override string ToString() => bytes.Length == 0 ? Empty : Convert.ToHexStringLower(bytes);
}
