using ZeroCopy.Model.Pages;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Net;

/// <summary>User memory that a send call reads: the program has the file mapped, and gives a range of it. kernel: struct iovec, csum_and_copy_from_user().</summary>
public readonly struct UserBuffer(Model.Pages.File file, long offset, int pageSize)
{
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
            var at = offset + position + done;
            var page = file.Page(at / pageSize);
            if (page is null)
            {
                return false;
            }

            var inPage = (int)(at % pageSize);
            var piece = page.Bytes.Slice(inPage, Math.Min(pageSize - inPage, to.Length - done));
            piece.CopyTo(to.Slice(done, piece.Length));
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), done);
            done += piece.Length;
        }

        cost.CopiedAtCall += to.Length;
        cost.SummedAtCall += to.Length;
        return true;
    }
}
