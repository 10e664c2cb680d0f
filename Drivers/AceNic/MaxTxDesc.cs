using ZeroCopy.Model;
using ZeroCopy.Model.Copying;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>The card tells of each descriptor that it has read, in the middle of a packet too. kernel: module parameter max_tx_desc = 1, drivers/net/acenic.c.</summary>
public sealed record MaxTxDesc(DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("max_tx_desc", operands =>
    {
        var device = operands.Dev();
        operands.Int("descriptors", from: 1, to: 1);
        return new MaxTxDesc(device);
    });

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        if (world.Device(Device) is not AceNicDriver ace)
        {
            return world.Seen.Refuse(Refusal.Invalid);
        }

        ace.TellsOfEachDescriptor = true;
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // The wire is the same.
    }

    public override string ToString() => $"max_tx_desc({Device}, 1)";
}
