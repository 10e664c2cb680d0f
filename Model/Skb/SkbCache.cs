using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Skbs;

/// <summary>Where skbs and their data blocks come from, and all that are alive. kernel: skbuff_head_cache, net/core/skbuff.c.</summary>
public sealed class SkbCache(Profile profile, PhysicalMemory memory, Cost cost)
{
    private readonly List<Skb> _live = [];
    private readonly List<DataBlock> _blocks = [];
    private readonly Stack<Skb> _freeSkbs = new();
    private readonly List<Skb> _completion = [];
    private readonly Stack<DataBlock> _freeBlocks = new();
    private readonly List<UbufInfo> _ubufs = [];
    private readonly Stack<UbufInfo> _freeUbufs = new();

    public Profile Profile => profile;

    public Cost Cost => cost;

    /// <summary>Events of skbs so far: where it stands still, no skb has changed.</summary>
    public long Changes { get; internal set; }

    /// <summary>Every skb with users above 0, and those that wait for the softirq.</summary>
    public ListView<Skb> Live => _live;

    /// <summary>Every data block with dataref above 0.</summary>
    public ListView<DataBlock> LiveBlocks => _blocks;

    /// <summary>Every notification that is pending or queued.</summary>
    public ListView<UbufInfo> LiveUbufs => _ubufs;

    /// <summary>Skbs without users that the softirq frees. kernel: softnet_data[].completion_queue.</summary>
    public ListView<Skb> CompletionQueue => _completion;

    /// <summary>The softirq frees what hard interrupts let go of, in their order. kernel: net_tx_action(), net/core/dev.c.</summary>
    /// <returns>How many.</returns>
    public int NetTxAction()
    {
        var count = _completion.Count;
        for (var i = 0; i < count; i++)
        {
            _completion[i].NetTxAction();
        }

        _completion.Clear();
        return count;
    }

    internal bool WaitsForSoftirq(Skb skb) => _completion.Contains(skb);

    internal void QueueForSoftirq(Skb skb) => _completion.Add(skb);

    /// <summary>kernel: SKB_DATA_ALIGN().</summary>
    public int Align(int length) => (length + profile.CacheBytes - 1) & -profile.CacheBytes;

    /// <summary>An empty, linear skb with at least <paramref name="size"/> bytes of room; null where there is no memory. kernel: alloc_skb().</summary>
    public Skb? AllocSkb(int size)
    {
        if (memory.AllocationFails())
        {
            return null;
        }

        var block = AllocBlock(Align(size));
        if (block is null)
        {
            return null;
        }

        var skb = AllocStruct();
        skb.StartEmpty(block, block.End + Profile.SkbStructBytes);
        return skb;
    }

    /// <summary>A struct that names no block yet; null where there is no memory.</summary>
    internal Skb? TryAllocStruct() => memory.AllocationFails() ? null : AllocStruct();

    /// <summary>A block with dataref 1 and no fragments; null where there is no memory.</summary>
    internal DataBlock? AllocBlock(int end)
    {
        // A block of no bytes still has the shared info behind it.
        var bytes = memory.Kmalloc(Math.Max(end, 1));
        if (bytes is null)
        {
            return null;
        }

        if (!_freeBlocks.TryPop(out var block))
        {
            block = new DataBlock(profile.MaxSkbFrags);
        }

        (block.Memory, block.End, block.DataRef, block.NrFrags, block.HasSharedFrags, block.Ubuf) = (bytes, end, 1, 0, false, null);
        block.LiveIndex = _blocks.Count;
        _blocks.Add(block);
        return block;
    }

    internal void Free(DataBlock block)
    {
        _blocks[block.LiveIndex] = _blocks[^1];
        _blocks[block.LiveIndex].LiveIndex = block.LiveIndex;
        _blocks.RemoveAt(_blocks.Count - 1);
        // The block keeps its memory, poisoned: a use after free reads what is there, as in the kernel.
        memory.Kfree(block.Memory!);
        block.Slots.Clear();
        _freeBlocks.Push(block);
    }

    /// <summary>A notification; null where there is no memory. kernel: sock_omalloc() in sock_zerocopy_alloc().</summary>
    internal UbufInfo? TryAllocUbuf()
    {
        if (memory.AllocationFails())
        {
            return null;
        }

        if (!_freeUbufs.TryPop(out var ubuf))
        {
            ubuf = new UbufInfo();
        }

        ubuf.LiveIndex = _ubufs.Count;
        _ubufs.Add(ubuf);
        return ubuf;
    }

    internal void Free(UbufInfo ubuf)
    {
        _ubufs[ubuf.LiveIndex] = _ubufs[^1];
        _ubufs[ubuf.LiveIndex].LiveIndex = ubuf.LiveIndex;
        _ubufs.RemoveAt(_ubufs.Count - 1);
        _freeUbufs.Push(ubuf);
    }

    internal void Free(Skb skb)
    {
        _live[skb.LiveIndex] = _live[^1];
        _live[skb.LiveIndex].LiveIndex = skb.LiveIndex;
        _live.RemoveAt(_live.Count - 1);
        _freeSkbs.Push(skb);
    }

    public void Reset()
    {
        foreach (var skb in _live)
        {
            skb.Abandon();
            _freeSkbs.Push(skb);
        }

        _live.Clear();
        _completion.Clear();
        foreach (var block in _blocks)
        {
            block.Memory = null;
            block.DataRef = 0;
            block.Ubuf = null;
            block.List.Clear();
            _freeBlocks.Push(block);
        }

        _blocks.Clear();
        foreach (var ubuf in _ubufs)
        {
            ubuf.Abandon();
            _freeUbufs.Push(ubuf);
        }

        _ubufs.Clear();
    }

    private Skb AllocStruct()
    {
        if (!_freeSkbs.TryPop(out var skb))
        {
            skb = new Skb(this);
        }

        skb.LiveIndex = _live.Count;
        _live.Add(skb);
        skb.Fire(SkbMachine.Event.Alloc);
        return skb;
    }
}
