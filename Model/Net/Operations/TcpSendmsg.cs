using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Sends a copy of user memory, in which the program has the file mapped. kernel: tcp_sendmsg(), net/ipv4/tcp.c.</summary>
public sealed record TcpSendmsg(SockId Sock, FileId File, long Offset, long Count) : Operation
{
    public static readonly Spelling Spelling = new("tcp_sendmsg", operands => new TcpSendmsg(
        operands.Sock(), operands.File(), operands.Number("offset", to: long.MaxValue), operands.Number("count", to: long.MaxValue)));

    public override bool Enabled(Names names) =>
        names.IsOpenTcp(Sock) && names.Has(File) && Count <= int.MaxValue && Offset <= names.Length(File) && Count <= names.Length(File) - Offset;

    public override Observation Apply(World world)
    {
        var (accepted, why) = world.Tcp(Sock).SendMsg(new UserBuffer(world.File(File), Offset, world.Profile.PageSize), (int)Count);
        return accepted > 0 || Count == 0 ? world.Seen.Succeed(accepted) : world.Seen.Refuse(why);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Accept(Sock, File, Offset, (int)seen.Count);
        world.Follow(seen);
    }

    public override string ToString() => $"tcp_sendmsg({Sock}, {File}, {Offset}, {Count})";
}
