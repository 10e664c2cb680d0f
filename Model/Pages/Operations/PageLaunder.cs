using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>Memory is short: dirty pages that nobody but a cache holds begin to be written, and stay locked until the disk has them. kernel: page_launder(), mm/vmscan.c.</summary>
public sealed record PageLaunder : Operation
{
    public static readonly Spelling Spelling = new("page_launder", _ => new PageLaunder());

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world)
    {
        var pages = 0;
        for (var i = 0; i < world.Files.Count; i++)
        {
            pages += world.Files[i].Launder();
        }

        return world.Seen.Succeed(pages + world.Swap.Launder());
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array needs no disk.
    }

    public override string ToString() => "page_launder()";
}
