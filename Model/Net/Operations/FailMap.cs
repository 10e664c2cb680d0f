using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A fault: the k-th mapping that the device's driver asks for is refused. No kernel function of 2.4.4, where mapping cannot fail; dma_mapping_error() later.</summary>
public sealed record FailMap(DevId Device, int K) : Operation
{
    public static readonly Spelling Spelling = new("fail_map", operands => new FailMap(operands.Dev(), operands.Int("k", from: 1)));

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        world.Device(Device).Dma.FailAt(K);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // What is dropped for it is told when it is.
    }

    public override string ToString() => $"fail_map({Device}, {K})";
}
