namespace ZeroCopy.Model.Copying;

/// <summary>fork, exec and exit on the copying path: a child has a copy of everything, made at once; and what is left of each process's slice.</summary>
public sealed partial class CopyingWorld
{
    private readonly Table<int> _slices = new();

    /// <summary>What is left of a process's slice.</summary>
    public int Slice(MmId id) => _slices[id.Value];

    /// <summary>The process that has most left of its slice.</summary>
    public int NextProcess { get; private set; }

    /// <summary>The process does something: where it is not alone, that is a part of its slice.</summary>
    public void Tick(MmId id) => _slices.Rebind(id.Value, Math.Max(0, Slice(id) - (_mms.Bound > 1 ? 1 : 0)));

    /// <summary>Whose turn it is; where nobody who runs has anything left, everybody is given a slice.</summary>
    public void Schedule()
    {
        NextProcess = First();
        if (_slices[NextProcess] > 0)
        {
            return;
        }

        for (var name = 0; name < _mms.Count; name++)
        {
            if (_mms.Has(name))
            {
                _slices.Rebind(name, (_slices[name] / 2) + profile.SliceTicks);
            }
        }

        NextProcess = First();
    }

    /// <summary>A child with a copy of everything, made at once. Bytes that a device has pinned are the pin's, of which there is one.</summary>
    public void Fork(MmId child, MmId parent)
    {
        var copy = new CopyingProcess(profile.TaskPages) { IsForked = true };
        Mm(parent).IsForked = true;
        for (var n = 0; n < profile.TaskPages; n++)
        {
            ref var slot = ref Mm(parent)[n];
            ref var own = ref copy[n];
            own = slot;
            if (slot.Own is not { } cell)
            {
                continue;
            }

            if (KeepsPinned(cell))
            {
                own.Own = Copied(cell.Bytes);
                own.WriteFaults = false;
            }
            else
            {
                own.Own = cell.Pins > 0 ? cell : Copied(cell.Bytes);
                cell.Users += cell.Pins > 0 ? 1 : 0;
                (own.WriteFaults, slot.WriteFaults) = (true, true);
            }
        }

        _mms.Bind(child.Value, copy);
        HandSlice(child, parent);
        Names.BindFork(child, parent);
    }

    /// <summary>A fork that failed had got so far: the next write to each of these pages takes a fault all the same.</summary>
    public void Protect(MmId parent, int pages)
    {
        for (var n = 0; n < pages; n++)
        {
            ref var slot = ref Mm(parent)[n];
            slot.WriteFaults |= slot.Own is { } own && !KeepsPinned(own);
        }
    }

    /// <summary>A child with the same memory.</summary>
    public void Share(MmId child, MmId parent, bool sleeps)
    {
        Mm(parent).Users++;
        _mms.Bind(child.Value, Mm(parent));
        HandSlice(child, parent);
        Names.BindShared(child, parent, sleeps);
    }

    /// <summary>The process goes on without memory; what it had is given up by its last.</summary>
    public void Exec(MmId id)
    {
        GiveUp(id);
        _mms.Rebind(id.Value, new CopyingProcess(profile.TaskPages));
        Names.Exec(id);
    }

    /// <summary>The process ends; pins stay.</summary>
    public void Exit(MmId id)
    {
        GiveUp(id);
        _mms.Unbind(id.Value);
        _slices.Unbind(id.Value);
        Names.Unbind(id);
    }

    /// <summary>A write that the area need not allow; another thread may give the page back within the call.</summary>
    public void Force(MmId id, int address, int count, int seed, int dontneedAfter, Observation seen)
    {
        var n = address / profile.PageSize;
        ref var slot = ref Mm(id)[n];
        Verdict = !slot.IsMapped || (!slot.Write && (slot.Shared || !slot.MayWrite)) ? Refusal.NoAccess
            : IsBehindFile(slot) ? Refusal.OutOfRange
            : Refusal.None;
        if (seen.GaveBack)
        {
            Forget(ref slot);
        }

        if (seen.Succeeded)
        {
            Store(id, address, count, seed);

            // Its entry stays protected: by the count alone, the next one takes a fault again.
            slot.WriteFaults = !slot.Write && profile.Kernel == Kernel.Linux244;
        }

        if (dontneedAfter > 0 && profile.Kernel == Kernel.Linux244)
        {
            Forget(ref slot);
        }
    }

    /// <summary>The first of the processes that run and have most left.</summary>
    private int First()
    {
        var first = -1;
        for (var name = 0; name < _mms.Count; name++)
        {
            if (_mms.Has(name) && Names.Runs(new MmId(name)) && (first < 0 || _slices[name] > _slices[first]))
            {
                first = name;
            }
        }

        return first;
    }

    /// <summary>The child has what its parent had left.</summary>
    private void HandSlice(MmId child, MmId parent)
    {
        _slices.Bind(child.Value, Slice(parent));
        _slices.Rebind(parent.Value, 0);
    }

    private void GiveUp(MmId id)
    {
        if (--Mm(id).Users > 0)
        {
            return;
        }

        for (var n = 0; n < profile.TaskPages; n++)
        {
            Forget(ref Mm(id)[n]);
        }
    }
}
