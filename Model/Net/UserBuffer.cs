using ZeroCopy.Model.Pages;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>User memory that a send call reads: the program has the file mapped, and gives a range of it; or a piece of a page of its own. kernel: struct iovec, csum_and_copy_from_user().</summary>
public readonly struct UserBuffer
{
    private readonly Model.Pages.File? _file;
    private readonly Page? _own;
    private readonly long _offset;
    private readonly int _pageSize;

    public UserBuffer(Model.Pages.File file, long offset, int pageSize) => (_file, _offset, _pageSize) = (file, offset, pageSize);

    public UserBuffer(Page page, int offset, int pageSize) => (_own, _offset, _pageSize) = (page, offset, pageSize);

    /// <summary>Copies bytes out of user memory and sums them in the same pass; false where a page cannot be faulted in. kernel: csum_and_copy_from_user().</summary>
    /// <param name="position">First byte, from the start of the buffer.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="cost">Counts the copy and the sum.</param>
    /// <param name="sum">The partial sum of the bytes, as if they began at an even position.</param>
    public bool CopyAndSum(int position, Bytes to, Cost cost, out uint sum)
    {
        sum = 0;
        var done = 0;
        while (done < to.Length)
        {
            var at = _offset + position + done;
            var page = _own ?? _file!.Page(at / _pageSize);
            if (page is null)
            {
                return false;
            }

            var inPage = (int)(at % _pageSize);
            var piece = page.Bytes.Slice(inPage, Math.Min(_pageSize - inPage, to.Length - done));
            piece.CopyTo(to.Slice(done, piece.Length));
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), done);
            done += piece.Length;
        }

        cost.CopiedAtCall += to.Length;
        cost.SummedAtCall += to.Length;
        return true;
    }
}
