using System.Runtime.InteropServices;
using ZeroCopy.Model.Checksums;

namespace ZeroCopy.Properties.Costs;

/// <summary>The checksum against copying the same bytes: the least that a CPU can do with them.</summary>
public static class ChecksumContest
{
    /// <summary>The smallest frame, the largest of Ethernet, a page, a large send.</summary>
    public static readonly int[] Sizes = [64, 1500, 4096, 65536];

    private const int Page = 4096;
    private const int BytesInRound = 1 << 22;

    public static IReadOnlyList<Contest> Measure(TimeSpan time, CancellationToken cancel)
    {
        var taken = Rounds.Measure(time, 1, [.. Sizes.Select(size => new Run(size)).SelectMany(run => (Work[])[new(_ => run.Sum()), new(_ => run.Copy())])], cancel);
        return [.. Sizes.Select((size, i) => new Contest($"checksum-{size}", "memcpy", "bytes", taken[2 * i].PerSecond, taken[(2 * i) + 1].PerSecond))];
    }

    /// <summary>Bytes to read, at the start of a page, and as many to write, half a page further: stores that share their low 12 bits with later loads would stall the copy.</summary>
    public static (ArraySegment<byte> From, ArraySegment<byte> To) Buffers(int size) => (At(size, 0), At(size, Page / 2));

    private static ArraySegment<byte> At(int size, int offset)
    {
        var bytes = GC.AllocateArray<byte>(size + (2 * Page), pinned: true);
        var into = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0) % Page);
        return new ArraySegment<byte>(bytes, Page - into + offset, size);
    }

    /// <summary>One size, in buffers of its own.</summary>
    private sealed class Run(int size)
    {
        private readonly (ArraySegment<byte> From, ArraySegment<byte> To) _buffers = Buffers(size);

        /// <summary>Kept, so that the sum is wanted.</summary>
        private uint _sum;

        public long Sum()
        {
            var from = _buffers.From.AsSpan();
            var sum = _sum;
            for (var i = 0; i < BytesInRound / size; i++)
            {
                sum = Checksum.Partial(from, sum);
            }

            _sum = sum;
            return BytesInRound / size * (long)size;
        }

        public long Copy()
        {
            var from = _buffers.From.AsSpan();
            var to = _buffers.To.AsSpan();
            for (var i = 0; i < BytesInRound / size; i++)
            {
                from.CopyTo(to);
            }

            return BytesInRound / size * (long)size;
        }
    }
}
