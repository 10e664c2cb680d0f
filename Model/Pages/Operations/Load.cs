using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The process reads bytes of one page. kernel: what follows a load is do_page_fault(), arch/i386/mm/fault.c.</summary>
/// <param name="Mm">The process.</param>
/// <param name="Address">First byte.</param>
/// <param name="Count">Bytes; they do not cross into another page.</param>
public sealed record Load(MmId Mm, int Address, int Count) : Operation
{
    public static readonly Spelling Spelling = new("load", operands => new Load(
        operands.Mm(), operands.Int("address"), operands.Int("bytes", from: 1)));

    public override bool Enabled(Names names) => names.Runs(Mm) && names.IsInOnePage(Address, Count);

    public override Observation Apply(World world)
    {
        var size = world.Profile.PageSize;
        var task = world.Task(Mm);
        world.Tick(task);
        var refusal = task.Access(Address / size, write: false, out var page);
        if (refusal != Refusal.None)
        {
            return world.Seen.Refuse(refusal);
        }

        page.Bytes.Slice(Address % size, Count).CopyTo(world.Seen.Answer(Count));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Tick(Mm);
        world.JudgeAccess(Mm, Address / world.PageSize, write: false);
        if (seen.Succeeded)
        {
            world.SetAnswer(world.Load(Mm, Address / world.PageSize).Slice(Address % world.PageSize, Count));
        }
    }

    public override string ToString() => $"load({Mm}, {Address}, {Count})";
}
