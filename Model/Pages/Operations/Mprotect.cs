using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Other protections for a range that is mapped throughout; where an area refuses, what lies before it has changed. kernel: sys_mprotect(), mm/mprotect.c.</summary>
public sealed record Mprotect(MmId Mm, int Page, int Pages, Prot Prot) : Operation
{
    public static readonly Spelling Spelling = new("mprotect", operands => new Mprotect(
        operands.Mm(), operands.Int("first page"), operands.Int("pages", from: 1), operands.Word<Prot>("a protection: none, r or rw", Mmap.TryParse)));

    public override bool Enabled(Names names) => names.Runs(Mm) && !names.HasFault(Mm) && names.IsInTask(Page, Pages) && names.IsMapped(Mm, Page, Pages);

    public override Observation Apply(World world)
    {
        var refusal = world.Mm(Mm).Mprotect(Page, Pages, Prot != Prot.None, Prot == Prot.Rw);
        return refusal == Refusal.None ? world.Seen.Succeed() : world.Seen.Refuse(refusal);
    }

    public override void Apply(CopyingWorld world, Observation seen) =>
        world.Mprotect(Mm, Page, Pages, Prot != Prot.None, Prot == Prot.Rw, isApplied: seen.Refusal != Refusal.NoMemory);

    public override string ToString() => $"mprotect({Mm}, {Page}, {Pages}, {Mmap.Word(Prot)})";
}
