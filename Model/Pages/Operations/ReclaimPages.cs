using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Memory is short: the file's cached pages that nobody else holds go back. kernel: reclaim_page(), mm/vmscan.c.</summary>
public sealed record ReclaimPages(FileId File) : Operation
{
    public static readonly Spelling Spelling = new("reclaim_page", operands => new ReclaimPages(operands.File()));

    public override bool Enabled(Names names) => names.Has(File);

    public override Observation Apply(World world) => world.Seen.Succeed(world.File(File).Reclaim());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array has no cache.
    }

    public override string ToString() => $"reclaim_page({File})";
}
