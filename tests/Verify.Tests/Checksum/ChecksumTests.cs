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
