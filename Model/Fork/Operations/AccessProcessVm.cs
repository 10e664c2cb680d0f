using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Fork;

/// <summary>A debugger stores into one page of a process, whether the area may be written or not: a forced write. kernel: ptrace(PTRACE_POKEDATA), access_process_vm(), kernel/ptrace.c; FOLL_FORCE of later kernels.</summary>
/// <param name="Mm">The process that is traced.</param>
/// <param name="Address">First byte.</param>
/// <param name="Count">Bytes; they do not cross into another page.</param>
/// <param name="Data">Seed of their pattern.</param>
/// <param name="DontneedAfter">A fault of the schedule: another thread gives the page back after so many faults of this call. Under 2.4.4 it waits for mmap_sem, and comes when the call is done. 0 for none.</param>
public sealed record AccessProcessVm(MmId Mm, int Address, int Count, int Data, int DontneedAfter) : Operation
{
    public static readonly Spelling Spelling = new("access_process_vm", operands => new AccessProcessVm(
        operands.Mm(), operands.Int("address"), operands.Int("bytes", from: 1), operands.Int("seed of the bytes", to: 255), (int)operands.Option("dontneed", 0, 1, 8)));

    public override bool Enabled(Names names) => names.Has(Mm) && (DontneedAfter == 0 || !names.DontneedWaits(Mm)) && names.IsInOnePage(Address, Count) && names.IsStorable(Mm, Address, Count);

    public override Observation Apply(World world)
    {
        var size = world.Profile.PageSize;
        var (mm, n) = (world.Mm(Mm), Address / size);
        if (!mm.Areas[n].IsMapped)
        {
            return world.Seen.Refuse(Refusal.NoAccess);
        }

        var waits = world.Profile.Kernel == Kernel.Linux244;
        var refusal = mm.Force(n, waits ? 0 : DontneedAfter, out var page);
        if (refusal == Refusal.None)
        {
            var bytes = page.Bytes.Slice(Address % size, Count);
            Pattern.Fill(bytes.Span, Data);
            bytes.Shadow.Clear();
            if (mm.Areas[n].Shared)
            {
                page.Mapping!.Stamp(page, Address % size, Count, world.NextWrite());
            }
        }

        if (waits && DontneedAfter > 0)
        {
            mm.Dontneed(n, 1);
        }

        return refusal == Refusal.None ? world.Seen.Succeed() : world.Seen.Refuse(refusal);
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Force(Mm, Address, Count, Data, DontneedAfter, seen);

    public override string ToString() => $"access_process_vm({Mm}, {Address}, {Count}, {Data}{(DontneedAfter > 0 ? $", dontneed={DontneedAfter}" : "")})";
}
