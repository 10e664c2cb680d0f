using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>A tap: a packet socket bound to a device. It gets a clone of each packet before the driver sees it, and keeps the packet's pages until it has read the clone. kernel: net/packet/af_packet.c; ptype_all of net/core/dev.c.</summary>
public sealed class PacketSock(World world, TapId id, NetDevice device)
{
    public TapId Id => id;

    public NetDevice Device => device;

    /// <summary>Clones that wait to be read. kernel: sk->receive_queue.</summary>
    public SkbQueue ReceiveQueue { get; } = new();

    /// <summary>Truesize of the clones that wait. kernel: sk->rmem_alloc.</summary>
    public int RmemAlloc { get; private set; }

    /// <summary>Shows it a packet that the driver gets next; what it cannot take it misses, and the packet goes on. kernel: packet_rcv(), called by dev_queue_xmit_nit().</summary>
    public TapFate Show(Skb skb)
    {
        var clone = skb.Clone();
        if (clone is null)
        {
            return TapFate.NoMemory;
        }

        if (RmemAlloc + clone.TrueSize >= world.Profile.RcvBuf)
        {
            clone.Kfree();
            return TapFate.Full;
        }

        RmemAlloc += clone.TrueSize;
        ReceiveQueue.Tail(clone);
        return TapFate.Queued;
    }

    /// <summary>Reads the oldest clone into the step's answer and frees it; false where none waits. kernel: packet_recvmsg().</summary>
    public bool Receive()
    {
        if (ReceiveQueue.Dequeue() is not { } skb)
        {
            return false;
        }

        skb.CopyBits(0, world.Seen.Answer(skb.Len));
        Free(skb);
        return true;
    }

    /// <summary>Frees what was not read. kernel: packet_release().</summary>
    public void Release()
    {
        while (ReceiveQueue.Dequeue() is { } skb)
        {
            Free(skb);
        }
    }

    public void WriteState(StateWriter state)
    {
        state.Write(device.Id.Value);
        state.Write(RmemAlloc);
        ReceiveQueue.WriteState(state);
    }

    private void Free(Skb skb)
    {
        RmemAlloc -= skb.TrueSize;
        skb.Kfree();
    }
}
