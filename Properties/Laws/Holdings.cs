using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Who holds what, as one number: each skb's lengths, users, charge and fragments, each page's count, in swap space too. Two worlds of which it differs are different.</summary>
internal static class Holdings
{
    public static ulong Of(World world)
    {
        var number = Mix(14695981039346656037, world.Skbs.Live.Count);
        number = Mix(number, world.Skbs.LiveBlocks.Count);
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            number = Mix(number, world.Skbs.Live[i]);
        }

        var pages = world.Memory.InUse;
        for (var i = 0; i < pages.Count; i++)
        {
            number = Mix(Mix(Mix(number, (int)pages[i].Zone), pages[i].Frame), pages[i].Count);
        }

        for (var entry = 0; entry < world.Swap.Pages; entry++)
        {
            number = Mix(number, world.Swap.Count(entry));
        }

        return number;
    }

    private static ulong Mix(ulong number, Skb skb)
    {
        number = Mix(Mix(Mix(number, skb.Len), skb.DataLen), skb.Users);
        number = Mix(Mix(Mix(number, skb.TrueSize), skb.Block.DataRef), (int)skb.SumState);
        number = Mix(Mix(number, skb.Data), skb.Block.FragList.Count);
        foreach (var frag in skb.Frags)
        {
            number = Mix(Mix(Mix(Mix(number, (int)frag.Page.Zone), frag.Page.Frame), frag.Offset), frag.Size);
        }

        return number;
    }

    /// <summary>FNV-1a over whole numbers.</summary>
    private static ulong Mix(ulong number, int value) => unchecked((number ^ (uint)value) * 1099511628211);
}
