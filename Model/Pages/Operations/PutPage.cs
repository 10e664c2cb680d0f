using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The caller lets go of its page; fragments may hold it on. kernel: put_page(), include/linux/mm.h.</summary>
public sealed record PutPage(PageId Page) : Operation
{
    public static readonly Spelling Spelling = new("put_page", operands => new PutPage(operands.Page()));

    public override bool Enabled(Names names) => names.Has(Page);

    public override Observation Apply(World world)
    {
        var page = world.Page(Page);
        world.Unbind(Page);
        page.Put();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Unbind(Page);

    public override string ToString() => $"put_page({Page})";
}
