using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>A socket that sends over one device. kernel: struct sock, include/net/sock.h.</summary>
/// <param name="world">The machine.</param>
/// <param name="id">Its name.</param>
/// <param name="device">The route's device; null for a socket without a protocol.</param>
/// <param name="ipOptionBytes">Bytes of IP options.</param>
/// <param name="priority">0 to 15: it chooses the band. kernel: sk->priority, SO_PRIORITY.</param>
public abstract class Sock(World world, SockId id, NetDevice? device, int ipOptionBytes, int priority)
{
    protected World World => world;

    public SockId Id => id;

    /// <summary>The device that it sends over.</summary>
    public NetDevice Device => device ?? throw new ModelException($"{id} has no device");

    public int IpOptionBytes => ipOptionBytes;

    public int Priority => priority;

    /// <summary>Truesize of the skbs in flight that are charged to this socket. kernel: sk->wmem_alloc.</summary>
    public int WmemAlloc { get; private set; }

    /// <summary>Truesize of the write queue. kernel: sk->wmem_queued.</summary>
    public int WmemQueued { get; protected set; }

    /// <summary>The page that send fills for this socket; null for none. kernel: TCP_PAGE(sk).</summary>
    public Page? SendPageCache { get; protected set; }

    /// <summary>Number of the next zero-copy send. kernel: sk->sk_zckey (4.14).</summary>
    public uint ZcKey { get; private set; }

    /// <summary>Zero-copy sends that are done and were not read yet.</summary>
    public ErrorQueue ErrorQueue { get; } = new();

    /// <summary>The socket has had so many zero-copy sends.</summary>
    public void StartZcKey(uint calls) => ZcKey = calls;

    /// <summary>A notification for the call that begins, with the next number; null where there is no memory. kernel: sock_zerocopy_alloc() (4.14).</summary>
    protected UbufInfo? ZerocopyAlloc()
    {
        var ubuf = world.Skbs.TryAllocUbuf();
        ubuf?.Start(this, ZcKey);
        ZcKey = ubuf is null ? ZcKey : unchecked(ZcKey + 1);
        return ubuf;
    }

    /// <summary>The call ends. Where nothing was accepted its number goes back first: with the last reference, which may be the call's, it would be told. kernel: sock_zerocopy_put(), sock_zerocopy_put_abort() (4.14).</summary>
    protected void ZerocopyEnd(UbufInfo ubuf, int accepted)
    {
        if (accepted == 0 && ubuf.Numbered)
        {
            AbortZerocopy(ubuf);
        }

        ubuf.Put();
    }

    /// <summary>The call has failed: its number goes back, and nobody is told of it. kernel: sock_zerocopy_put_abort() (4.14).</summary>
    protected void AbortZerocopy(UbufInfo ubuf)
    {
        ZcKey = unchecked(ZcKey - 1);
        ubuf.Abort();
    }

    /// <summary>Faults the user's page in and holds it, for which there may be no memory: a page table, or the page. kernel: get_user_pages_fast().</summary>
    protected bool GetUserPages() => !world.Memory.AllocationFails();

    /// <summary>Nobody reads the pages any more. kernel: sock_zerocopy_callback() (4.14).</summary>
    internal void ZerocopyCallback(UbufInfo ubuf)
    {
        if (!ubuf.Numbered)
        {
            ubuf.Fire(CompletionMachine.Event.Discard);
            world.Skbs.Free(ubuf);
        }
        else if (!ErrorQueue.Tail(ubuf))
        {
            world.Skbs.Free(ubuf);
        }
    }

    /// <summary>Reads the oldest range of the error queue; false where there is none. kernel: ip_recv_error(), net/ipv4/ip_sockglue.c.</summary>
    public bool RecvError(out Told told)
    {
        var range = ErrorQueue.Dequeue();
        told = range is null ? default : new Told(id, range.Lo, range.Hi, range.Copied);
        if (range is not null)
        {
            world.Skbs.Free(range);
        }

        return range is not null;
    }

    /// <summary>Sends a piece of a user's page, by reference where the route allows, and tells when it may be written again. kernel: sendmsg() with MSG_ZEROCOPY (4.14).</summary>
    /// <param name="page">The user's.</param>
    /// <param name="offset">First byte in the page.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="more">More data follows at once: MSG_MORE.</param>
    /// <returns>Bytes accepted, and why no more.</returns>
    public abstract (int Accepted, Refusal Why) SendZerocopy(Page page, int offset, int size, bool more);

    /// <summary>Sends a copy of user memory.</summary>
    /// <returns>Bytes accepted, and why no more.</returns>
    public abstract (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length);

    /// <summary>A frame of the peer, checksum verified, from the transport header on.</summary>
    public abstract void Receive(ReadOnlySpan<byte> segment);

    public virtual void WriteState(StateWriter state)
    {
        state.Write(device?.Id.Value ?? -1);
        state.Write(ipOptionBytes);
        state.Write(priority);
        state.Write(WmemAlloc);
        state.Write(WmemQueued);
        state.Write(SendPageCache is not null);
        SendPageCache?.WriteState(state);
        state.Write(ZcKey);
        ErrorQueue.WriteState(state);
    }

    /// <summary>An skb that was charged to this socket is gone. kernel: sock_wfree().</summary>
    internal void Wfree(Skb skb)
    {
        WmemAlloc -= skb.TrueSize;
        world.Seen.Destructors++;
    }

    /// <summary>kernel: skb_set_owner_w().</summary>
    protected void SetOwnerW(Skb skb)
    {
        WmemAlloc += skb.TrueSize;
        skb.SetOwnerW(this);
    }

    /// <summary>Pushes IP and Ethernet headers, publishes the segment and hands the packet to the device. kernel: ip_queue_xmit(), ip_build_xmit(), ip_finish_output2().</summary>
    protected NetXmit IpQueueXmit(Skb skb, byte protocol, uint seq, int payload, byte flags, int attempt, IpFragment fragment = default)
    {
        var ip = skb.Push(Ipv4.HeaderBytes + ipOptionBytes);
        skb.NetworkHeader = skb.Data;
        Ipv4.Write(ip.Span, ipOptionBytes, skb.Len, protocol, Ipv4.Local, Ipv4.Peer);
        ip.Shadow.Clear();
        if (fragment.Offset > 0 || fragment.More)
        {
            Ipv4.WriteFragment(ip.Span, fragment);
        }

        skb.Cb.Payload = payload;
        skb.Priority = priority;
        if (world.NfHook && !Device.PassHook(skb))
        {
            skb.Kfree();
            return NetXmit.NoMemory;
        }

        var ethernet = skb.Push(Ethernet.HeaderBytes);
        Ethernet.Write(ethernet.Span, destination: 2, source: 1);
        ethernet.Shadow.Clear();
        var number = world.NextSegment();
        world.Seen.Planned(new Segment(number, id, protocol, seq, payload, flags, attempt, Device.Id, NetDevice.BandOf(priority), skb.IpSummed == ChecksumState.Hw, fragment.Id, fragment.Offset, fragment.More));
        return Device.DevQueueXmit(skb, number);
    }
}
