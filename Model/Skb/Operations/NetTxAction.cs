using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>The softirq frees what interrupts let go of. kernel: net_tx_action(), net/core/dev.c.</summary>
public sealed record NetTxAction : Operation
{
    public static readonly Spelling Spelling = new("net_tx_action", _ => new NetTxAction());

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world) => world.Seen.Succeed(world.Skbs.NetTxAction());

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // No packet with a name is among them.
    }

    public override string ToString() => "net_tx_action()";
}
