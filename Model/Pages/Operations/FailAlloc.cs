using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Pages;

/// <summary>A fault: the k-th allocation of the next operation fails.</summary>
public sealed record FailAlloc(int K) : Operation
{
    public static readonly Spelling Spelling = new("fail_alloc", operands => new FailAlloc(operands.Int("k", from: 1)));

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world)
    {
        world.Memory.FailNext(K);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // Refusals are taken from what is seen.
    }

    public override string ToString() => $"fail_alloc({K})";
}
