using System.Buffers.Binary;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>A UDP socket. It always copies and sums: UDP has no sendpage of its own in 2.4.4 and never leaves the sum to the device. kernel: net/ipv4/udp.c.</summary>
public sealed class UdpSock(World world, SockId id, NetDevice device, int ipOptionBytes, int priority) : Sock(world, id, device, ipOptionBytes, priority)
{
    private uint _datagrams;

    /// <summary>The most payload of a datagram that is not fragmented.</summary>
    public static int MaxDatagram(int mtu, int ipOptionBytes) => mtu - Ipv4.HeaderBytes - ipOptionBytes - Udp.HeaderBytes;

    /// <summary>Sends one datagram. kernel: udp_sendmsg(), ip_build_xmit() with udp_getfrag().</summary>
    public override (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length)
    {
        var headers = Ethernet.HeaderBytes + Ipv4.HeaderBytes + IpOptionBytes;
        var skb = World.Skbs.AllocSkb(headers + Udp.HeaderBytes + length);
        if (skb is null)
        {
            return (0, Refusal.NoMemory);
        }

        SetOwnerW(skb);
        skb.Reserve(headers);
        var header = skb.Put(Udp.HeaderBytes);
        header.Shadow.Clear();
        if (!user.CopyAndSum(0, skb.Put(length), World.Cost, out var sum))
        {
            skb.Kfree();
            return (0, Refusal.NoMemory);
        }

        skb.TransportHeader = skb.Data;
        Udp.Write(header.Span, Tcp.PortOf(Id), Tcp.PeerPort, skb.Len);
        // The header is an even number of bytes: the payload's sum needs no swap.
        sum = Sum.Partial(header.Span, sum);
        var check = Sum.Fold(Sum.PseudoHeader(Ipv4.Local, Ipv4.Peer, Ipv4.ProtocolUdp, skb.Len, sum));
        // RFC 768: 0 on the wire would mean that no sum was made.
        BinaryPrimitives.WriteUInt16BigEndian(header.Span[Udp.Check..], check == 0 ? (ushort)0xffff : check);
        var sent = IpQueueXmit(skb, Ipv4.ProtocolUdp, unchecked(_datagrams++), length, flags: 0, attempt: 1);
        // A full queue is told only to who asked for errors (IP_RECVERR): without it the datagram is silently gone.
        return sent == NetXmit.NoMemory ? (0, Refusal.NoMemory) : (length, Refusal.None);
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_datagrams);
    }

    public override void Receive(ReadOnlySpan<byte> segment) => throw new ModelException("the model's peer sends no datagrams");
}
