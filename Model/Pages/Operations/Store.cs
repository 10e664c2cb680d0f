using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The process writes bytes of one page. kernel: what follows a store is do_page_fault(), arch/i386/mm/fault.c.</summary>
/// <param name="Mm">The process.</param>
/// <param name="Address">First byte.</param>
/// <param name="Count">Bytes; they do not cross into another page.</param>
/// <param name="Data">Seed of their pattern.</param>
/// <param name="IsShort">A fault of the schedule: memory is short while a write fault waits for its page, and the entry is taken away meanwhile.</param>
public sealed record Store(MmId Mm, int Address, int Count, int Data, bool IsShort = false) : Operation
{
    public static readonly Spelling Spelling = new("store", operands => new Store(
        operands.Mm(), operands.Int("address"), operands.Int("bytes", from: 1), operands.Int("seed of the bytes", to: 255), operands.Option("swap_out", 0, 1, 1) == 1));

    public override bool Enabled(Names names) => names.Runs(Mm) && names.IsInOnePage(Address, Count) && names.IsStorable(Mm, Address, Count);

    public override Observation Apply(World world)
    {
        var size = world.Profile.PageSize;
        var task = world.Task(Mm);
        var mm = task.Mm;
        world.Tick(task);
        mm.IsShortInFault = IsShort;
        var refusal = task.Access(Address / size, write: true, out var page);
        mm.IsShortInFault = false;
        if (refusal != Refusal.None)
        {
            return world.Seen.Refuse(refusal);
        }

        var bytes = page.Bytes.Slice(Address % size, Count);
        Pattern.Fill(bytes.Span, Data);
        bytes.Shadow.Clear();
        if (mm.Areas[Address / size].Shared)
        {
            page.Mapping!.Stamp(page, Address % size, Count, world.NextWrite());
        }

        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Tick(Mm);
        world.JudgeAccess(Mm, Address / world.PageSize, write: true);
        if (seen.Succeeded)
        {
            world.Store(Mm, Address, Count, Data);
        }
    }

    public override string ToString() => $"store({Mm}, {Address}, {Count}, {Data}{(IsShort ? ", swap_out=1" : "")})";
}
