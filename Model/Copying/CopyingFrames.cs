using System.Buffers.Binary;

namespace ZeroCopy.Model.Copying;

/// <summary>Frames built by hand from an entry of the segment plan and a plain array of payload. Written from RFC 791, 793, 768 and 7323, to be believed by reading; it shares nothing with the stack that it judges.</summary>
public static class CopyingFrames
{
    private const byte Tcp = 6;
    private const byte Syn = 2;

    private static readonly byte[] Ethernet = [2, 0, 0, 0, 0, 2, /* from */ 2, 0, 0, 0, 0, 1, /* IPv4 */ 8, 0];
    private static readonly byte[] Addresses = [10, 0, 0, 1, /* to */ 10, 0, 0, 2];

    /// <summary>Bytes of all headers of a segment.</summary>
    public static int HeaderBytes(in Segment segment, CopyingFlow flow) =>
        Ethernet.Length + 20 + flow.IpOptionBytes + TransportBytes(segment, flow);

    /// <summary>Fills in the headers of a frame whose payload is already in place.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="segment">The plan's entry.</param>
    /// <param name="flow">The socket.</param>
    /// <param name="seedOnly">The device has NO_CSUM and the sum was left to it: the field holds the sum of the pseudo header, not inverted.</param>
    public static void WriteHeaders(Span<byte> frame, in Segment segment, CopyingFlow flow, bool seedOnly)
    {
        Ethernet.CopyTo(frame);
        var ipBytes = 20 + flow.IpOptionBytes;
        var ip = frame[Ethernet.Length..];
        var transport = ip[ipBytes..];

        ip[0] = (byte)(0x40 + (ipBytes / 4));
        ip[1] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], segment.Id);
        BinaryPrimitives.WriteUInt16BigEndian(ip[6..], (ushort)(segment.IsFragment
            ? (segment.FragmentOffset / 8) + (segment.MoreFragments ? 0x2000 : 0)
            : 0x4000)); // DF
        ip[8] = 64;
        ip[9] = segment.Protocol;
        ip[10] = ip[11] = 0;
        Addresses.CopyTo(ip[12..]);
        ip[20..ipBytes].Fill(1);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetSum.Check(InternetSum.Words(ip[..ipBytes])));

        if (segment.FragmentOffset > 0)
        {
            return;
        }

        var pseudo = InternetSum.Words(Addresses) + segment.Protocol + (ulong)transport.Length;
        if (segment.Protocol == Tcp)
        {
            WriteTcp(transport[..TransportBytes(segment, flow)], segment, flow);
            BinaryPrimitives.WriteUInt16BigEndian(
                transport[16..], seedOnly ? InternetSum.Fold(pseudo) : InternetSum.Check(InternetSum.Words(transport, pseudo)));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(transport, (ushort)(40001 + flow.Id.Value));
            BinaryPrimitives.WriteUInt16BigEndian(transport[2..], 40000);
            // Length and sum are of the whole datagram, of which a first fragment carries a part.
            var whole = segment.IsFragment ? flow.Bytes(flow.Accepted - flow.LastCall, flow.LastCall) : transport[8..];
            pseudo += (ulong)(8 + whole.Length) - (ulong)transport.Length;
            BinaryPrimitives.WriteUInt16BigEndian(transport[4..], (ushort)(8 + whole.Length));
            transport[6] = transport[7] = 0;
            var check = seedOnly ? InternetSum.Fold(pseudo) : InternetSum.Check(InternetSum.Words(whole, InternetSum.Words(transport[..8], pseudo)));
            BinaryPrimitives.WriteUInt16BigEndian(transport[6..], check == 0 ? (ushort)0xffff : check);
        }
    }

    /// <summary>Bytes before the payload of a forwarded datagram: Ethernet, IP, UDP.</summary>
    public static int HeaderBytesOf(ReadOnlySpan<byte> packet) => Ethernet.Length + ((packet[0] & 15) * 4) + 8;

    /// <summary>The frame of a packet that came from another host: as it came, with a TTL one less and the header summed again.</summary>
    public static void WriteForwarded(Span<byte> frame, ReadOnlySpan<byte> packet)
    {
        Ethernet.CopyTo(frame);
        var ip = frame[Ethernet.Length..];
        packet.CopyTo(ip);
        ip[8]--;
        ip[10] = ip[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetSum.Check(InternetSum.Words(ip[..((ip[0] & 15) * 4)])));
    }

    /// <summary>Puts the seed into the checksum field of a frame: as it looks before the device has summed it.</summary>
    public static void WriteSeed(Span<byte> frame)
    {
        var protocol = frame[Ethernet.Length + 9];
        var transport = frame[(Ethernet.Length + ((frame[Ethernet.Length] & 15) * 4))..];
        BinaryPrimitives.WriteUInt16BigEndian(
            transport[(protocol == Tcp ? 16 : 6)..], InternetSum.Fold(InternetSum.Words(Addresses) + protocol + (ulong)transport.Length));
    }

    /// <summary>Sums the segment of a TCP frame whose bytes are in place.</summary>
    public static void WriteTcpCheck(Span<byte> frame)
    {
        var transport = frame[(Ethernet.Length + ((frame[Ethernet.Length] & 15) * 4))..];
        transport[16] = transport[17] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(
            transport[16..], InternetSum.Check(InternetSum.Words(transport, InternetSum.Words(Addresses) + Tcp + (ulong)transport.Length)));
    }

    private static int TransportBytes(in Segment segment, CopyingFlow flow) =>
        segment.FragmentOffset > 0 ? 0 : segment.Protocol != Tcp ? 8 : 20 + ((segment.Flags & Syn) != 0 ? 4 : 0) + (flow.Timestamps ? 12 : 0);

    private static void WriteTcp(Span<byte> header, in Segment segment, CopyingFlow flow)
    {
        var syn = (segment.Flags & Syn) != 0;
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)(40001 + flow.Id.Value));
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], 40000);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], segment.Seq);
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], syn ? 0 : flow.Ack);
        header[12] = (byte)(header.Length / 4 * 16);
        header[13] = segment.Flags;
        header[14] = header[15] = 0xff;
        header[16] = header[17] = header[18] = header[19] = 0;
        var options = header[20..];
        if (syn)
        {
            options[0] = 2;
            options[1] = 4;
            BinaryPrimitives.WriteUInt16BigEndian(options[2..], (ushort)flow.MssOption);
            options = options[4..];
        }

        if (flow.Timestamps)
        {
            (options[0], options[1], options[2], options[3]) = (1, 1, 8, 10);
            BinaryPrimitives.WriteUInt32BigEndian(options[4..], (uint)segment.Number);
            BinaryPrimitives.WriteUInt32BigEndian(options[8..], flow.TsRecent);
        }
    }
}
