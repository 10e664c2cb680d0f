namespace ZeroCopy.Model.Pages;

/// <summary>All memory of the machine: page frames by zone and kmalloc's blocks, each with real bytes at a physical address. kernel: mm/page_alloc.c, mm/slab.c.</summary>
public sealed class PhysicalMemory
{
    /// <summary>What a fresh allocation holds. kernel: POISON_BEFORE of mm/slab.c, here for pages too: stale bytes never reach a comparison.</summary>
    public const byte PoisonFresh = 0xa5;

    /// <summary>What a freed one holds: a use after free is seen on the wire at once.</summary>
    public const byte PoisonFree = 0x6b;

    private const int FramesPerChunk = 64;

    private readonly Profile _profile;
    private readonly List<Page>[] _frames;
    private readonly Stack<Page>[] _freeFrames;
    private readonly int[] _touchedFrames;
    private readonly List<Page> _inUse = [];
    private readonly SlabArea _kmalloc;
    private readonly SlabArea _above4G;
    private int _failNext;
    private int _failAfter;
    private int _failAt;

    public PhysicalMemory(Profile profile)
    {
        _profile = profile;
        _frames = [.. Enum.GetValues<Zone>().Select(_ => new List<Page>())];
        _freeFrames = [.. Enum.GetValues<Zone>().Select(_ => new Stack<Page>())];
        _touchedFrames = new int[_frames.Length];
        _kmalloc = new SlabArea(Zones.KmallocBase, profile.Provenance);
        _above4G = new SlabArea(Zones.Above4GBlocksBase, profile.Provenance);
    }

    public int PageSize => _profile.PageSize;

    /// <summary>Whether each byte carries the place it came from.</summary>
    public bool Provenance => _profile.Provenance;

    /// <summary>Lets the k-th allocation of the next operation fail.</summary>
    public void FailNext(int k) => _failNext = k;

    /// <summary>Lets the k-th allocation from here on fail, once; 0 lets none fail.</summary>
    public void FailAfter(int k) => (_failAfter, _failAt, FailedAt) = (k, k, 0);

    /// <summary>An operation begins: a failure that was asked for is meant for it alone.</summary>
    public void BeginOperation()
    {
        FailAfter(_failNext);
        _failNext = 0;
    }

    /// <summary>A page's count is kept in so many bits.</summary>
    public int CountMask => (int)((1L << _profile.PageCountBits) - 1);

    /// <summary>The page of zeroes that every untouched anonymous page is read from; null as long as no process was made. kernel: ZERO_PAGE(), empty_zero_page.</summary>
    public Page? ZeroPage { get; private set; }

    /// <summary>The first process is made: from here on there is a zero page. The kernel has it from boot.</summary>
    public void MakeZeroPage()
    {
        if (ZeroPage is null)
        {
            ZeroPage = TakeFrame(Zone.Low);
            ZeroPage.Bytes.Fill(0);
            ZeroPage.Reserve();
        }
    }

    /// <summary>Every page with a count above 0, in no order that means anything.</summary>
    public ListView<Page> InUse => _inUse;

    /// <summary>A fresh, poisoned page with one holder; null where there is no memory. kernel: alloc_page().</summary>
    public Page? AllocPage(Zone zone)
    {
        if (AllocationFails())
        {
            return null;
        }

        return TakeFrame(zone);
    }

    private Page TakeFrame(Zone zone)
    {
        if (!_freeFrames[(int)zone].TryPop(out var page))
        {
            page = NextFrame(zone);
        }

        page.FirstHolder();
        page.InUseIndex = _inUse.Count;
        _inUse.Add(page);
        page.Bytes.Fill(PoisonFresh);
        return page;
    }

    /// <summary>A fresh, poisoned block; null where there is no memory. kernel: kmalloc().</summary>
    /// <param name="length">1 to 131072 bytes; there is no larger block.</param>
    public Block? Kmalloc(int length)
    {
        if (AllocationFails())
        {
            return null;
        }

        if (length > SlabArea.SlabBytes)
        {
            FailedAllocations++;
            return null;
        }

        return _kmalloc.Alloc(length);
    }

    /// <summary>A block taken while the machine comes up, when nothing fails: a driver's rings.</summary>
    /// <param name="length">Bytes.</param>
    /// <param name="zone">Low memory, or beyond 32 bits.</param>
    public Block KmallocAtBoot(int length, Zone zone = Zone.Low) => (zone == Zone.Above4G ? _above4G : _kmalloc).Alloc(length);

    /// <summary>kernel: kfree().</summary>
    public void Kfree(Block block) => _kmalloc.Free(block);

    /// <summary>Allocations that failed since boot.</summary>
    public int FailedAllocations { get; private set; }

    /// <summary>Which allocation of this operation failed because a failure was asked for, from 1; 0 for none.</summary>
    public int FailedAt { get; private set; }

    /// <summary>A failure was asked for, and has not come yet in this operation.</summary>
    public bool IsFailureDue => _failAfter > 0;

    internal bool AllocationFails()
    {
        if (_failAfter == 0 || --_failAfter > 0)
        {
            return false;
        }

        FailedAt = _failAt;
        FailedAllocations++;
        return true;
    }

    internal void Free(Page page)
    {
        _inUse[page.InUseIndex] = _inUse[^1];
        _inUse[page.InUseIndex].InUseIndex = page.InUseIndex;
        _inUse.RemoveAt(_inUse.Count - 1);
        page.Forget();
        page.Bytes.Fill(PoisonFree);
        _freeFrames[(int)page.Zone].Push(page);
    }

    /// <summary>What lies at a physical address, up to the end of its frame or block; false where no memory is.</summary>
    public bool TryAt(ulong address, out Bytes bytes, out ulong bufferAddress, out int bufferLength)
    {
        if (TryBlockAt(address) is { } block)
        {
            (bufferAddress, bufferLength) = (block.Address, block.InUse ? block.Length : 0);
            bytes = block.Whole[(int)(address - block.Address)..];
            return true;
        }

        if (TryPageAt(address) is { } page)
        {
            (bufferAddress, bufferLength) = (page.Address, page.Count > 0 ? _profile.PageSize : 0);
            bytes = page.Bytes[(int)(address - page.Address)..];
            return true;
        }

        (bytes, bufferAddress, bufferLength) = (default, 0, 0);
        return false;
    }

    /// <summary>The frame that holds a physical address; null where there is none.</summary>
    public Page? TryPageAt(ulong address)
    {
        var zone = ZoneOf(address);
        if (address < Zones.Base(zone))
        {
            // Behind kmalloc's blocks.
            return null;
        }

        var frame = (address - Zones.Base(zone)) / (ulong)_profile.PageSize;
        return frame < (ulong)_touchedFrames[(int)zone] ? _frames[(int)zone][(int)frame] : null;
    }

    /// <summary>The block or the page frame that a physical address lies in; null where there is neither.</summary>
    public object? OwnerOf(ulong address) => TryBlockAt(address) is { } block ? block : TryPageAt(address);

    /// <summary>A range of physical memory in words: object, and first and last byte in it.</summary>
    public string Spell(ulong address, int length) => OwnerOf(address) switch
    {
        Page page => $"{page}{(page.Count == 0 ? ", which is free," : "")} {Spell((int)(address - page.Address), length)}",
        Block block => $"{block}{(block.InUse ? "" : ", which is free,")} {Spell((int)(address - block.Address), length)}",
        _ => $"address 0x{address:x}, where no memory is in use",
    };

    /// <summary>A range of bytes in words.</summary>
    public static string Spell(int first, int length) => length == 1 ? $"byte {first}" : $"bytes {first}..{first + length - 1}";

    /// <summary>What the next step meets: the failure that was asked for, and how much is in use. Pages and blocks are written where they are reached.</summary>
    public void WriteState(StateWriter state)
    {
        state.Write(_failNext);
        state.Write(_inUse.Count);
        state.Refer(ZeroPage);
        ZeroPage?.WriteState(state);
    }

    /// <summary>Everything free again, as after boot; what was allocated is kept for reuse.</summary>
    public void Reset()
    {
        FailAfter(0);
        (_failNext, FailedAllocations) = (0, 0);
        ZeroPage = null;
        _inUse.Clear();
        for (var zone = 0; zone < _frames.Length; zone++)
        {
            _freeFrames[zone].Clear();
            for (; _touchedFrames[zone] > 0; _touchedFrames[zone]--)
            {
                _frames[zone][_touchedFrames[zone] - 1].Forget();
            }
        }

        _kmalloc.Reset();
        _above4G.Reset();
    }

    private Block? TryBlockAt(ulong address) => _kmalloc.TryAt(address) ?? _above4G.TryAt(address);

    private static Zone ZoneOf(ulong address) =>
        address >= Zones.Base(Zone.Above4G) ? Zone.Above4G
        : address >= Zones.Base(Zone.High) ? Zone.High
        : address >= Zones.KmallocBase ? Zone.Low
        : Zone.Dma;

    /// <summary>The first frame of a zone that was never in use since boot: an address depends on the run alone, not on what ran before it.</summary>
    private Page NextFrame(Zone zone)
    {
        var frames = _frames[(int)zone];
        if (_touchedFrames[(int)zone] == frames.Count)
        {
            AddChunk(zone);
        }

        return frames[_touchedFrames[(int)zone]++];
    }

    private void AddChunk(Zone zone)
    {
        var frames = _frames[(int)zone];
        var store = new byte[FramesPerChunk * _profile.PageSize];
        var shadow = _profile.Provenance ? new Model.Provenance[store.Length] : null;
        for (var i = 0; i < FramesPerChunk; i++)
        {
            var address = Zones.Base(zone) + ((ulong)frames.Count * (ulong)_profile.PageSize);
            frames.Add(new Page(this, zone, address, new Bytes(store, shadow, i * _profile.PageSize, _profile.PageSize)));
        }
    }
}
