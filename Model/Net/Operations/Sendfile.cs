using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>Sends a range of a file, page by page out of the page cache: by reference where the route allows, else as a copy. kernel: sys_sendfile(), file_send_actor(), mm/filemap.c; sock_sendpage(), tcp_sendpage().</summary>
public sealed record Sendfile(SockId Sock, FileId File, long Offset, long Count) : Operation
{
    public static readonly Spelling Spelling = new("sys_sendfile", operands => new Sendfile(
        operands.Sock(), operands.File(), operands.Number("offset", to: long.MaxValue), operands.Number("count", to: long.MaxValue)));

    public override bool Enabled(Names names) =>
        names.IsOpenTcp(Sock) && names.Has(File) && Offset <= names.Length(File) && Count <= names.Length(File) - Offset;

    public override Observation Apply(World world)
    {
        var sock = world.Tcp(Sock);
        var file = world.File(File);
        var pageSize = world.Profile.PageSize;
        world.Seen.ByReference = sock.SendsByReference;
        var accepted = 0L;
        var why = Refusal.None;
        while (accepted < Count && why == Refusal.None)
        {
            var at = Offset + accepted;
            var page = file.Page(at / pageSize);
            if (page is null)
            {
                why = Refusal.NoMemory;
                break;
            }

            // The actor's own reference: the page is not locked, later writes to the file show until the DMA.
            page.Get();
            var inPage = (int)(at % pageSize);
            var size = (int)Math.Min(pageSize - inPage, Count - accepted);
            var more = size < Count - accepted;
            (var sent, why) = sock.SendsByReference
                ? sock.SendPage(page, inPage, size, more)
                : sock.SendMsg(new UserBuffer(file, at, pageSize), size, more);
            accepted += sent;
            page.Put();
        }

        return accepted > 0 || Count == 0 ? world.Seen.Succeed(accepted) : world.Seen.Refuse(why);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Accept(Sock, File, Offset, (int)seen.Count, seen.ByReference);
        world.Follow(seen);
    }

    public override string ToString() => $"sys_sendfile({Sock}, {File}, {Offset}, {Count})";
}
