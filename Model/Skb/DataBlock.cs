using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Skbs;

/// <summary>The block [head, end) of one or more skbs and its shared info. kernel: skb->head and struct skb_shared_info, which the kernel lays behind end; here its fields stand beside the block.</summary>
public sealed class DataBlock(int maxFrags)
{
    private readonly Frag[] _frags = new Frag[maxFrags];

    /// <summary>The memory; null while the block is free.</summary>
    public Block? Memory { get; internal set; }

    /// <summary>Length of [head, end).</summary>
    public int End { get; internal set; }

    /// <summary>Live skbs that name this block. kernel: skb_shinfo(skb)->dataref.</summary>
    public int DataRef { get; internal set; }

    /// <summary>kernel: skb_shinfo(skb)->nr_frags.</summary>
    public int NrFrags { get; internal set; }

    /// <summary>The notification of the zero-copy send whose pages it names; null for none. kernel: skb_uarg(skb), skb_shinfo(skb)->destructor_arg (4.14).</summary>
    public UbufInfo? Ubuf { get; internal set; }

    /// <summary>kernel: skb_shinfo(skb)->frags[0..nr_frags].</summary>
    public ReadOnlySpan<Frag> Frags => _frags.AsSpan(0, NrFrags);

    /// <summary>Skbs whose bytes follow the fragments, each held once by this list. kernel: skb_shinfo(skb)->frag_list, which chains them by ->next; here each block has a list of its own.</summary>
    public ListView<Skb> FragList => List;

    /// <summary>Somebody else may have the bytes of a fragment: they are not written in place. kernel: SKBFL_SHARED_FRAG of later kernels.</summary>
    public bool HasSharedFrags { get; internal set; }

    public Bytes Bytes => Memory!.Bytes;

    /// <summary>Its place in <see cref="SkbCache.LiveBlocks"/>.</summary>
    public int LiveIndex { get; internal set; }

    internal Span<Frag> Slots => _frags;

    internal List<Skb> List { get; } = [];

    public void WriteState(StateWriter state)
    {
        if (!state.Reach(this))
        {
            return;
        }

        state.Refer(Memory);
        state.Write(Bytes);
        state.Write(End);
        state.Write(DataRef);
        state.Write(NrFrags);
        state.Write(Ubuf is not null);
        Ubuf?.WriteState(state);
        state.Write(HasSharedFrags);
        foreach (var frag in Frags)
        {
            frag.Page.WriteState(state);
            state.Write(frag.Offset);
            state.Write(frag.Size);
        }

        state.Write(List.Count);
        foreach (var skb in List)
        {
            skb.WriteState(state);
        }
    }
}
