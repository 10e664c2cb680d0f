using System.Buffers.Binary;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>A datagram of another host to the peer that came through a tunnel. The tunnel's own packets were fragmented on their way: what they carried hangs together as a list. kernel: ipip_rcv(), net/ipv4/ipip.c, behind ip_frag_reasm(), net/ipv4/ip_fragment.c.</summary>
/// <param name="Result">The packet, from the inner IP header on.</param>
/// <param name="State">What the device says of each fragment: <c>hw</c>, its sum; <c>none</c>. It vouches for none: a fragment has no sum of its own.</param>
/// <param name="Length">Bytes of the datagram, its headers with them.</param>
/// <param name="Piece">Bytes of it in each fragment but the last: a multiple of 8.</param>
/// <param name="Data">Seed of the payload.</param>
public sealed record IpipRcv(SkbId Result, ChecksumState State, int Length, int Piece, int Data) : Operation
{
    public const int HeaderBytes = Ipv4.HeaderBytes + Udp.HeaderBytes;

    public const int MostBytes = 2048;

    private const ushort Port = 50000;

    public static readonly Spelling Spelling = new("ipip_rcv", operands => new IpipRcv(
        operands.ResultSkb(),
        operands.Word<ChecksumState>("hw or none", TryState),
        operands.Int("bytes of the datagram", from: HeaderBytes, to: MostBytes),
        operands.Int("bytes of a fragment", from: 8, to: MostBytes),
        operands.Int("seed of the bytes", to: 255)));

    /// <summary>RFC 791: the offset of a fragment counts in units of 8 bytes.</summary>
    public override bool Enabled(Names names) => !names.Has(Result) && Piece % 8 == 0;

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        Span<byte> datagram = stackalloc byte[Length];
        Write(datagram);
        Skb? whole = null;
        for (var offset = 0; offset < Length; offset += Piece)
        {
            if (Receive(world, datagram.Slice(offset, Math.Min(Piece, Length - offset))) is not { } fragment)
            {
                whole?.Kfree();
                return world.Seen.Refuse(Refusal.NoMemory);
            }

            if (whole is null)
            {
                whole = fragment;
            }
            else if (!whole.AppendToList(fragment))
            {
                throw new ModelException("a fragment that nobody else has is the queue's own");
            }
        }

        if (!whole!.MayPull(Ipv4.HeaderBytes))
        {
            whole.Kfree();
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        // kernel: net_rx_action(): both stand at the packet's first byte.
        whole.NetworkHeader = whole.TransportHeader = whole.Data;
        world.Bind(Result, whole);
        return world.Seen.Succeed(Length);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (!seen.Succeeded)
        {
            return;
        }

        Span<byte> datagram = stackalloc byte[Length];
        Write(datagram);
        var linear = Math.Min(Length, Math.Max(Piece, Ipv4.HeaderBytes));
        world.Bind(Result, []);
        datagram[..linear].CopyTo(world.Append(Result, linear));
        datagram[linear..].CopyTo(world.AppendPaged(Result, Length - linear));
        var kind = State == ChecksumState.Hw ? SumKind.Summed : SumKind.None;
        world.Names.Received(Result, kind);
        world.Names.Joined(Result, Length - linear, kind);
        world.Names.SetDatagram(Result);
    }

    private Skb? Receive(World world, ReadOnlySpan<byte> bytes)
    {
        var skb = world.Skbs.AllocSkb(DevAllocSkb.Headroom + bytes.Length);
        if (skb is not null)
        {
            skb.Reserve(DevAllocSkb.Headroom);
            skb.Put(bytes.Length).Write(bytes);
            skb.Received(State, DevAllocSkb.DeviceSum(bytes));
        }

        return skb;
    }

    /// <summary>The other host's UDP header has a sum, which its device made.</summary>
    private void Write(Span<byte> datagram)
    {
        const int addresses = 12;
        Ipv4.Write(datagram, 0, Length, Ipv4.ProtocolUdp, Ipv4.Behind, Ipv4.Peer);
        var udp = datagram[Ipv4.HeaderBytes..];
        Pattern.Fill(udp[Udp.HeaderBytes..], Data);
        Udp.Write(udp, Port, Port, udp.Length);
        Span<byte> pseudo = stackalloc byte[addresses];
        datagram[addresses..Ipv4.HeaderBytes].CopyTo(pseudo);
        (pseudo[8], pseudo[9]) = (0, Ipv4.ProtocolUdp);
        BinaryPrimitives.WriteUInt16BigEndian(pseudo[10..], (ushort)udp.Length);
        var sum = DevAllocSkb.DeviceSum(pseudo) + DevAllocSkb.DeviceSum(udp);
        // RFC 768: 0 on the wire would mean that no sum was made.
        var check = 0xffff - (sum % 0xffff);
        BinaryPrimitives.WriteUInt16BigEndian(udp[Udp.Check..], (ushort)check);
    }

    private static bool TryState(string word, out ChecksumState state)
    {
        state = word == "hw" ? ChecksumState.Hw : ChecksumState.None;
        return word is "hw" or "none";
    }

    public override string ToString() => $"{Result} = ipip_rcv({State.ToString().ToLowerInvariant()}, {Length}, {Piece}, {Data})";
}
