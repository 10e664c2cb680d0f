using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Pages;
using File = ZeroCopy.Model.Pages.File;

namespace ZeroCopy.Tests.Pages;

/// <summary>Files that change under those who hold their pages: write, truncation, fsync, reclaim; and the copying path's memory of versions.</summary>
public sealed class FileTests
{
    private static readonly FileId Name = new(0);

    private readonly World _world = new(Profile.Tiny);

    [Fact]
    public void CachedPage_Write_ChangesItInPlace()
    {
        var file = Open(20);
        var page = file.Page(0)!;
        page.Get();

        Assert.Equal(4, file.Write(14, 4, data: 0, write: 1));

        Assert.Same(page, file.Page(0));
        Assert.Equal([1, 2], page.Bytes.Span[14..].ToArray());
        Assert.Equal(Provenance.OfFile(Name, 14, 1), page.Bytes.Shadow[14]);
        Assert.Equal(Provenance.OfFile(Name, 13), page.Bytes.Shadow[13]);
        Assert.Equal([3, 4], file.Page(1)!.Bytes.Span[..2].ToArray());
    }

    [Fact]
    public void ShortFile_WriteBehindItsEnd_LeavesAHoleOfZeroes()
    {
        var file = Open(2);
        file.Write(20, 1, data: 0, write: 1);

        Assert.Equal(21, file.Length);
        Assert.Equal([0x80, 0x81, 0, 0], file.Page(0)!.Bytes.Span[..4].ToArray());
        Assert.Equal([0, 0, 0, 0, 1, 0], file.Page(1)!.Bytes.Span[..6].ToArray());
    }

    [Fact]
    public void NoMemory_WriteOfThreePages_KeepsWhatWasWritten()
    {
        var file = Open(0);
        _world.Memory.FailAfter(3);

        Assert.Equal(32, file.Write(0, 48, data: 0, write: 1));
        Assert.Equal(32, file.Length);
    }

    [Fact]
    public void HeldPage_TruncatedAway_KeepsItsFrameOutsideOfTheFile()
    {
        var file = Open(40);
        var page = file.Page(1)!;
        page.Get();

        Assert.Equal(1, file.Truncate(16, write: 1));

        Assert.Null(page.Mapping);
        Assert.Equal(1, page.Count);
        Assert.Equal(0x90, page.Bytes.Span[0]);
        file.Truncate(40, write: 2);
        Assert.NotSame(page, file.Page(1));
        Assert.Equal(0, file.Page(1)!.Bytes.Span[0]);
        Assert.Equal(Provenance.OfFile(Name, 16, 1), file.Page(1)!.Bytes.Shadow[0]);
    }

    [Fact]
    public void LastPage_Truncated_IsZeroedInPlace()
    {
        var file = Open(16);
        var page = file.Page(0)!;

        Assert.Equal(0, file.Truncate(3, write: 1));

        Assert.Same(page, file.Page(0));
        Assert.Equal([0x82, 0, 0], page.Bytes.Span[2..5].ToArray());
        Assert.Equal(Provenance.OfFile(Name, 3, 1), page.Bytes.Shadow[3]);
    }

    [Fact]
    public void DirtyPage_TruncatedAway_IsNotWritten()
    {
        var file = Open(0);
        file.Write(0, 20, data: 0, write: 1);
        file.Truncate(16, write: 2);

        Assert.Equal(1, file.Fsync());
        Span<byte> disk = stackalloc byte[20];
        file.ReadDisk(0, disk);
        Assert.Equal([15, 16, 0, 0, 0, 0], disk[14..].ToArray());
    }

    [Fact]
    public void DirtyPage_Reclaim_StaysUntilFsync()
    {
        var file = Open(1);
        file.Write(0, 1, data: 0, write: 1);

        Assert.Equal(0, file.Reclaim());
        Assert.Equal(1, file.Fsync());
        Assert.Empty(file.Dirty);
        Assert.Equal(1, file.Reclaim());
        Assert.Equal(1, file.Page(0)!.Bytes.Span[0]);
        Assert.Equal(Provenance.OfFile(Name, 0, 1), file.Page(0)!.Bytes.Shadow[0]);
    }

    [Fact]
    public void CleanPage_Fsync_WritesNothing()
    {
        var file = Open(1);
        file.Page(0);
        Assert.Equal(0, file.Fsync());
    }

    [Fact]
    public void CopyingFile_WrittenAndCut_KnowsEachVersion()
    {
        var file = new CopyingFile(Content(4));
        file.Write(1, 2, [7, 7, 7]);
        file.Truncate(2, 3);
        file.Write(3, 6, [9]);

        Assert.Equal([0, 1, 2], [file.WriteAt(3, 0), file.WriteAt(3, 1), file.WriteAt(3, 3)]);
        Assert.Equal([0x83, 7, 0], [file.ValueOf(3, 0), file.ValueOf(3, 1), file.ValueOf(3, 2)]);
        Assert.True(file.Had(3, from: 0, until: 1, write: 0));
        Assert.True(file.Had(3, from: 0, until: 2, write: 2));
        Assert.False(file.Had(3, from: 0, until: 1, write: 2));
        Assert.False(file.Had(3, from: 1, until: 3, write: 0));
        Assert.True(file.HadValue(3, from: 0, until: 1, value: 7));
        Assert.False(file.HadValue(3, from: 2, until: 3, value: 7));
        Assert.Equal(7, file.Length);
        Assert.Equal(2, file.WriteAt(5));
    }

    [Fact]
    public void CopyingFile_Forget_KeepsWhatIsThere()
    {
        var file = new CopyingFile(Content(2));
        file.Write(1, 0, [7]);
        file.Forget();
        file.Write(2, 1, [8]);

        Assert.Equal([1, 0], [file.WriteAt(0, 2), file.WriteAt(1, 1)]);
        Assert.Equal([7, 0x81, 8], [file.ValueOf(0, 1), file.ValueOf(1, 0), file.ValueOf(1, 2)]);
    }

    [Fact]
    public void TakenPage_CutAway_IsReachedByNoLaterWrite()
    {
        var file = new CopyingFile(Content(40));
        file.Write(1, 16, [7]);
        file.Truncate(2, 16);
        file.Write(3, 16, [8]);

        Assert.Equal(1, file.Reached(start: 16, from: 0, until: 3));
        Assert.Equal(3, file.Reached(start: 0, from: 0, until: 3));
        Assert.Equal(3, file.Reached(start: 16, from: 2, until: 3));
    }

    private File Open(int length)
    {
        var file = new File(Name, Content(length), Zone.Low, _world.Memory);
        _world.Bind(Name, file);
        return file;
    }

    /// <summary>Bytes 0x80, 0x81, ...</summary>
    private static LiteralContent Content(int length) => new([.. Enumerable.Range(0x80, length).Select(value => (byte)value)]);
}
