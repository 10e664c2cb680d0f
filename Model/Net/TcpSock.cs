using System.Buffers.Binary;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>The sending half of a TCP connection. kernel: struct tcp_opt; net/ipv4/tcp.c, tcp_output.c, tcp_input.c, tcp_timer.c. Not modelled: congestion control (the window is held still), Nagle (TCP_NODELAY is set), SACK.</summary>
public sealed partial class TcpSock(World world, SockId id, NetDevice device, int mss, int ipOptionBytes, bool timestamps, uint isn, int priority)
    : Sock(world, id, device, ipOptionBytes, priority)
{
    private uint _pushedSeq;
    private uint _tsRecent;
    private int _sendPageOffset;
    private bool _orphan;

    public enum TcpState
    {
        Closed, SynSent, Established, FinWait1, FinWait2, TimeWait,
    }

    public TcpState State { get; private set; }

    /// <summary>The MSS that was asked for, options not taken off.</summary>
    public int MssAsked => mss;

    public bool Timestamps => timestamps;

    /// <summary>Payload of a full segment, options taken off. kernel: tcp_current_mss().</summary>
    public int Mss { get; private set; } = EffectiveMss(mss, device.Mtu, ipOptionBytes, timestamps);

    /// <summary>The device's features when the route was last looked up: a hint, which dev_queue_xmit() checks again. kernel: sk->route_caps.</summary>
    public NetifFeatures RouteCaps { get; private set; } = device.Features;

    /// <summary>Sent and not acknowledged, then not sent. kernel: sk->write_queue.</summary>
    public SkbQueue WriteQueue { get; } = new();

    /// <summary>The first skb that was not sent yet; null for none. kernel: tp->send_head.</summary>
    public Skb? SendHead { get; private set; }

    /// <summary>Oldest sequence number that is not acknowledged. kernel: tp->snd_una.</summary>
    public uint SndUna { get; private set; } = isn;

    /// <summary>kernel: tp->snd_nxt.</summary>
    public uint SndNxt { get; private set; } = isn;

    /// <summary>After the last byte that was accepted. kernel: tp->write_seq.</summary>
    public uint WriteSeq { get; private set; } = isn;

    public uint RcvNxt { get; private set; }

    /// <summary>First byte of the stream: the sequence number after SYN.</summary>
    public uint FirstSeq { get; } = unchecked(isn + 1);

    /// <summary>The MSS less options: the peer's buffers and the path count whole packets. RFC 1122 section 4.2.2.6.</summary>
    public static int EffectiveMss(int mss, int mtu, int ipOptionBytes, bool timestamps) =>
        Math.Min(mss, mtu - Ipv4.HeaderBytes - Tcp.HeaderBytes - ipOptionBytes - (timestamps ? Tcp.TimestampBytes : 0));

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(Mss);
        state.Write(timestamps);
        state.Write(FirstSeq);
        state.Write((int)State);
        state.Write((long)RouteCaps);
        WriteQueue.WriteState(state);
        state.Refer(SendHead);
        state.Write(SndUna);
        state.Write(SndNxt);
        state.Write(WriteSeq);
        state.Write(RcvNxt);
        state.Write(_pushedSeq);
        state.Write(_tsRecent);
        state.Write(_sendPageOffset);
        state.Write(PathMtu);
        state.Write(_sndWnd);
        state.Write(_maxWindow);
        state.Write(_sndWl1);
        state.Write(_orphan);
    }

    /// <summary>Sends SYN. kernel: tcp_v4_connect(), tcp_connect().</summary>
    /// <returns>False where there is no memory for it.</returns>
    public bool Connect()
    {
        var skb = AllocPskb(0, 0);
        if (skb is null)
        {
            return false;
        }

        State = TcpState.SynSent;
        Entail(skb, TcpFlags.Syn);
        skb.Cb.EndSeq = unchecked(skb.Cb.EndSeq + 1);
        WriteSeq = skb.Cb.EndSeq;
        PushPendingFrames(cork: false);
        return true;
    }

    /// <summary>Sends FIN, on the last unsent segment where there is one. kernel: tcp_close(), tcp_send_fin().</summary>
    /// <returns>False where there is no memory for it, or no connection yet; the socket stays open.</returns>
    public bool Close()
    {
        if (State == TcpState.SynSent)
        {
            return false;
        }

        if (State == TcpState.Closed)
        {
            // The peer has reset it: with the last holder the queue goes.
            Destroy();
            _orphan = true;
            return true;
        }

        var skb = SendHead is null ? null : WriteQueue.Last;
        if (skb is null)
        {
            skb = AllocPskb(0, 0);
            if (skb is null)
            {
                return false;
            }

            Entail(skb, TcpFlags.Ack);
        }

        skb.Cb.Flags |= TcpFlags.Fin;
        skb.Cb.EndSeq = unchecked(skb.Cb.EndSeq + 1);
        WriteSeq = unchecked(WriteSeq + 1);
        State = TcpState.FinWait1;
        _orphan = true;
        DropSendPage();
        PushPendingFrames(cork: false);
        return true;
    }

    /// <summary>Sends the oldest segment that is not acknowledged again; where nothing is in flight, tries what waits. kernel: tcp_retransmit_timer(), tcp_probe_timer().</summary>
    public void RetransmitTimer()
    {
        if (State == TcpState.Closed)
        {
            return;
        }

        if (WriteQueue.First is { } oldest && oldest != SendHead)
        {
            RetransmitSkb(oldest);
            return;
        }

        PushPendingFrames(cork: false);
        if (SendHead is { } head && head == WriteQueue.First && !FitsWindow(head))
        {
            WriteWakeup(head);
        }
    }

    /// <summary>The routing cache was flushed: the next lookup sees what the device can do now. kernel: rt_cache_flush(), __sk_dst_check().</summary>
    public void RefreshRoute() => RouteCaps = Device.Features;

    /// <summary>A verified segment of the peer. kernel: tcp_rcv_established(), tcp_rcv_state_process(), as far as a peer goes that sends no data.</summary>
    public override void Receive(ReadOnlySpan<byte> segment)
    {
        if (State == TcpState.Closed)
        {
            return;
        }

        var header = Tcp.Read(segment);
        if (header.Has(TcpFlags.Rst))
        {
            Reset();
            return;
        }

        UpdateWindow(header);
        _tsRecent = header.Timestamps?.Value ?? _tsRecent;
        if (State == TcpState.SynSent && header.Has(TcpFlags.Syn))
        {
            State = TcpState.Established;
            RcvNxt = unchecked(header.Seq + 1);
            Ack(header.Ack);
            SendAck();
            return;
        }

        if (header.Has(TcpFlags.Ack))
        {
            Ack(header.Ack);
        }

        if (State == TcpState.FinWait1 && SndUna == WriteSeq)
        {
            State = TcpState.FinWait2;
        }

        if (header.Has(TcpFlags.Fin))
        {
            if (header.Seq == RcvNxt)
            {
                RcvNxt = unchecked(RcvNxt + 1);
                State = State == TcpState.FinWait2 ? TcpState.TimeWait : State;
            }

            SendAck();
        }

        PushPendingFrames(cork: false);
    }

    /// <summary>a before b in sequence space. kernel: before().</summary>
    internal static bool Before(uint a, uint b) => unchecked((int)(a - b)) < 0;

    /// <summary>kernel: tcp_ack(), tcp_clean_rtx_queue(). The write queue's reference to the data goes; clones in flight keep theirs.</summary>
    private void Ack(uint ack)
    {
        if (Before(ack, SndUna) || Before(SndNxt, ack))
        {
            return;
        }

        SndUna = ack;
        while (WriteQueue.First is { } skb && skb != SendHead && !Before(ack, skb.Cb.EndSeq))
        {
            WriteQueue.Unlink(skb);
            WmemQueued -= skb.TrueSize;
            skb.Kfree();
        }
    }

    /// <summary>kernel: tcp_send_ack().</summary>
    private void SendAck()
    {
        var skb = AllocPskb(0, 0);
        if (skb is null)
        {
            // The peer repeats itself, and so does this answer.
            return;
        }

        (skb.Cb.Seq, skb.Cb.EndSeq, skb.Cb.Flags) = (SndNxt, SndNxt, TcpFlags.Ack);
        TransmitSkb(skb, attempt: 1);
    }

    /// <summary>Sends what the window allows; a corked call holds the last segment back until it is full. kernel: __tcp_push_pending_frames(), tcp_write_xmit().</summary>
    private void PushPendingFrames(bool cork)
    {
        while (SendHead is { } skb && MaySend(skb, cork))
        {
            if (!SendOnce(skb))
            {
                return;
            }
        }
    }

    /// <summary>kernel: tcp_push_one(): a segment has become full at the head.</summary>
    private void PushOne()
    {
        if (SendHead is { } skb && MaySend(skb, cork: false))
        {
            SendOnce(skb);
        }
    }

    private bool SendOnce(Skb skb)
    {
        if (skb.Len > Mss && !Fragment(skb, Mss))
        {
            return false;
        }

        var clone = skb.Clone();
        if (clone is null)
        {
            return false;
        }

        // What was dropped was not sent: the skb stays at the head, and may grow until it is tried again.
        if (TransmitSkb(clone, skb.Cb.Attempts + 1) != NetXmit.Success)
        {
            return false;
        }

        skb.Cb.Attempts++;
        SndNxt = skb.Cb.EndSeq;
        SendHead = skb.Next;
        return true;
    }

    /// <summary>kernel: tcp_snd_test().</summary>
    private bool MaySend(Skb skb, bool cork)
    {
        var full = skb.Len >= Mss || skb != WriteQueue.Last || (skb.Cb.Flags & TcpFlags.Fin) != 0;
        var inFlight = 0;
        for (var sent = WriteQueue.First; sent is not null && sent != SendHead; sent = sent.Next)
        {
            inFlight++;
        }

        return (full || !cork)
            && inFlight < World.Profile.SndCwnd
            && FitsWindow(skb);
    }

    private bool FitsWindow(Skb skb) => unchecked((int)(skb.Cb.EndSeq - SndUna)) <= _sndWnd;

    /// <summary>Its data may still be read by an older clone, whose headers stand before the same bytes: then the copy gets a head of its own. kernel: tcp_retransmit_skb().</summary>
    private void RetransmitSkb(Skb skb)
    {
        // The peer has taken back what it allowed: only the oldest segment asks whether it means it.
        if ((skb.Cb.Seq != SndUna && !Before(skb.Cb.Seq, unchecked(SndUna + (uint)_sndWnd))) || (skb.Len > Mss && !Fragment(skb, Mss)))
        {
            return;
        }

        TryCollapse(skb);
        var again = skb.IsCloned ? skb.PskbCopy() : skb.Clone();
        if (again is null)
        {
            return;
        }

        skb.Cb.Attempts++;
        TransmitSkb(again, skb.Cb.Attempts);
    }

    /// <summary>Pushes the TCP header on a clone: its headroom is in no other skb's [data, tail). kernel: tcp_transmit_skb(), tcp_v4_send_check().</summary>
    private NetXmit TransmitSkb(Skb skb, int attempt)
    {
        var payload = skb.Len;
        var (seq, flags) = (skb.Cb.Seq, skb.Cb.Flags);
        var syn = (flags & TcpFlags.Syn) != 0;
        var header = skb.Push(Tcp.Length(syn, timestamps));
        header.Shadow.Clear();
        skb.TransportHeader = skb.Data;
        Tcp.Write(header.Span, new TcpHeader(
            Tcp.PortOf(Id),
            Tcp.PeerPort,
            seq,
            syn ? 0 : RcvNxt,
            flags,
            syn ? Device.Mtu - Ipv4.HeaderBytes - Tcp.HeaderBytes : 0,
            timestamps ? ((uint)World.PeekSegment, _tsRecent) : null));
        SetOwnerW(skb);
        SendCheck(skb, header.Span);
        var sent = IpQueueXmit(skb, Ipv4.ProtocolTcp, seq, payload, flags, attempt);
        // Congestion is told, perhaps of another packet: for TCP this one was sent, and is lost or not.
        return sent == NetXmit.Cn ? NetXmit.Success : sent;
    }

    /// <summary>kernel: tcp_v4_send_check().</summary>
    private static void SendCheck(Skb skb, Span<byte> header)
    {
        if (skb.IpSummed == ChecksumState.Hw)
        {
            // The device adds the segment, this field with it, and inverts: the seed is not inverted.
            var seed = (ushort)(0xffff - Sum.Fold(Sum.PseudoHeader(Ipv4.Local, Ipv4.Peer, Ipv4.ProtocolTcp, skb.Len, 0)));
            BinaryPrimitives.WriteUInt16BigEndian(header[Tcp.Check..], seed);
            skb.Csum = Tcp.Check;
            return;
        }

        // The header is a multiple of 4 bytes: the payload's sum needs no swap.
        var sum = Sum.Partial(header, skb.Csum);
        var check = Sum.Fold(Sum.PseudoHeader(Ipv4.Local, Ipv4.Peer, Ipv4.ProtocolTcp, skb.Len, sum));
        BinaryPrimitives.WriteUInt16BigEndian(header[Tcp.Check..], check);
    }
}
