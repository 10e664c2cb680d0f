using System.Buffers.Binary;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>A UDP socket. It copies and sums, but for the user's own pages: UDP has no sendpage of its own in 2.4.4 and never leaves the sum to the device. kernel: net/ipv4/udp.c.</summary>
public sealed partial class UdpSock(World world, SockId id, NetDevice device, int ipOptionBytes, int priority) : Sock(world, id, device, ipOptionBytes, priority)
{
    /// <summary>Ids of different sockets lie apart, as those of the kernel do that start with the clock. kernel: sk->protinfo.af_inet.id.</summary>
    private ushort _id = unchecked((ushort)((id.Value << 12) + 1));
    private uint _datagrams;

    /// <summary>The most payload of a datagram: the lengths in its headers have 16 bits.</summary>
    public static int MaxDatagram(int ipOptionBytes) => ushort.MaxValue - Ipv4.HeaderBytes - ipOptionBytes - Udp.HeaderBytes;

    /// <summary>Sends one datagram. kernel: udp_sendmsg(), ip_build_xmit() with udp_getfrag().</summary>
    public override (int Accepted, Refusal Why) SendMsg(UserBuffer user, int length)
    {
        if (!FitsPacket(length))
        {
            return SendFragments(user, length);
        }

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
        WriteHeader(header.Span, skb.Len, sum);
        var sent = IpQueueXmit(skb, Ipv4.ProtocolUdp, unchecked(_datagrams++), length, flags: 0, attempt: 1);
        // A full queue is told only to who asked for errors (IP_RECVERR): without it the datagram is silently gone.
        return sent == NetXmit.NoMemory ? (0, Refusal.NoMemory) : (length, Refusal.None);
    }

    private bool FitsPacket(int length) => Udp.HeaderBytes + length <= Device.Mtu - Ipv4.HeaderBytes - IpOptionBytes;

    /// <summary>A datagram that is longer than the device's packets goes in pieces, the last of them first: when its first piece is made, with the UDP header, everything has been summed. Where memory ends in the middle, the pieces that went stay lost in the net. kernel: ip_build_xmit_slow(), net/ipv4/ip_output.c.</summary>
    private (int Accepted, Refusal Why) SendFragments(UserBuffer user, int length)
    {
        var headers = Ethernet.HeaderBytes + Ipv4.HeaderBytes + IpOptionBytes;
        var whole = Udp.HeaderBytes + length;
        // Offsets count in units of 8 bytes.
        var step = (Device.Mtu - Ipv4.HeaderBytes - IpOptionBytes) & ~7;
        var sum = 0u;
        var (id, number) = (unchecked(_id++), unchecked(_datagrams++));
        for (var offset = (whole - 1) / step * step; offset >= 0; offset -= step)
        {
            var bytes = Math.Min(step, whole - offset);
            var skb = World.Skbs.AllocSkb(headers + bytes);
            if (skb is null)
            {
                return GiveUp(offset + bytes == whole);
            }

            SetOwnerW(skb);
            skb.Reserve(headers);
            var header = skb.Put(offset == 0 ? Udp.HeaderBytes : 0);
            header.Shadow.Clear();
            var data = skb.Put(bytes - header.Length);
            if (!user.CopyAndSum(offset + header.Length - Udp.HeaderBytes, data, World.Cost, out var piece))
            {
                skb.Kfree();
                return GiveUp(offset + bytes == whole);
            }

            // Each piece begins at a multiple of 8 bytes: no swap.
            sum = Sum.Add(sum, piece);
            skb.TransportHeader = skb.Data;
            if (offset == 0)
            {
                WriteHeader(header.Span, whole, sum);
            }

            if (IpQueueXmit(skb, Ipv4.ProtocolUdp, number, data.Length, flags: 0, attempt: 1, new IpFragment(id, offset, offset + bytes < whole)) == NetXmit.NoMemory)
            {
                return (0, Refusal.NoMemory);
            }
        }

        return (length, Refusal.None);
    }

    /// <summary>Where nothing went, the datagram's numbers are used again.</summary>
    private (int Accepted, Refusal Why) GiveUp(bool nothingWent)
    {
        if (nothingWent)
        {
            unchecked
            {
                _id--;
                _datagrams--;
            }
        }

        return (0, Refusal.NoMemory);
    }

    /// <summary>kernel: udp_getfrag(), at offset 0.</summary>
    /// <param name="header">The UDP header.</param>
    /// <param name="length">Of header and data.</param>
    /// <param name="sum">Of the data.</param>
    private void WriteHeader(Span<byte> header, int length, uint sum)
    {
        Udp.Write(header, Tcp.PortOf(Id), Tcp.PeerPort, length);
        // The header is an even number of bytes: the payload's sum needs no swap.
        sum = Sum.Partial(header, sum);
        var check = Sum.Fold(Sum.PseudoHeader(Ipv4.Local, Ipv4.Peer, Ipv4.ProtocolUdp, length, sum));
        // RFC 768: 0 on the wire would mean that no sum was made.
        BinaryPrimitives.WriteUInt16BigEndian(header[Udp.Check..], check == 0 ? (ushort)0xffff : check);
    }

    public override void WriteState(StateWriter state)
    {
        base.WriteState(state);
        state.Write(_id);
        state.Write(_datagrams);
    }

    public override void Receive(ReadOnlySpan<byte> segment) => throw new ModelException("the model's peer sends no datagrams");
}
