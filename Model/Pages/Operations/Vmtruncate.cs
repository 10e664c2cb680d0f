using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The size of a file is set. kernel: vmtruncate(), mm/memory.c, under sys_ftruncate().</summary>
public sealed record Vmtruncate(FileId File, long Length) : Operation
{
    public static readonly Spelling Spelling = new("vmtruncate", operands => new Vmtruncate(
        operands.File(), operands.Number("length", to: GenericFileWrite.MaxFile)));

    public override bool Enabled(Names names) => names.Has(File) && names.Length(File) <= GenericFileWrite.MaxFile;

    /// <returns>How many frames live on outside of the file.</returns>
    public override Observation Apply(World world) => world.Seen.Succeed(world.File(File).Truncate(Length, world.NextWrite()));

    public override void Apply(CopyingWorld world, Observation seen) => world.Truncate(File, world.NextWrite(), Length);

    public override string ToString() => $"vmtruncate({File}, {Length})";
}
