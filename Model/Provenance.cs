namespace ZeroCopy.Model;

/// <summary>Where a byte came from: an object, the offset in it, and the write that put it there. 0 is the kernel's own byte: a header, a sum, poison.</summary>
/// <param name="Packed">Object (16 bits), write (16 bits), offset (32 bits).</param>
public readonly record struct Provenance(ulong Packed)
{
    public static readonly Provenance Kernel;

    public int Object => (int)(Packed >> 48);

    public int Write => (int)(Packed >> 32) & 0xffff;

    public uint Offset => (uint)(Packed & 0xffffffff);

    /// <summary>A byte of a file. Objects are counted from 1, so that no file's byte looks like the kernel's.</summary>
    public static Provenance OfFile(FileId file, long offset, int write = 0) =>
        new(((ulong)(file.Value + 1) << 48) | ((ulong)write << 32) | (ulong)(offset & 0xffffffff));

    /// <summary>A byte of a page of the caller's own.</summary>
    public static Provenance OfPage(PageId page, int offset, int write = 0) =>
        new(((ulong)(FirstPage + page.Value) << 48) | ((ulong)(ushort)write << 32) | (uint)offset);

    public override string ToString() =>
        Packed == 0 ? "a byte of the kernel's own"
        : $"byte {Offset} of {(Object >= FirstPage ? new PageId(Object - FirstPage).ToString() : new FileId(Object - 1).ToString())}{(Write > 0 ? $" from write {Write}" : "")}";

    /// <summary>The objects from here on are pages; names end at 9999.</summary>
    private const int FirstPage = 0x4000;
}
