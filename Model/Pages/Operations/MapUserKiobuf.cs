using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Pins a range of user memory, each page faulted in first. A kiobuf that is mapped already is refused. kernel: map_user_kiobuf(), mm/memory.c.</summary>
/// <param name="Result">The kiobuf. kernel: alloc_kiovec().</param>
/// <param name="Into">READ: the device will write to memory. WRITE: it will read.</param>
/// <param name="Mm">The process.</param>
/// <param name="Address">First byte.</param>
/// <param name="Count">Bytes.</param>
/// <param name="SwapOutAfter">A fault of the schedule: after so many faults of this call memory is short, and the page is taken away before it is looked up; 0 for none.</param>
public sealed record MapUserKiobuf(PinId Result, bool Into, MmId Mm, int Address, int Count, int SwapOutAfter) : Operation
{
    public static readonly Spelling Spelling = new("map_user_kiobuf", operands => new MapUserKiobuf(
        operands.ResultKiobuf(),
        operands.Word<bool>("READ or WRITE", TryParse),
        operands.Mm(),
        operands.Int("address"),
        operands.Int("bytes", from: 1),
        (int)operands.Option("swap_out", 0, 1, 8)));

    // kernel: mm/memory.c, map_user_kiobuf(): down_write(&mm->mmap_sem).
    public override bool Enabled(Names names) => names.Runs(Mm) && !names.HasFault(Mm) && names.IsInTaskBytes(Address, Count);

    public override Observation Apply(World world)
    {
        if (world.Has(Result))
        {
            return world.Seen.Refuse(Refusal.Invalid);
        }

        // alloc_kiovec()
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var size = world.Profile.PageSize;
        var pin = new Pin(Result, Into, Address % size, Count, times: 1);
        return UserPages.Pin(world, pin, world.Mm(Mm), Address / size, SwapOutAfter);
    }

    public override void Apply(CopyingWorld world, Observation seen) => UserPages.Follow(world, seen, Result, Mm, Address, Count, Into, isPlain: false);

    /// <summary>READ or WRITE, as seen from the device's medium. kernel: rw.</summary>
    public static bool TryParse(string word, out bool into)
    {
        into = word == "READ";
        return into || word == "WRITE";
    }

    public static string Word(bool into) => into ? "READ" : "WRITE";

    public override string ToString() =>
        $"{Result} = map_user_kiobuf({Word(Into)}, {Mm}, {Address}, {Count}{(SwapOutAfter > 0 ? $", swap_out={SwapOutAfter}" : "")})";
}
