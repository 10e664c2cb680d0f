using System.Buffers.Binary;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>A packet from a test device, which sums with an adder of its own. kernel: dev_alloc_skb(), include/linux/skbuff.h, and what a driver sets before netif_rx().</summary>
/// <param name="Result">The packet.</param>
/// <param name="State">What the device says: <c>hw</c>, the sum of the whole packet; <c>unnecessary</c>, where it is good; <c>none</c>.</param>
/// <param name="Good">The bytes sum to negative zero, as those of a whole packet do; two bytes at its start see to it.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Data">Seed of the bytes.</param>
public sealed record DevAllocSkb(SkbId Result, ChecksumState State, bool Good, int Length, int Data) : Operation
{
    /// <summary>kernel: dev_alloc_skb() reserves 16 bytes.</summary>
    internal const int Headroom = 16;

    public static readonly Spelling Spelling = new("dev_alloc_skb", operands => new DevAllocSkb(
        operands.ResultSkb(),
        operands.Word<ChecksumState>("one of hw, unnecessary and none", TryState),
        operands.Word<bool>("good or bad", TryGood),
        operands.Int("length", to: 65535),
        operands.Int("seed of the bytes", to: 255)));

    /// <summary>No device vouches for a packet that is bad, and none is good without a checksum.</summary>
    public override bool Enabled(Names names) => !names.Has(Result) && (!Good || Length >= 2) && (Good || State != ChecksumState.Unnecessary);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skbs.AllocSkb(Headroom + Length);
        if (skb is null)
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        skb.Reserve(Headroom);
        var bytes = skb.Put(Length).Span;
        Fill(bytes);
        skb.Received(State, DeviceSum(bytes));
        world.Bind(Result, skb);
        return world.Seen.Succeed(Length);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Bind(Result, []);
            Fill(world.Append(Result, Length));
            world.Names.Received(Result, State switch { ChecksumState.Hw => SumKind.Summed, ChecksumState.Unnecessary => SumKind.Vouched, _ => SumKind.None });
        }
    }

    private void Fill(Span<byte> bytes)
    {
        Pattern.Fill(bytes, Data);
        if (Good)
        {
            bytes[..2].Clear();
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(0xffff - DeviceSum(bytes)));
        }
    }

    /// <summary>The device's adder, which is neither the stack's nor the judge's: one's complement addition is addition modulo 0xffff, where only all zeroes sum to 0.</summary>
    internal static ushort DeviceSum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            sum += (ulong)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        return (ushort)(sum == 0 ? 0 : ((sum - 1) % 0xffff) + 1);
    }

    private static bool TryState(string word, out ChecksumState state)
    {
        (var known, state) = word switch
        {
            "hw" => (true, ChecksumState.Hw),
            "unnecessary" => (true, ChecksumState.Unnecessary),
            "none" => (true, ChecksumState.None),
            _ => (false, default),
        };
        return known;
    }

    private static bool TryGood(string word, out bool good)
    {
        good = word == "good";
        return good || word == "bad";
    }

    public override string ToString() => $"{Result} = dev_alloc_skb({State.ToString().ToLowerInvariant()}, {(Good ? "good" : "bad")}, {Length}, {Data})";
}
