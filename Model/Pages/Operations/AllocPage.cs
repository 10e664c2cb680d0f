using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A page of the caller's own, filled with a pattern. kernel: alloc_page(), mm/page_alloc.c.</summary>
public sealed record AllocPage(PageId Result, Zone Zone, int Data) : Operation
{
    public static readonly Spelling Spelling = new("alloc_page", operands => new AllocPage(
        operands.Result("page", n => new PageId(n)),
        operands.Word<Zone>("a zone: dma, low, high or above4g", Zones.TryParse),
        operands.Int("seed of the bytes", to: 255)));

    public override bool Enabled(Names names) => !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var page = world.Memory.AllocPage(Zone);
        if (page is null)
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        Pattern.Fill(page.Bytes.Span, Data);
        page.Bytes.Stamp(Provenance.OfPage(Result, 0));
        world.Bind(Result, page);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            Pattern.Fill(world.BindPage(Result), Data);
        }
    }

    public override string ToString() => $"{Result} = alloc_page({Zones.Word(Zone)}, {Data})";
}
