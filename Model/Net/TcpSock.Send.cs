using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <content>How data comes into the write queue. kernel: net/ipv4/tcp.c.</content>
public sealed partial class TcpSock
{
    /// <summary>Whether sendpage goes by reference: without scatter/gather the pages must be copied, and without a device's sum they could change between sum and wire. kernel: tcp_sendpage().</summary>
    public bool SendsByReference => (RouteCaps & NetifFeatures.Sg) != 0 && (RouteCaps & NetifFeatures.AnyCsum) != 0;

    /// <summary>Sends a piece of a page-cache page, by reference. kernel: do_tcp_sendpages().</summary>
    /// <param name="page">The caller holds it; each new fragment slot takes a reference of its own.</param>
    /// <param name="offset">First byte in the page.</param>
    /// <param name="size">Bytes in the page.</param>
    /// <param name="more">More data follows at once: MSG_MORE.</param>
    /// <param name="ubuf">The notification of the zero-copy send that the piece belongs to; null for sendfile.</param>
    /// <returns>Bytes accepted, and why no more.</returns>
    public (int Accepted, Refusal Why) SendPage(Page page, int offset, int size, bool more, UbufInfo? ubuf = null)
    {
        var accepted = 0;
        var why = Wait;
        while (accepted < size && why == Refusal.None)
        {
            var skb = UnsentTail();
            if (skb is null || !TakesFrom(skb, ubuf))
            {
                skb = NewSegment(0, Mss, out why);
                if (skb is null)
                {
                    break;
                }
            }

            if (ubuf is not null && !GetUserPages())
            {
                DropEmptyTail();
                why = Refusal.NoMemory;
                break;
            }

            var copy = Math.Min(Mss - skb.Len, size - accepted);
            if (skb.CanCoalesce(page, offset + accepted))
            {
                // The slot holds the page already.
                skb.Coalesce(copy);
            }
            else if (skb.NrFrags < World.Profile.MaxSkbFrags)
            {
                page.Get();
                skb.FillPageDesc(page, offset + accepted, copy);
            }
            else
            {
                MarkPush(skb);
                skb = NewSegment(0, Mss, out why);
                if (skb is null)
                {
                    break;
                }

                continue;
            }

            skb.ZcopySet(ubuf);
            // From here on the sum is the device's, whatever was summed before.
            skb.AskDevice();
            accepted += copy;
            Grow(skb, copy);
        }

        return Finish(accepted, why, more);
    }

    /// <summary>Sends a copy of user memory: into the tail of the last linear skb, or into pages of the socket's own. kernel: tcp_sendmsg().</summary>
    public override (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length) => SendMsg(user, length, more: false);

    /// <inheritdoc cref="SendMsg(UserBuffer, int)"/>
    public (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length, bool more)
    {
        var accepted = 0;
        var why = Wait;
        while (accepted < length && why == Refusal.None)
        {
            var skb = UnsentTail();
            if (skb is null)
            {
                skb = NewSegment(SelectSize(), 0, out why);
                if (skb is null)
                {
                    break;
                }
            }

            var room = Math.Min(Mss - skb.Len, length - accepted);
            var copy = skb.Tailroom > 0
                ? AddData(skb, user, accepted, Math.Min(room, skb.Tailroom))
                : AddToPage(skb, user, accepted, room);
            if (copy == NoMemory)
            {
                why = Refusal.NoMemory;
                DropEmptyTail();
                break;
            }

            if (copy == NoSlot)
            {
                MarkPush(skb);
                if (NewSegment(SelectSize(), 0, out why) is null)
                {
                    break;
                }

                continue;
            }

            accepted += copy;
            Grow(skb, copy);
        }

        return Finish(accepted, why, more);
    }

    /// <summary>Data waits for the connection. kernel: wait_for_tcp_connect().</summary>
    private Refusal Wait => State switch
    {
        TcpState.SynSent => Refusal.WouldBlock,
        TcpState.Closed => Refusal.Reset,
        _ => Refusal.None,
    };

    private const int NoSlot = -1;
    private const int NoMemory = -2;

    /// <summary>The last skb of the write queue, where it is unsent and has room for data.</summary>
    private Skb? UnsentTail() => SendHead is not null && WriteQueue.Last is { } last && last.Len < Mss && (last.Cb.Flags & TcpFlags.Syn) == 0 ? last : null;

    private (int Accepted, Refusal Why) Finish(int accepted, Refusal why, bool more)
    {
        if (accepted > 0)
        {
            if (!more && SendHead is not null)
            {
                MarkPush(WriteQueue.Last!);
            }

            PushPendingFrames(cork: more);
        }

        return (accepted, why);
    }

    /// <summary>A new skb at the end of the write queue; null where the send buffer is full or there is no memory.</summary>
    private Skb? NewSegment(int size, int precharge, out Refusal why)
    {
        if (WmemQueued >= World.Profile.SndBuf)
        {
            why = Refusal.WouldBlock;
            return null;
        }

        var skb = AllocPskb(size, precharge);
        why = skb is null ? Refusal.NoMemory : Refusal.None;
        if (skb is not null)
        {
            Entail(skb, TcpFlags.Ack);
        }

        return skb;
    }

    /// <summary>An skb with room for all headers. Pages are charged beforehand, by a full segment. kernel: tcp_alloc_pskb().</summary>
    private Skb? AllocPskb(int size, int precharge)
    {
        var skb = World.Skbs.AllocSkb(Profile.MaxTcpHeader + size);
        skb?.Reserve(Profile.MaxTcpHeader);
        if (skb is not null)
        {
            skb.TrueSize += precharge;
        }

        return skb;
    }

    /// <summary>kernel: skb_entail().</summary>
    private void Entail(Skb skb, byte flags)
    {
        skb.Csum = 0;
        (skb.Cb.Seq, skb.Cb.EndSeq, skb.Cb.Flags) = (WriteSeq, WriteSeq, flags);
        WriteQueue.Tail(skb);
        WmemQueued += skb.TrueSize;
        SendHead ??= skb;
    }

    /// <summary>Linear room of a new skb: a segment, or what fits one page where fragments can take the rest. kernel: select_size().</summary>
    private int SelectSize()
    {
        var pageBreak = World.Profile.PageSize - Profile.MaxTcpHeader;
        return RouteCaps.HasFlag(NetifFeatures.Sg) && pageBreak > 0 && Mss >= pageBreak
            && Mss <= pageBreak + ((World.Profile.MaxSkbFrags - 1) * World.Profile.PageSize)
                ? pageBreak
                : Mss;
    }

    /// <summary>kernel: skb_add_data().</summary>
    private int AddData(Skb skb, UserBuffer user, int position, int copy)
    {
        var before = skb.Len;
        var to = skb.Put(copy);
        if (!user.CopyAndSum(position, to, World.Cost, out var sum))
        {
            skb.Trim(before);
            return NoMemory;
        }

        // The position is the length before it grew: an odd one swaps the piece.
        skb.Csum = Sum.BlockAdd(skb.Csum, sum, before);
        return copy;
    }

    /// <summary>Into the socket's own page, which new slots hold too. kernel: the page half of tcp_sendmsg(), tcp_copy_to_page().</summary>
    private int AddToPage(Skb skb, UserBuffer user, int position, int copy)
    {
        var pageSize = World.Profile.PageSize;
        var merge = SendPageCache is not null && _sendPageOffset != pageSize && skb.CanCoalesce(SendPageCache, _sendPageOffset);
        if (!merge)
        {
            if (skb.NrFrags == World.Profile.MaxSkbFrags || (skb.NrFrags == 0 && !RouteCaps.HasFlag(NetifFeatures.Sg)))
            {
                return NoSlot;
            }

            _sendPageOffset = World.Skbs.Align(_sendPageOffset);
            if (SendPageCache is not null && _sendPageOffset >= pageSize)
            {
                DropSendPage();
            }

            SendPageCache ??= World.Memory.AllocPage(Zone.Low);
            if (SendPageCache is null)
            {
                return NoMemory;
            }
        }

        copy = Math.Min(copy, pageSize - _sendPageOffset);
        if (!user.CopyAndSum(position, SendPageCache!.Bytes.Slice(_sendPageOffset, copy), World.Cost, out var sum))
        {
            return NoMemory;
        }

        if (skb.IpSummed == ChecksumState.None)
        {
            skb.Csum = Sum.BlockAdd(skb.Csum, sum, skb.Len);
        }

        if (merge)
        {
            skb.Coalesce(copy);
        }
        else
        {
            SendPageCache.Get();
            skb.FillPageDesc(SendPageCache, _sendPageOffset, copy);
        }

        skb.TrueSize += copy;
        WmemQueued += copy;
        _sendPageOffset += copy;
        return copy;
    }

    private void DropSendPage()
    {
        SendPageCache?.Put();
        SendPageCache = null;
        _sendPageOffset = 0;
    }

    private void Grow(Skb skb, int count)
    {
        skb.Cb.EndSeq = unchecked(skb.Cb.EndSeq + (uint)count);
        WriteSeq = unchecked(WriteSeq + (uint)count);
        if (skb.Len < Mss)
        {
            return;
        }

        if (ForcedPush)
        {
            MarkPush(skb);
            PushPendingFrames(cork: true);
        }
        else if (skb == SendHead)
        {
            PushOne();
        }
    }

    /// <summary>More than half a window has gone without PSH. kernel: forced_push().</summary>
    private bool ForcedPush => unchecked((int)(WriteSeq - _pushedSeq)) > _maxWindow / 2;

    /// <summary>kernel: tcp_mark_push().</summary>
    private void MarkPush(Skb skb)
    {
        skb.Cb.Flags |= TcpFlags.Psh;
        _pushedSeq = WriteSeq;
    }
}
