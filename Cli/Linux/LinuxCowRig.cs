using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Conform.Cow;

namespace ZeroCopy.Cli.Linux;

/// <summary>The running kernel's processes, driven by the operations of a script.</summary>
internal sealed class LinuxCowRig(LinuxCow cow) : CowRig
{
    private readonly CowKernel _kernel = new(cow);

    public override string Version => cow.Probe.Release;

    public override bool HasFrames => cow.Probe.HasPfn;

    /// <summary>What the kernel is not asked for, be it that it cannot be, or that this user may not.</summary>
    public override bool Can(Operation operation) => operation switch
    {
        GetUserPages { Times: > 1 } => false,
        GetUserPages { Into: true, IsPlain: false } or DmaFromDevice => cow.Probe.IoUring == "yes",
        GetUserPages { Into: false, IsPlain: true } => cow.Probe.Vmsplice == "yes",
        AccessProcessVm { DontneedAfter: 0 } => cow.Probe.Poke == "yes",
        Store { IsShort: false } or DoFork { Flags: not CloneFlags.Vm, DmaAt: < 0 } => true,
        MmAlloc or OpenFile or Mmap or Munmap or Mprotect or DoExit or Load or GenericFileWrite or UnpinUserPages or DmaToDevice or Execve or MadviseDontneed => true,
        _ => false,
    };

    public override void Reset() => _kernel.Reset();

    /// <summary>kernel: drop_caches_sysctl_handler(), which calls lru_add_drain_all(). Nothing that is compared lies in a cache that it drops.</summary>
    public override bool Settle()
    {
        try
        {
            System.IO.File.WriteAllText("/proc/sys/vm/drop_caches", "1");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public override CowReply Do(Operation operation) => operation switch
    {
        MmAlloc made => Done(() => _kernel.Start(made.Result.Value)),
        OpenFile open => Done(() => Open(open)),
        Mmap { File: { } file } map => Answered(_kernel.Mmap(map.Mm.Value, map.Page, map.Pages, (CowProt)map.Prot, (CowSharing)map.Kind, file.Value, map.Index)),
        Mmap map => Answered(_kernel.Mmap(map.Mm.Value, map.Page, map.Pages, (CowProt)map.Prot, (CowSharing)map.Kind)),
        Munmap unmap => Answered(_kernel.Munmap(unmap.Mm.Value, unmap.Page, unmap.Pages)),
        Mprotect protect => Answered(_kernel.Mprotect(protect.Mm.Value, protect.Page, protect.Pages, (CowProt)protect.Prot)),
        MadviseDontneed advise => Answered(_kernel.Dontneed(advise.Mm.Value, advise.Page, advise.Pages)),
        Store store => Accessed(_kernel.Store(store.Mm.Value, store.Address, store.Count, store.Data)),
        Load load => Accessed(_kernel.Load(load.Mm.Value, load.Address, load.Count)),
        AccessProcessVm forced => Accessed(_kernel.Poke(forced.Mm.Value, forced.Address, forced.Count, forced.Data)),
        DoFork { Flags: CloneFlags.Vfork } fork => Answered(_kernel.Vfork(fork.Parent.Value, fork.Result.Value)),
        DoFork fork => Answered(_kernel.Fork(fork.Parent.Value, fork.Result.Value)),
        Execve exec => Answered(_kernel.Exec(exec.Mm.Value)),
        DoExit exit => Done(() => _kernel.Exit(exit.Mm.Value)),
        GetUserPages { Into: true } pin => Accessed(_kernel.Pin(pin.Mm.Value, pin.Result.Value, pin.Address, pin.Count)),
        GetUserPages pin => Accessed(_kernel.Get(pin.Mm.Value, pin.Result.Value, pin.Address, pin.Count)),
        UnpinUserPages unpin => Done(() => _kernel.Unpin(unpin.Pin.Value)),
        DmaToDevice read => CowReply.Done with { Bytes = _kernel.Peek(read.Pin.Value) },
        DmaFromDevice write => Answered(_kernel.Dma(write.Pin.Value, write.Data)),
        GenericFileWrite { Count: 0 } => CowReply.Done,
        GenericFileWrite write => Answered(_kernel.Pwrite(write.File.Value, write.Offset, write.Count, write.Data)),
        _ => throw new ModelException($"{operation} is not for a kernel"),
    };

    public override ulong[] Frames(MmId process, int pages)
    {
        var frames = new ulong[pages];
        foreach (var mapped in _kernel.State(process.Value))
        {
            frames[mapped.Page] = mapped.State.Presence == CowPresence.Present ? mapped.State.Pfn : 0;
        }

        return frames;
    }

    private static CowReply Done(Action act)
    {
        act();
        return CowReply.Done;
    }

    private static CowReply Answered(CowAnswer answer) => CowReply.Done with { Refusal = RefusalOf(answer.Refusal), Word = answer.Refusal ?? "" };

    private static CowReply Accessed(in CowAccess access) => new(
        RefusalOf(access.Refusal),
        access.Refusal ?? "",
        access.Bytes ?? [],
        access.Before is [{ Presence: CowPresence.Present }, ..],
        access.Copies > 0);

    private static Refusal RefusalOf(string? word) => word switch
    {
        null => Refusal.None,
        "SIGSEGV" or "EACCES" => Refusal.NoAccess,
        "SIGBUS" => Refusal.OutOfRange,
        _ => Refusal.Invalid,
    };

    private void Open(OpenFile open)
    {
        if (open.Content.Length == 0)
        {
            _kernel.File(open.Result.Value, 0, 0);
            return;
        }

        var bytes = new byte[open.Content.Length];
        open.Content.Read(0, bytes);
        _kernel.File(open.Result.Value, bytes);
    }
}
