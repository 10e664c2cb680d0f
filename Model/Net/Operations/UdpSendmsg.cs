using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Sends one datagram, a copy of user memory in which the program has the file mapped. kernel: udp_sendmsg(), net/ipv4/udp.c.</summary>
public sealed record UdpSendmsg(SockId Sock, FileId File, long Offset, int Count) : Operation
{
    public static readonly Spelling Spelling = new("udp_sendmsg", operands => new UdpSendmsg(
        operands.Sock(), operands.File(), operands.Number("offset", to: long.MaxValue), operands.Int("count", to: 65507)));

    public override bool Enabled(Names names) =>
        names.IsUdp(Sock) && names.Has(File) && Offset <= names.Length(File) && Count <= names.Length(File) - Offset && Count <= names.MaxDatagram(Sock);

    public override Observation Apply(World world)
    {
        var (accepted, why) = world.Sock(Sock).SendMsg(new UserBuffer(world.File(File), Offset, world.Profile.PageSize), Count);
        return why == Refusal.None ? world.Seen.Succeed(accepted) : world.Seen.Refuse(why);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // What was handed to the device was copied at the call, whatever became of it.
        if (seen.Plan.Count > 0)
        {
            world.Accept(Sock, File, Offset, Count);
        }

        world.Follow(seen);
        world.Flow(Sock).Forget(world.Flow(Sock).Accepted);
    }

    public override string ToString() => $"udp_sendmsg({Sock}, {File}, {Offset}, {Count})";
}
