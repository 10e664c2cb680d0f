using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Laws;

/// <summary>Of each frame that fork shared: among how many address spaces, and how often it was copied since. A book of the checker's own.</summary>
/// <remarks>Verified: sharers by looking through the page tables after each fork; copies by the faults that were told. Not verified: frames that fork shared while something else had them too, a pin, a cache or swap space, that were in swap space since, or for which a fault stands half-way. Each of those may cost copies of its own.</remarks>
public sealed class ForkHistory
{
    private readonly Dictionary<Page, Shared> _shared = [];

    /// <summary>For each process that stands in a fault without the lock: the page, and its entry as it was left.</summary>
    private readonly SortedDictionary<int, Standing> _standing = [];

    /// <summary>A frame that was copied too often in this step, or though all others had let it go; null for none.</summary>
    public Page? Excess { get; private set; }

    /// <summary>In this step the last of several sharers wrote in place, and the frame was never copied: the others had let it go.</summary>
    public bool WasSpared { get; private set; }

    /// <summary>In this step a frame was copied that nobody has since: each of its sharers stood in a fault for it.</summary>
    public bool WasLeftByAll { get; private set; }

    /// <summary>What the fault left which goes on in this step, and what it finds; null where none goes on.</summary>
    public GoingOn? GoesOn { get; private set; }

    /// <summary>Copies of a frame since it was shared last, and its sharers.</summary>
    public (int Copies, int Sharers) Of(Page page) => _shared.TryGetValue(page, out var shared) ? (shared.Copies, shared.Sharers) : (0, 0);

    /// <summary>Before an operation is applied: what the fault finds that it lets go on.</summary>
    public void Precede(Operation operation, World world) =>
        GoesOn = operation is Resume back && _standing.TryGetValue(back.Mm.Value, out var left) ? left.Found(world.Mm(back.Mm).Ptes[left.N]) : null;

    public void Follow(Operation operation, World world)
    {
        (Excess, WasSpared, WasLeftByAll) = (null, false, false);
        Stand(operation, world);
        if (operation is DoFork { Flags: CloneFlags.None } fork && world.Seen.Succeeded)
        {
            Share(world, world.Mm(fork.Result), except: fork.DmaAt);
        }

        for (var i = 0; _shared.Count > 0 && i < world.Seen.Faults.Count; i++)
        {
            Follow(world.Seen.Faults[i]);
        }

        foreach (var (page, _) in _shared)
        {
            if (page.Mappings == 0)
            {
                _shared.Remove(page);
            }
        }
    }

    public void WriteState(StateWriter state, World world)
    {
        foreach (var (name, standing) in _standing)
        {
            state.Write(name);
            state.Write(standing.N);
            state.Write(standing.IsThere);
            state.Refer(standing.IsThere ? standing.Entry.Page : null);
            state.Write(standing.Entry.Swap);
            state.Write(standing.Entry.Writable);
        }

        for (var i = 0; i < world.Mms.Count; i++)
        {
            foreach (ref readonly var pte in world.Mms[i].Ptes)
            {
                var (copies, sharers) = pte.Page is { } page ? Of(page) : default;
                state.Write(copies);
                state.Write(sharers);
            }
        }
    }

    public void Reset()
    {
        _shared.Clear();
        _standing.Clear();
        (Excess, WasSpared, WasLeftByAll, GoesOn) = (null, false, false, null);
    }

    private void Stand(Operation operation, World world)
    {
        if (operation is Resume back && world.Seen.Succeeded)
        {
            _standing.Remove(back.Mm.Value);
            WasLeftByAll = GoesOn is { Found.Page: { Reserved: false, Count: 0 } };
        }

        if (operation is DoPageFault begun && world.Task(begun.Mm).Fault is not null)
        {
            var entry = world.Mm(begun.Mm).Ptes[begun.Page];
            _standing.Add(begun.Mm.Value, new Standing(begun.Page, entry, entry.Page?.Lives ?? 0));
            if (entry.Page is { } page)
            {
                // It has decided to copy, whatever the others do meanwhile.
                _shared.Remove(page);
            }
        }
    }

    private void Follow(in Fault fault)
    {
        if (fault.Page is not { } page || !_shared.TryGetValue(page, out var shared))
        {
            return;
        }

        if (fault.Kind == FaultKind.Copy)
        {
            _shared[page] = shared with { Copies = shared.Copies + 1 };
            Excess = shared.Copies + 1 > shared.Sharers - 1 || page.Count == 0 ? page : Excess;
        }
        else if (fault.Kind is FaultKind.SwapIn or FaultKind.SwapInOwn)
        {
            // Entries of swap space may have been shared further meanwhile.
            _shared.Remove(page);
        }
        else if (fault.Kind is FaultKind.Reuse)
        {
            WasSpared |= shared.Copies == 0;
            _shared.Remove(page);
        }
    }

    private bool IsStoodFor(Page page)
    {
        foreach (var (_, standing) in _standing)
        {
            if (standing.Entry.Page == page)
            {
                return true;
            }
        }

        return false;
    }

    private void Share(World world, MmStruct child, int except)
    {
        for (var n = 0; n < child.Ptes.Length; n++)
        {
            if (child.Ptes[n].Page is not { Reserved: false, Mapping: null } page || child.Areas[n].Shared)
            {
                continue;
            }

            var sharers = 0;
            for (var i = 0; i < world.Mms.Count; i++)
            {
                sharers += world.Mms[i].Ptes[n].Page == page ? 1 : 0;
            }

            if (n != except && page.SwapEntry < 0 && page.Pins == 0 && page.Count == sharers && !IsStoodFor(page))
            {
                _shared[page] = new Shared(sharers, 0);
            }
            else
            {
                _shared.Remove(page);
            }
        }
    }

    /// <summary>What a fault that stands left behind.</summary>
    /// <param name="N">The page of the process.</param>
    /// <param name="Entry">Its entry.</param>
    /// <param name="Lives">How often the frame in it had been given out.</param>
    public readonly record struct Standing(int N, Pte Entry, int Lives)
    {
        /// <summary>The page that was in the entry has not been given back since.</summary>
        public bool IsThere => Entry.Page is { Count: > 0 } page && page.Lives == Lives;

        public GoingOn Found(in Pte found) =>
            new(N, Entry, found, found.Page == Entry.Page && (Entry.Page is null || IsThere) && found.Swap == Entry.Swap && found.Writable == Entry.Writable);
    }

    private readonly record struct Shared(int Sharers, int Copies);
}

/// <summary>A fault that goes on.</summary>
/// <param name="N">The page of the process.</param>
/// <param name="Left">Its entry as the fault left it.</param>
/// <param name="Found">As the fault finds it.</param>
/// <param name="IsSame">Both are one.</param>
public readonly record struct GoingOn(int N, Pte Left, Pte Found, bool IsSame);
