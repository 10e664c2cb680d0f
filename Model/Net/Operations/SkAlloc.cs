using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A socket without a protocol, to which skbs are charged. kernel: sk_alloc(), net/core/sock.c.</summary>
public sealed record SkAlloc(SockId Result) : Operation
{
    public static readonly Spelling Spelling = new("sk_alloc", operands => new SkAlloc(operands.Result("sk", n => new SockId(n))));

    public override bool Enabled(Names names) => !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, new RawSock(world, Result));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Names.BindRaw(Result);

    public override string ToString() => $"{Result} = sk_alloc()";
}
