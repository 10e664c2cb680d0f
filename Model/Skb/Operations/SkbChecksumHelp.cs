using System.Buffers.Binary;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The CPU makes the sum that was asked of the device. kernel: skb_checksum_help(), net/core/dev.c.</summary>
public sealed record SkbChecksumHelp(SkbId Skb) : Operation
{
    public static readonly Spelling Spelling = new("skb_checksum_help", operands => new SkbChecksumHelp(operands.Skb()));

    public override bool Enabled(Names names) => names.Has(Skb) && names.Shape(Skb) is { Sum: SumKind.Requested, SumStart: >= 0 } shape && HasField(shape);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    /// <summary>Start and field lie in the linear part: elsewhere it is a BUG.</summary>
    public static bool HasField(SkbShape shape) => shape.SumStart < shape.Linear && shape.SumStart + shape.SumAt + 2 <= shape.Linear;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared && skb.IsCloned)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        return skb.ChecksumHelp() ? world.Seen.Succeed() : world.Seen.Refuse(Refusal.NoMemory);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            var shape = world.Names.Shape(Skb);
            var bytes = world.Written(Skb);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(shape.SumStart + shape.SumAt)..], InternetSum.Check(InternetSum.Words(bytes[shape.SumStart..])));
            world.Names.Helped(Skb);
            world.Names.Privatise(Skb);
        }
    }

    public override string ToString() => $"skb_checksum_help({Skb})";
}
