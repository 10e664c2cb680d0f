namespace ZeroCopy.Model.Copying;

/// <summary>Page faults that stop half-way, on the copying path: there is no page table, and all that an answered fault leaves behind is a page of the process's own.</summary>
public sealed partial class CopyingWorld
{
    private readonly Table<(int Page, CopyingCell? Read)> _faults = new();

    /// <summary>The process stands in a page fault. What a private area is to have of its file is read now.</summary>
    public void BeginFault(MmId id, int n, Observation seen)
    {
        Names.BeginFault(id);
        var slot = Mm(id)[n];
        _faults.Bind(id.Value, (n, seen.CopiedFile && slot.File is { } file ? Copied(FilePage(file, slot.Index)) : null));
        Answered(id, seen);
    }

    public void EndFault(MmId id, Observation seen)
    {
        Answered(id, seen);
        Release(_faults[id.Value].Read);
        _faults.Unbind(id.Value);
        Names.EndFault(id);
    }

    /// <summary>A page came back, or a writer has one of its own from here on.</summary>
    private void Answered(MmId id, Observation seen)
    {
        var (n, read) = _faults[id.Value];
        ref var slot = ref Mm(id)[n];
        if (seen.CameBack)
        {
            slot.IsOut = false;
        }

        if (!seen.BecameOwn || slot.Shared)
        {
            return;
        }

        if (slot.Own is null && read is not null)
        {
            (slot.Own, slot.WriteFaults) = (read, false);
            read.Users++;
        }
        else
        {
            Writable(ref slot);
        }
    }

    private void WriteFaults(StateWriter state)
    {
        for (var name = 0; name < _faults.Count; name++)
        {
            if (_faults.Has(name))
            {
                state.Write(name);
                state.Write(_faults[name].Page);
                WriteCell(state, _faults[name].Read);
            }
        }
    }

    private void ResetFaults()
    {
        for (var name = 0; name < _faults.Count; name++)
        {
            Release(_faults.Find(name).Read);
        }

        _faults.Clear();
    }
}
