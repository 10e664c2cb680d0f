using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>Pages are given back: anonymous ones read as zeroes from then on, those of a file as the file. kernel: madvise_dontneed(), mm/filemap.c.</summary>
public sealed record MadviseDontneed(MmId Mm, int Page, int Pages) : Operation
{
    public static readonly Spelling Spelling = new("madvise_dontneed", operands => new MadviseDontneed(operands.Mm(), operands.Int("first page"), operands.Int("pages", from: 1)));

    public override bool Enabled(Names names) => names.Runs(Mm) && !names.DontneedWaits(Mm) && names.IsInTask(Page, Pages) && names.IsMapped(Mm, Page, Pages);

    public override Observation Apply(World world)
    {
        world.Mm(Mm).Dontneed(Page, Pages);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Dontneed(Mm, Page, Pages);

    public override string ToString() => $"madvise_dontneed({Mm}, {Page}, {Pages})";
}
