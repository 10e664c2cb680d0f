using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Sends a piece of a page of the user's own without copying it, where the route allows; he leaves the page alone until he is told. kernel: sendmsg() with MSG_ZEROCOPY (4.14; 2.4 has no such send).</summary>
/// <param name="Sock">TCP, or a datagram over UDP.</param>
/// <param name="Page">The user's.</param>
/// <param name="Offset">First byte in the page.</param>
/// <param name="Count">Bytes; a call of none is not numbered.</param>
/// <param name="More">MSG_MORE: the last segment waits until it is full.</param>
public sealed record MsgZerocopy(SockId Sock, PageId Page, int Offset, int Count, bool More = false) : Operation
{
    public static readonly Spelling Spelling = new("msg_zerocopy", operands => new MsgZerocopy(
        operands.Sock(), operands.Page(), operands.Int("offset", to: 65535), operands.Int("count", to: 65535), operands.Option("more", 0, 0, 1) == 1));

    public override bool Enabled(Names names) =>
        (names.IsOpenTcp(Sock) || (names.IsUdp(Sock) && Count <= names.MaxDatagram(Sock) && !More))
        && names.Has(Page) && Offset + Count <= names.PageSize;

    public override Observation Apply(World world)
    {
        if (Count == 0)
        {
            // An empty call of TCP is nothing; an empty datagram is one, without pages: both as without the flag.
            var (_, empty) = world.Sock(Sock).SendMsg(new UserBuffer(world.Page(Page), Offset, world.Profile.PageSize), 0);
            return empty == Refusal.None || world.Sock(Sock) is TcpSock ? world.Seen.Succeed() : world.Seen.Refuse(empty);
        }

        var (accepted, why) = world.Sock(Sock).SendZerocopy(world.Page(Page), Offset, Count, More);
        return accepted > 0 ? world.Seen.Succeed(accepted) : world.Seen.Refuse(why);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // A datagram that was handed to the device was sent, whatever became of it.
        var taken = world.Names.IsUdp(Sock) && seen.Plan.Count > 0 ? Count : (int)seen.Count;
        if (taken > 0)
        {
            world.Accept(Sock, Page, Offset, taken);
        }

        if (seen.Count > 0)
        {
            world.Call(Sock, Page);
        }

        world.Follow(seen);
        if (world.Names.IsUdp(Sock))
        {
            world.Flow(Sock).Forget(world.Flow(Sock).Accepted);
        }
    }

    public override string ToString() => $"msg_zerocopy({Sock}, {Page}, {Offset}, {Count}{(More ? ", more=1" : "")})";
}
