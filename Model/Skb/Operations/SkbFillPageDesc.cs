using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A piece of a page becomes the last fragment. kernel: fill_page_desc() after get_page(), net/ipv4/tcp.c.</summary>
public sealed record SkbFillPageDesc(SkbId Skb, PageId Page, int Offset, int Size) : Operation
{
    public static readonly Spelling Spelling = new("skb_fill_page_desc", operands => new SkbFillPageDesc(operands.Skb(), operands.Page(), operands.Int("offset", to: 65535), operands.Int("size", from: 1, to: 65535)));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Has(Page) && Offset + Size <= names.PageSize;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.NrFrags == world.Profile.MaxSkbFrags || skb.Block.FragList.Count > 0)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        if (skb.IsCloned)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        var page = world.Page(Page);
        page.Get();
        skb.FillPageDesc(page, Offset, Size);
        return world.Seen.Succeed(Size);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Page(Page).AsSpan(Offset, Size).CopyTo(world.AppendPaged(Skb, Size));
        }
    }

    public override string ToString() => $"skb_fill_page_desc({Skb}, {Page}, {Offset}, {Size})";
}
