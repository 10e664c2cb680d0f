using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Fork;

/// <summary>Where pages are not anonymous, present and with one reference before fork, other numbers hold. The parent writes 0, 1, 2 and the child 2, 3: either 4 pages, both together 5.</summary>
public sealed class PremiseTests
{
    private const string Anonymous = "p0 = mm_alloc(low); mmap(p0, 0, 4, rw, private)";
    private const string Written = Anonymous + "; store(p0, 0, 4, 1); store(p0, 16, 4, 1); store(p0, 32, 4, 1); store(p0, 48, 4, 1)";
    private const string Grandparent = "p2 = mm_alloc(low); mmap(p2, 0, 4, rw, private); store(p2, 0, 4, 1); store(p2, 16, 4, 1); store(p2, 32, 4, 1); store(p2, 48, 4, 1)";
    private const string Read = "; load(p0, 0, 4); load(p0, 16, 4); load(p0, 32, 4); load(p0, 48, 4)";
    private const string Page = "000102030405060708090a0b0c0d0e0f";
    private const string File = $"p0 = mm_alloc(low); file0 = open(low, {Page}{Page}{Page}{Page})";
    private const string ParentWrites = "store(p0, 0, 4, 2); store(p0, 16, 4, 2); store(p0, 32, 4, 2)";
    private const string ChildWrites = "store(p1, 32, 4, 3); store(p1, 48, 4, 3)";

    [Theory]
    [InlineData("written: the premise", Written, 4, 0, 0)]
    [InlineData("read only: the zero page is nobody's, and each writer clears a page", Anonymous + Read, 0, 5, 0)]
    [InlineData("never touched: demand zero", Anonymous, 0, 0, 5)]
    [InlineData("a private file, read: the page cache holds each page, and each writer copies", File + "; mmap(p0, 0, 4, rw, private, file0, 0)" + Read, 5, 0, 0)]
    [InlineData("a private file, not touched", File + "; mmap(p0, 0, 4, rw, private, file0, 0)", 5, 0, 0)]
    [InlineData("a shared file: what is written is everybody's", File + "; mmap(p0, 0, 4, rw, shared, file0, 0)" + Read, 0, 0, 0)]
    [InlineData("shared with a grandparent: it holds each page, and each writer copies", Grandparent + "; p0 = do_fork(p2)", 5, 0, 0)]
    public void Costs_by_what_pages_are(string what, string before, int copies, int clears, int demandZero)
    {
        Assert.NotEmpty(what);
        foreach (var after in new[] { $"{ParentWrites}; {ChildWrites}", $"{ChildWrites}; {ParentWrites}" })
        {
            Assert.Equal((copies, clears, demandZero), AfterFork($"{before}; p1 = do_fork(p0); {after}", out _));
        }
    }

    /// <summary>The child has gone and the page is the parent's alone, but for the swap cache: one copy all the same, where 0 are expected for pages of the premise.</summary>
    [Fact]
    public void A_page_of_the_swap_cache_whose_lock_is_held_is_copied()
    {
        const string Before = Written + "; swap_out(p0, 0); load(p0, 0, 4); kio0 = map_user_kiobuf(WRITE, p0, 0, 4); lock_kiovec(kio0); ";
        Assert.Equal((1, 0, 0), AfterFork(Before + "p1 = do_fork(p0); do_exit(p1); store(p0, 0, 4, 2)", out var seen));
        Assert.Equal(FaultKind.CopyLocked, Assert.Single(seen.Faults).Kind);
    }

    [Fact]
    public void Without_the_lock_the_last_takes_it_out_of_the_swap_cache()
    {
        Assert.Equal((0, 0, 0), AfterFork(Written + "; swap_out(p0, 0); load(p0, 0, 4); p1 = do_fork(p0); do_exit(p1); store(p0, 0, 4, 2)", out var seen));
        Assert.Equal(FaultKind.ReuseSwapCached, Assert.Single(seen.Faults).Kind);
    }

    /// <summary>Runs a script of which each operation must be enabled and every law hold, and counts after p1 was forked.</summary>
    private static (long Copies, long Clears, long DemandZero) AfterFork(string script, out Observation last)
    {
        var replay = new Replay(Scripts.Tiny(script.Replace("; ", "\n", StringComparison.Ordinal)));
        var cost = replay.Checker.World.MemoryCost;
        while (replay.Next(out var step))
        {
            Assert.False(step.Skipped, $"skipped: {step.Operation}");
            Assert.True(step.Violations.Count == 0, $"{step.Operation}: {string.Join("; ", step.Violations)}");
            Assert.True(replay.Checker.World.Seen.Succeeded, $"refused: {step.Operation}");
            if (step.Operation is DoFork { Result.Value: 1 })
            {
                cost.Reset();
            }
        }

        last = replay.Checker.World.Seen;
        return (cost.Copies, cost.Clears, cost.DemandZero);
    }
}
