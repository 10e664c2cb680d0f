using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Counts made from scratch after each step: the holders of each page, and the skbs of each data block.</summary>
/// <remarks>Verified: page cache, fragment slots of live data blocks, sockets' pages, pages that a script names. Not verified: page tables and kernel buffers, which do not exist yet.</remarks>
public sealed class Recount
{
    private readonly List<int>[] _holders = [.. Enum.GetValues<Zone>().Select(_ => new List<int>())];
    private readonly Dictionary<DataBlock, int> _users = [];

    /// <summary>Holders of a page.</summary>
    public int Holders(Page page) => page.Frame < _holders[(int)page.Zone].Count ? _holders[(int)page.Zone][page.Frame] : 0;

    /// <summary>Live skbs that name a data block.</summary>
    public int Users(DataBlock block) => _users.GetValueOrDefault(block);

    public void Make(World world)
    {
        for (var zone = 0; zone < _holders.Length; zone++)
        {
            _holders[zone].Clear();
            var frames = world.Memory.Frames((Zone)zone).Count;
            System.Runtime.InteropServices.CollectionsMarshal.SetCount(_holders[zone], frames);
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_holders[zone]).Clear();
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

        _users.Clear();
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_users, world.Skbs.Live[i].Block, out _)++;
        }
    }

    private void Add(Page page) => _holders[(int)page.Zone][page.Frame]++;
}
