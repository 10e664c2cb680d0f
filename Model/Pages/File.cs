namespace ZeroCopy.Model.Pages;

/// <summary>A file and its page cache, whose pages all lie in one zone. kernel: struct address_space, include/linux/fs.h; mm/filemap.c.</summary>
public sealed class File(FileId id, FileContent content, Zone zone, PhysicalMemory memory)
{
    private readonly Dictionary<long, Page> _byIndex = [];
    private readonly List<Page> _cached = [];

    public FileId Id => id;

    public FileContent Content => content;

    public long Length => content.Length;

    /// <summary>The pages in the cache, in the order in which they were read. kernel: mapping->clean_pages.</summary>
    public IReadOnlyList<Page> Cached => _cached;

    /// <summary>The page with an index, from the cache or read from the file; null where there is no memory. The cache holds it, the caller does not. kernel: find_get_page(), readpage, without the caller's reference.</summary>
    public Page? Page(long index)
    {
        if (_byIndex.TryGetValue(index, out var page))
        {
            return page;
        }

        page = memory.AllocPage(zone);
        if (page is null)
        {
            return null;
        }

        page.Fire(PageMachine.Event.AddToPageCache);
        page.Mapping = this;
        page.Index = index;
        var start = index * page.Bytes.Length;
        var inFile = (int)Math.Min(page.Bytes.Length, content.Length - start);
        content.Read(start, page.Bytes.Span[..inFile]);
        page.Bytes[..inFile].Stamp(Provenance.OfFile(id, start));
        // readpage clears what lies behind the end of the file: mm/filemap.c, block_read_full_page().
        page.Bytes[inFile..].Fill(0);
        _byIndex.Add(index, page);
        _cached.Add(page);
        return page;
    }

    /// <summary>Drops every cached page that nobody but the cache holds (PIN-003), and no other. kernel: reclaim_page(), mm/vmscan.c.</summary>
    /// <returns>The number of pages dropped.</returns>
    public int Reclaim()
    {
        var kept = 0;
        for (var i = 0; i < _cached.Count; i++)
        {
            var page = _cached[i];
            if (page.Count > 1 || page.Dirty || page.Locked)
            {
                _cached[kept++] = page;
            }
            else
            {
                page.Fire(PageMachine.Event.Reclaim);
                _byIndex.Remove(page.Index);
                page.Mapping = null;
                page.Put();
            }
        }

        var dropped = _cached.Count - kept;
        _cached.RemoveRange(kept, dropped);
        return dropped;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(content.ToString());
        state.Write((int)zone);
        state.Write(_cached.Count);
        foreach (var page in _cached)
        {
            page.WriteState(state);
        }
    }
}
