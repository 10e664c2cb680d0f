using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>A page frame. kernel: struct page, include/linux/mm.h. 2.4 has no map count and no pin: <see cref="Count"/> is the only evidence of sharing.</summary>
public sealed class Page(PhysicalMemory memory, Zone zone, ulong address, Bytes bytes)
{
    public Zone Zone => zone;

    /// <summary>Physical address of the first byte.</summary>
    public ulong Address => address;

    /// <summary>Which frame of its zone it is.</summary>
    public int Frame => (int)((address - Zones.Base(zone)) / (ulong)bytes.Length);

    public Bytes Bytes => bytes;

    /// <summary>Holders; 0 is free. kernel: page->count.</summary>
    public int Count { get; private set; }

    /// <summary>The file whose page cache holds it; null outside the page cache. kernel: page->mapping.</summary>
    public File? Mapping { get; set; }

    /// <summary>The page's place in its file. kernel: page->index.</summary>
    public long Index { get; set; }

    /// <summary>Its bytes are newer than those on disk. kernel: PG_dirty.</summary>
    public bool IsDirty { get; internal set; }

    /// <summary>kernel: page >= highmem_start_page, as illegal_highdma() tests it.</summary>
    public bool IsHighmem => address >= Zones.HighmemStart;

    /// <summary>kernel: get_page().</summary>
    public void Get()
    {
        if (Count == 0)
        {
            throw new BugException(PinRules.HeldByEach, $"get_page on {this}, which is free");
        }

        Count++;
    }

    /// <summary>Frees the frame with the last reference. kernel: put_page(), __free_page().</summary>
    public void Put()
    {
        if (Count == 0)
        {
            throw new BugException(PinRules.HeldByEach, $"put_page on {this}, which is free");
        }

        if (--Count == 0)
        {
            memory.Free(this);
        }
    }

    /// <summary>Its place among the pages in use.</summary>
    internal int InUseIndex { get; set; }

    internal void FirstHolder() => Count = 1;

    internal void Forget()
    {
        Count = 0;
        Mapping = null;
        Index = 0;
        IsDirty = false;
    }

    public void WriteState(StateWriter state)
    {
        if (state.Reach(this))
        {
            state.Write((int)zone);
            state.Write(Count);
            state.Write(Mapping?.Id.Value ?? -1);
            state.Write(Index);
            state.Write(IsDirty);
            state.Write(bytes);
        }
    }

    public override string ToString() => $"page {Zones.Word(zone)}+{Frame}";
}
