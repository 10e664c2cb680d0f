using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <content>What happens to segments that were cut already: a smaller path, a closed window, retransmission, reset and purge. kernel: net/ipv4/tcp_output.c, tcp_timer.c, tcp_ipv4.c, tcp.c.</content>
public sealed partial class TcpSock
{
    private int _sndWnd = Tcp.Window;
    private int _maxWindow = Tcp.Window;
    private uint _sndWl1;

    /// <summary>Bytes of the largest packet that the path takes. kernel: tp->pmtu_cookie.</summary>
    public int PathMtu { get; private set; } = device.Mtu;

    /// <summary>A router says that the path takes no packet longer than this: what is in flight and too long is cut and goes again at once. kernel: tcp_v4_err(), do_pmtu_discovery(), tcp_simple_retransmit().</summary>
    public void PmtuDiscovery(int mtu)
    {
        // However narrow the path, a segment carries some bytes.
        mtu = Math.Max(Math.Max(mtu, World.Profile.MinPmtu), Ipv4.HeaderBytes + Tcp.HeaderBytes + IpOptionBytes + (timestamps ? Tcp.TimestampBytes : 0) + 8);
        if (mtu >= PathMtu || State is TcpState.Closed or TcpState.TimeWait)
        {
            return;
        }

        PathMtu = mtu;
        Mss = EffectiveMss(mss, mtu, IpOptionBytes, timestamps);
        var lost = SndUna;
        for (var skb = WriteQueue.First; skb is not null && skb != SendHead; skb = skb.Next)
        {
            lost = skb.Len > Mss ? skb.Cb.EndSeq : lost;
            if (Before(skb.Cb.Seq, lost))
            {
                RetransmitSkb(skb);
            }
        }
    }

    /// <summary>The process lets go at once: RST where the peer has a connection, and nothing is sent any more. kernel: tcp_disconnect(); tcp_close() with linger 0; tcp_out_of_resources() for an orphan.</summary>
    public void Abort()
    {
        if (State is TcpState.Established or TcpState.FinWait1 or TcpState.FinWait2)
        {
            SendActiveReset();
        }

        State = TcpState.Closed;
        Destroy();
    }

    /// <summary>The write queue's references go; clones in a ring, a queue or a tap keep theirs. kernel: tcp_v4_destroy_socket(), tcp_writequeue_purge().</summary>
    private void Destroy()
    {
        while (WriteQueue.Dequeue() is { } skb)
        {
            WmemQueued -= skb.TrueSize;
            skb.Kfree();
        }

        SendHead = null;
        DropSendPage();
    }

    /// <summary>The peer has reset the connection. 2.4.4 keeps the write queue until the process closes the socket; kernels from 4.17 on purge it here. kernel: tcp_reset(), tcp_done().</summary>
    private void Reset()
    {
        State = TcpState.Closed;
        if (_orphan || World.Profile.Kernel == Kernel.Linux6)
        {
            Destroy();
        }
    }

    /// <summary>kernel: tcp_send_active_reset().</summary>
    private void SendActiveReset()
    {
        var skb = AllocPskb(0, 0);
        if (skb is null)
        {
            // The peer finds out by its own timers.
            return;
        }

        (skb.Cb.Seq, skb.Cb.EndSeq, skb.Cb.Flags) = (SndNxt, SndNxt, (byte)(TcpFlags.Ack | TcpFlags.Rst));
        TransmitSkb(skb, attempt: 1);
    }

    /// <summary>Cuts a segment of the write queue in two. Fragments of a block that a clone shares may not move: it gets one of its own first. kernel: tcp_fragment(); the new head has room for linear bytes only, where 2.4.4 takes it for all that moves (BK 300fc65990).</summary>
    /// <returns>False, and nothing cut, where there is no memory.</returns>
    private bool Fragment(Skb skb, int length)
    {
        if (skb.IsCloned && skb.IsNonlinear && !skb.ExpandHead(0, 0))
        {
            return false;
        }

        var rest = AllocPskb(Math.Max(0, skb.HeadLen - length), 0);
        if (rest is null)
        {
            return false;
        }

        (rest.Cb.Seq, rest.Cb.EndSeq) = (unchecked(skb.Cb.Seq + (uint)length), skb.Cb.EndSeq);
        skb.Cb.EndSeq = rest.Cb.Seq;
        // PSH and FIN belong to the last byte.
        rest.Cb.Flags = skb.Cb.Flags;
        skb.Cb.Flags &= unchecked((byte)~(TcpFlags.Fin | TcpFlags.Psh));
        rest.Cb.Attempts = skb.Cb.Attempts;
        if (skb.NrFrags == 0 && skb.IpSummed != ChecksumState.Hw)
        {
            var moved = rest.Put(skb.Len - length);
            skb.CopyBits(length, moved);
            rest.Csum = Sum.Partial(moved.Span, 0);
            skb.Csum = Sum.BlockSub(skb.Csum, rest.Csum, length);
            World.Cost.CopiedLater += moved.Length;
            World.Cost.SummedLater += moved.Length;
            skb.Trim(length);
        }
        else
        {
            // Half a sum is no sum: both halves are left to the device.
            skb.AskDevice();
            skb.Split(rest, length);
            rest.AskDevice();
        }

        WriteQueue.Append(skb, rest);
        WmemQueued += rest.TrueSize;
        World.Seen.Cuts.Add(new SegmentCut(Id, skb.Cb.Seq, length, rest.Len, rest.NrFrags > 0, skb == SendHead));
        return true;
    }

    /// <summary>Two small segments become one, where nobody else reads either of them. kernel: tcp_retrans_try_collapse().</summary>
    private void TryCollapse(Skb skb)
    {
        if (skb.Next is not { } next || next == SendHead || (skb.Cb.Flags & TcpFlags.Syn) != 0
            || skb.Len >= Mss >> 1 || skb.NrFrags > 0 || next.NrFrags > 0 || skb.IsCloned || next.IsCloned
            || Before(unchecked(SndUna + (uint)_sndWnd), next.Cb.EndSeq) || next.Len > skb.Tailroom || skb.Len + next.Len > Mss)
        {
            return;
        }

        WriteQueue.Unlink(next);
        skb.Collapse(next);
        skb.Cb.Flags |= next.Cb.Flags;
        skb.Cb.Attempts = Math.Max(skb.Cb.Attempts, next.Cb.Attempts);
        WmemQueued -= next.TrueSize;
        next.Kfree();
        World.Seen.Merges.Add(new SegmentMerge(Id, skb.Cb.Seq, skb.Cb.EndSeq));
    }

    /// <summary>Takes the peer's window where the segment is newer than the one that told it last. kernel: tcp_may_update_window(), tcp_ack_update_window().</summary>
    private void UpdateWindow(in TcpHeader header)
    {
        if (Before(SndUna, header.Ack) || Before(_sndWl1, header.Seq) || (_sndWl1 == header.Seq && header.Window > _sndWnd) || header.Has(TcpFlags.Syn))
        {
            (_sndWnd, _sndWl1) = (header.Window, header.Seq);
            _maxWindow = Math.Max(_maxWindow, _sndWnd);
        }
    }

    /// <summary>Asks whether the window has opened: by what still fits into it, or by a byte that the peer has had. kernel: tcp_write_wakeup(), tcp_xmit_probe_skb().</summary>
    private void WriteWakeup(Skb head)
    {
        var room = unchecked((int)(SndUna + (uint)_sndWnd - head.Cb.Seq));
        if (room > 0)
        {
            if (Math.Min(room, Mss) < head.Len && !Fragment(head, Math.Min(room, Mss)))
            {
                return;
            }

            head.Cb.Flags |= TcpFlags.Psh;
            SendOnce(head);
            return;
        }

        var probe = AllocPskb(0, 0);
        if (probe is null)
        {
            return;
        }

        // A sequence number that the peer has had already makes it answer.
        (probe.Cb.Seq, probe.Cb.Flags) = (unchecked(SndUna - 1), TcpFlags.Ack);
        probe.Cb.EndSeq = probe.Cb.Seq;
        TransmitSkb(probe, attempt: 2);
    }
}
