using System.Buffers.Binary;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <content>Datagrams of the user's own pages. kernel: udp_sendmsg() with MSG_ZEROCOPY, __ip_append_data(), udp_send_skb() (4.14).</content>
public sealed partial class UdpSock
{
    /// <summary>Whether a datagram may name the user's pages: the device must sum it, or vouch. A device that adds without knowing the protocol would send a sum of 0, which says that there is none (RFC 768). kernel: csummode of __ip_append_data().</summary>
    private bool SendsByReference =>
        (Device.Features & NetifFeatures.Sg) != 0 && (Device.Features & (NetifFeatures.IpCsum | NetifFeatures.NoCsum)) != 0;

    public override (int Accepted, Refusal Why) SendZerocopy(Page page, int offset, int size, bool more)
    {
        var ubuf = ZerocopyAlloc();
        if (ubuf is null)
        {
            return (0, Refusal.NoMemory);
        }

        // What goes in pieces is summed over all of them, by the CPU.
        var byReference = SendsByReference && FitsPacket(size);
        var (accepted, why) = byReference ? SendPages(page, offset, size, ubuf) : SendMsg(new UserBuffer(page, offset, World.Profile.PageSize), size);
        if (!byReference)
        {
            ubuf.MarkCopied();
        }

        ZerocopyEnd(ubuf, accepted);
        return (accepted, why);
    }

    /// <summary>One datagram that names the page. kernel: skb_zerocopy_iter_dgram(), udp4_hwcsum().</summary>
    private (int Accepted, Refusal Why) SendPages(Page page, int offset, int size, UbufInfo ubuf)
    {
        var headers = Ethernet.HeaderBytes + Ipv4.HeaderBytes + IpOptionBytes;
        var skb = World.Skbs.AllocSkb(headers + Udp.HeaderBytes);
        if (skb is null)
        {
            return (0, Refusal.NoMemory);
        }

        skb.TrueSize += size;
        SetOwnerW(skb);
        skb.ZcopySet(ubuf);
        skb.Reserve(headers);
        var header = skb.Put(Udp.HeaderBytes);
        header.Shadow.Clear();
        if (!GetUserPages())
        {
            // The number goes back before the skb does, which has the notification but no page.
            AbortZerocopy(ubuf);
            skb.Kfree();
            return (0, Refusal.NoMemory);
        }

        page.Get();
        skb.FillPageDesc(page, offset, size);
        skb.TransportHeader = skb.Data;
        skb.Cb.Seq = _datagrams;
        Udp.Write(header.Span, Tcp.PortOf(Id), Tcp.PeerPort, skb.Len);
        var seed = (ushort)(0xffff - Sum.Fold(Sum.PseudoHeader(Ipv4.Local, Ipv4.Peer, Ipv4.ProtocolUdp, skb.Len, 0)));
        BinaryPrimitives.WriteUInt16BigEndian(header.Span[Udp.Check..], seed);
        skb.AskDevice();
        skb.Csum = Udp.Check;
        var planned = World.PeekSegment;
        var sent = IpQueueXmit(skb, Ipv4.ProtocolUdp, _datagrams, size, flags: 0, attempt: 1);
        // Where a hook found no memory to copy it, no datagram came to the device.
        _datagrams = unchecked(_datagrams + (uint)(World.PeekSegment - planned));
        return sent == NetXmit.NoMemory ? (0, Refusal.NoMemory) : (size, Refusal.None);
    }
}
