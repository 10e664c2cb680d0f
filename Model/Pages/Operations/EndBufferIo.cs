using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>The disk has taken what was given to it: those pages are unlocked. kernel: end_buffer_io_async(), fs/buffer.c.</summary>
public sealed record EndBufferIo : Operation
{
    public static readonly Spelling Spelling = new("end_buffer_io_async", _ => new EndBufferIo());

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world)
    {
        var pages = 0;
        for (var i = 0; i < world.Files.Count; i++)
        {
            pages += world.Files[i].EndIo();
        }

        return world.Seen.Succeed(pages + world.Swap.EndIo());
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A byte array needs no disk.
    }

    public override string ToString() => "end_buffer_io_async()";
}
