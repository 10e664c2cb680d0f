using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Tests.Pages;

/// <summary>A page fault that stops where it has given up the lock of the page table: State_Event_Outcome. Every law holds after every step.</summary>
public sealed class FaultTests
{
    [Fact]
    public void None_WriteFault_StandsWithAFreshPage()
    {
        var made = PagesIn.Anonymous("do_page_fault(p0, 0, write)");
        Assert.Equal((true, true), (made.Pte(0).IsNone, made.World.Task(new MmId(0)) is { State: ProcessMachine.State.Faulting, Fault: { For: FaultFor.ZeroPage, Page.Count: 1 } }));
        Assert.True(made.Do("resume(p0)").Succeeded);
        Assert.Equal((true, FaultKind.DemandZero), (made.Pte(0).Writable, made.World.Seen.Faults.Single().Kind));
    }

    [Fact]
    public void None_ReadFault_IsOverButForTheWayBack()
    {
        var made = PagesIn.Anonymous("do_page_fault(p0, 0)");
        Assert.Equal(made.World.Memory.ZeroPage, made.Pte(0).Page);
        Assert.Null(made.World.Task(new MmId(0)).Fault);
        Assert.True(made.Do("resume(p0)").Succeeded);
    }

    [Theory]
    [InlineData("store(p0, 0, 1, 0)"), InlineData("load(p0, 0, 1)"), InlineData("do_exit(p0)"), InlineData("do_page_fault(p0, 1)"), InlineData("sys_execve(p0)")]
    public void Faulting_AnotherStepOfItsOwn_IsNotEnabled(string line) => Assert.False(PagesIn.Anonymous("do_page_fault(p0, 0, write)").Enabled(line));

    /// <summary>mmap_sem: who wants it for writing waits, who wants it for reading does not.</summary>
    [Theory]
    [InlineData("mmap(p1, 4, 1, rw, private)", false), InlineData("munmap(p1, 0, 1)", false), InlineData("mprotect(p1, 0, 1, r)", false), InlineData("madvise_dontneed(p1, 0, 1)", false)]
    [InlineData("p2 = do_fork(p1)", false), InlineData("p2 = do_fork(p1, CLONE_VM)", true), InlineData("kio0 = map_user_kiobuf(READ, p1, 0, 1)", false), InlineData("vec0 = get_user_pages(READ, p1, 0, 1)", true)]
    [InlineData("access_process_vm(p1, 0, 1, 0)", true), InlineData("access_process_vm(p1, 0, 1, 0, dontneed=1)", false), InlineData("store(p1, 0, 1, 0)", true), InlineData("swap_out(p1, 0)", true), InlineData("do_exit(p1)", true)]
    public void Faulting_OfAThread_WaitsForMmapSem(string line, bool enabled) =>
        Assert.Equal(enabled, PagesIn.Anonymous("p1 = do_fork(p0, CLONE_VM)", "do_page_fault(p0, 0, write)").Enabled(line));

    [Theory]
    [InlineData("madvise_dontneed(p1, 0, 1)"), InlineData("access_process_vm(p1, 0, 1, 0, dontneed=1)")]
    public void Faulting_OfAThreadOfALaterKernel_LetsPagesBeGivenBack(string line) =>
        Assert.True(PagesIn.Linux6("p1 = do_fork(p0, CLONE_VM)", "do_page_fault(p0, 0, write)").Enabled(line));

    /// <summary>A frame that was given back and given out again, to the same place, is another page.</summary>
    [Fact]
    public void Faulting_ForCopy_AnotherPageInTheFrame_BeginsAnew()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 1)", "p1 = do_fork(p0)", "p2 = do_fork(p0, CLONE_VM)", "do_page_fault(p0, 0, write)");
        var (page, lives) = (made.Pte(0).Page!, made.Pte(0).Page!.Lives);
        foreach (var line in new[] { "do_exit(p1)", "swap_out(p2, 0)", "page_launder()", "end_buffer_io_async()", "reclaim_swapper_space()", "load(p2, 0, 1)" })
        {
            made.Do(line);
        }

        Assert.Equal((page, true), (made.Pte(0).Page, page.Lives > lives));
        Assert.Equal(FaultKind.Changed, Assert.Single(made.Do("resume(p0)").Faults).Kind);
    }

    [Fact]
    public void Faulting_ThreadStores_BeginsAnew()
    {
        var made = PagesIn.Anonymous("p1 = do_fork(p0, CLONE_VM)", "do_page_fault(p0, 0, write)", "store(p1, 0, 1, 7)");
        var page = made.Pte(0).Page;
        Assert.Equal(FaultKind.Changed, Assert.Single(made.Do("resume(p0)").Faults).Kind);
        Assert.Equal((page, 1), (made.Pte(0).Page, page!.Count));
    }

    [Fact]
    public void Faulting_ForCopy_SwappedOut_BeginsAnew()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 1)", "p1 = do_fork(p0)", "do_page_fault(p0, 0, write)", "swap_out(p0, 0)");
        Assert.Equal(FaultKind.Changed, Assert.Single(made.Do("resume(p0)").Faults).Kind);
        Assert.True(made.Pte(0).Swap > 0);
    }

    [Fact]
    public void Faulting_ForSwap_AnotherEntry_BeginsAnew()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 1)", "swap_out(p0, 0)", "do_page_fault(p0, 0)", "access_process_vm(p0, 0, 1, 2)", "swap_out(p0, 0)");
        var swap = made.Pte(0).Swap;
        Assert.Equal(FaultKind.Changed, Assert.Single(made.Do("resume(p0)").Faults).Kind);
        Assert.Equal((swap, Pattern(2)), (made.Pte(0).Swap, made.Byte(0)));
    }

    [Fact]
    public void Faulting_ForSwap_LockedPage_WaitsAndGoesOn()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 1)", "kio0 = map_user_kiobuf(READ, p0, 0, 1)", "swap_out(p0, 0)", "lock_kiovec(kio0)", "do_page_fault(p0, 0)");
        Assert.Equal(Refusal.WouldBlock, made.Refusal("resume(p0)"));
        Assert.Equal(ProcessMachine.State.Faulting, made.World.Task(new MmId(0)).State);
        made.Do("unlock_kiovec(kio0)");
        Assert.True(made.Do("resume(p0)").Succeeded);
        Assert.True(made.Pte(0).IsPresent);
    }

    [Theory]
    [InlineData("rw, shared", ", write"), InlineData("rw, private", ", write"), InlineData("rw, private", "")]
    public void Faulting_ForFile_Truncated_BeginsAnew(string map, string write)
    {
        var made = PagesIn.File(map, $"do_page_fault(p0, 0{write})", "vmtruncate(file0, 0)");
        Assert.Equal(FaultKind.Changed, Assert.Single(made.Do("resume(p0)").Faults).Kind);
        Assert.True(made.Pte(0).IsNone);
        Assert.Equal(Refusal.OutOfRange, made.Refusal("load(p0, 0, 1)"));
    }

    /// <summary>A private copy has what the file had when it was looked for.</summary>
    [Fact]
    public void Faulting_ForCopyOfFile_Written_HasTheBytesOfBefore()
    {
        var made = PagesIn.File("rw, private", "do_page_fault(p0, 0, write)", "generic_file_write(file0, 0, 1, 9)", "resume(p0)");
        Assert.Equal(1, made.Byte(0));
    }

    [Theory]
    [InlineData(1, "do_page_fault(p0, 0)"), InlineData(2, "do_page_fault(p0, 0, write)")]
    public void None_FailedAllocation_StandsInNoFault(int k, string line)
    {
        var made = PagesIn.Anonymous($"fail_alloc({k})");
        Assert.Equal(Refusal.NoMemory, made.Refusal(line));
        Assert.Equal(ProcessMachine.State.Running, made.World.Task(new MmId(0)).State);
        Assert.Single(made.World.Memory.InUse);
    }

    [Fact]
    public void Protected_WriteFault_IsRefused() => Assert.Equal(Refusal.NoAccess, PagesIn.Anonymous("mprotect(p0, 0, 1, r)").Refusal("do_page_fault(p0, 0, write)"));

    [Fact]
    public void Shared_EachStandsInAFault_EachCopies()
    {
        var made = PagesIn.Anonymous("store(p0, 0, 1, 1)", "p1 = do_fork(p0)", "do_page_fault(p0, 0, write)", "do_page_fault(p1, 0, write)");
        var before = made.Pte(0).Page!;
        Assert.Equal(FaultKind.Copy, Assert.Single(made.Do("resume(p0)").Faults).Kind);
        Assert.Equal(FaultKind.Copy, Assert.Single(made.Do("resume(p1)").Faults).Kind);
        Assert.Equal(0, before.Count);
    }

    private static int Pattern(int seed)
    {
        var one = new byte[1];
        Model.Pattern.Fill(one, seed);
        return one[0];
    }
}
