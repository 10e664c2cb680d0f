using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The receiver looks at the device's sum, or sums the packet itself. kernel: tcp_checksum_complete(), include/net/tcp.h; the pseudo header counts as summed.</summary>
public sealed record TcpChecksumComplete(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("tcp_checksum_complete", operands => new TcpChecksumComplete(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Shape(Skb).IsReceived;

    public override Observation Apply(World world) => world.Skb(Skb).VerifySum() ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.BadSum);

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // What is vouched for is not summed.
        if (world.Names.Shape(Skb).Sum != SumKind.Vouched)
        {
            world.SetAnswer(world.Skb(Skb).Bytes);
        }

        world.Names.Received(Skb, seen.Succeeded ? SumKind.Vouched : SumKind.None);
    }

    public override string ToString() => $"tcp_checksum_complete({Skb})";
}
