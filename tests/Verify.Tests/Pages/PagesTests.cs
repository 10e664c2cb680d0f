using ZeroCopy.Model;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Tests.Pages;

/// <summary>Each operation on user memory: State_Event_Outcome. Every law holds after every step.</summary>
public sealed class PagesTests
{
    private const string Pinned = "kio0 = map_user_kiobuf(READ, p0, 0, 16)";

    [Fact]
    public void Nothing_MmAlloc_HasNoArea() => Assert.Equal(Refusal.NoAccess, PagesIn.Anonymous("p1 = mm_alloc(high)").Refusal("load(p1, 0, 1)"));

    [Theory]
    [InlineData("p1 = mm_alloc(low)"), InlineData("mmap(p0, 4, 1, rw, private)"), InlineData("munmap(p0, 0, 1)"), InlineData("mprotect(p0, 0, 1, r)")]
    [InlineData("store(p0, 0, 1, 0)"), InlineData("load(p0, 0, 1)"), InlineData(Pinned), InlineData("vec0 = get_user_pages(READ, p0, 0, 1)")]
    public void Anonymous_FailedAllocation_ChangesNothing(string line)
    {
        var made = PagesIn.Anonymous("fail_alloc(1)");
        Assert.Equal(Refusal.NoMemory, made.Refusal(line));
        Assert.Single(made.World.Memory.InUse);
        Assert.Equal((true, true), (made.Pte(0).IsNone, made.Pte(1).IsNone));
        Assert.Empty(made.World.Pins);
    }

    [Theory]
    [InlineData(2, "store(p0, 0, 1, 0)"), InlineData(2, Pinned), InlineData(3, Pinned), InlineData(4, "kio0 = map_user_kiobuf(READ, p0, 0, 17)")]
    [InlineData(3, "vec0 = get_user_pages(READ, p0, 0, 17)")]
    public void Anonymous_LaterAllocationFails_NothingIsHeld(int k, string line)
    {
        var made = PagesIn.Anonymous($"fail_alloc({k})");
        Assert.Equal(Refusal.NoMemory, made.Refusal(line));
        Assert.All(made.World.Memory.InUse, page => Assert.Equal((1, 0), (page.Count, page.Pins)));
    }

    [Fact]
    public void Untouched_Load_MapsZeroPage()
    {
        var made = PagesIn.Anonymous();
        Assert.Equal(0, made.Byte(5));
        Assert.Equal((made.World.Memory.ZeroPage, false, 1), (made.Pte(0).Page, made.Pte(0).Writable, made.World.Memory.ZeroPage!.Count));
    }

    [Fact]
    public void ZeroPage_Store_GetsAFreshPage()
    {
        var made = PagesIn.Anonymous("load(p0, 0, 1)", "store(p0, 1, 1, 0)");
        Assert.Equal((0, 1), (made.Byte(0), made.Byte(1)));
        Assert.Equal(0, made.World.Memory.ZeroPage!.Mappings);
    }

    [Theory]
    [InlineData("r", "store(p0, 0, 1, 0)"), InlineData("none", "load(p0, 0, 1)")]
    public void Protected_Access_IsRefused(string prot, string access) =>
        Assert.Equal(Refusal.NoAccess, PagesIn.Anonymous($"mprotect(p0, 0, 1, {prot})").Refusal(access));

    [Fact]
    public void File_SharedMmapOfRdonly_CannotBeWritable()
    {
        var made = PagesIn.File("r, shared_rdonly");
        Assert.Equal(Refusal.NoAccess, made.Refusal("mmap(p0, 4, 1, rw, shared_rdonly, file0, 0)"));
        Assert.Equal(Refusal.NoAccess, made.Refusal("mprotect(p0, 0, 1, rw)"));
    }

    [Fact]
    public void ReadOnlyAgain_Store_ReusesTheOnlyPage()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 0)");
        var page = made.Pte(0).Page;
        made.Do("mprotect(p0, 0, 1, r)");
        made.Do("mprotect(p0, 0, 1, rw)");
        made.Do("store(p0, 1, 1, 0)");
        Assert.Same(page, made.Pte(0).Page);
    }

    [Fact]
    public void PrivateFile_Store_CopiesAndNeverShows()
    {
        var made = PagesIn.File("rw, private", "load(p0, 0, 1)", "store(p0, 0, 1, 7)");
        Assert.Null(made.Pte(0).Page!.Mapping);
        Assert.Equal(1, made.World.File(new FileId(0)).FindPage(0)!.Bytes.Span[0]);
    }

    [Fact]
    public void PrivateFileUntouched_WriteToFile_Shows()
    {
        var made = PagesIn.File("rw, private", "load(p0, 0, 1)", "generic_file_write(file0, 0, 1, 7)");
        Assert.Equal(Pattern.At(7, 0), made.Byte(0));
    }

    [Fact]
    public void SharedFile_Store_IsTheFilesAndKnownAfterMsync()
    {
        var made = PagesIn.File("rw, shared", "store(p0, 0, 1, 7)");
        Assert.Equal(0, made.Do("sys_fsync(file0)").Count);
        Assert.Equal(1, made.Do("sys_msync(p0, 0, 2)").Count);
        Assert.Equal(1, made.Do("sys_fsync(file0)").Count);
        Assert.True(made.Pte(0) is { Dirty: false, Writable: true });
    }

    [Fact]
    public void BehindTheEnd_Access_IsRefused_AndStoresThereAreNotDrawn()
    {
        var made = PagesIn.File("rw, shared");
        Assert.Equal((true, false), (made.Enabled("store(p0, 16, 1, 0)"), made.Enabled("store(p0, 17, 1, 0)")));
        made.Do("vmtruncate(file0, 16)");
        Assert.Equal(Refusal.OutOfRange, made.Refusal("load(p0, 16, 1)"));
    }

    [Fact]
    public void PrivateCopy_Vmtruncate_IsLostToo()
    {
        var made = PagesIn.File("rw, private", "store(p0, 16, 1, 7)", "vmtruncate(file0, 3)");
        Assert.True(made.Pte(1).IsNone);
        Assert.Equal(Refusal.OutOfRange, made.Refusal("load(p0, 16, 1)"));
    }

    [Fact]
    public void PinnedFilePage_Vmtruncate_StaysWithThePin()
    {
        var made = PagesIn.File("rw, shared", "kio0 = map_user_kiobuf(READ, p0, 16, 1)", "vmtruncate(file0, 0)", "dma_from_device(kio0, 9)", "mark_dirty_kiobuf(kio0, 1)");
        Assert.Equal((null, 1, PageMachine.State.Allocated), (made.Kio().Pages[0].Mapping, made.Kio().Pages[0].Count, made.Kio().Pages[0].State));
        Assert.Empty(made.World.File(new FileId(0)).Dirty);
        made.Do("unmap_kiobuf(kio0)");
        Assert.Single(made.World.Memory.InUse);
    }

    [Theory]
    [InlineData("vmtruncate(file0, 0)"), InlineData("generic_file_write(file0, 0, 1, 0)"), InlineData("sys_fsync(file0)")]
    public void LockedFilePage_FileOperation_Waits(string line) =>
        Assert.Equal(Refusal.WouldBlock, PagesIn.File("rw, shared", "generic_file_write(file0, 0, 1, 0)", "kio0 = map_user_kiobuf(WRITE, p0, 0, 1)", "lock_kiovec(kio0)").Refusal(line));

    [Fact]
    public void Written_SwapOut_GoesToSwapAndComesBack()
    {
        var made = PagesIn.Anonymous("store(p0, 3, 1, 0)", "swap_out(p0, 0)");
        Assert.Equal((1, 2), (made.Pte(0).Swap, made.World.Swap.Count(0)));
        Assert.Equal(1, made.Do("page_launder()").Count);
        Assert.Equal(PageMachine.State.UnderIo, made.World.Swap.Cached(0)!.State);
        Assert.Equal(1, made.Do("end_buffer_io_async()").Count);
        Assert.Equal(1, made.Do("reclaim_swapper_space()").Count);
        Assert.Null(made.World.Swap.Cached(0));
        Assert.Equal((1, 0), (made.Byte(3), made.Byte(4)));
        Assert.Equal(1, made.World.Swap.Count(0));
    }

    [Fact]
    public void Young_TryToSwapOut_TakesTheYoungBitFirst()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 0)");
        var mm = made.World.Mm(new MmId(0));
        Assert.False(mm.TryToSwapOut(0));
        Assert.True(made.Pte(0) is { Young: false, IsPresent: true });
        Assert.True(mm.TryToSwapOut(0));
        Assert.False(made.Pte(0).IsPresent);
    }

    [Fact]
    public void SwappedOut_FailedSwapIn_KeepsTheEntry()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 0)", "swap_out(p0, 0)", "page_launder()", "end_buffer_io_async()", "reclaim_swapper_space()", "fail_alloc(1)");
        Assert.Equal(Refusal.NoMemory, made.Refusal("load(p0, 0, 1)"));
        Assert.Equal((1, 1), (made.Pte(0).Swap, made.World.Swap.Count(0)));
        Assert.Equal(1, made.Byte(0));
    }

    [Fact]
    public void NoSwapLeft_SwapOut_TakesNothing()
    {
        var made = PagesIn.Anonymous("mmap(p0, 2, 3, rw, private)");
        for (var n = 0; n < 5; n++)
        {
            made.Do($"store(p0, {16 * n}, 1, 0)");
            Assert.Equal(n < 4 ? 1 : 0, made.Do($"swap_out(p0, {n})").Count);
        }

        Assert.True(made.Pte(4).IsPresent);
    }

    [Fact]
    public void SwappedOut_Munmap_FreesSwap()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 0)", "swap_out(p0, 0)", "page_launder()", "end_buffer_io_async()", "reclaim_swapper_space()", "munmap(p0, 0, 2)");
        Assert.Equal((4, 1), (made.World.Swap.FreePages, made.World.Memory.InUse.Count));
    }

    [Fact]
    public void DirtyOrUnderIo_Reclaim_TakesNothing()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 0)", "swap_out(p0, 0)");
        Assert.Equal(0, made.Do("reclaim_swapper_space()").Count);
        made.Do("page_launder()");
        Assert.Equal(0, made.Do("reclaim_swapper_space()").Count);
    }

    [Fact]
    public void Untouched_PinForReading_HoldsZeroPageUncounted()
    {
        var made = PagesIn.Anonymous("kio0 = map_user_kiobuf(WRITE, p0, 0, 1)");
        Assert.Equal((true, 1, 1), (made.Kio().Pages[0].Reserved, made.Kio().Pages[0].Count, made.Kio().Pages[0].Pins));
        made.Do("unmap_kiobuf(kio0)");
        Assert.Equal((1, 0), (made.World.Memory.ZeroPage!.Count, made.World.Memory.ZeroPage.Pins));
    }

    [Fact]
    public void TwoPages_Pin_NamesEachByteOnce()
    {
        var made = PagesIn.Anonymous("store(p0, 15, 1, 0)", "kio0 = map_user_kiobuf(WRITE, p0, 15, 2)");
        Assert.Equal([(15, 1), (0, 1)], [(made.Kio().Piece(0).Offset, made.Kio().Piece(0).Length), (made.Kio().Piece(1).Offset, made.Kio().Piece(1).Length)]);
        Assert.Equal(new byte[] { 1, 0 }, made.Do("dma_to_device(kio0)").Read.ToArray());
    }

    [Fact]
    public void TakenBetweenFaultAndLookup_Pin_FaultsAgain()
    {
        var made = PagesIn.Anonymous("kio0 = map_user_kiobuf(READ, p0, 0, 1, swap_out=1)");
        Assert.Same(made.Pte(0).Page, made.Kio().Pages[0]);
    }

    [Theory]
    [InlineData("mprotect(p0, 0, 1, r)", "kio0 = map_user_kiobuf(READ, p0, 0, 1)", Refusal.NoAccess)]
    [InlineData("mprotect(p0, 0, 1, none)", "kio0 = map_user_kiobuf(WRITE, p0, 0, 1)", Refusal.NoAccess)]
    [InlineData("munmap(p0, 1, 1)", "kio0 = map_user_kiobuf(READ, p0, 0, 17)", Refusal.OutOfRange)]
    [InlineData("munmap(p0, 1, 1)", "vec0 = get_user_pages(READ, p0, 0, 17)", Refusal.OutOfRange)]
    [InlineData(Pinned, "kio0 = map_user_kiobuf(READ, p0, 0, 1)", Refusal.Invalid)]
    [InlineData("vec1 = get_user_pages(READ, p0, 0, 1, times=100)", "vec0 = get_user_pages(READ, p0, 0, 1, times=100)", Refusal.TooMany)]
    public void Unfit_Pin_IsRefusedAndHoldsNothing(string before, string pin, Refusal refusal)
    {
        var made = PagesIn.Anonymous(before);
        var held = made.World.Pins.Sum(each => each.Pages.Count);
        Assert.Equal(refusal, made.Refusal(pin));
        Assert.Equal(held, made.World.Memory.InUse.Sum(page => page.Pins));
    }

    [Fact]
    public void PinnedAndSwappedOut_Store_LeavesTheFrame()
    {
        var made = PagesIn.Anonymous(Pinned, "swap_out(p0, 0)", "store(p0, 1, 1, 0)", "dma_from_device(kio0, 5)");
        Assert.NotSame(made.Kio().Pages[0], made.Pte(0).Page);
        Assert.Equal(0, made.Byte(0));
    }

    [Fact]
    public void PinnedAndSwappedOut_LoadOnly_StaysOnTheFrame()
    {
        var made = PagesIn.Anonymous(Pinned, "swap_out(p0, 0)", "load(p0, 1, 1)", "dma_from_device(kio0, 5)");
        Assert.Same(made.Kio().Pages[0], made.Pte(0).Page);
        Assert.Equal(Pattern.At(5, 0), made.Byte(0));
    }

    [Fact]
    public void PinnedUnderLinux6_SwapOut_TakesNothing()
    {
        var made = PagesIn.Linux6(Pinned);
        Assert.Equal(0, made.Do("swap_out(p0, 0)").Count);
        made.Do("dma_from_device(kio0, 5)");
        Assert.Equal(Pattern.At(5, 0), made.Byte(0));
    }

    [Fact]
    public void Pinned_ExitMmap_FramesLiveUntilTheyAreLetGo()
    {
        var made = PagesIn.Anonymous(Pinned, "do_exit(p0)", "dma_from_device(kio0, 5)");
        Assert.Equal((1, PageMachine.State.Allocated), (made.Kio().Pages[0].Count, made.Kio().Pages[0].State));
        Assert.False(made.Enabled("unmap_kiobuf(kio0)"));
        made.Do("mark_dirty_kiobuf(kio0, 16)");
        made.Do("unmap_kiobuf(kio0)");
        Assert.Single(made.World.Memory.InUse);
    }

    [Theory]
    [InlineData(1, true, false), InlineData(2, true, true)]
    public void Written_MarkDirty_CoversWhatWasTransferred(int bytes, bool first, bool second)
    {
        var made = PagesIn.Anonymous("kio0 = map_user_kiobuf(READ, p0, 15, 2)", "dma_from_device(kio0, 5)", $"mark_dirty_kiobuf(kio0, {bytes})");
        Assert.Equal((first, second), (made.Kio().Pages[0].IsDirty, made.Kio().Pages[1].IsDirty));
        Assert.Equal(bytes == 2, made.Enabled("unmap_kiobuf(kio0)"));
    }

    [Fact]
    public void PinnedFilePage_MarkDirty_IsWrittenByFsync()
    {
        var made = PagesIn.File("rw, shared", "kio0 = map_user_kiobuf(READ, p0, 0, 16)", "dma_from_device(kio0, 5)", "mark_dirty_kiobuf(kio0, 16)");
        Assert.Equal(1, made.Do("sys_fsync(file0)").Count);
    }

    [Fact]
    public void Free_Lock_LocksAll_UnlockFreesAll()
    {
        var made = PagesIn.Anonymous("kio0 = map_user_kiobuf(READ, p0, 0, 17)", "lock_kiovec(kio0)");
        Assert.All(made.Kio().Pages, page => Assert.True(page.Locked));
        made.Do("unlock_kiovec(kio0)");
        Assert.All(made.Kio().Pages, page => Assert.False(page.Locked));
    }

    [Theory]
    [InlineData("lock_kiovec(kio1)"), InlineData("lock_kiovec(kio1, wait=0)")]
    public void SecondPageIsLocked_Lock_LeavesTheFirstAlone(string line)
    {
        var made = PagesIn.Anonymous("kio0 = map_user_kiobuf(READ, p0, 16, 1)", "lock_kiovec(kio0)", "kio1 = map_user_kiobuf(READ, p0, 0, 17)");
        Assert.Equal(Refusal.WouldBlock, made.Refusal(line));
        Assert.False(made.Kio(1).Pages[0].Locked);
        Assert.Equal(line.Contains("wait=0", StringComparison.Ordinal) ? null : made.Kio().Pages[0], made.World.Seen.WaitedOn);
    }

    [Fact]
    public void SamePageTwice_Lock_IsInvalid()
    {
        var made = PagesIn.Anonymous(Pinned, "kio1 = map_user_kiobuf(READ, p0, 0, 1)");
        Assert.Equal(Refusal.Invalid, made.Refusal("lock_kiovec(kio0, kio1)"));
        Assert.False(made.Kio().Pages[0].Locked);
    }

    [Fact]
    public void UnderIo_Lock_WaitsForTheDisk()
    {
        var made = PagesIn.File("rw, shared", "generic_file_write(file0, 0, 1, 3)", "page_launder()", "kio0 = map_user_kiobuf(WRITE, p0, 0, 1)", "lock_kiovec(kio0)");
        Assert.Equal((true, false), (made.Kio().Pages[0].Locked, made.Kio().Pages[0].UnderIo));
    }

    [Fact]
    public void LockedAndSwappedOut_Access_Waits()
    {
        var made = PagesIn.Anonymous(Pinned, "swap_out(p0, 0)", "lock_kiovec(kio0)");
        Assert.Equal(Refusal.WouldBlock, made.Refusal("load(p0, 0, 1)"));
        made.Do("unmap_kiobuf(kio0)");
        Assert.Equal(0, made.Byte(0));
    }

    [Fact]
    public void Vector_Unpin_LetsGoAndMarksDirty()
    {
        var made = PagesIn.Anonymous("vec0 = get_user_pages(READ, p0, 3, 2, times=3)", "dma_from_device(vec0, 5)");
        var page = made.Pte(0).Page!;
        Assert.Equal((4, 3), (page.Count, page.Pins));
        made.Do("unpin_user_pages_dirty_lock(vec0)");
        Assert.Equal((1, 0, true), (page.Count, page.Pins, page.IsDirty));
        Assert.Equal(Pattern.At(5, 0), made.Byte(3));
    }
}
