using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The user stores into a page of his own, once he was told of each zero-copy send of it. No kernel function: it is the user's program. Documentation/networking/msg_zerocopy.rst, "Notification Reception" (4.14).</summary>
public sealed record StorePage(PageId Page, int Offset, int Count, int Data) : Operation
{
    public static readonly Spelling Spelling = new("store_page", operands => new StorePage(
        operands.Page(), operands.Int("offset", to: 65535), operands.Int("count", from: 1, to: 65535), operands.Int("seed of the bytes", to: 255)));

    /// <summary>An skb of the script's own may name the page: what it reads then is not known to both paths.</summary>
    public override bool Enabled(Names names) =>
        names.Has(Page) && Offset + Count <= names.PageSize && names.Lent(Page) == 0 && names.Count(NameKind.Skb) == 0;

    public override Observation Apply(World world)
    {
        var bytes = world.Page(Page).Bytes.Slice(Offset, Count);
        Pattern.Fill(bytes.Span, Data);
        bytes.Stamp(Provenance.OfPage(Page, Offset, world.NextWrite()));
        return world.Seen.Succeed(Count);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        Span<byte> bytes = stackalloc byte[Count];
        Pattern.Fill(bytes, Data);
        world.Store(Page, Offset, bytes, world.NextWrite());
    }

    public override string ToString() => $"store_page({Page}, {Offset}, {Count}, {Data})";
}
