using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Skbs;

/// <summary>A piece of a page. kernel: skb_frag_t, include/linux/skbuff.h.</summary>
/// <param name="Page">Held once by this slot, for all skbs of the data block.</param>
/// <param name="Offset">First byte in the page. kernel: page_offset.</param>
/// <param name="Size">Bytes, at least 1.</param>
public readonly record struct Frag(Page Page, int Offset, int Size)
{
    public Bytes Bytes => Page.Bytes.Slice(Offset, Size);

    public override string ToString() => $"({Page}, {Offset}, {Size})";
}
