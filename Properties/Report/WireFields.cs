namespace ZeroCopy.Properties.Report;

/// <summary>What each byte of a frame is. RFC 791, 793 and 768; options by their length only.</summary>
public static class WireFields
{
    private const int Ethernet = 14;
    private const int Ipv4 = 20;
    private const byte Tcp = 6;

    private static readonly (int First, string Name)[] EthernetFields = [(0, "destination"), (6, "source"), (12, "type")];

    private static readonly (int First, string Name)[] Ipv4Fields =
    [
        (0, "version and header length"), (1, "type of service"), (2, "total length"), (4, "identification"), (6, "flags and fragment offset"),
        (8, "time to live"), (9, "protocol"), (10, "header checksum"), (12, "source address"), (16, "destination address"), (20, "options"),
    ];

    private static readonly (int First, string Name)[] TcpFields =
    [
        (0, "source port"), (2, "destination port"), (4, "sequence number"), (8, "acknowledgement number"), (12, "data offset"), (13, "flags"),
        (14, "window"), (16, "checksum"), (18, "urgent pointer"), (20, "options"),
    ];

    private static readonly (int First, string Name)[] UdpFields = [(0, "source port"), (2, "destination port"), (4, "length"), (6, "checksum")];

    /// <summary>Bytes before the payload, as the frame itself says; its length where it is too short to say.</summary>
    public static int HeaderBytes(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Ethernet + Ipv4)
        {
            return frame.Length;
        }

        var transport = Ethernet + ((frame[Ethernet] & 15) * 4);
        var tcp = frame[Ethernet + 9] == Tcp;
        return tcp && frame.Length < transport + 20 ? frame.Length : Math.Min(frame.Length, transport + (tcp ? (frame[transport + 12] >> 4) * 4 : 8));
    }

    /// <summary>The header field, or the place in the payload, of a byte of a frame that is well-formed.</summary>
    public static string NameOf(ReadOnlySpan<byte> frame, int at)
    {
        if (at >= frame.Length)
        {
            return "behind the end";
        }

        var headers = HeaderBytes(frame);
        if (at >= headers)
        {
            return $"payload byte {at - headers}";
        }

        if (at < Ethernet)
        {
            return $"Ethernet {Field(EthernetFields, at)}";
        }

        var transport = Ethernet + ((frame[Ethernet] & 15) * 4);
        return at < transport ? $"IPv4 {Field(Ipv4Fields, at - Ethernet)}"
            : frame[Ethernet + 9] == Tcp ? $"TCP {Field(TcpFields, at - transport)}"
            : $"UDP {Field(UdpFields, at - transport)}";
    }

    private static string Field((int First, string Name)[] fields, int at) => fields.Last(field => field.First <= at).Name;
}
