using System.Runtime.InteropServices;
using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Counts made from scratch after each step: the holders of each page and of each skb, and the skbs of each data block.</summary>
/// <remarks>Verified: page cache, fragment slots of live data blocks, sockets' pages, pages that a script names. Not verified: page tables and kernel buffers, which do not exist yet.</remarks>
public sealed class Recount
{
    private static readonly Zone[] Zones = Enum.GetValues<Zone>();

    private readonly List<Page> _held = [];
    private readonly Dictionary<DataBlock, int> _users = [];
    private readonly Dictionary<Skb, int> _skbHolders = [];

    private readonly int[][] _holders = [.. Zones.Select(_ => Array.Empty<int>())];

    /// <summary>Every page with a holder.</summary>
    public IReadOnlyList<Page> Held => _held;

    /// <summary>Holders of a page.</summary>
    public int Holders(Page page) => _holders[(int)page.Zone] is var zone && page.Frame < zone.Length ? zone[page.Frame] : 0;

    /// <summary>Holders of an skb: names, its list, the driver that has it.</summary>
    public int Holders(Skb skb) => _skbHolders.GetValueOrDefault(skb);

    /// <summary>Live skbs that name a data block.</summary>
    public int Users(DataBlock block) => _users.GetValueOrDefault(block);

    public void Make(World world)
    {
        foreach (var page in _held)
        {
            _holders[(int)page.Zone][page.Frame] = 0;
        }

        _held.Clear();
        foreach (var zone in Zones)
        {
            if (_holders[(int)zone].Length < world.Memory.Frames(zone))
            {
                Array.Resize(ref _holders[(int)zone], world.Memory.Frames(zone));
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

        for (var i = 0; i < world.Skbs.LiveBlocks.Count; i++)
        {
            foreach (var frag in world.Skbs.LiveBlocks[i].Frags)
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

        _skbHolders.Clear();
        for (var name = 0; name < world.SkbNames; name++)
        {
            if (world.TrySkb(new SkbId(name)) is { } skb)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_skbHolders, skb, out _)++;
            }
        }

        _users.Clear();
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            var skb = world.Skbs.Live[i];
            CollectionsMarshal.GetValueRefOrAddDefault(_users, skb.Block, out _)++;
            if (skb.List is not null || IsHeld(world, skb))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_skbHolders, skb, out _)++;
            }
        }
    }

    private static bool IsHeld(World world, Skb skb)
    {
        for (var i = 0; i < world.Devices.Count; i++)
        {
            if (world.Devices[i].Holds(skb))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(Page page)
    {
        if (_holders[(int)page.Zone][page.Frame]++ == 0)
        {
            _held.Add(page);
        }
    }
}
