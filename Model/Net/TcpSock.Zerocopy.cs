using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <content>Sends of the user's own pages. kernel: tcp_sendmsg_locked() with MSG_ZEROCOPY, net/ipv4/tcp.c (4.14).</content>
public sealed partial class TcpSock
{
    public override (int Accepted, Refusal Why) SendZerocopy(Page page, int offset, int size, bool more)
    {
        var ubuf = ZerocopyAlloc();
        if (ubuf is null)
        {
            return (0, Refusal.NoMemory);
        }

        var byReference = SendsByReference;
        var (accepted, why) = byReference
            ? SendPage(page, offset, size, more, ubuf)
            : SendMsg(new UserBuffer(page, offset, World.Profile.PageSize), size, more);
        if (!byReference)
        {
            ubuf.MarkCopied();
        }

        ZerocopyEnd(ubuf, accepted);
        return (accepted, why);
    }

    /// <summary>An skb has room for one notification: the bytes of another call begin a new one. kernel: skb_zerocopy_iter_stream(), -EEXIST.</summary>
    private static bool TakesFrom(Skb skb, UbufInfo? ubuf) => ubuf is null || skb.Block.Ubuf is null || skb.Block.Ubuf == ubuf;

    /// <summary>What was begun for bytes that could not be read, or for a page that could not be held, is taken back. kernel: do_fault of tcp_sendmsg() as intended: 2.4.4 leaves send_head at an skb that was sent.</summary>
    private void DropEmptyTail()
    {
        if (WriteQueue.Last is { Len: 0 } tail && SendHead is not null && (tail.Cb.Flags & (TcpFlags.Syn | TcpFlags.Fin)) == 0)
        {
            SendHead = SendHead == tail ? null : SendHead;
            WriteQueue.Unlink(tail);
            WmemQueued -= tail.TrueSize;
            tail.Kfree();
        }
    }
}
