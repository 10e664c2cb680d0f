using System.Diagnostics;
using ZeroCopy.Cli;
using ZeroCopy.Cli.Linux;
using ZeroCopy.Model;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Conform;

/// <summary>fork() and copy-on-write of the kernel that runs here.</summary>
public sealed class LinuxCowTests : IClassFixture<LinuxCowTests.Shared>
{
    private const int Page = CowKernel.PageBytes;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Range ParentWrites = 0..40;
    private static readonly Range ChildWrites = 24..44;

    private readonly Shared _shared;

    public LinuxCowTests(Shared shared)
    {
        _shared = shared;
        if (shared.IsThere)
        {
            Kernel.Reset();
        }
    }

    private LinuxCow Cow => _shared.Cow;

    private CowKernel Kernel => new(Cow);

    [LinuxFact(LinuxNeeds.Frames)]
    public void Fork_ParentWritesFirst_CopiesWhatEitherWrites()
    {
        var kernel = Forked(64);
        Assert.Equal(40, Copies(kernel, 0, ParentWrites));
        Assert.Equal(4, Copies(kernel, 1, ChildWrites));
    }

    [LinuxFact(LinuxNeeds.Frames)]
    public void Fork_ChildWritesFirstAndExecs_CopiesWhatTheChildWrites()
    {
        var kernel = Forked(64);
        Assert.Equal(20, Copies(kernel, 1, ChildWrites));
        Assert.Null(kernel.Exec(1).Refusal);
        Assert.Equal(0, Copies(kernel, 0, ParentWrites));
    }

    [LinuxFact(LinuxNeeds.Frames)]
    public void Fork_ChildWritesFirstAndStays_CopiesWhatEitherWrites()
    {
        var kernel = Forked(64);
        Assert.Equal(20, Copies(kernel, 1, ChildWrites));
        Assert.Equal(24, Copies(kernel, 0, ParentWrites));
    }

    [LinuxFact(LinuxNeeds.Frames)]
    public void Exit_OfTheChild_LetsTheParentWriteInPlace()
    {
        var kernel = Forked(8);
        kernel.Exit(1);
        var before = kernel.State(0);
        Assert.Equal(0, Copies(kernel, 0, 0..8));
        Assert.Equal(before, kernel.State(0));
    }

    [LinuxFact]
    public void Fork_WriteOfEither_IsNotSeenByTheOther()
    {
        var kernel = Forked(2);
        kernel.Store(0, Page - 4, 8, 20);
        kernel.Store(1, Page - 2, 4, 21);
        Assert.Equal(Bytes(20, 8), kernel.Load(0, Page - 4, 8).Bytes);
        Assert.Equal([0, 0, .. Bytes(21, 4), .. Bytes(2, 4)[2..]], kernel.Load(1, Page - 4, 8).Bytes);
    }

    [LinuxFact]
    public void Store_ToAReadOnlyPage_IsRefusedWhereItBegins()
    {
        var kernel = Forked(2);
        Assert.Null(kernel.Mprotect(0, 1, 1, CowProt.Read).Refusal);
        var refused = kernel.Store(0, Page - 3, 8, 5);
        Assert.Equal(("SIGSEGV", 3), (refused.Refusal, refused.Done));
        Assert.Equal(Bytes(5, 3), kernel.Load(0, Page - 3, 3).Bytes);
        Assert.Equal(Bytes(2, 4), kernel.Load(0, Page, 4).Bytes);
        Assert.Equal("SIGSEGV", kernel.Load(0, 2 * Page, 1).Refusal);
    }

    [LinuxFact(LinuxNeeds.Poke)]
    public void Poke_ToAReadOnlyPage_ReachesThePokedAlone()
    {
        var kernel = Forked(1);
        kernel.Mprotect(1, 0, 1, CowProt.Read);
        Assert.Null(kernel.Poke(1, 0, 4, 9).Refusal);
        Assert.Equal(Bytes(9, 4), kernel.Load(1, 0, 4).Bytes);
        Assert.Equal(Bytes(1, 4), kernel.Load(0, 0, 4).Bytes);
        Assert.Equal("EIO", kernel.Poke(1, Page, 4, 9).Refusal);
    }

    [LinuxFact]
    public void Exec_OfNoFile_KeepsMemory()
    {
        var kernel = Forked(2);
        var before = kernel.State(1);
        Assert.Equal("ENOENT", kernel.ExecMissing(1).Refusal);
        Assert.Equal(before, kernel.State(1));
        Assert.Equal(Bytes(1, 4), kernel.Load(1, 0, 4).Bytes);
        Assert.Null(kernel.Exec(1).Refusal);
        Assert.Empty(kernel.State(1));
    }

    [LinuxFact]
    public void Vfork_ChildWrites_ParentSees()
    {
        var kernel = Forked(2);
        Assert.Null(kernel.Vfork(1, 2).Refusal);
        Assert.Null(kernel.Store(2, 0, 4, 30).Refusal);
        Assert.Contains("waits for the child of its vfork", Assert.Throws<AdapterException>(() => kernel.Load(1, 0, 4)).Message, StringComparison.Ordinal);
        Assert.Null(kernel.Exec(2).Refusal);
        Assert.Equal(Bytes(30, 4), kernel.Load(1, 0, 4).Bytes);
        Assert.Equal(Bytes(1, 4), kernel.Load(0, 0, 4).Bytes);

        kernel.Vfork(1, 3);
        kernel.Munmap(3, 1, 1);
        kernel.Exit(3);
        Assert.Equal(0, Assert.Single(kernel.State(1)).Page);
    }

    [LinuxFact]
    public void Vfork_InAProcessThatItsChildForked_KeepsApart()
    {
        var kernel = Written(1);
        kernel.Vfork(0, 1);
        kernel.Fork(1, 2);
        kernel.Exit(1);
        kernel.Vfork(2, 1);
        kernel.Store(1, 0, 4, 60);
        kernel.Exit(1);
        Assert.Equal(Bytes(60, 4), kernel.Load(2, 0, 4).Bytes);
        Assert.Equal(Bytes(1, 4), kernel.Load(0, 0, 4).Bytes);
    }

    [LinuxFact(LinuxNeeds.References)]
    public void Get_OwnerWritesAfterFork_KeepsOldBytes()
    {
        var kernel = Written(1);
        Assert.Null(kernel.Get(0, 0, 0, 8).Refusal);
        kernel.Store(0, 0, 8, 40);
        Assert.Equal(Bytes(40, 8), kernel.Peek(0));
        kernel.Fork(0, 1);
        kernel.Store(0, 0, 8, 41);
        Assert.Equal(Bytes(40, 8), kernel.Peek(0));
        Assert.Equal("EOPNOTSUPP", kernel.Dma(0, 1).Refusal);
    }

    [LinuxFact(LinuxNeeds.References | LinuxNeeds.Frames)]
    public void Get_ChildHasExited_StillForcesACopy()
    {
        var kernel = Forked(1);
        kernel.Get(0, 0, 0, 8);
        kernel.Exit(1);
        Assert.Equal(1, kernel.Store(0, 0, 8, 41).Copies);
        kernel.Unpin(0);
        Assert.Equal(0, kernel.Store(0, 0, 8, 42).Copies);
    }

    [LinuxFact(LinuxNeeds.Pins | LinuxNeeds.Frames)]
    public void Pin_OwnerForks_ChildHasACopyAtOnce()
    {
        var kernel = Written(2);
        Assert.Null(kernel.Pin(0, 0, 0, 8).Refusal);
        var before = kernel.State(0);
        kernel.Fork(0, 1);
        Assert.Equal(before, kernel.State(0));
        var child = kernel.State(1);
        Assert.NotEqual(before[0], child[0]);
        Assert.Equal(before[1], child[1]);

        Assert.Null(kernel.Dma(0, 50).Refusal);
        Assert.Equal(Bytes(50, 8), kernel.Load(0, 0, 8).Bytes);
        Assert.Equal(Bytes(1, 4), kernel.Load(1, 0, 4).Bytes);
        kernel.Exit(0);
        Assert.Equal(Bytes(50, 8), kernel.Peek(0));
    }

    [LinuxFact]
    public void File_PrivateAndShared_DifferInWhoSeesAWrite()
    {
        var kernel = Kernel;
        kernel.Start(0);
        kernel.File(0, Page + 100, 3);
        kernel.File(1, [1, 2, 255]);
        Assert.Null(kernel.Mmap(0, 0, 3, CowProt.ReadWrite, CowSharing.Shared, 0, 0).Refusal);
        Assert.Null(kernel.Mmap(0, 4, 1, CowProt.ReadWrite, CowSharing.Private, 0, 1).Refusal);
        Assert.Equal(Pattern.At(3, Page), kernel.Load(0, 4 * Page, 1).Bytes[0]);
        kernel.Store(0, Page, 4, 7);
        Assert.Equal(Bytes(7, 4), kernel.Load(0, 4 * Page, 4).Bytes);
        kernel.Store(0, 4 * Page, 4, 8);
        Assert.Equal(Bytes(7, 4), kernel.Pread(0, Page, 4));
        Assert.Equal("SIGBUS", kernel.Store(0, 2 * Page, 1, 1).Refusal);
        Assert.Equal([1, 2, 255], kernel.Pread(1, 0, 10));

        Assert.Equal("EACCES", kernel.Mmap(0, 6, 1, CowProt.ReadWrite, CowSharing.SharedReadOnly, 0, 0).Refusal);
        Assert.Null(kernel.Mmap(0, 6, 1, CowProt.Read, CowSharing.SharedReadOnly, 0, 0).Refusal);
        Assert.Equal("EACCES", kernel.Mprotect(0, 6, 1, CowProt.ReadWrite).Refusal);
        Assert.Equal("EEXIST", kernel.Mmap(0, 6, 1, CowProt.Read, CowSharing.Private).Refusal);
    }

    [LinuxFact]
    public void Reset_WhateverIsThere_LeavesNothing()
    {
        var kernel = Forked(4);
        kernel.Vfork(0, 2);
        kernel.File(0, 1, 1);
        kernel.Reset();
        Assert.Empty(ChildrenOf(Cow.ProcessId));
        kernel.Start(0);
        Assert.Empty(kernel.State(0));
        kernel.File(0, 1, 1);
    }

    [LinuxFact]
    public void Dispose_WithProcesses_LeavesNothing()
    {
        using var cow = new LinuxCow(Patience);
        var kernel = Forked(4, new CowKernel(cow));
        kernel.Vfork(0, 2);
        kernel.Exec(1);
        int[] all = [cow.ProcessId, .. ChildrenOf(cow.ProcessId)];
        Assert.Equal(4, all.Length);
        const string unlinked = " (deleted)";
        var program = new FileInfo($"/proc/{all[0]}/exe").LinkTarget!;
        Assert.EndsWith(unlinked, program, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(program)));

        // Its standard input ends, as it does when this program is killed.
        cow.Dispose();
        Assert.DoesNotContain(all, IsRunning);
    }

    [LinuxFact]
    public void Broker_IsKilled_TakesAllWithIt()
    {
        using var cow = new LinuxCow(Patience);
        var kernel = Forked(4, new CowKernel(cow));
        kernel.Vfork(0, 2);
        var children = ChildrenOf(cow.ProcessId);
        Zcverify.RunInShell($"kill -KILL {cow.ProcessId}");
        var failed = Assert.Throws<AdapterException>(() => kernel.Load(1, 0, 4));
        Assert.Equal("the adapter has ended with status 137 at 'load 1 0 4'; its standard error is empty", failed.Message);
        Assert.True(SpinWait.SpinUntil(() => !children.Any(IsRunning), Patience), "a process is left behind");
    }

    [LinuxFact]
    public void Process_IsKilled_IsSaid()
    {
        var kernel = Forked(4);
        Zcverify.RunInShell($"kill -KILL {ChildrenOf(Cow.ProcessId).Max()}");
        Assert.Contains("bad", Assert.Throws<AdapterException>(() => kernel.Load(1, 0, 4)).Message, StringComparison.Ordinal);
        Assert.Null(kernel.Load(0, 0, 4).Refusal);
    }

    [LinuxFact]
    public void OneCpu_AdapterStartsInIt_RunsThere()
    {
        static string Allowed() => File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal)).Split('\t')[1];
        var before = Allowed();
        using (new OneCpu(1))
        {
            using var cow = new LinuxCow(Patience);
            Assert.Equal(Allowed(), $"{cow.Probe.Cpu}");
        }

        Assert.Equal(before, Allowed());
    }

    [LinuxFact]
    public void Broker_IsStopped_IsLate()
    {
        using var cow = new LinuxCow(TimeSpan.FromSeconds(1));
        Zcverify.RunInShell($"kill -STOP {cow.ProcessId}");
        Assert.StartsWith("'reset' was not answered within 1 s; ", Assert.Throws<AdapterException>(() => cow.Ask("reset")).Message, StringComparison.Ordinal);
    }

    [LinuxFact]
    public void Source_CompiledWithAllWarnings_HasNone()
    {
        using var folder = new TemporaryFolder();
        var (status, _, error) = Zcverify.RunInShell(
            $"${{CC:-cc}} -O1 -Wall -Wextra -Werror -o {folder["linux-cow"]} tests/adapters/linux-cow.c && printf 'start 0\\nfork 0 1\\nzork\\n' | {folder["linux-cow"]} > {folder["out"]}");
        Assert.Equal((0, ""), (status, error));
        Assert.Equal(["ok", "ok", "bad 'zork' is no command"], File.ReadAllLines(folder["out"]));
    }

    [LinuxFact]
    public void Probe_OfThisKernel_SaysWhatIsSkipped()
    {
        var probe = Cow.Probe;
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), probe.Release);
        Assert.Equal(probe.Skipped.Count == 0 ? "full" : "degraded", probe.Mode);
    }

    [Fact]
    public void Probe_OfAKernelThatRefuses_NamesTheErrno()
    {
        var probe = CowProbe.Parse("ok release=6.1.0 pfn=no vmsplice=yes io_uring=no:EPERM poke=no:EACCES cpu=3 swap=no");
        Assert.Equal("degraded", probe.Mode);
        Assert.Equal(
            [
                "copies are not counted: /proc/PID/pagemap shows no page frames (CAP_SYS_ADMIN)",
                "pinned pages: io_uring is refused with EPERM",
                "writing another's memory: /proc/PID/mem is refused with EACCES",
            ],
            probe.Skipped);
    }

    /// <summary>Process 0 with pages that begin with pattern 1, 2 and so on.</summary>
    private CowKernel Written(int pages, CowKernel? kernel = null)
    {
        kernel ??= Kernel;
        kernel.Start(0);
        Assert.Null(kernel.Mmap(0, 0, pages, CowProt.ReadWrite, CowSharing.Private).Refusal);
        for (var page = 0; page < pages; page++)
        {
            Assert.Null(kernel.Store(0, page * Page, 4, page + 1).Refusal);
        }

        return kernel;
    }

    /// <summary>The same, with process 1 as its child.</summary>
    private CowKernel Forked(int pages, CowKernel? kernel = null)
    {
        kernel = Written(pages, kernel);
        Assert.Null(kernel.Fork(0, 1).Refusal);
        return kernel;
    }

    private static int Copies(CowKernel kernel, int process, Range pages) =>
        Enumerable.Range(pages.Start.Value, pages.End.Value - pages.Start.Value).Sum(page => kernel.Store(process, page * Page, 4, 99).Copies);

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        Pattern.Fill(bytes, seed);
        return bytes;
    }

    private static List<int> ChildrenOf(int process) =>
        [.. Process.GetProcesses().Select(other => other.Id).Where(other => Stat(other) is [_, var parent, ..] && parent == $"{process}")];

    private static bool IsRunning(int process) => Stat(process) is [not "Z", ..];

    /// <summary>State, parent and so on: what stands behind the name. proc(5).</summary>
    private static string[] Stat(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
        }
        catch (IOException)
        {
            // It has ended.
            return [];
        }
    }

    /// <summary>One adapter for all tests that do not end it: it takes half a second to compile.</summary>
    public sealed class Shared : IDisposable
    {
        private readonly Lazy<LinuxCow> _cow = new(() => new LinuxCow(Patience));

        internal bool IsThere => _cow.IsValueCreated;

        internal LinuxCow Cow => _cow.Value;

        public void Dispose()
        {
            if (IsThere)
            {
                Cow.Dispose();
            }
        }
    }
}
