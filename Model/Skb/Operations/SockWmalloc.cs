using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>An empty skb that is charged to a socket, while its send buffer has room. kernel: sock_wmalloc(), net/core/sock.c.</summary>
public sealed record SockWmalloc(SkbId Result, SockId Sock, int Size) : Operation
{
    public static readonly Spelling Spelling = new("sock_wmalloc", operands => new SockWmalloc(operands.ResultSkb(), operands.Sock(), operands.Int("size", to: 65536)));

    public override bool Enabled(Names names) => names.IsRaw(Sock) && !names.Has(Result);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var sock = (Net.RawSock)world.Sock(Sock);
        return sock.WmemAlloc >= world.Profile.SndBuf ? world.Seen.Refuse(Refusal.WouldBlock) : world.BindMade(Result, sock.Wmalloc(Size));
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Bind(Result, []);
        }
    }

    public override string ToString() => $"{Result} = sock_wmalloc({Sock}, {Size})";
}
