using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Conform.Cow;

/// <summary>A difference, how often it occurred, and the smallest script that shows it.</summary>
public sealed record CowDiffers(CowMismatch Mismatch, long Count, Script Script);

/// <summary>What a run has compared.</summary>
/// <param name="Cases">Sequences.</param>
/// <param name="Operations">Operations on both.</param>
/// <param name="Matched">Of them, and of the reads at the end of each sequence, those that agreed.</param>
/// <param name="Writes">Stores and forced writes.</param>
/// <param name="Copies">Writes for which the kernel copied a page.</param>
/// <param name="ExtraCopies">Copies without a reason in the model that did not repeat.</param>
/// <param name="Mismatches">What differs.</param>
public sealed record CowResult(long Cases, long Operations, long Matched, long Writes, long Copies, long ExtraCopies, IReadOnlyList<CowDiffers> Mismatches)
{
    /// <summary>Of a hundred writes, those with a copy that had no reason and did not repeat, at most.</summary>
    public const double MostExtraPercent = 0.5;

    public double ExtraPercent => Writes == 0 ? 0 : 100.0 * ExtraCopies / Writes;

    /// <summary>Nothing differs, and unusual copies are few.</summary>
    public bool Holds => Mismatches.Count == 0 && ExtraPercent <= MostExtraPercent;
}

/// <summary>Random sequences of fork, exec, exit and memory operations, on the model under linux 6 and on the running kernel.</summary>
/// <param name="rig">The kernel's processes.</param>
/// <param name="seed">Chance.</param>
public sealed class CowConformRun(CowRig rig, ulong seed)
{
    /// <summary>A copy without a reason is a finding where it occurs each time that its script is played again, after the kernel has given back the references that its own lists had: it cannot tell those from others (folio_activate() and its like, mm/swap.c).</summary>
    private const int Repeats = 3;

    private const int ShrinkBudget = 1500;

    private static readonly ScriptHeader Header = new(new Profile(Size.Real, Kernel.Linux6), "fork");

    private static readonly string[] Compared =
    [
        "mm_alloc", "open", "mmap", "munmap", "mprotect", "do_exit", "store", "load", "generic_file_write", "get_user_pages", "unpin_user_pages_dirty_lock",
        "dma_from_device", "dma_to_device", "do_fork", "sys_execve", "madvise_dontneed", "access_process_vm",
    ];

    /// <summary>What is drawn: the operations of the suite <c>fork</c> that a program can ask a kernel for.</summary>
    public static readonly Suite Mix = new("fork", "what a program can ask a kernel for", [.. ForkDraws.All.Where(draw => Compared.Contains(draw.Name)).Select(Askable)], [], []);

    private readonly CowComparison _comparison = new(rig);
    private readonly Dictionary<(CowFinding, string), (CowMismatch Mismatch, long Count, IReadOnlyList<Operation> Script)> _found = [];
    private long _extra;
    private long _cases;

    /// <summary>Plays so many sequences, or until it is told that they are enough; asked before each.</summary>
    public void Compare(long cases, Func<bool> enough, Action<long> progress)
    {
        var source = new SuiteRun(Mix, Header.Profile, seed);
        for (var block = 0L; _cases < cases && !enough(); block++)
        {
            var scripts = new List<IReadOnlyList<Operation>>();
            source.RunBlock(block, applied => scripts.Add([.. applied]));
            foreach (var script in scripts)
            {
                if (_cases == cases || enough())
                {
                    break;
                }

                Play(script);
                _cases++;
                progress(_cases);
            }
        }
    }

    /// <summary>Plays one script.</summary>
    public void Play(IReadOnlyList<Operation> script)
    {
        var extra = new List<CowMismatch>();
        if (_comparison.Play(script, extra.Add) is { } mismatch)
        {
            Add(mismatch, script);
        }

        foreach (var copy in extra)
        {
            if (rig.Settle() && Enumerable.Range(0, Repeats).All(_ => Repeated(script, copy.Step).Exists(again => again.Step == copy.Step)))
            {
                Add(copy, script);
            }
            else
            {
                _extra++;
            }
        }
    }

    /// <summary>Makes the scripts of what differs smaller; what was compared so far is counted before.</summary>
    /// <param name="enough">Asked before each candidate.</param>
    public CowResult Finish(Func<bool> enough)
    {
        var (operations, matched, writes, copies) = (_comparison.Operations, _comparison.Matched, _comparison.Writes, _comparison.Copies);
        var mismatches = _found.Values.Select(found =>
        {
            var (smallest, mismatch) = Smallest(found.Script, found.Mismatch, enough);
            return new CowDiffers(mismatch, found.Count, new Script(Header, smallest));
        }).ToList();
        return new CowResult(_cases, operations, matched, writes, copies, _extra, mismatches);
    }

    private static Draw Askable(Draw draw) => draw.Name switch
    {
        // Entries of an iovec that name a range again are one reference more to the kernel's pipe; the model's own suite has them.
        "get_user_pages" => draw.Then<GetUserPages>((_, pin) => Askable(pin)),
        "store" => draw.Then<Store>((_, store) => store with { IsShort = false }),
        "access_process_vm" => draw.Then<AccessProcessVm>((_, forced) => forced with { DontneedAfter = 0 }),
        "do_fork" => draw.Then<DoFork>((_, fork) => Askable(fork)),
        "open" => draw with { Weight = 1 },
        _ => draw,
    };

    /// <summary>A pin of a device for writing is what io_uring takes, a plain reference for reading what vmsplice() does.</summary>
    private static GetUserPages Askable(GetUserPages pin) => pin with { Times = 1, IsPlain = !pin.Into };

    private static DoFork Askable(DoFork fork) => fork with { Flags = fork.Flags == CloneFlags.Vm ? CloneFlags.None : fork.Flags, DmaAt = -1 };

    private List<CowMismatch> Repeated(IReadOnlyList<Operation> script, int settledAt)
    {
        var extra = new List<CowMismatch>();
        new CowComparison(rig).Play(script, extra.Add, settledAt);
        return extra;
    }

    private void Add(CowMismatch mismatch, IReadOnlyList<Operation> script)
    {
        var key = (mismatch.Kind, mismatch.Operation.GetType().Name);
        _found[key] = _found.TryGetValue(key, out var found) ? found with { Count = found.Count + 1 } : (mismatch, 1, script);
    }

    /// <summary>Operations are taken out, many at a time and then one by one, for as long as the same kind of difference stays.</summary>
    private (IReadOnlyList<Operation> Script, CowMismatch Mismatch) Smallest(IReadOnlyList<Operation> script, CowMismatch mismatch, Func<bool> enough)
    {
        var best = script;
        var budget = ShrinkBudget;
        for (var chunk = Math.Max(1, best.Count / 2); chunk > 0 && budget > 0; chunk /= 2)
        {
            for (var smaller = true; smaller;)
            {
                smaller = false;
                for (var at = best.Count - chunk; at >= 0 && budget > 0 && !enough(); at--)
                {
                    IReadOnlyList<Operation> candidate = [.. best.Take(at), .. best.Skip(at + chunk)];
                    budget--;
                    if (Shows(candidate, mismatch.Kind) is { } still)
                    {
                        (best, mismatch, smaller) = (candidate, still, true);
                        at = Math.Min(at, best.Count - chunk + 1);
                    }
                }
            }
        }

        return (best, mismatch);
    }

    private CowMismatch? Shows(IReadOnlyList<Operation> script, CowFinding kind)
    {
        var extra = new List<CowMismatch>();
        var found = new CowComparison(rig).Play(script, extra.Add);
        return kind != CowFinding.ExtraCopy ? found?.Kind == kind ? found : null
            : extra.FirstOrDefault(copy => Repeated(script, copy.Step).Exists(again => again.Step == copy.Step));
    }
}
