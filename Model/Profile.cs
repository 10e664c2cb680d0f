using ZeroCopy.Model.Smp;

namespace ZeroCopy.Model;

/// <summary>How large the modelled machine is.</summary>
public enum Size
{
    /// <summary>For search: wraps, odd offsets and full rings within a few steps.</summary>
    Tiny,

    /// <summary>For fidelity: the numbers of the 2.4.4 release.</summary>
    Real,
}

/// <summary>Which kernel's rules apply.</summary>
public enum Kernel
{
    /// <summary>2.4.4 as intended, on a PAE machine whose descriptors store the high address word.</summary>
    Linux244,

    /// <summary>What the kernels of the 6 series document.</summary>
    Linux6,
}

/// <summary>The constants of one run. kernel: the macros named at each member, 2.4.4.</summary>
public sealed record Profile(Size Size, Kernel Kernel, MemoryModel MemoryModel = MemoryModel.Tso)
{
    public static readonly Profile Tiny = new(Size.Tiny, Kernel.Linux244);

    public static readonly Profile Real = new(Size.Real, Kernel.Linux244);

    private readonly int? _taskPages;

    /// <summary>Bytes in a page. kernel: PAGE_SIZE.</summary>
    public int PageSize => Size == Size.Tiny ? 16 : 4096;

    /// <summary>kernel: MAX_SKB_FRAGS, the literal 6 in every 2.4 release; the formula by page size came with 2.5.</summary>
    public int MaxSkbFrags => Size == Size.Tiny ? 3 : 6;

    /// <summary>kernel: SMP_CACHE_BYTES, to which SKB_DATA_ALIGN rounds.</summary>
    public int CacheBytes => Size == Size.Tiny ? 4 : 32;

    /// <summary>Headroom for all headers of a segment. kernel: MAX_TCP_HEADER = 128 + MAX_HEADER.</summary>
    public static int MaxTcpHeader => 160;

    /// <summary>kernel: sizeof(struct sk_buff), charged with each skb.</summary>
    public static int SkbStructBytes => 160;

    /// <summary>kernel: TX_RING_ENTRIES of acenic.h; MAX_TX_RING_ENTRIES from 2.4.19.</summary>
    public int AceTxRingEntries => Size == Size.Tiny ? 8 : 256;

    /// <summary>What a Tigon I has room for in its own memory. kernel: TIGON_I_TX_RING_ENTRIES of acenic.h, from 2.4.19.</summary>
    public int TigonITxRingEntries => Size == Size.Tiny ? 6 : 128;

    /// <summary>kernel: TX_RING_SIZE of sunhme.h.</summary>
    public int HmeTxRingSize => Size == Size.Tiny ? 8 : 32;

    /// <summary>Entries that one unit of HME's size register stands for. kernel: ETX_RSIZE_SHIFT of sunhme.h, 4.</summary>
    public int HmeRingGranule => Size == Size.Tiny ? 8 : 16;

    /// <summary>kernel: TX_RING_SIZE of a driver of the time, drivers/net/tulip/tulip.h.</summary>
    public int UnconvertedTxRingSize => Size == Size.Tiny ? 4 : 16;

    /// <summary>Pages that a process can map, from address 0 on: whole page tables of them. No script says it; an experiment may ask for more. kernel: TASK_SIZE.</summary>
    public int TaskPages
    {
        get => _taskPages ?? (Size == Size.Tiny ? 8 : 16);
        init => _taskPages = value > 0 && value % PagesPerTable == 0 ? value : throw new ModelException($"{value} pages are not page tables of {PagesPerTable}");
    }

    /// <summary>Pages that one page table maps. kernel: PTRS_PER_PTE.</summary>
    public int PagesPerTable => Size == Size.Tiny ? 2 : 8;

    /// <summary>Pages that swap space holds. kernel: swap_info[].max.</summary>
    public int SwapPages => Size == Size.Tiny ? 4 : 16;

    /// <summary>Operations of a process in one slice. kernel: NICE_TO_TICKS(0), kernel/sched.c; a tick is an operation here.</summary>
    public int SliceTicks => Size == Size.Tiny ? 4 : 6;

    /// <summary>Width of a page's count: it wraps beyond. kernel: atomic_t, of which a sign is left out.</summary>
    public int PageCountBits => Size == Size.Tiny ? 8 : 31;

    /// <summary>Bytes that may wait in a socket's write queue. kernel: sysctl_tcp_wmem[2] and sk->sndbuf.</summary>
    public int SndBuf => Size == Size.Tiny ? 4096 : 131072;

    /// <summary>Bytes of clones that may wait in a tap. kernel: sysctl_rmem_default and sk->rcvbuf.</summary>
    public int RcvBuf => Size == Size.Tiny ? 2048 : 65535;

    /// <summary>Segments in flight. Congestion control decides when bytes go, never which: it is held still at this. kernel: tp->snd_cwnd.</summary>
    public int SndCwnd => Size == Size.Tiny ? 4 : 32;

    /// <summary>A band that holds more packets than this takes no other. kernel: dev->tx_queue_len, 100 for Ethernet (drivers/net/net_init.c).</summary>
    public int TxQueueLen => Size == Size.Tiny ? 6 : 100;

    /// <summary>No path is taken to be narrower, whatever a router says. kernel: ip_rt_min_pmtu, net/ipv4/route.c.</summary>
    public int MinPmtu => Size == Size.Tiny ? 68 : 552;

    /// <summary>The MSS of a script that does not say.</summary>
    public int DefaultMss => Size == Size.Tiny ? 40 : 1460;

    /// <summary>Whether each byte carries the place it came from.</summary>
    public bool Provenance => Size == Size.Tiny;
}
