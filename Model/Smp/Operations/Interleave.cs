using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Smp;

/// <summary>From here on driver, interrupt handler and card of a device go on one access at a time, as a schedule says. No kernel function: it is the machine.</summary>
public sealed record Interleave(DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("interleave", operands => new Interleave(operands.Dev()));

    public override bool Enabled(Names names) => names.Has(Device) && !names.IsInterleaved(Device);

    public override Observation Apply(World world)
    {
        var device = world.Device(Device);
        if (!device.CanInterleave)
        {
            return world.Seen.Refuse(Refusal.Invalid);
        }

        device.Interleave(world.Profile.MemoryModel);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            world.Names.Interleave(Device);
        }
    }

    public override string ToString() => $"interleave({Device})";
}
