using System.Buffers.Binary;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Asks the device for a sum: from a place to the end, into a field that holds the sum of the pseudo header till then. kernel: tcp_v4_send_check(), net/ipv4/tcp_ipv4.c.</summary>
/// <param name="Skb">The packet.</param>
/// <param name="Start">Where the sum starts: the transport header.</param>
/// <param name="Check">The field, from there. kernel: skb->csum.</param>
public sealed record TcpV4SendCheck(SkbId Skb, int Start, int Check) : Operation
{
    private const int FieldBytes = 2;

    // 10.0.0.1 and 10.0.0.2 as 16-bit words, and TCP.
    private const ulong Addresses = 0x0a00 + 0x0001 + 0x0a00 + 0x0002;
    private const ulong Tcp = 6;

    public static readonly Spelling Spelling = new("tcp_v4_send_check", operands => new TcpV4SendCheck(operands.Skb(), operands.Int("start", to: 65535), operands.Int("field", to: 65535)));

    /// <summary>A sender asks: it has not received the packet.</summary>
    public override bool Enabled(Names names) => names.Has(Skb) && !names.Shape(Skb).IsReceived;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (Start + Check + FieldBytes > skb.HeadLen)
        {
            return world.Seen.Refuse(Refusal.NoRoom);
        }

        var at = skb.Data + Start + Check;
        if (!skb.OwnsBytes(at, at + FieldBytes))
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        (skb.TransportHeader, skb.Csum) = (skb.Data + Start, (uint)Check);
        var seed = Checksums.Checksum.PseudoHeader(0x0a000001, 0x0a000002, (byte)Tcp, skb.Len - Start, 0);
        BinaryPrimitives.WriteUInt16BigEndian(skb.Block.Bytes.Slice(at, FieldBytes).Span, (ushort)(0xffff - Checksums.Checksum.Fold(seed)));
        skb.AskDevice();
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            var length = world.Skb(Skb).Bytes.Length - Start;
            BinaryPrimitives.WriteUInt16BigEndian(world.Written(Skb)[(Start + Check)..], InternetSum.Fold(Addresses + Tcp + (ulong)length));
            world.Names.Ask(Skb, Start, Check);
        }
    }

    public override string ToString() => $"tcp_v4_send_check({Skb}, {Start}, {Check})";
}
