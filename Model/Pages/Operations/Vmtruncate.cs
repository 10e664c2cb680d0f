using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The size of a file is set. kernel: vmtruncate(), mm/memory.c, under sys_ftruncate().</summary>
public sealed record Vmtruncate(FileId File, long Length) : Operation
{
    public static readonly Spelling Spelling = new("vmtruncate", operands => new Vmtruncate(
        operands.File(), operands.Number("length", to: GenericFileWrite.MaxFile)));

    public override bool Enabled(Names names) => names.Has(File) && names.Length(File) <= GenericFileWrite.MaxFile;

    /// <returns>How many frames live on outside of the file.</returns>
    public override Observation Apply(World world)
    {
        var file = world.File(File);
        var write = world.NextWrite();
        if (Length < file.Length && file.LockedFrom(Length) is { } locked)
        {
            world.Seen.WaitedOn = locked;
            return world.Seen.Refuse(Refusal.WouldBlock);
        }

        for (var i = 0; Length < file.Length && i < world.Mms.Count; i++)
        {
            world.Mms[i].ZapFile(file, (Length + world.Profile.PageSize - 1) / world.Profile.PageSize);
        }

        return world.Seen.Succeed(file.Truncate(Length, write));
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        var write = world.NextWrite();
        if (seen.Succeeded)
        {
            world.Truncate(File, write, Length);
        }
    }

    public override string ToString() => $"vmtruncate({File}, {Length})";
}
