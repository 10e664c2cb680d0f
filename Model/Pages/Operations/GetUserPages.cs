using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Pins a range of user memory as a light vector of (page, offset, length), without a kiobuf. kernel: get_user_pages() of 2.4.16; iov_iter_get_pages() and pin_user_pages() of later ones.</summary>
/// <param name="Result">The vector.</param>
/// <param name="Into">READ: the device will write to memory. WRITE: it will read.</param>
/// <param name="Mm">The process.</param>
/// <param name="Address">First byte.</param>
/// <param name="Count">Bytes.</param>
/// <param name="Times">Entries of the caller's iovec that name the range: each pins it once more.</param>
/// <param name="IsPlain">References that do not say what they are for, as vmsplice() takes them. kernel: FOLL_GET in place of FOLL_PIN; 2.4 knows no other.</param>
public sealed record GetUserPages(PinId Result, bool Into, MmId Mm, int Address, int Count, int Times, bool IsPlain = false) : Operation
{
    /// <summary>kernel: UIO_MAXIOV, less in the small profile's terms.</summary>
    public const int MostTimes = 255;

    public static readonly Spelling Spelling = new("get_user_pages", operands => new GetUserPages(
        operands.ResultVector(),
        operands.Word<bool>("READ or WRITE", MapUserKiobuf.TryParse),
        operands.Mm(),
        operands.Int("address"),
        operands.Int("bytes", from: 1),
        (int)operands.Option("times", 1, 1, MostTimes),
        operands.HasMore && operands.Word<bool>("FOLL_GET", TryParse)));

    private static bool TryParse(string word, out bool plain) => plain = word == "FOLL_GET";

    public override bool Enabled(Names names) => names.Runs(Mm) && !names.Has(Result) && names.IsInTaskBytes(Address, Count);

    public override Observation Apply(World world)
    {
        if (world.Memory.AllocationFails())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        var size = world.Profile.PageSize;
        return UserPages.Pin(world, new Pin(Result, Into, Address % size, Count, Times, IsPlain), world.Mm(Mm), Address / size, swapOutAfter: 0);
    }

    public override void Apply(CopyingWorld world, Observation seen) => UserPages.Follow(world, seen, Result, Mm, Address, Count, Into, IsPlain);

    public override string ToString() =>
        $"{Result} = get_user_pages({MapUserKiobuf.Word(Into)}, {Mm}, {Address}, {Count}{(Times > 1 ? $", times={Times}" : "")}{(IsPlain ? ", FOLL_GET" : "")})";
}
