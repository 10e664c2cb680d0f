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
    private static readonly Zone[] Zones = Enum.GetValues<Zone>();

    private readonly List<Page> _held = [];
    private readonly List<Skb> _inDriver = [];
    private World? _world;
    private ListView<Skb> _live = new([]);
    private ListView<DataBlock> _blocks = new([]);
    private int[] _users = new int[16];
    private int[] _skbHolders = new int[16];
    private NetDevice?[] _drivers = new NetDevice?[16];

    private readonly Counts[][] _frames = [.. Zones.Select(_ => Array.Empty<Counts>())];
    private int[] _swap = [];

    /// <summary>Every page with a holder.</summary>
    public ListView<Page> Held => _held;

    /// <summary>Holders of a page.</summary>
    public int Holders(Page page) => _frames[(int)page.Zone] is var zone && page.Frame < zone.Length ? zone[page.Frame].Holders : 0;

    /// <summary>Page-table entries that map a page.</summary>
    public int Mappings(Page page) => _frames[(int)page.Zone] is var zone && page.Frame < zone.Length ? zone[page.Frame].Mappings : 0;

    /// <summary>References to a page of swap space.</summary>
    public int SwapCount(int entry) => _swap[entry];

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
        foreach (var page in _held)
        {
            _frames[(int)page.Zone][page.Frame] = default;
        }

        _held.Clear();
        foreach (var zone in Zones)
        {
            if (_frames[(int)zone].Length < world.Memory.Frames(zone))
            {
                Array.Resize(ref _frames[(int)zone], world.Memory.Frames(zone));
            }
        }

        for (var i = 0; i < world.Files.Count; i++)
        {
            var cached = world.Files[i].Cached;
            for (var j = 0; j < cached.Count; j++)
            {
                Add(cached[j]);
            }
        }

        for (var i = 0; i < _blocks.Count; i++)
        {
            foreach (ref readonly var frag in _blocks[i].Frags)
            {
                Add(frag.Page);
            }
        }

        for (var i = 0; i < world.Socks.Count; i++)
        {
            if (world.Socks[i].SendPageCache is { } page)
            {
                Add(page);
            }
        }

        for (var i = 0; i < world.NamedPages.Count; i++)
        {
            Add(world.NamedPages[i]);
        }

        if (world.Mms.Count > 0 || world.Pins.Count > 0 || world.Memory.ZeroPage is not null)
        {
            CountMemory(world);
        }

        CountSkbs(world);
    }

    private void CountMemory(World world)
    {
        Clear(ref _swap, world.Swap.Pages);
        if (world.Memory.ZeroPage is { } zero)
        {
            Count(zero);
        }

        for (var entry = 0; entry < world.Swap.Pages; entry++)
        {
            if (world.Swap.Cached(entry) is { } page)
            {
                Add(page);
                _swap[entry]++;
            }
        }

        for (var i = 0; i < world.Mms.Count; i++)
        {
            foreach (ref readonly var pte in world.Mms[i].Ptes)
            {
                if (pte.Page is { } page)
                {
                    Add(page);
                    CountsOf(page).Mappings++;
                }
                else if (pte.Swap > 0)
                {
                    _swap[pte.Swap - 1]++;
                }
            }
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

        for (var i = 0; i < world.Pins.Count; i++)
        {
            var pages = world.Pins[i].Pages;
            for (var j = 0; j < pages.Count; j++)
            {
                Add(pages[j]);
            }
        }
    }

    private void CountSkbs(World world)
    {
        Clear(ref _skbHolders, _live.Count);
        Clear(ref _drivers, _live.Count);
        Clear(ref _users, _blocks.Count);
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
                    _drivers[skb.LiveIndex] = world.Devices[i];
                }
            }
        }

        for (var i = 0; i < _blocks.Count; i++)
        {
            var list = _blocks[i].FragList;
            for (var j = 0; j < list.Count; j++)
            {
                if (IsLive(list[j]))
                {
                    _skbHolders[list[j].LiveIndex]++;
                }
            }
        }

        for (var i = 0; i < _live.Count; i++)
        {
            var skb = _live[i];
            _skbHolders[i] += skb.List is not null || _drivers[i] is not null ? 1 : 0;
            if (skb.Block.DataRef > 0)
            {
                _users[skb.Block.LiveIndex]++;
            }
        }
    }

    private static void Clear<T>(ref T[] counts, int length)
    {
        if (counts.Length < length)
        {
            counts = new T[2 * length];
        }

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

    private void Add(Page page)
    {
        if (!page.Reserved)
        {
            Count(page);
        }
    }

    private void Count(Page page)
    {
        if (CountsOf(page).Holders++ == 0)
        {
            _held.Add(page);
        }
    }

    private ref Counts CountsOf(Page page) => ref _frames[(int)page.Zone][page.Frame];

    /// <summary>What was counted of one frame.</summary>
    private struct Counts
    {
        public int Holders;
        public int Mappings;
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
