using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Counts made from scratch after each step: the holders of each page and of each skb, and the skbs of each data block.</summary>
/// <remarks>Verified: page cache, swap cache, page-table entries, page faults, pins, fragment slots of live data blocks, sockets' pages, pages that a script names; entries of swap space. A reserved page has one holder, the kernel: entries and pins do not count.</remarks>
public sealed class Recount
{
    private readonly List<Page> _heldThoughFree = [];
    private readonly List<PageTable> _tables = [];
    private readonly List<Skb> _inDriver = [];
    private World? _world;
    private ListView<Skb> _live = new([]);
    private ListView<DataBlock> _blocks = new([]);
    private int[] _users = new int[16];
    private int[] _skbHolders = new int[16];
    private NetDevice?[] _drivers = new NetDevice?[16];

    private (int Holders, int Mappings)[] _frames = new (int, int)[64];

    /// <summary>One more than the largest number of a frame that was counted.</summary>
    private int _counted;
    private int[] _swap = [];

    /// <summary>Every page with a holder whose count says that it is free.</summary>
    public ListView<Page> HeldThoughFree => _heldThoughFree;

    /// <summary>Holders of a page.</summary>
    public int Holders(Page page) => Of(page).Holders;

    /// <summary>Page-table entries that map a page.</summary>
    public int Mappings(Page page) => Of(page).Mappings;

    /// <summary>Both.</summary>
    public (int Holders, int Mappings) Of(Page page) => page.Number < _frames.Length ? _frames[page.Number] : default;

    /// <summary>Whether an entry of a page table has another state than its data says, or is writable where its area is not.</summary>
    /// <param name="i">Its place among the address spaces of the world.</param>
    internal bool IsAstray(int i) => _tables[i].IsAstray;

    /// <summary>Which pages of an address space have a page or swap space in their entry, or a state or a permission that a new one has not.</summary>
    public ReadOnlySpan<int> Occupied(MmStruct mm) => TableOf(mm).Occupied;

    /// <summary>Of them, those whose entry is writable.</summary>
    public ReadOnlySpan<int> Writable(MmStruct mm) => TableOf(mm).Writable;

    /// <summary>References to a page of swap space.</summary>
    public int SwapCount(int entry) => _swap[entry];

    /// <summary>References to all pages of swap space.</summary>
    public ReadOnlySpan<int> SwapCounts => _swap.AsSpan(0, _world!.Swap.Pages);

    /// <summary>Holders of an skb: names, its queue, the lists of packets that it belongs to, the driver that has it.</summary>
    public int Holders(Skb skb) => IsLive(skb) ? _skbHolders[skb.LiveIndex] : NamesOf(skb);

    /// <summary>The device whose driver has a live skb; null for none.</summary>
    public NetDevice? HolderOf(Skb skb) => IsLive(skb) ? _drivers[skb.LiveIndex] : null;

    /// <summary>Live skbs that name a live data block.</summary>
    public int Users(DataBlock block) =>
        block.LiveIndex < _blocks.Count && _blocks[block.LiveIndex] == block ? _users[block.LiveIndex] : 0;

    /// <summary>Who held what before the step, where it was to meet a failed allocation.</summary>
    internal ulong Before { get; set; }

    /// <summary>Who else had the page before the step that it stores into; null where it stores into none that was there, or nobody has counted.</summary>
    internal Sharers? SharersBefore { get; set; }

    /// <summary>Who else has the page that an operation is about to store into, counted in the world as it stands.</summary>
    internal Sharers? SharersOf(World world, Operation operation)
    {
        var standing = operation is Resume back ? world.TryTask(back.Mm)?.Fault : null;
        var (mm, address) = operation switch
        {
            Store { IsShort: false } store => (store.Mm, store.Address),
            AccessProcessVm { DontneedAfter: 0 } forced => (forced.Mm, forced.Address),
            DoPageFault { Write: true } fault => (fault.Mm, fault.Page * world.Profile.PageSize),
            Resume resumed when standing is { Write: true } fault => (resumed.Mm, fault.N * world.Profile.PageSize),
            _ => (default, -1),
        };
        if (address < 0 || world.TryTask(mm)?.Mm is not { } memory || address / world.Profile.PageSize >= memory.Ptes.Length)
        {
            return null;
        }

        var pte = memory.Ptes[address / world.Profile.PageSize];
        var page = pte.Page ?? (pte.Swap > 0 ? world.Swap.Cached(pte.Swap - 1) : null);
        if (page is null && pte.Swap == 0)
        {
            return null;
        }

        // Besides this entry, be it of the page or of its swap space, and besides the swap cache.
        var swap = page?.SwapEntry ?? pte.Swap - 1;
        var entries = (page is null ? 0 : Mappings(page)) + (swap < 0 ? 0 : SwapCount(swap) - (page is null ? 0 : 1)) - 1;
        var cached = page is { SwapEntry: >= 0 } or { Mapping: not null } ? 1 : 0;
        return new Sharers(entries, page is null ? 0 : Holders(page) - Mappings(page) - cached - (page == standing?.Page || page == standing?.Old ? 1 : 0), page is { Mapping: not null }, page is { Locked: true, SwapEntry: >= 0 }, page is { Reserved: true }, pte.Page?.AnonExclusive ?? pte.SwapExclusive);
    }

    /// <summary>A page that a kiobuf had locked before the step, a truncation that was to take it from its file or to clear it in part; null for none, or where nobody has looked.</summary>
    internal Page? LockedBefore { get; set; }

    /// <summary>A page that a kiobuf has locked, and that a truncation is about to take from its file or to clear in part, in the world as it stands; null for none.</summary>
    internal static Page? LockedOf(World world, Vmtruncate cut)
    {
        var file = world.File(cut.File);
        for (var i = 0; cut.Length < file.Length && i < world.Pins.Count; i++)
        {
            var pin = world.Pins[i];
            for (var j = 0; pin.IsLocked && j < pin.Pages.Count; j++)
            {
                if (pin.Pages[j] is { } page && page.Mapping == file && (page.Index + 1) * world.Profile.PageSize > cut.Length)
                {
                    return page;
                }
            }
        }

        return null;
    }

    public void Make(World world)
    {
        (_world, _live, _blocks) = (world, world.Skbs.Live, world.Skbs.LiveBlocks);
        _frames.AsSpan(0, _counted).Clear();
        _counted = 0;
        _heldThoughFree.Clear();
        foreach (var file in world.Files.Span)
        {
            foreach (var page in file.Cached.Span)
            {
                Add(page);
            }
        }

        foreach (var block in _blocks.Span)
        {
            foreach (ref readonly var frag in block.Frags)
            {
                Add(frag.Page);
            }
        }

        foreach (var sock in world.Socks.Span)
        {
            if (sock.SendPageCache is { } page)
            {
                Add(page);
            }
        }

        foreach (var page in world.NamedPages.Span)
        {
            Add(page);
        }

        if (world.Mms.Count > 0 || world.Pins.Count > 0 || world.Memory.ZeroPage is not null)
        {
            CountMemory(world);
        }

        if (_live.Count + _blocks.Count + world.SkbNames + world.Devices.Count > 0)
        {
            CountSkbs(world);
        }
    }

    private void CountMemory(World world)
    {
        Clear(ref _swap, world.Swap.Pages);
        if (world.Memory.ZeroPage is { } zero)
        {
            Hold(zero, ref CountsOf(zero), holders: 1);
        }

        for (var entry = 0; entry < world.Swap.Pages; entry++)
        {
            if (world.Swap.Cached(entry) is { } page)
            {
                Add(page);
                _swap[entry]++;
            }
        }

        var mms = world.Mms.Span;
        for (var i = 0; i < mms.Length; i++)
        {
            Count(mms[i], TableAt(i));
        }

        for (var name = 0; name < world.TaskNames; name++)
        {
            if (world.TryTask(new MmId(name))?.Fault is { } fault)
            {
                Add(fault.Page);
                if (fault.Old is { } old)
                {
                    Add(old);
                }
            }
        }

        foreach (var pin in world.Pins.Span)
        {
            foreach (var page in pin.Pages.Span)
            {
                Add(page);
            }
        }
    }

    private void Count(MmStruct mm, PageTable table)
    {
        var ptes = mm.Ptes;
        var areas = mm.Areas;
        var (isAstray, writable) = (false, 0);
        table.Note(mm);
        foreach (var n in table.Occupied)
        {
            ref readonly var pte = ref ptes[n];
            if (pte.Page is { } page)
            {
                Map(page);
            }
            else if (pte.Swap > 0)
            {
                _swap[pte.Swap - 1]++;
            }

            table.AllWritable[writable] = n;
            writable += pte.Writable ? 1 : 0;
            isAstray |= !CowLaws.IsAsItsDataSays(pte, areas[n]) | CowLaws.IsBeyond(pte, areas[n]);
        }

        (table.WritableCount, table.IsAstray) = (writable, isAstray);
    }

    private void CountSkbs(World world)
    {
        var live = _live.Span;
        var blocks = _blocks.Span;
        MakeRoom(ref _skbHolders, live.Length);
        MakeRoom(ref _drivers, live.Length);
        Clear(ref _users, blocks.Length);
        for (var i = 0; i < live.Length; i++)
        {
            _skbHolders[i] = live[i].List is null ? 0 : 1;
            _drivers[i] = null;
        }

        for (var name = 0; name < world.SkbNames; name++)
        {
            if (world.TrySkb(new SkbId(name)) is { } skb && IsLive(skb))
            {
                _skbHolders[skb.LiveIndex]++;
            }
        }

        for (var i = 0; i < world.Devices.Count; i++)
        {
            _inDriver.Clear();
            world.Devices[i].AddHeld(_inDriver);
            if (world.Devices[i].Smp?.Shared is { Skb: { } shared } readers && IsLive(shared))
            {
                // Its list's reference is that of the reader which takes it from there.
                _skbHolders[shared.LiveIndex] += readers.Hands;
            }

            foreach (var skb in _inDriver)
            {
                if (IsLive(skb))
                {
                    _skbHolders[skb.LiveIndex] += skb.List is null && _drivers[skb.LiveIndex] is null ? 1 : 0;
                    _drivers[skb.LiveIndex] = world.Devices[i];
                }
            }
        }

        foreach (var block in blocks)
        {
            foreach (var listed in block.FragList.Span)
            {
                if (IsLive(listed))
                {
                    _skbHolders[listed.LiveIndex]++;
                }
            }
        }

        foreach (var skb in live)
        {
            if (skb.Block.DataRef > 0)
            {
                _users[skb.Block.LiveIndex]++;
            }
        }
    }

    private static void MakeRoom<T>(ref T[] counts, int length)
    {
        if (counts.Length < length)
        {
            counts = new T[2 * length];
        }
    }

    private static void Clear(ref int[] counts, int length)
    {
        MakeRoom(ref counts, length);
        counts.AsSpan(0, length).Clear();
    }

    private bool IsLive(Skb skb) => skb.LiveIndex < _live.Count && _live[skb.LiveIndex] == skb;

    /// <summary>A name may hold an skb that is free: that is what the law looks for.</summary>
    private int NamesOf(Skb skb)
    {
        var count = 0;
        for (var name = 0; name < _world!.SkbNames; name++)
        {
            count += _world.TrySkb(new SkbId(name)) == skb ? 1 : 0;
        }

        return count;
    }

    /// <summary>One more holder, unless it is reserved.</summary>
    private void Add(Page page) => Hold(page, ref CountsOf(page), page.Reserved ? 0 : 1);

    private PageTable TableOf(MmStruct mm)
    {
        // Those of address spaces that have ended stand behind the others.
        var i = 0;
        while (_tables[i].Of != mm)
        {
            i++;
        }

        return _tables[i];
    }

    private PageTable TableAt(int i)
    {
        if (i == _tables.Count)
        {
            _tables.Add(new PageTable());
        }

        return _tables[i];
    }

    /// <summary>One more entry maps it: it holds the page, unless that is reserved.</summary>
    private void Map(Page page)
    {
        ref var counts = ref CountsOf(page);
        counts.Mappings++;
        Hold(page, ref counts, page.Reserved ? 0 : 1);
    }

    private void Hold(Page page, ref (int Holders, int Mappings) counts, int holders)
    {
        counts.Holders += holders;
        if (page.Count == 0 && counts.Holders > 0 && !_heldThoughFree.Contains(page))
        {
            _heldThoughFree.Add(page);
        }
    }

    private ref (int Holders, int Mappings) CountsOf(Page page)
    {
        var number = page.Number;
        if (number >= _frames.Length)
        {
            Array.Resize(ref _frames, 2 * number);
        }

        _counted = Math.Max(_counted, number + 1);
        return ref _frames[number];
    }

    /// <summary>What was noted of one page table.</summary>
    private sealed class PageTable
    {
        private int[] _occupied = [];
        private int _count;

        public MmStruct? Of { get; private set; }

        public bool IsAstray { get; set; }

        /// <summary>One place more than there are entries: who walks them writes before he counts.</summary>
        public int[] AllWritable { get; private set; } = [];

        public int WritableCount { get; set; }

        public ReadOnlySpan<int> Occupied => _occupied.AsSpan(0, _count);

        public ReadOnlySpan<int> Writable => AllWritable.AsSpan(0, WritableCount);

        /// <summary>Notes which entries are not as those of a new page table.</summary>
        public void Note(MmStruct mm)
        {
            var ptes = mm.Ptes;
            if (_occupied.Length <= ptes.Length)
            {
                (_occupied, AllWritable) = (new int[ptes.Length + 1], new int[ptes.Length + 1]);
            }

            // No branch for an entry: which are there is hard to foresee.
            var occupied = _occupied;
            var count = 0;
            for (var n = 0; n < ptes.Length; n++)
            {
                ref readonly var pte = ref ptes[n];
                occupied[count] = n;
                count += pte.Page is not null | pte.Swap != 0 | pte.State != PteMachine.State.None | pte.Writable ? 1 : 0;
            }

            (Of, _count) = (mm, count);
        }
    }
}

/// <summary>Who has a page besides the process that stores into it.</summary>
/// <param name="Entries">Page-table entries, and entries that name its page of swap space.</param>
/// <param name="Callers">Pins, names and other holders that are neither an entry nor a cache.</param>
/// <param name="IsOfFile">The page cache has it.</param>
/// <param name="IsLocked">It is in the swap cache, and its lock cannot be had.</param>
/// <param name="IsZero">It is the zero page.</param>
/// <param name="IsExclusive">It knows that it is this process's alone, whatever pins it: from linux 5.19 on.</param>
public readonly record struct Sharers(int Entries, int Callers, bool IsOfFile, bool IsLocked, bool IsZero, bool IsExclusive);
