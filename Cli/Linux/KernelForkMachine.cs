using ZeroCopy.Properties.Fork;

namespace ZeroCopy.Cli.Linux;

/// <summary>The running kernel as such a machine: a copy is a write after which the page lies in another frame. Its page faults, frames and page-table writes it does not tell of a single page.</summary>
internal sealed class KernelForkMachine(LinuxCow cow) : ForkMachine
{
    /// <summary>Pages that the adapter's region has.</summary>
    public const int PagesMax = 512;

    private const int Parent = 0;
    private const int Child = 1;
    private const int WordBytes = 4;
    private const int Seeds = 256;

    private readonly CowKernel _kernel = new(cow);
    private long _copies;
    private long _clears;
    private long _steps;

    public override ForkCost Cost => new(null, _copies, _clears, null, null);

    public override string Judged => "the numbers alone";

    public override long Steps => _steps;

    public override bool Start(int pages)
    {
        (_copies, _clears, _steps) = (0, 0, 0);
        _kernel.Reset();
        _kernel.Start(Parent);
        Done(_kernel.Mmap(Parent, 0, pages, CowProt.ReadWrite, CowSharing.Private));
        for (var page = 0; page < pages; page++)
        {
            Store(Parent, page, seed: page);
        }

        return true;
    }

    public override bool Fork()
    {
        Done(_kernel.Fork(Parent, Child));
        return true;
    }

    public override bool Write(Relative who, int page, bool endsPhase)
    {
        var access = who == Relative.Parent ? Store(Parent, page, seed: page + 1) : Store(Child, page, seed: page + 2);
        _copies += access.Copies;
        _clears += access.Before[0].Presence == CowPresence.Zero && access.After[0].Presence == CowPresence.Present ? 1 : 0;
        return true;
    }

    public override bool LetGo(Then how)
    {
        switch (how)
        {
            case Then.Exec:
                Done(_kernel.Exec(Child));
                break;
            case Then.Exit:
                _steps++;
                _kernel.Exit(Child);
                break;
            default:
                break;
        }

        return true;
    }

    private CowAccess Store(int who, int page, int seed)
    {
        _steps++;
        var access = _kernel.Store(who, (long)page * CowKernel.PageBytes, WordBytes, seed % Seeds);
        return access.Refusal is null ? access : throw new AdapterException($"the kernel refuses a store to page {page} with {access.Refusal}");
    }

    private void Done(CowAnswer answer)
    {
        _steps++;
        if (answer.Refusal is { } refusal)
        {
            throw new AdapterException($"the kernel refuses with {refusal}");
        }
    }
}
