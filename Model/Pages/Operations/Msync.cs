using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>What a process stored through shared mappings is marked in the pages: the next fsync writes it. kernel: sys_msync(), filemap_sync(), mm/filemap.c.</summary>
public sealed record Msync(MmId Mm, int Page, int Pages) : Operation
{
    public static readonly Spelling Spelling = new("sys_msync", operands => new Msync(
        operands.Mm(), operands.Int("first page"), operands.Int("pages", from: 1)));

    public override bool Enabled(Names names) => names.Runs(Mm) && names.IsInTask(Page, Pages) && names.IsMapped(Mm, Page, Pages);

    public override Observation Apply(World world) => world.Seen.Succeed(world.Mm(Mm).Msync(Page, Pages));

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array is the file.
    }

    public override string ToString() => $"sys_msync({Mm}, {Page}, {Pages})";
}
