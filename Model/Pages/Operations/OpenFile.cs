using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A file, whose page cache will lie in one zone. kernel: sys_open(), fs/open.c; pages come with the first read.</summary>
public sealed record OpenFile(FileId Result, Zone Zone, FileContent Content) : Operation
{
    public static readonly Spelling Spelling = new("open", operands => new OpenFile(
        operands.Result("file", n => new FileId(n)),
        operands.Word<Zone>("a zone: dma, low, high or above4g", Zones.TryParse),
        operands.Word<FileContent>("bytes in hexadecimal, or 'empty'", LiteralContent.TryParse)));

    public override bool Enabled(Names names) => !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, new File(Result, Content, Zone, world.Memory));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Bind(Result, Content);

    public override string ToString() => $"{Result} = open({Zones.Word(Zone)}, {Content})";
}
