using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Fewer operations where there are files: what is written to one is there from the start, and one file has the pages of two.</summary>
public sealed partial class Shrinker
{
    /// <summary>A file that has from the start what a script writes to it.</summary>
    private bool WrittenBefore()
    {
        var any = false;
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Operation is not GenericFileWrite write)
            {
                continue;
            }

            var (without, bytes) = (i, new byte[Math.Max(Length(write.File), write.Offset + write.Count)]);
            Pattern.Fill(bytes, 0);
            if (TryEach(_best.Where((_, k) => k != without), line => line.Operation is OpenFile { Content: LiteralContent } open && open.Result == write.File ? line.WithContent(bytes) : line))
            {
                any = true;
                i = -1;
            }
        }

        return any;
    }

    private long Length(FileId file) => _best.Select(line => line.Operation).OfType<OpenFile>().FirstOrDefault(open => open.Result == file)?.Content.Length ?? 0;

    /// <summary>One file in the place of two that are sent from: the pages of the second lie behind those of the first.</summary>
    private bool OneFile()
    {
        var any = false;
        var files = _best.Select(line => line.Operation).OfType<OpenFile>().Where(open => open.Content is LiteralContent).ToList();
        foreach (var first in files)
        {
            foreach (var second in files.Where(open => open.Result != first.Result))
            {
                var page = _header.Profile.PageSize;
                var from = ((int)first.Content.Length + page - 1) / page * page;
                any |= TryEach(
                    _best.Where(line => line.Operation is not OpenFile open || open.Result != second.Result),
                    line => line.Operation is OpenFile open && open.Result == first.Result ? line.Longer(from + (int)second.Content.Length) : line.FromFile(second.Result, first.Result, from));
            }
        }

        return any;
    }

    /// <summary>By reference to a device that cannot make the sum, in the place of a copy: both copy, and the call is the plainer one.</summary>
    private bool SendfileInstead() => _best.Exists(line => line.Operation is TcpSendmsg) && TryEach(_best, line => line.Operation switch
    {
        TcpSendmsg send => Of(new Sendfile(send.Sock, send.File, send.Offset, send.Count)),
        RegisterNetdev register => Of(register with { Off = register.Off | (register.Kind.Features & NetifFeatures.AnyCsum) }),
        _ => line,
    });
}
