using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>What pins of every kind have in common: fault, look up, hold, again for the next page; all or none. kernel: the loop of map_user_kiobuf(), which get_user_pages() took over.</summary>
internal static class UserPages
{
    public static Observation Pin(World world, Pin pin, MmStruct mm, int firstPage, int swapOutAfter)
    {
        var pages = (pin.Offset + pin.Length - 1) / world.Profile.PageSize;
        var faults = 0;
        for (var time = 0; time < pin.Times; time++)
        {
            for (var n = firstPage; n <= firstPage + pages; n++)
            {
                var area = mm.Areas[n];
                var refusal = !area.IsMapped ? Refusal.OutOfRange : (pin.Into && !area.Write) || !area.Read ? Refusal.NoAccess : Refusal.None;

                // A page that is there after a fault may be gone again before it is looked up: the loop ends when it was found.
                Page? page = null;
                while (refusal == Refusal.None && ((page = mm.FollowPage(n, pin.Into)) is null || (!pin.IsPlain && mm.MustUnshare(n))))
                {
                    refusal = page is null ? mm.HandleMmFault(n, pin.Into) : mm.Unshare(n);
                    if (refusal == Refusal.None && ++faults == swapOutAfter)
                    {
                        mm.SwapOut(n);
                    }
                }

                if (refusal == Refusal.None && !pin.TryAdd(page!))
                {
                    refusal = Refusal.TooMany;
                }

                if (refusal != Refusal.None)
                {
                    pin.Drop();
                    return world.Seen.Refuse(refusal);
                }

                world.Seen.PagesDone = Math.Max(world.Seen.PagesDone, n - firstPage + 1);
            }
        }

        pin.Map();
        world.Bind(pin.Id, pin);
        return world.Seen.Succeed();
    }

    public static void Follow(CopyingWorld world, Observation seen, PinId id, MmId mm, int address, int count, bool into, bool isPlain)
    {
        var (page, offset) = (address / world.PageSize, address % world.PageSize);
        world.JudgePin(id, mm, page, ((offset + count - 1) / world.PageSize) + 1, into);
        if (seen.Succeeded)
        {
            world.Bind(id, mm, page, offset, count, into, isPlain);
        }
        else
        {
            world.TouchRange(mm, page, seen.PagesDone, into, isPlain);
        }
    }
}
