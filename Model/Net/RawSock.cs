using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>A socket of which only the send buffer matters: what sock_wmalloc() gives is charged to it. kernel: struct sock as sk_alloc() makes it, net/core/sock.c.</summary>
public sealed class RawSock(World world, SockId id) : Sock(world, id, null, 0, 0)
{
    /// <summary>An empty skb, charged; null where there is no memory. kernel: sock_wmalloc().</summary>
    public Skb? Wmalloc(int size)
    {
        var skb = World.Skbs.AllocSkb(size);
        if (skb is not null)
        {
            SetOwnerW(skb);
        }

        return skb;
    }

    public override (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length) => throw new ModelException($"{Id} has no protocol");

    public override (int Accepted, Refusal Why) SendZerocopy(Page page, int offset, int size, bool more) => throw new ModelException($"{Id} has no protocol");

    public override void Receive(ReadOnlySpan<byte> segment) => throw new ModelException($"{Id} has no protocol");
}
