using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Fork;

namespace ZeroCopy.Model.Pages;

/// <summary>A process: an address space without areas. kernel: mm_alloc(), kernel/fork.c.</summary>
public sealed record MmAlloc(MmId Result, Zone Zone) : Operation
{
    public static readonly Spelling Spelling = new("mm_alloc", operands => new MmAlloc(
        operands.ResultMm(),
        operands.Word<Zone>("a zone: dma, low, high or above4g", Zones.TryParse)));

    public override bool Enabled(Names names) => !names.Has(Result);

    public override Observation Apply(World world)
    {
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        world.Memory.MakeZeroPage();
        world.Bind(new TaskStruct(Result, new MmStruct(Zone, world) { Id = Result }, world.Profile.TaskPages) { Counter = world.Profile.SliceTicks });
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Bind(Result);
        }
    }

    public override string ToString() => $"{Result} = mm_alloc({Zones.Word(Zone)})";
}
