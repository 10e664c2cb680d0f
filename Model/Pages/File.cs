namespace ZeroCopy.Model.Pages;

/// <summary>A file and its page cache, whose pages all lie in one zone. kernel: struct address_space and struct inode, include/linux/fs.h; mm/filemap.c.</summary>
/// <remarks>2.4.4 marks the buffers of a written page and lists them with the inode; a store through a mapping marks the page and lists it with the mapping. The model keeps one bit and one list for both.</remarks>
public sealed class File(FileId id, FileContent content, Zone zone, PhysicalMemory memory)
{
    private readonly Dictionary<long, Page> _byIndex = [];
    private readonly List<Page> _cached = [];
    private readonly List<Page> _dirty = [];

    /// <summary>The disk since something was written to it; null while it is as it was when the file was opened.</summary>
    private byte[]? _disk;

    /// <summary>Which write each byte on disk is from; null where the profile keeps no provenance.</summary>
    private int[]? _diskWrites;

    /// <summary>The last truncation: whatever reads as a hole is its zeroes.</summary>
    private int _cut;

    public FileId Id => id;

    /// <summary>The bytes when the file was opened.</summary>
    public FileContent Content => content;

    /// <summary>kernel: inode->i_size.</summary>
    public long Length { get; private set; } = content.Length;

    /// <summary>The pages in the cache, in the order in which they were read. kernel: mapping->clean_pages and mapping->dirty_pages together.</summary>
    public ListView<Page> Cached => _cached;

    /// <summary>The pages that fsync will write. kernel: mapping->dirty_pages.</summary>
    public ListView<Page> Dirty => _dirty;

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
        ReadPage(page);
        _byIndex.Add(index, page);
        _cached.Add(page);
        return page;
    }

    /// <summary>The page with an index where it is cached; null where it is not. kernel: find_get_page(), without the reference.</summary>
    public Page? FindPage(long index) => _byIndex.GetValueOrDefault(index);

    /// <summary>Writes bytes of a pattern through the cache: each page is read where it is not there yet, changed in place while skbs and mappings hold it, and marked dirty. The file may grow. kernel: generic_file_write(), mm/filemap.c; block_prepare_write(), generic_commit_write(), fs/buffer.c.</summary>
    /// <param name="offset">First byte in the file; behind the end, what lies between is a hole.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="data">Seed of the pattern.</param>
    /// <param name="write">Number of this write.</param>
    /// <returns>Bytes written before memory ran out.</returns>
    public int Write(long offset, int count, int data, int write)
    {
        Span<byte> piece = stackalloc byte[memory.PageSize];
        var done = 0;
        while (done < count)
        {
            var at = offset + done;
            var page = Page(at / memory.PageSize);
            if (page is null || !Lock(page))
            {
                break;
            }

            var inPage = (int)(at % memory.PageSize);
            var size = Math.Min(memory.PageSize - inPage, count - done);
            for (var i = 0; i < size; i++)
            {
                piece[i] = Pattern.At(data, done + i);
            }

            Store(page, inPage, piece[..size], write);
            done += size;
            Length = Math.Max(Length, offset + done);
        }

        return done;
    }

    /// <summary>A store into a cached page of this file, by write() or through a shared mapping.</summary>
    /// <param name="page">Of this file.</param>
    /// <param name="offset">In the page.</param>
    /// <param name="bytes">What is stored.</param>
    /// <param name="write">Number of the write.</param>
    public void Store(Page page, int offset, ReadOnlySpan<byte> bytes, int write)
    {
        var to = page.Bytes.Slice(offset, bytes.Length);
        bytes.CopyTo(to.Span);
        to.Stamp(Provenance.OfFile(id, (page.Index * memory.PageSize) + offset, write));
        SetPageDirty(page);
    }

    /// <summary>A store through a shared mapping: the CPU marks the entry, and the page knows nothing until that is looked at.</summary>
    /// <param name="page">Of this file.</param>
    /// <param name="offset">In the page.</param>
    /// <param name="count">Bytes, which are there already.</param>
    /// <param name="write">Number of the write.</param>
    public void Stamp(Page page, int offset, int count, int write) =>
        page.Bytes.Slice(offset, count).Stamp(Provenance.OfFile(id, (page.Index * memory.PageSize) + offset, write));

    /// <summary>A cached page from a place in the file on that a kiobuf has locked: whoever must lock it sleeps; null for none.</summary>
    public Page? LockedFrom(long offset)
    {
        foreach (var page in _cached)
        {
            if (page is { Locked: true, UnderIo: false } && (page.Index + 1) * memory.PageSize > offset)
            {
                return page;
            }
        }

        return null;
    }

    /// <summary>A dirty page that a kiobuf has locked; null for none.</summary>
    public Page? LockedDirty()
    {
        foreach (var page in _dirty)
        {
            if (page is { Locked: true, UnderIo: false })
            {
                return page;
            }
        }

        return null;
    }

    /// <summary>Begins to write each dirty page that nobody but the cache holds. kernel: page_launder(), writepage().</summary>
    /// <returns>Pages that are under I/O now and were not before.</returns>
    public int Launder()
    {
        var started = 0;
        for (var i = _dirty.Count - 1; i >= 0; i--)
        {
            if (_dirty[i] is { Locked: false, Count: 1 } page)
            {
                _dirty.RemoveAt(i);
                page.StartIo();
                started++;
            }
        }

        return started;
    }

    /// <summary>The disk has taken the page.</summary>
    public void EndIo(Page written)
    {
        WritePage(written);
        written.EndIo();
    }

    /// <summary>Ends every write that is under way.</summary>
    /// <returns>Pages that are on disk now.</returns>
    public int EndIo()
    {
        var ended = 0;
        foreach (var page in _cached)
        {
            if (page.UnderIo)
            {
                EndIo(page);
                ended++;
            }
        }

        return ended;
    }

    /// <summary>Marks a cached page and lists it with what fsync writes. kernel: set_page_dirty(), __set_page_dirty(), mm/filemap.c.</summary>
    public void SetPageDirty(Page page)
    {
        if (!page.IsDirty)
        {
            page.IsDirty = true;
            _dirty.Add(page);
        }
    }

    /// <summary>How often it was made shorter. kernel: mapping->truncate_count, from linux 2.6 on.</summary>
    public int Truncations { get; private set; }

    /// <summary>Sets the size. Beyond it whole pages leave the cache, dirty or not, though fragments may hold their frames on; the rest of the last page becomes zeroes where it lies. kernel: vmtruncate(), mm/memory.c; truncate_inode_pages(), truncate_partial_page(), mm/filemap.c; block_truncate_page(), fs/buffer.c.</summary>
    /// <param name="length">The new size; a larger one makes a hole.</param>
    /// <param name="write">Number of this write: its zeroes are one.</param>
    /// <returns>Pages that left the cache and whose frames are held on.</returns>
    public int Truncate(long length, int write)
    {
        var held = 0;
        if (length < Length)
        {
            held = TruncatePages(length, write);
            TruncateDisk(length, write);
            _cut = write;
            Truncations++;
        }

        Length = length;
        return held;
    }

    /// <summary>Writes the dirty pages to disk, and waits for those that are on their way. kernel: sys_fsync(), fs/buffer.c; filemap_fdatasync(), filemap_fdatawait(), mm/filemap.c.</summary>
    /// <returns>The number of pages written.</returns>
    public int Fsync()
    {
        EndIo();
        foreach (var page in _dirty)
        {
            page.IsDirty = false;
            WritePage(page);
        }

        var written = _dirty.Count;
        _dirty.Clear();
        return written;
    }

    /// <summary>Drops every cached page that is clean and that nobody but the cache holds (PIN-003), and no other. kernel: reclaim_page(), mm/vmscan.c.</summary>
    /// <returns>The number of pages dropped.</returns>
    public int Reclaim()
    {
        var kept = 0;
        for (var i = 0; i < _cached.Count; i++)
        {
            var page = _cached[i];
            if (page.Count > 1 || page.IsDirty || page.Locked)
            {
                _cached[kept++] = page;
            }
            else
            {
                Leave(page, PageMachine.Event.Reclaim);
            }
        }

        var dropped = _cached.Count - kept;
        _cached.RemoveRange(kept, dropped);
        return dropped;
    }

    /// <summary>What is on disk; what lies behind the end of the file, or was never written, is 0. kernel: readpage, block_read_full_page(), fs/buffer.c.</summary>
    /// <param name="start">First byte in the file.</param>
    /// <param name="to">Its length says how many.</param>
    public void ReadDisk(long start, Span<byte> to)
    {
        var onDisk = OnDisk(start, to.Length);
        if (_disk is null)
        {
            content.Read(Math.Min(start, content.Length), to[..onDisk]);
        }
        else
        {
            _disk.AsSpan((int)Math.Min(start, _disk.Length), onDisk).CopyTo(to);
        }

        to[onDisk..].Clear();
    }

    public void WriteState(StateWriter state)
    {
        state.Write(content.ToString());
        state.Write((int)zone);
        state.Write(Length);
        state.Write(_cut);
        state.Write(_disk is not null);
        state.Write(_disk);
        for (var i = 0; _diskWrites is not null && i < _diskWrites.Length; i++)
        {
            state.Write(_diskWrites[i]);
        }

        state.Write(_cached.Count);
        foreach (var page in _cached)
        {
            page.WriteState(state);
        }

        state.Write(_dirty.Count);
        foreach (var page in _dirty)
        {
            page.WriteState(state);
        }
    }

    /// <summary>kernel: mapping->a_ops->readpage.</summary>
    private void ReadPage(Page page)
    {
        var start = page.Index * memory.PageSize;
        var onDisk = OnDisk(start, memory.PageSize);
        ReadDisk(start, page.Bytes.Span);
        page.Bytes[..onDisk].Stamp(Provenance.OfFile(id, start));
        page.Bytes[onDisk..].Stamp(Provenance.OfFile(id, start + onDisk, _cut));
        var marks = page.Bytes.Shadow;
        for (var i = 0; _diskWrites is not null && i < onDisk; i++)
        {
            marks[i] = Provenance.OfFile(id, start + i, _diskWrites[start + i]);
        }
    }

    private int OnDisk(long start, int count) => (int)Math.Clamp((_disk?.Length ?? content.Length) - start, 0, count);

    private int TruncatePages(long length, int write)
    {
        var kept = 0;
        var held = 0;
        for (var i = 0; i < _cached.Count; i++)
        {
            var page = _cached[i];
            if (page.Index * memory.PageSize < length)
            {
                _cached[kept++] = page;
                continue;
            }

            Lock(page);
            if (page.IsDirty)
            {
                page.IsDirty = false;
                _dirty.Remove(page);
            }

            held += page.Count > 1 ? 1 : 0;
            Leave(page, PageMachine.Event.Truncate);
        }

        _cached.RemoveRange(kept, _cached.Count - kept);
        var inPage = (int)(length % memory.PageSize);
        if (inPage > 0 && FindPage(length / memory.PageSize) is { } partial)
        {
            Lock(partial);
            var tail = partial.Bytes[inPage..];
            tail.Span.Clear();
            tail.Stamp(Provenance.OfFile(id, length, write));
        }

        return held;
    }

    /// <summary>Waits for the disk; false where a kiobuf has the page. kernel: lock_page(); the caller unlocks it before it returns.</summary>
    private bool Lock(Page page)
    {
        if (page.UnderIo)
        {
            EndIo(page);
        }

        return !page.Locked;
    }

    private void Leave(Page page, PageMachine.Event @event)
    {
        page.Fire(@event);
        _byIndex.Remove(page.Index);
        page.Mapping = null;
        page.Put();
    }

    private void WritePage(Page page)
    {
        var start = page.Index * memory.PageSize;
        var count = (int)Math.Clamp(Length - start, 0, memory.PageSize);
        var disk = Disk(start + count).AsSpan((int)start, count);
        page.Bytes.Span[..count].CopyTo(disk);
        for (var i = 0; _diskWrites is not null && i < count; i++)
        {
            _diskWrites[start + i] = page.Bytes.Shadow[i].Write;
        }
    }

    private void TruncateDisk(long length, int write)
    {
        var disk = Disk(length);
        for (var i = length; i < disk.Length; i++)
        {
            disk[i] = 0;
            _diskWrites?[i] = write;
        }
    }

    /// <summary>A disk that can be written, with room up to an offset: the file's own content is an input of the run.</summary>
    private byte[] Disk(long end)
    {
        if (_disk is null)
        {
            _disk = new byte[content.Length];
            _diskWrites = memory.Provenance ? new int[_disk.Length] : null;
            content.Read(0, _disk);
        }

        if (_disk.Length < end)
        {
            var before = _disk.Length;
            Array.Resize(ref _disk, (int)end);
            if (_diskWrites is not null)
            {
                Array.Resize(ref _diskWrites, (int)end);
                Array.Fill(_diskWrites, _cut, before, (int)end - before);
            }
        }

        return _disk;
    }
}
