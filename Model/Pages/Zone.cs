namespace ZeroCopy.Model.Pages;

/// <summary>Where physical memory lies. kernel: ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, include/linux/mmzone.h; with PAE high memory goes on above 4 GB.</summary>
public enum Zone
{
    /// <summary>Below 16 MB.</summary>
    Dma,

    /// <summary>16 to 896 MB: what the kernel maps for good.</summary>
    Low,

    /// <summary>896 MB to 4 GB: no kernel address without kmap.</summary>
    High,

    /// <summary>4 GB and above: beyond a 32-bit bus address.</summary>
    Above4G,
}

/// <summary>The zones' borders. kernel: MAX_DMA_ADDRESS, highmem_start_page (4 GB - PAGE_OFFSET 3 GB - 128 MB for vmalloc), arch/i386/kernel/setup.c.</summary>
public static class Zones
{
    public const ulong HighmemStart = 896UL << 20;

    /// <summary>How many zones there are.</summary>
    public static readonly int Count = Enum.GetValues<Zone>().Length;

    /// <summary>Where the page frames of a zone begin. Address 0 is a frame like any other: some drivers take it for "no mapping".</summary>
    public static ulong Base(Zone zone) => zone switch
    {
        Zone.Dma => 0,
        Zone.Low => 64UL << 20,
        Zone.High => HighmemStart,
        Zone.Above4G => 4UL << 30,
        _ => throw new ModelException($"no zone {zone}"),
    };

    /// <summary>Where kmalloc's blocks begin: in ZONE_NORMAL, below its page frames.</summary>
    public const ulong KmallocBase = 16UL << 20;

    /// <summary>Where blocks beyond 32 bits begin, behind all page frames there: consistent memory of a machine that has it so.</summary>
    public const ulong Above4GBlocksBase = 32UL << 30;

    public static string Word(Zone zone) => zone switch
    {
        Zone.Dma => "dma",
        Zone.Low => "low",
        Zone.High => "high",
        Zone.Above4G => "above4g",
        _ => throw new ModelException($"no zone {zone}"),
    };

    public static bool TryParse(string word, out Zone zone)
    {
        foreach (var candidate in Enum.GetValues<Zone>())
        {
            if (Word(candidate) == word)
            {
                zone = candidate;
                return true;
            }
        }

        zone = default;
        return false;
    }
}
