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

    /// <summary>A hook may look at every byte, and knows no fragments: the packet is made linear, and what the device was to sum is summed. kernel: nf_hook_slow(), net/core/netfilter.c.</summary>
    /// <returns>False where there is no memory.</returns>
    private bool PassHook(Skb skb)
    {
        var (paged, wantsSum) = (skb.IsNonlinear, skb.IpSummed == ChecksumState.Hw);
        if ((paged && !skb.Linearize()) || (wantsSum && !Device.ChecksumHelp(skb)))
        {
            return false;
        }

        world.Seen.HookPasses.Add(new HookPass(world.PeekSegment, skb.Cb.Payload, paged, wantsSum, paged, wantsSum));
        return true;
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
        if (world.NfHook && !PassHook(skb))
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
