using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>write(2) to a file: bytes of a pattern go through the page cache. kernel: generic_file_write(), mm/filemap.c.</summary>
public sealed record GenericFileWrite(FileId File, long Offset, int Count, int Data) : Operation
{
    /// <summary>Where a file of the model ends at most.</summary>
    public const int MaxFile = 1 << 20;

    public static readonly Spelling Spelling = new("generic_file_write", operands => new GenericFileWrite(
        operands.File(),
        operands.Number("offset", to: MaxFile),
        operands.Int("count", to: MaxFile),
        operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => names.Has(File) && Offset + Count <= MaxFile && names.Length(File) <= MaxFile;

    public override Observation Apply(World world)
    {
        var written = world.File(File).Write(Offset, Count, Data, world.NextWrite());
        if (written > 0 || Count == 0)
        {
            return world.Seen.Succeed(written);
        }

        world.Seen.WaitedOn = world.File(File).FindPage(Offset / world.Profile.PageSize);
        return world.Seen.Refuse(world.Seen.WaitedOn is null ? Refusal.NoMemory : Refusal.WouldBlock);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        var bytes = new byte[seen.Count];
        Pattern.Fill(bytes, Data);
        world.Write(File, world.NextWrite(), Offset, bytes);
    }

    public override string ToString() => $"generic_file_write({File}, {Offset}, {Count}, {Data})";
}
