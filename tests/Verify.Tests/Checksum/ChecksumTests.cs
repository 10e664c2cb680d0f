using ZeroCopy.Model.Copying;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Tests.Checksum;

/// <summary>Checksum arithmetic against the plain loop of RFC 1071. 0 and 0xffff are one residue: sums are compared modulo 0xffff.</summary>
public sealed class ChecksumTests
{
    private static readonly byte[] Random = Fill(new byte[4200], 1);
    private static readonly byte[] Ones = [.. Enumerable.Repeat((byte)0xff, 4200)];

    [Fact]
    public void Partial_sum_is_the_plain_sum_at_every_length_and_alignment()
    {
        foreach (var data in new[] { Random, Ones, new byte[4200] })
        {
            for (var offset = 0; offset < 64; offset++)
            {
                for (var length = 0; length <= 300; length++)
                {
                    Agree(data.AsSpan(offset, length));
                }
            }

            for (var length = 0; length <= 4096; length += 64)
            {
                Agree(data.AsSpan(1, length));
            }
        }
    }

    [Fact]
    public void Pieces_add_up_at_every_split()
    {
        var whole = Random.AsSpan(0, 100);
        for (var split = 0; split <= 100; split++)
        {
            var (front, back) = (Sum.Partial(whole[..split], 0), Sum.Partial(whole[split..], 0));
            var sum = Sum.BlockAdd(front, back, split);
            Assert.Equal(Sum.Fold(Sum.Partial(whole, 0)) % 0xffff, Sum.Fold(sum) % 0xffff);
            Assert.Equal(Sum.Fold(front) % 0xffff, Sum.Fold(Sum.BlockSub(sum, back, split)) % 0xffff);
        }
    }

    /// <summary>Every alignment to 63, every length to 1500, every split point: 72 million sums in pieces. A piece is summed once for each place and length it can have.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pieces_add_up_at_every_split_length_and_alignment(bool allOnes)
    {
        const int Alignments = 64, Longest = 1500, Bytes = Alignments + Longest;
        var data = allOnes ? Ones : Random;
        var partial = new uint[Bytes][];
        var plain = new ulong[Bytes][];
        for (var start = 0; start < Bytes; start++)
        {
            partial[start] = new uint[Math.Min(Longest, Bytes - start) + 1];
            plain[start] = new ulong[partial[start].Length];
            for (var length = 1; length < partial[start].Length; length++)
            {
                partial[start][length] = Sum.Partial(data.AsSpan(start, length), 0);
                plain[start][length] = plain[start][length - 1] + ((ulong)data[start + length - 1] << (length % 2 == 1 ? 8 : 0));
            }
        }

        Assert.Equal(InternetSum.Words(data.AsSpan(7, 1499)), plain[7][1499]);
        long splits = 0;
        for (var start = 0; start < Alignments; start++)
        {
            for (var length = 0; length <= Longest; length++)
            {
                var whole = (uint)(plain[start][length] % 0xffff);
                for (var split = 0; split <= length; split++, splits++)
                {
                    if (Sum.BlockAdd(partial[start][split], partial[start + split][length - split], split) % 0xffff != whole)
                    {
                        Assert.Fail($"{length} bytes from {start} on, split at {split}");
                    }
                }
            }
        }

        Assert.Equal(64L * 1501 * 1502 / 2, splits);
    }

    /// <summary>Memory of all ones, with a seed of all ones and without: the carry goes round at every word.</summary>
    [Fact]
    public void All_ones_sum_to_negative_zero_or_to_half_a_word()
    {
        for (var length = 0; length <= 1500; length++)
        {
            var odd = length % 2 == 1;
            Assert.Equal(odd ? 0x00ff : 0, Sum.Fold(Sum.Partial(Ones.AsSpan(0, length), 0xffffffff)));
            Assert.Equal(odd ? 0x00ff : length > 0 ? 0 : 0xffff, Sum.Fold(Sum.Partial(Ones.AsSpan(0, length), 0)));
        }
    }

    /// <summary>The largest seed that does not carry gives 0; one more carries, and gives 0xfffe.</summary>
    [Fact]
    public void A_carry_comes_exactly_where_it_must()
    {
        var fours = Enumerable.Repeat((byte)4, 1500).ToArray();
        for (var length = 0; length <= 1500; length++)
        {
            var bytes = fours.AsSpan(0, length);
            var largest = 0xffffffff - Sum.Partial(bytes, 0);
            Assert.Equal(0, Sum.Fold(Sum.Partial(bytes, largest)));
            Assert.Equal(length > 0 ? 0xfffe : 0xffff, Sum.Fold(Sum.Partial(bytes, unchecked(largest + 1))));
        }
    }

    /// <summary>RFC 1071 section 2: words may be summed in any order, and with their bytes swapped.</summary>
    [Fact]
    public void Order_of_words_and_of_bytes_does_not_matter()
    {
        var words = Random[..64];
        var reversed = words.Chunk(2).Reverse().SelectMany(word => word).ToArray();
        var swapped = words.Chunk(2).SelectMany(word => word.Reverse()).ToArray();
        var sum = Sum.Fold(Sum.Partial(words, 0));
        Assert.Equal(sum, Sum.Fold(Sum.Partial(reversed, 0)));
        Assert.Equal(sum, System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(Sum.Fold(Sum.Partial(swapped, 0))));
    }

    /// <summary>RFC 1624 section 4: a field goes from 5555 to 3285 under the checksum dd2f. Equation 3 gives 0000; that of RFC 1141 gave ffff, which is why there is an RFC 1624.</summary>
    [Fact]
    public void The_example_of_the_incremental_update()
    {
        const ushort Check = 0xdd2f, Before = 0x5555, After = 0x3285;
        Assert.Equal(0, Sum.Fold(Sum.Add(Sum.Sub((uint)(0xffff - Check), Before), After)));
        Assert.Equal(0, InternetSum.Check(0xcd7a + After));
        Assert.Equal(0xffff, InternetSum.Fold(Check + Before + (0xffffu - After)));
    }

    /// <summary>RFC 1071 section 3.</summary>
    [Fact]
    public void The_example_of_the_rfc()
    {
        byte[] data = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        Assert.Equal(0xddf2, InternetSum.Fold(InternetSum.Words(data)));
        Assert.Equal(0x220d, Sum.Fold(Sum.Partial(data, 0)));
    }

    [Theory]
    [InlineData(0x00000000u, 0xffff)]
    [InlineData(0x0000ffffu, 0x0000)]
    [InlineData(0xffffffffu, 0x0000)]
    [InlineData(0xffff0000u, 0x0000)]
    [InlineData(0x00010000u, 0xfffe)]
    [InlineData(0xfffeffffu, 0x0001)]
    public void Fold_carries_around(uint sum, int folded) => Assert.Equal(folded, Sum.Fold(sum));

    [Fact]
    public void Pseudo_header_is_addresses_protocol_and_length()
    {
        byte[] header = [10, 0, 0, 1, 10, 0, 0, 2, 0, 6, 0x12, 0x34];
        Assert.Equal(Sum.Fold(Sum.Partial(header, 0)), Sum.Fold(Sum.PseudoHeader(0x0a000001, 0x0a000002, 6, 0x1234, 0)));
    }

    private static void Agree(ReadOnlySpan<byte> data) =>
        Assert.Equal(InternetSum.Check(InternetSum.Words(data)) % 0xffff, Sum.Fold(Sum.Partial(data, 0)) % 0xffff);

    private static byte[] Fill(byte[] bytes, int seed)
    {
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
