using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The socket has had so many zero-copy sends: numbers near 2^32 within a few steps. No kernel function: it stands for those calls. kernel: sk->sk_zckey (4.14).</summary>
public sealed record SkZcKey(SockId Sock, uint Calls) : Operation
{
    public static readonly Spelling Spelling = new("sk_zckey", operands => new SkZcKey(operands.Sock(), (uint)operands.Number("number of calls", to: uint.MaxValue)));

    public override bool Enabled(Names names) => (names.IsTcp(Sock) || names.IsUdp(Sock)) && !names.HasCalled(Sock);

    public override Observation Apply(World world)
    {
        world.Sock(Sock).StartZcKey(Calls);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Flow(Sock).NextCall = Calls;

    public override string ToString() => $"sk_zckey({Sock}, {Calls})";
}
