using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Skbs;

/// <summary>A fresh page with bytes of a pattern becomes the last fragment: nobody else has it. kernel: tcp_sendmsg(), net/ipv4/tcp.c, its path for pages.</summary>
public sealed record SkbAppendPage(SkbId Skb, Zone Zone, int Size, int Data) : Operation
{
    public static readonly Spelling Spelling = new("skb_append_page", operands => new SkbAppendPage(
        operands.Skb(), operands.Word<Zone>("a zone", Zones.TryParse), operands.Int("size", from: 1, to: 65535), operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => names.Has(Skb) && Size <= names.PageSize;

    public override bool KeepsAllWithoutMemory(Names names) => true;

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

        var page = world.Memory.AllocPage(Zone);
        if (page is null)
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        Pattern.Fill(page.Bytes.Span[..Size], Data);
        skb.FillPageDesc(page, 0, Size, shared: false);
        return world.Seen.Succeed(Size);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            Pattern.Fill(world.AppendPaged(Skb, Size), Data);
        }
    }

    public override string ToString() => $"skb_append_page({Skb}, {Zones.Word(Zone)}, {Size}, {Data})";
}
