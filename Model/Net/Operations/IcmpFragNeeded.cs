using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A router has dropped a packet of the connection: it is longer than the path takes. kernel: icmp_unreach(), net/ipv4/icmp.c; tcp_v4_err(), do_pmtu_discovery(), net/ipv4/tcp_ipv4.c.</summary>
public sealed record IcmpFragNeeded(SockId Sock, int Mtu) : Operation
{
    public static readonly Spelling Spelling = new("icmp_frag_needed", operands => new IcmpFragNeeded(operands.Sock(), operands.Int("mtu", from: 68, to: 65535)));

    public override bool Enabled(Names names) => names.IsTcp(Sock);

    public override Observation Apply(World world)
    {
        world.Tcp(Sock).PmtuDiscovery(Mtu);
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) => world.Follow(seen);

    public override string ToString() => $"icmp_frag_needed({Sock}, {Mtu})";
}
