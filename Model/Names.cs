namespace ZeroCopy.Model;

/// <summary>What a script has names for.</summary>
public enum NameKind
{
    Skb,
    Page,
    File,
    Sock,
    Dev,
    Tap,
    Mm,
    Kiobuf,
    Vector,
}

/// <summary>What both paths know of a script's names: which are bound, and lengths. <see cref="Operation.Enabled"/> reads nothing else, so that an operation is never chosen by the state of the code under test.</summary>
public sealed class Names
{
    private readonly int _taskPages;
    private readonly Kernel _kernel;
    private readonly Table<SkbShape> _skbs;
    private readonly Stack<SkbShape> _freeShapes = new();
    private readonly Stack<SharedData> _freeData = new();
    private readonly Table<PageName> _pages;
    private readonly Table<long> _files;
    private readonly Table<SockName> _socks;
    private readonly Table<DevName> _devs;
    private readonly Table<bool> _taps;
    private readonly Table<ProcessName> _mms;
    private readonly Table<PinName> _kiobufs;
    private readonly Table<PinName> _vectors;
    private readonly BoundNames[] _ofKind;
    private readonly NameChanges _changes = new();

    /// <summary>No name is bound.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="taskPages">Pages that a process can have.</param>
    /// <param name="kernel">Whose rules say who waits.</param>
    public Names(int pageSize, int taskPages, Kernel kernel)
    {
        (PageSize, _taskPages, _kernel) = (pageSize, taskPages, kernel);
        (_skbs, _pages, _files) = (new(_changes), new(_changes), new(_changes));
        (_socks, _devs, _taps) = (new(_changes), new(_changes), new(_changes));
        (_mms, _kiobufs, _vectors) = (new(_changes), new(_changes), new(_changes));
        _ofKind = [_skbs, _pages, _files, _socks, _devs, _taps, _mms, _kiobufs, _vectors];
    }

    /// <summary>Bytes in a page: the same on both paths.</summary>
    public int PageSize { get; }

    public bool Has(SkbId skb) => _skbs.Has(skb.Value);

    public bool Has(PageId page) => _pages.Has(page.Value);

    public bool Has(FileId file) => _files.Has(file.Value);

    public bool Has(SockId sock) => _socks.Has(sock.Value);

    public bool Has(DevId dev) => _devs.Has(dev.Value);

    public bool Has(TapId tap) => _taps.Has(tap.Value);

    public bool Has(NameKind kind, int name) => _ofKind[(int)kind].Has(name);

    /// <summary>Where this is what it was, the same names are bound, and to the same; what is known of areas and of the shape of packets may be another.</summary>
    public long Changes => _changes.Count;

    /// <summary>Names of a kind that are bound.</summary>
    public int Count(NameKind kind) => _ofKind[(int)kind].Bound;

    /// <summary>Of the lowest 32 names of a kind those that are bound, a bit each.</summary>
    public uint Lowest(NameKind kind) => _ofKind[(int)kind].Lowest;

    public bool Has(MmId mm) => _mms.Has(mm.Value);

    public bool Has(PinId pin) => Pins(pin).Has(pin.Value);

    /// <summary>Whether a process can have these pages.</summary>
    public bool IsInTask(int page, int pages) => page >= 0 && pages <= _taskPages && page <= _taskPages - pages;

    /// <summary>Whether a process can have these bytes.</summary>
    public bool IsInTaskBytes(int address, int count) => count <= _taskPages * PageSize && address <= (_taskPages * PageSize) - count;

    /// <summary>Whether bytes of a process lie in one page.</summary>
    public bool IsInOnePage(int address, int count) => IsInTaskBytes(address, count) && (address % PageSize) + count <= PageSize;

    /// <summary>Whether an area covers each page of a range; false too where none or only some are covered.</summary>
    public bool IsMapped(MmId mm, int page, int pages) => !_mms[mm.Value].Memory.Mapped.AsSpan(page, pages).Contains(false);

    /// <summary>The first page from here on that an area covers, after the last page the first; -1 for none.</summary>
    public int NextMapped(MmId mm, int page) => Next(_mms[mm.Value].Memory.Mapped, page, true);

    /// <summary>The first page from here on that no area covers, after the last page the first; -1 for none.</summary>
    public int NextFree(MmId mm, int page) => Next(_mms[mm.Value].Memory.Mapped, page, false);

    /// <summary>Whether no area covers any page of a range.</summary>
    public bool IsFree(MmId mm, int page, int pages) => !_mms[mm.Value].Memory.Mapped.AsSpan(page, pages).Contains(true);

    /// <summary>Whether the process is there, not asleep until its vfork child lets its memory go, and in no page fault.</summary>
    public bool Runs(MmId mm) => _mms.Find(mm.Value) is { Memory: not null, WaitsFor: null, IsInFault: false };

    /// <summary>Whether the process stands in a page fault.</summary>
    public bool IsInFault(MmId mm) => _mms.Find(mm.Value).IsInFault;

    /// <summary>Whether a process with this address space stands in a page fault: it holds mmap_sem for reading, and who wants it for writing must wait.</summary>
    public bool HasFault(MmId mm) => _mms[mm.Value].Memory.Faults > 0;

    /// <summary>Whether who gives pages back must wait for a page fault: it wants mmap_sem for writing in 2.4.4, for reading later. kernel: sys_madvise(), madvise_need_mmap_write().</summary>
    public bool DontneedWaits(MmId mm) => _kernel == Kernel.Linux244 && HasFault(mm);

    /// <summary>Whether the process sleeps until its vfork child lets its memory go.</summary>
    public bool Sleeps(MmId mm) => _mms.Find(mm.Value).WaitsFor is not null;

    /// <summary>Processes that stand in a page fault.</summary>
    public int Faults { get; private set; }

    /// <summary>Whether any process runs.</summary>
    public bool AnyRuns()
    {
        for (var name = 0; name < _mms.Count; name++)
        {
            if (Runs(new MmId(name)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether another process has the same address space.</summary>
    public bool IsShared(MmId mm) => _mms[mm.Value].Memory.Users > 1;

    /// <summary>The process that sleeps until this one lets its memory go; null for none.</summary>
    public MmId? Sleeper(MmId child)
    {
        for (var name = 0; name < _mms.Count; name++)
        {
            if (_mms.Find(name).WaitsFor == child)
            {
                return new MmId(name);
            }
        }

        return null;
    }

    /// <summary>Bytes that a pin covers.</summary>
    public int Length(PinId pin) => Pins(pin)[pin.Value].Length;

    /// <summary>A device may write through it: it was taken with rw == READ.</summary>
    public bool IsInto(PinId pin) => Pins(pin).Find(pin.Value).Into;

    /// <summary>A device wrote through it, and that was not marked dirty yet.</summary>
    public bool IsWritten(PinId pin) => Pins(pin).Find(pin.Value).Written;

    public bool IsLocked(PinId pin) => Pins(pin).Find(pin.Value).Locked;

    /// <summary>Bytes of the packet.</summary>
    public int Length(SkbId skb) => _skbs[skb.Value].Length;

    public SkbShape Shape(SkbId skb) => _skbs[skb.Value];

    /// <summary>Whether the packet has another name. kernel: skb_shared().</summary>
    public bool IsShared(SkbId skb) => _skbs[skb.Value].Names > 1;

    public long Length(FileId file) => _files[file.Value];

    /// <summary>An open TCP socket that may still send.</summary>
    public bool IsOpenTcp(SockId sock) => Has(sock) && _socks[sock.Value] is { IsTcp: true, IsClosed: false };

    public bool IsTcp(SockId sock) => Has(sock) && _socks[sock.Value].IsTcp;

    public bool IsUdp(SockId sock) => Has(sock) && _socks[sock.Value] is { IsTcp: false, IsRaw: false };

    /// <summary>A socket without a protocol.</summary>
    public bool IsRaw(SockId sock) => Has(sock) && _socks[sock.Value].IsRaw;

    /// <summary>The most payload that a datagram of this socket may carry.</summary>
    public int MaxDatagram(SockId sock) => _socks[sock.Value].MaxDatagram;

    public int Mtu(DevId dev) => _devs[dev.Value].Mtu;

    /// <summary>A new, linear packet.</summary>
    public void Bind(SkbId skb, int length) => New(skb).Start(length);

    /// <summary>One more name for a packet.</summary>
    public void Bind(SkbId skb, SkbId same)
    {
        var shape = _skbs[same.Value];
        shape.Names++;
        _skbs.Bind(skb.Value, shape);
    }

    /// <summary>A packet of the same shape, with data of its own.</summary>
    public void BindCopy(SkbId skb, SkbId source) => New(skb).CopyFrom(_skbs[source.Value]);

    /// <summary>A packet of the same shape that shares the data.</summary>
    public void BindClone(SkbId skb, SkbId source)
    {
        var shape = New(skb);
        shape.CopyFrom(_skbs[source.Value]);
        Leave(shape.Data);
        shape.Data = _skbs[source.Value].Data;
        shape.Data.Packets++;
    }

    /// <summary>The name is that of a new packet of the same shape.</summary>
    public void Replace(SkbId skb, bool sharesData)
    {
        var before = _skbs[skb.Value];
        var after = _freeShapes.TryPop(out var used) ? used : new SkbShape();
        after.CopyFrom(before);
        after.Names = 1;
        after.Data = sharesData ? before.Data : NewData();
        after.Data.Packets += sharesData ? 1 : 0;
        _skbs.Rebind(skb.Value, after);
        if (--before.Names == 0)
        {
            Leave(before.Data);
            _freeShapes.Push(before);
        }
    }

    /// <summary>The packet has a copy of its data for itself.</summary>
    public void Privatise(SkbId skb)
    {
        var shape = _skbs[skb.Value];
        if (shape.IsCloned)
        {
            Leave(shape.Data);
            shape.Data = NewData();
        }
    }

    /// <summary>A sum is asked of the device; -1 for a start that is not said yet.</summary>
    public void Ask(SkbId skb, int start, int at) => _skbs[skb.Value].Ask(start, at);

    /// <summary>The packet, which is empty, begins so many bytes later.</summary>
    public void Reserve(SkbId skb, int count) => _skbs[skb.Value].MoveStart(count);

    /// <summary>The sum that was asked for is made.</summary>
    public void Helped(SkbId skb) => _skbs[skb.Value].Sum = SumKind.None;

    /// <summary>What is known of the sum of a packet that came from a device.</summary>
    public void Received(SkbId skb, SumKind sum) => (_skbs[skb.Value].IsReceived, _skbs[skb.Value].Sum) = (true, sum);

    /// <summary>Its bytes are a whole IPv4 datagram of another host.</summary>
    public void SetDatagram(SkbId skb) => _skbs[skb.Value].IsDatagram = true;

    /// <summary>So many of its bytes are linear, the others are in fragments.</summary>
    public void SetLinear(SkbId skb, int count) => _skbs[skb.Value].Linear = count;

    /// <summary>The last bytes are those of a packet on its list.</summary>
    public void Joined(SkbId skb, int count, SumKind sum)
    {
        Privatise(skb);
        (_skbs[skb.Value].Listed, _skbs[skb.Value].Sum) = (_skbs[skb.Value].Listed + count, sum);
    }

    public void Unbind(SkbId skb)
    {
        var shape = _skbs[skb.Value];
        _skbs.Unbind(skb.Value);
        if (--shape.Names == 0)
        {
            Leave(shape.Data);
            _freeShapes.Push(shape);
        }
    }

    public void Bind(PageId page) => _pages.Bind(page.Value, new PageName(0));

    /// <summary>Zero-copy sends of the page of which the user has not been told.</summary>
    public int Lent(PageId page) => _pages[page.Value].Lent;

    public void Lend(PageId page) => _pages.Rebind(page.Value, new PageName(Lent(page) + 1));

    public void TakeBack(PageId page) => _pages.Rebind(page.Value, new PageName(Lent(page) - 1));

    /// <summary>Whether the socket has had a zero-copy send.</summary>
    public bool HasCalled(SockId sock) => _socks[sock.Value].HasCalled;

    public void Called(SockId sock) => _socks.Rebind(sock.Value, _socks[sock.Value] with { HasCalled = true });

    public void Unbind(PageId page) => _pages.Unbind(page.Value);

    public void Bind(FileId file, long length) => _files.Bind(file.Value, length);

    public void Resize(FileId file, long length) => _files.Rebind(file.Value, length);

    public void BindRaw(SockId sock) => _socks.Bind(sock.Value, new SockName(false, false, 0, IsRaw: true));

    public void BindTcp(SockId sock) => _socks.Bind(sock.Value, new SockName(true, false, 0));

    public void BindUdp(SockId sock, int maxDatagram) => _socks.Bind(sock.Value, new SockName(false, false, maxDatagram));

    public void Close(SockId sock) => _socks.Rebind(sock.Value, _socks[sock.Value] with { IsClosed = true });

    public void Bind(TapId tap) => _taps.Bind(tap.Value, true);

    public void Unbind(TapId tap) => _taps.Unbind(tap.Value);

    public void Bind(DevId dev, int mtu) => _devs.Bind(dev.Value, new DevName(mtu));

    /// <summary>Driver, handler and card of the device go on one access at a time.</summary>
    public bool IsInterleaved(DevId dev) => _devs[dev.Value].IsInterleaved;

    public void Interleave(DevId dev) => _devs.Rebind(dev.Value, _devs[dev.Value] with { IsInterleaved = true });

    /// <summary>A process without memory.</summary>
    public void Bind(MmId mm) => _mms.Bind(mm.Value, new ProcessName(new MemoryShape(_taskPages, PageSize)));

    /// <summary>A process with a copy of another's memory.</summary>
    public void BindFork(MmId child, MmId parent) => _mms.Bind(child.Value, new ProcessName(_mms[parent.Value].Memory.Copy()));

    /// <summary>A process with the same memory as another, which sleeps until the child lets it go where it is asked to.</summary>
    public void BindShared(MmId child, MmId parent, bool sleeps)
    {
        var process = _mms[parent.Value];
        process.Memory.Users++;
        _mms.Bind(child.Value, new ProcessName(process.Memory));
        _mms.Rebind(parent.Value, process with { WaitsFor = sleeps ? child : null });
    }

    /// <summary>The process begins a page fault, and stands in it.</summary>
    public void BeginFault(MmId mm) => SetFault(mm, true);

    public void EndFault(MmId mm) => SetFault(mm, false);

    /// <summary>The process goes on with no memory mapped.</summary>
    public void Exec(MmId mm)
    {
        Release(mm);
        _mms.Rebind(mm.Value, new ProcessName(new MemoryShape(_taskPages, PageSize)));
    }

    public void Unbind(MmId mm)
    {
        Release(mm);
        _mms.Unbind(mm.Value);
    }

    /// <summary>So many bytes of a page may be stored to: behind the end of a shared file they would be nobody's.</summary>
    public void SetStorable(MmId mm, int page, int bytes) => _mms[mm.Value].Memory.Storable[page] = bytes;

    /// <summary>Whether a store stays within what a shared file has of the page.</summary>
    public bool IsStorable(MmId mm, int address, int count) => (address % PageSize) + count <= _mms[mm.Value].Memory.Storable[address / PageSize];

    /// <summary>Whether a pinned byte lies in a page of a file, and behind its end.</summary>
    public bool IsBehindFile(PinId pin) => Pins(pin).Find(pin.Value).BehindFile;

    public void SetBehindFile(PinId pin, bool behind) => Pins(pin).Rebind(pin.Value, Pins(pin)[pin.Value] with { BehindFile = behind });

    /// <summary>An area now covers these pages.</summary>
    public void Map(MmId mm, int page, int pages) => _mms[mm.Value].Memory.Mapped.AsSpan(page, pages).Fill(true);

    /// <summary>No area covers these pages any more.</summary>
    public void Unmap(MmId mm, int page, int pages) => _mms[mm.Value].Memory.Mapped.AsSpan(page, pages).Clear();

    public void Bind(PinId pin, bool into, int length) => Pins(pin).Bind(pin.Value, new PinName(into, false, false, false, length));

    public void Unbind(PinId pin) => Pins(pin).Unbind(pin.Value);

    public void SetWritten(PinId pin, bool written) => Pins(pin).Rebind(pin.Value, Pins(pin)[pin.Value] with { Written = written });

    public void SetLocked(PinId pin, bool locked) => Pins(pin).Rebind(pin.Value, Pins(pin)[pin.Value] with { Locked = locked });

    public void Reset()
    {
        Faults = 0;
        _mms.Clear();
        _kiobufs.Clear();
        _vectors.Clear();
        _skbs.Clear();
        _pages.Clear();
        _files.Clear();
        _socks.Clear();
        _devs.Clear();
        _taps.Clear();
    }

    private static int Next(ReadOnlySpan<bool> pages, int page, bool wanted) =>
        pages[page..].IndexOf(wanted) is >= 0 and var behind ? page + behind : pages[..page].IndexOf(wanted);

    private Table<PinName> Pins(PinId pin) => pin.IsVector ? _vectors : _kiobufs;

    /// <summary>Memory that the process had is no longer its own; who slept for that wakes.</summary>
    private void Release(MmId mm)
    {
        _mms[mm.Value].Memory.Users--;
        if (Sleeper(mm) is { } parent)
        {
            _mms.Rebind(parent.Value, _mms[parent.Value] with { WaitsFor = null });
        }
    }

    private void SetFault(MmId mm, bool isInFault)
    {
        _mms.Rebind(mm.Value, _mms[mm.Value] with { IsInFault = isInFault });
        _mms[mm.Value].Memory.Faults += isInFault ? 1 : -1;
        Faults += isInFault ? 1 : -1;
    }

    private SkbShape New(SkbId skb)
    {
        var shape = _freeShapes.TryPop(out var used) ? used : new SkbShape();
        (shape.Names, shape.Data) = (1, NewData());
        _skbs.Bind(skb.Value, shape);
        return shape;
    }

    private SharedData NewData()
    {
        var data = _freeData.TryPop(out var used) ? used : new SharedData();
        data.Packets = 1;
        return data;
    }

    private void Leave(SharedData data)
    {
        if (--data.Packets == 0)
        {
            _freeData.Push(data);
        }
    }

    private readonly record struct PinName(bool Into, bool Written, bool Locked, bool BehindFile, int Length);

    /// <param name="Memory">Its address space, which may be another's too.</param>
    /// <param name="WaitsFor">The vfork child for which it sleeps; null for none.</param>
    /// <param name="IsInFault">It stands in a page fault.</param>
    private readonly record struct ProcessName(MemoryShape Memory, MmId? WaitsFor = null, bool IsInFault = false);

    /// <summary>What is known of an address space: which pages an area covers, and how far each may be stored to.</summary>
    private sealed class MemoryShape
    {
        public MemoryShape(int pages, int pageSize)
        {
            (Mapped, Storable) = (new bool[pages], new int[pages]);
            Array.Fill(Storable, pageSize);
        }

        private MemoryShape(bool[] mapped, int[] storable) => (Mapped, Storable) = (mapped, storable);

        public bool[] Mapped { get; }

        public int[] Storable { get; }

        public int Users { get; set; } = 1;

        /// <summary>Page faults in which its processes stand.</summary>
        public int Faults { get; set; }

        public MemoryShape Copy() => new([.. Mapped], [.. Storable]);
    }

    private readonly record struct SockName(bool IsTcp, bool IsClosed, int MaxDatagram, bool IsRaw = false, bool HasCalled = false);

    private readonly record struct DevName(int Mtu, bool IsInterleaved = false);

    private readonly record struct PageName(int Lent);
}
