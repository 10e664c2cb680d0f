using System.Buffers.Binary;
using ZeroCopy.Model.Skbs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>The host at the other end of every wire: verifies each frame, reassembles streams in order, answers at once and reads at once. kernel: tcp_v4_rcv(), tcp_v4_checksum_init(), udp_rcv(), as far as a receiver goes.</summary>
public sealed class Receiver(World world)
{
    /// <summary>The peer's own first sequence number.</summary>
    public const uint Isn = 0x70000000;

    private readonly Table<Flow> _flows = new();
    private readonly Reassembly _reassembly = new();

    /// <summary>Bytes of the stream that were handed on, or datagrams.</summary>
    public long Received(SockId sock) => _flows.Has(sock.Value) ? _flows[sock.Value].Position : 0;

    /// <summary>Whether the peer has had the sender's FIN.</summary>
    public bool SawFin(SockId sock) => _flows.Has(sock.Value) && _flows[sock.Value].Fin;

    public void Reset()
    {
        _flows.Clear();
        _reassembly.Reset();
    }

    public void WriteState(StateWriter state)
    {
        _reassembly.WriteState(state);
        for (var sock = 0; sock < _flows.Count; sock++)
        {
            if (_flows.Has(sock))
            {
                state.Write(sock);
                _flows[sock].WriteState(state);
            }
        }
    }

    /// <summary>Takes the frame of the given index in this step; an answer appears on the same wire.</summary>
    /// <param name="index">In <see cref="Observation.Frames"/>.</param>
    /// <param name="state">What the link says of the checksum: a NO_CSUM device vouches, a wire does not.</param>
    public void Receive(int index, ChecksumState state)
    {
        var frame = world.Seen.Frames[index];
        if (Check(frame.Span, state) is { } why)
        {
            world.Seen.Rejected.Add((index, why));
            return;
        }

        var ip = frame.Span[Ethernet.HeaderBytes..];
        var segment = ip[Ipv4.HeaderLength(ip)..];
        if (Ipv4.SourceOf(ip) != Ipv4.Local)
        {
            // Another host's, forwarded: no socket here sent it.
            return;
        }

        if (Ipv4.ProtocolOf(ip) == Ipv4.ProtocolTcp)
        {
            ReceiveTcp(index, frame, segment);
        }
        else if (Ipv4.FragmentOf(ip) is { } fragment && (fragment.Offset > 0 || fragment.More))
        {
            ReceiveFragment(index, fragment, ip, segment);
        }
        else
        {
            var flow = FlowOf(Tcp.SockOf(Udp.SourcePortOf(segment)));
            var payload = segment.Length - Udp.HeaderBytes;
            world.Seen.Deliveries.Add(new Delivery(flow.Sock, flow.Position++, index, frame.Length - payload, payload));
        }
    }

    /// <summary>What is wrong with a frame; null for nothing.</summary>
    public static string? Check(ReadOnlySpan<byte> frame, ChecksumState state)
    {
        if (frame.Length < Ethernet.HeaderBytes + Ipv4.HeaderBytes || Ethernet.TypeOf(frame) != Ethernet.TypeIpv4)
        {
            return "not an IPv4 frame";
        }

        var ip = frame[Ethernet.HeaderBytes..];
        var headerLength = Ipv4.HeaderLength(ip);
        if (Ipv4.Version(ip) != 4 || headerLength < Ipv4.HeaderBytes || Ipv4.TotalLengthOf(ip) != ip.Length || headerLength > ip.Length)
        {
            return "IPv4 header lengths do not fit the frame";
        }

        if (Sum.Fold(Sum.Partial(ip[..headerLength], 0)) != 0)
        {
            return "IPv4 header checksum is wrong";
        }

        var segment = ip[headerLength..];
        var protocol = Ipv4.ProtocolOf(ip);
        if (Ipv4.FragmentOf(ip) is { } fragment && (fragment.Offset > 0 || fragment.More))
        {
            // What it carries is judged when the datagram is whole.
            return protocol == Ipv4.ProtocolUdp ? null : "a fragment, and not of UDP";
        }

        if (protocol == Ipv4.ProtocolTcp
            ? segment.Length < Tcp.HeaderBytes || Tcp.HeaderLength(segment) < Tcp.HeaderBytes || Tcp.HeaderLength(segment) > segment.Length
            : protocol != Ipv4.ProtocolUdp || segment.Length < Udp.HeaderBytes || Udp.LengthOf(segment) != segment.Length)
        {
            return "transport header does not fit the packet";
        }

        // RFC 768: a datagram whose checksum field is 0 was not summed.
        var unsummed = protocol == Ipv4.ProtocolUdp && Udp.CheckOf(segment) == 0;
        if (state != ChecksumState.Unnecessary && !unsummed
            && Sum.Fold(Sum.PseudoHeader(Ipv4.SourceOf(ip), Ipv4.DestinationOf(ip), protocol, segment.Length, Sum.Partial(segment, 0))) != 0)
        {
            return protocol == Ipv4.ProtocolTcp ? "TCP checksum is wrong" : "UDP checksum is wrong";
        }

        return null;
    }

    /// <summary>kernel: ip_defrag(), ip_frag_reasm().</summary>
    private void ReceiveFragment(int index, in IpFragment fragment, ReadOnlySpan<byte> ip, ReadOnlySpan<byte> bytes)
    {
        var datagram = _reassembly.Add(fragment.Id, fragment.Offset, fragment.More, bytes);
        if (datagram.IsEmpty)
        {
            return;
        }

        if (datagram.Length < Udp.HeaderBytes || Udp.LengthOf(datagram) != datagram.Length
            || (Udp.CheckOf(datagram) != 0
                && Sum.Fold(Sum.PseudoHeader(Ipv4.SourceOf(ip), Ipv4.DestinationOf(ip), Ipv4.ProtocolUdp, datagram.Length, Sum.Partial(datagram, 0))) != 0))
        {
            world.Seen.Rejected.Add((index, "the datagram that its fragments make has a wrong length or sum"));
            return;
        }

        var flow = FlowOf(Tcp.SockOf(Udp.SourcePortOf(datagram)));
        world.Seen.Reassembled++;
        world.Seen.Deliveries.Add(new Delivery(flow.Sock, flow.Position++, index, world.Seen.Frames[index].Length - bytes.Length, bytes.Length));
    }

    private void ReceiveTcp(int index, Frame frame, ReadOnlySpan<byte> segment)
    {
        var header = Tcp.Read(segment);
        var flow = FlowOf(Tcp.SockOf(header.SourcePort));
        var payload = segment.Length - Tcp.HeaderLength(segment);
        flow.TsRecent = header.Timestamps?.Value ?? flow.TsRecent;
        flow.Timestamps |= header.Has(TcpFlags.Syn) && header.Timestamps is not null;
        if (flow.IsReset || header.Has(TcpFlags.Rst))
        {
            flow.IsReset = true;
            return;
        }

        if (header.Has(TcpFlags.Syn))
        {
            if (flow.SndNxt != 0)
            {
                // A SYN that was sent twice; the answer to the first is on its way.
                return;
            }

            flow.RcvNxt = unchecked(header.Seq + 1);
            flow.SndNxt = unchecked(Isn + 1);
            Answer(frame.Device, flow, Isn, TcpFlags.Syn | TcpFlags.Ack, world.Device(frame.Device).Mtu - Ipv4.HeaderBytes - Tcp.HeaderBytes);
            return;
        }

        var flags = TcpFlags.Ack;
        var seq = flow.SndNxt;
        var had = unchecked((int)(flow.RcvNxt - header.Seq));
        if (had >= 0 && had <= payload)
        {
            // A segment that took in the one after it begins with bytes that were handed on.
            if (payload > had)
            {
                world.Seen.Deliveries.Add(new Delivery(flow.Sock, flow.Position, index, frame.Length - payload + had, payload - had));
                flow.Position += payload - had;
                flow.RcvNxt = unchecked(flow.RcvNxt + (uint)(payload - had));
            }

            if (header.Has(TcpFlags.Fin))
            {
                flow.RcvNxt = unchecked(flow.RcvNxt + 1);
                flow.SndNxt = unchecked(flow.SndNxt + 1);
                flow.Fin = true;
                flags |= TcpFlags.Fin;
            }
        }

        // A bare acknowledgement is not answered, unless it asks by an old number; anything else is, in order or not.
        if (payload > 0 || header.Has(TcpFlags.Fin) || TcpSock.Before(header.Seq, flow.RcvNxt))
        {
            Answer(frame.Device, flow, seq, flags, 0);
        }
    }

    /// <summary>The peer resets a connection that it has; false where it has none.</summary>
    public bool Reset(SockId sock)
    {
        if (Connected(sock) is not { } flow)
        {
            return false;
        }

        flow.IsReset = true;
        Answer(world.Sock(sock).Device.Id, flow, flow.SndNxt, TcpFlags.Rst | TcpFlags.Ack, 0);
        return true;
    }

    /// <summary>The peer's program changes how much it will read, and tells the sender; false where there is no connection.</summary>
    public bool SetWindow(SockId sock, int bytes)
    {
        if (Connected(sock) is not { } flow)
        {
            return false;
        }

        flow.Window = bytes;
        Answer(world.Sock(sock).Device.Id, flow, flow.SndNxt, TcpFlags.Ack, 0);
        return true;
    }

    private Flow? Connected(SockId sock) => _flows.Has(sock.Value) && _flows[sock.Value] is { SndNxt: not 0, IsReset: false } flow ? flow : null;

    private void Answer(DevId device, Flow flow, uint seq, byte flags, int mss)
    {
        var value = new TcpHeader(Tcp.PeerPort, Tcp.PortOf(flow.Sock), seq, flow.RcvNxt, flags, mss, flow.Timestamps ? (unchecked(++flow.Clock), flow.TsRecent) : null, flow.Window);
        var length = Tcp.Length(mss > 0, flow.Timestamps);
        Span<byte> frame = stackalloc byte[Ethernet.HeaderBytes + Ipv4.HeaderBytes + length];
        Ethernet.Write(frame, destination: 1, source: 2);
        Ipv4.Write(frame[Ethernet.HeaderBytes..], 0, Ipv4.HeaderBytes + length, Ipv4.ProtocolTcp, Ipv4.Peer, Ipv4.Local);
        var segment = frame[(Ethernet.HeaderBytes + Ipv4.HeaderBytes)..];
        Tcp.Write(segment, value);
        var check = Sum.Fold(Sum.PseudoHeader(Ipv4.Peer, Ipv4.Local, Ipv4.ProtocolTcp, length, Sum.Partial(segment, 0)));
        BinaryPrimitives.WriteUInt16BigEndian(segment[Tcp.Check..], check);
        world.Wire.Answer(device, frame);
    }

    private Flow FlowOf(SockId sock)
    {
        if (!_flows.Has(sock.Value))
        {
            _flows.Bind(sock.Value, new Flow(sock));
        }

        return _flows[sock.Value];
    }

    private sealed class Flow(SockId sock)
    {
        public SockId Sock => sock;

        public uint RcvNxt { get; set; }

        public uint SndNxt { get; set; }

        public long Position { get; set; }

        public bool Fin { get; set; }

        /// <summary>One end has reset it: nothing is answered any more.</summary>
        public bool IsReset { get; set; }

        /// <summary>What it tells the sender; it takes what comes in order all the same.</summary>
        public int Window { get; set; } = Tcp.Window;

        public bool Timestamps { get; set; }

        public uint TsRecent { get; set; }

        public uint Clock { get; set; }

        public void WriteState(StateWriter state)
        {
            state.Write(RcvNxt);
            state.Write(SndNxt);
            state.Write(Position);
            state.Write(Fin);
            state.Write(IsReset);
            state.Write(Window);
            state.Write(Timestamps);
            state.Write(TsRecent);
            state.Write(Clock);
        }
    }
}
