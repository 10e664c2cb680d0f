namespace ZeroCopy.Model.Pages;

/// <summary>Translations that a CPU remembers: each thread has a CPU of its own here. The CPU reads the page table where it remembers nothing, and where it remembers no permission to write. arch: i386, translation lookaside buffer; kernel: flush_tlb_page(), flush_tlb_mm(), which reach every CPU that has the address space.</summary>
public sealed class Tlb(int pages)
{
    private readonly Entry[] _entries = new Entry[pages];

    public ReadOnlySpan<Entry> Entries => _entries;

    /// <summary>The page that an access goes to without a look at the page table; null where there is none.</summary>
    public Page? Find(int n, bool write) => _entries[n] is { Page: { } page } entry && (!write || entry.Writable) ? page : null;

    /// <summary>An access found its entry in the page table.</summary>
    public void Fill(int n, in Pte pte) => _entries[n] = new Entry(pte.Page, pte.Writable && pte.Dirty);

    public void Flush(int n) => _entries[n] = default;

    public void Flush() => Array.Clear(_entries);

    public void WriteState(StateWriter state)
    {
        foreach (var (page, writable) in _entries)
        {
            state.Refer(page);
            state.Write(writable);
        }
    }

    /// <summary>What is remembered of a page of the process.</summary>
    /// <param name="Page">Where it lies; null for nothing.</param>
    /// <param name="Writable">The entry was writable, and dirty already: a store asks nobody.</param>
    public readonly record struct Entry(Page? Page, bool Writable);
}
