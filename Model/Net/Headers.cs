using System.Buffers.Binary;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>Layout of the Ethernet header. IEEE 802.3; kernel: struct ethhdr.</summary>
public static class Ethernet
{
    public const int HeaderBytes = 14;
    public const ushort TypeIpv4 = 0x0800;

    private const int Destination = 0;
    private const int Source = 6;
    private const int Type = 12;
    private const int AddressBytes = 6;

    /// <summary>A locally administered address that ends in the station's number.</summary>
    public static void Write(Span<byte> header, byte destination, byte source)
    {
        header[..HeaderBytes].Clear();
        header[Destination] = 2;
        header[Destination + AddressBytes - 1] = destination;
        header[Source] = 2;
        header[Source + AddressBytes - 1] = source;
        BinaryPrimitives.WriteUInt16BigEndian(header[Type..], TypeIpv4);
    }

    public static ushort TypeOf(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[Type..]);
}

/// <summary>Layout of the IPv4 header. RFC 791 section 3.1; kernel: struct iphdr.</summary>
public static class Ipv4
{
    public const int HeaderBytes = 20;
    public const byte ProtocolTcp = 6;
    public const byte ProtocolUdp = 17;

    /// <summary>The model's two hosts: 10.0.0.1 sends, 10.0.0.2 receives.</summary>
    public const uint Local = 0x0a000001;

    public const uint Peer = 0x0a000002;

    /// <summary>A third, 10.0.39.172, whose packets to the peer are forwarded. As the TTL of one of 64 bytes falls, its header's sum meets negative zero.</summary>
    public const uint Behind = 0x0a0027ac;

    private const int VersionIhl = 0;
    private const int TotalLength = 2;
    private const int Id = 4;
    private const int Fragment = 6;
    private const int Ttl = 8;
    private const int Protocol = 9;
    private const int Check = 10;
    private const int SourceAddress = 12;
    private const int DestinationAddress = 16;
    private const ushort DontFragment = 0x4000;
    private const ushort MoreFragments = 0x2000;
    private const ushort OffsetMask = 0x1fff;
    private const byte DefaultTtl = 64;
    private const byte NoOperation = 1;

    /// <summary>A header with DF and id 0 (NET-008), options of no operation, and its checksum.</summary>
    public static void Write(Span<byte> header, int optionBytes, int totalLength, byte protocol, uint source, uint destination)
    {
        var bytes = HeaderBytes + optionBytes;
        header[..HeaderBytes].Clear();
        header[VersionIhl] = (byte)(0x40 | (bytes / 4));
        BinaryPrimitives.WriteUInt16BigEndian(header[TotalLength..], (ushort)totalLength);
        BinaryPrimitives.WriteUInt16BigEndian(header[Id..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[Fragment..], DontFragment);
        header[Ttl] = DefaultTtl;
        header[Protocol] = protocol;
        BinaryPrimitives.WriteUInt32BigEndian(header[SourceAddress..], source);
        BinaryPrimitives.WriteUInt32BigEndian(header[DestinationAddress..], destination);
        header[HeaderBytes..bytes].Fill(NoOperation);
        BinaryPrimitives.WriteUInt16BigEndian(header[Check..], Sum.Fold(Sum.Partial(header[..bytes], 0)));
    }

    /// <summary>Makes a header that of a fragment: its datagram's id, its place, no DF; and sums it again.</summary>
    public static void WriteFragment(Span<byte> header, in IpFragment fragment)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header[Id..], fragment.Id);
        BinaryPrimitives.WriteUInt16BigEndian(header[Fragment..], (ushort)((fragment.Offset / 8) | (fragment.More ? MoreFragments : 0)));
        BinaryPrimitives.WriteUInt16BigEndian(header[Check..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[Check..], Sum.Fold(Sum.Partial(header[..HeaderLength(header)], 0)));
    }

    /// <summary>One hop less. The TTL is the high half of its word: as it falls by one, the sum's complement grows by 0x0100, and the carry goes round; 0xffff would be a second zero (RFC 1624). kernel: ip_decrease_ttl(), include/net/ip.h.</summary>
    public static void DecreaseTtl(Span<byte> header)
    {
        var check = BinaryPrimitives.ReadUInt16BigEndian(header[Check..]) + 0x0100u;
        BinaryPrimitives.WriteUInt16BigEndian(header[Check..], unchecked((ushort)(check + (check >= 0xffff ? 1u : 0u))));
        header[Ttl]--;
    }

    /// <summary>The place of a packet in its datagram; of a whole one, offset 0 and no more.</summary>
    public static IpFragment FragmentOf(ReadOnlySpan<byte> header)
    {
        var field = BinaryPrimitives.ReadUInt16BigEndian(header[Fragment..]);
        return new IpFragment(BinaryPrimitives.ReadUInt16BigEndian(header[Id..]), (field & OffsetMask) * 8, (field & MoreFragments) != 0);
    }

    public static int HeaderLength(ReadOnlySpan<byte> header) => (header[VersionIhl] & 15) * 4;

    public static int Version(ReadOnlySpan<byte> header) => header[VersionIhl] >> 4;

    public static int TotalLengthOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[TotalLength..]);

    public static byte ProtocolOf(ReadOnlySpan<byte> header) => header[Protocol];

    public static uint SourceOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header[SourceAddress..]);

    public static uint DestinationOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32BigEndian(header[DestinationAddress..]);
}

/// <summary>kernel: TCPCB_FLAG_*, include/net/tcp.h; RFC 793 section 3.1.</summary>
public static class TcpFlags
{
    public const byte Fin = 1;
    public const byte Syn = 2;
    public const byte Rst = 4;
    public const byte Psh = 8;
    public const byte Ack = 16;
}

/// <summary>Layout of the TCP header. RFC 793 section 3.1, RFC 7323 section 3.2; kernel: struct tcphdr.</summary>
public static class Tcp
{
    public const int HeaderBytes = 20;

    /// <summary>Offset of <c>check</c>. kernel: offsetof(struct tcphdr, check).</summary>
    public const int Check = 16;

    /// <summary>Two bytes of padding and the timestamps option. kernel: TCPOLEN_TSTAMP_ALIGNED.</summary>
    public const int TimestampBytes = 12;

    /// <summary>kernel: TCPOLEN_MSS.</summary>
    public const int MssBytes = 4;

    /// <summary>What both ends advertise, until the peer's program stops to read.</summary>
    public const ushort Window = 0xffff;

    private const int SourcePort = 0;
    private const int DestinationPort = 2;
    private const int Sequence = 4;
    private const int Acknowledgement = 8;
    private const int DataOffset = 12;
    private const int Flags = 13;
    private const int WindowAt = 14;
    private const byte NoOperation = 1;
    private const byte OptionMss = 2;
    private const byte OptionTimestamps = 8;

    /// <summary>Ports of a socket: the sender's count from 40001 by its number, the receiver's is 40000.</summary>
    public const ushort PeerPort = 40000;

    public static ushort PortOf(SockId sock) => (ushort)(PeerPort + 1 + sock.Value);

    public static SockId SockOf(ushort port) => new(port - PeerPort - 1);

    /// <summary>Bytes of header and options.</summary>
    public static int Length(bool syn, bool timestamps) => HeaderBytes + (syn ? MssBytes : 0) + (timestamps ? TimestampBytes : 0);

    /// <summary>A header with its options and a checksum field of 0.</summary>
    public static void Write(Span<byte> header, in TcpHeader value)
    {
        var length = Length(value.Mss > 0, value.Timestamps is not null);
        header[..length].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[SourcePort..], value.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[DestinationPort..], value.DestinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(header[Sequence..], value.Seq);
        BinaryPrimitives.WriteUInt32BigEndian(header[Acknowledgement..], value.Ack);
        header[DataOffset] = (byte)(length / 4 << 4);
        header[Flags] = value.Flags;
        BinaryPrimitives.WriteUInt16BigEndian(header[WindowAt..], (ushort)value.Window);
        var options = header[HeaderBytes..length];
        if (value.Mss > 0)
        {
            options[0] = OptionMss;
            options[1] = MssBytes;
            BinaryPrimitives.WriteUInt16BigEndian(options[2..], (ushort)value.Mss);
            options = options[MssBytes..];
        }

        if (value.Timestamps is { } timestamps)
        {
            options[0] = options[1] = NoOperation;
            options[2] = OptionTimestamps;
            options[3] = TimestampBytes - 2;
            BinaryPrimitives.WriteUInt32BigEndian(options[4..], timestamps.Value);
            BinaryPrimitives.WriteUInt32BigEndian(options[8..], timestamps.Echo);
        }
    }

    public static TcpHeader Read(ReadOnlySpan<byte> header)
    {
        var length = HeaderLength(header);
        (uint, uint)? timestamps = null;
        var mss = 0;
        for (var i = HeaderBytes; i < length && header[i] != 0; i += header[i] == NoOperation ? 1 : Math.Max(2, (int)header[i + 1]))
        {
            if (header[i] == OptionTimestamps)
            {
                timestamps = (BinaryPrimitives.ReadUInt32BigEndian(header[(i + 2)..]), BinaryPrimitives.ReadUInt32BigEndian(header[(i + 6)..]));
            }
            else if (header[i] == OptionMss)
            {
                mss = BinaryPrimitives.ReadUInt16BigEndian(header[(i + 2)..]);
            }
        }

        return new TcpHeader(
            BinaryPrimitives.ReadUInt16BigEndian(header[SourcePort..]),
            BinaryPrimitives.ReadUInt16BigEndian(header[DestinationPort..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[Sequence..]),
            BinaryPrimitives.ReadUInt32BigEndian(header[Acknowledgement..]),
            header[Flags],
            mss,
            timestamps,
            BinaryPrimitives.ReadUInt16BigEndian(header[WindowAt..]));
    }

    public static int HeaderLength(ReadOnlySpan<byte> header) => header[DataOffset] >> 4 << 2;
}

/// <summary>A TCP header's meaning.</summary>
/// <param name="SourcePort">Host order.</param>
/// <param name="DestinationPort">Host order.</param>
/// <param name="Seq">First sequence number.</param>
/// <param name="Ack">Next sequence number expected.</param>
/// <param name="Flags">See <see cref="TcpFlags"/>.</param>
/// <param name="Mss">Value of the MSS option; 0 for none.</param>
/// <param name="Timestamps">TSval and TSecr; null for none.</param>
/// <param name="Window">Bytes that the sender of the segment will take.</param>
public readonly record struct TcpHeader(
    ushort SourcePort, ushort DestinationPort, uint Seq, uint Ack, byte Flags, int Mss = 0, (uint Value, uint Echo)? Timestamps = null, int Window = Tcp.Window)
{
    public bool Has(byte flag) => (Flags & flag) != 0;
}

/// <summary>Layout of the UDP header. RFC 768; kernel: struct udphdr.</summary>
public static class Udp
{
    public const int HeaderBytes = 8;
    public const int Check = 6;

    private const int SourcePort = 0;
    private const int DestinationPort = 2;
    private const int LengthAt = 4;

    /// <summary>A header with a checksum field of 0.</summary>
    public static void Write(Span<byte> header, ushort sourcePort, ushort destinationPort, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header[SourcePort..], sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(header[DestinationPort..], destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(header[LengthAt..], (ushort)length);
        BinaryPrimitives.WriteUInt16BigEndian(header[Check..], 0);
    }

    public static ushort SourcePortOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[SourcePort..]);

    public static int LengthOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[LengthAt..]);

    public static ushort CheckOf(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16BigEndian(header[Check..]);
}
