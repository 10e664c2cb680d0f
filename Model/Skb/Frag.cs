using System.Runtime.CompilerServices;
using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>A piece of a page. kernel: skb_frag_t, include/linux/skbuff.h.</summary>
/// <param name="Page">Held once by this slot, for all skbs of the data block.</param>
/// <param name="Offset">First byte in the page. kernel: page_offset.</param>
/// <param name="Size">Bytes, at least 1.</param>
public readonly record struct Frag(Page Page, int Offset, int Size)
{
    public Bytes Bytes
    {
        get
        {
            var bytes = Page.Bytes;
            return Offset >= 0 && Size >= 0 && Offset <= bytes.Length - Size ? bytes.Slice(Offset, Size) : Outside();
        }
    }

    public override string ToString() => $"({Page}, {Offset}, {Size})";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Bytes Outside() => throw new BugException(SkbRules.FragmentsFit, $"{Size} bytes from {Offset} of {Page} are read, which has {Page.Bytes.Length}");
}
