using ZeroCopy.Model;
using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Tests.Conform;

/// <summary>The judge and its language, on our own device alone.</summary>
public sealed class ComparisonTests
{
    private const string Session =
        """
        zcverify-conform 1 ring=64 iommu=on
        dev_queue_xmit(3@5 + 2, csum=1+0, bytes=0102030405)
        dev_queue_xmit(4, udp=0+2, bytes=00010203)
        dev_queue_xmit(1, bytes=ff)
        device_run(2)
        interrupt()
        device_run(1, unmapped=0)

        """;

    [Fact]
    public void Script_PrintedAndParsed_IsTheSame() => Assert.Equal(Session.ReplaceLineEndings("\n"), ConformScript.Parse(Session).ToString());

    [Theory]
    [InlineData("zcverify-conform 2 ring=16 iommu=on", "line 1: the first line is")]
    [InlineData("zcverify-conform 1 ring=17 iommu=on", "line 1: the first line is")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndevice_run()", "line 2: device_run lacks packets")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndevice_stop(1)", "line 2: 'device_stop' is not dev_queue_xmit")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ninterrupt(1)", "line 2: interrupt does not take '1'")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(1 + 0, bytes=00)", "line 2: '1 + 0' is not pieces")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(1 + 1 + 1 + 1 + 1 + 1 + 1 + 1, bytes=0000000000000000)", "is not pieces")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(2, bytes=00)", "line 2: bytes= is not 2 bytes")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(2, csum=64+0, bytes=0000)", "csum=START+OFFSET")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(2, csum=1+0, bytes=0000)", "line 2: the sum's place, 1, is not in the frame")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(2, csum=1+2147483647, bytes=0000)", "csum=START+OFFSET")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(1515, bytes=00)", "a frame has at most 1514 bytes")]
    [InlineData("zcverify-conform 1 ring=16 iommu=on\ndev_queue_xmit(2, speed=9, bytes=0000)", "does not take 'speed=9'")]
    public void Script_WrongToken_IsNamedWithItsLine(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ScriptException>(() => ConformScript.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Session_OnOurDevice_Matches() => Assert.Empty(Played(Session).Mismatches);

    /// <summary>Without an IOMMU a device goes on reading what was unmapped: nothing of the frame vanishes. Our own device stops all the same.</summary>
    [Fact]
    public void EarlyUnmap_WithoutIommu_IsNoMismatch() =>
        Assert.Empty(Played("zcverify-conform 1 ring=16 iommu=off\ndev_queue_xmit(2, bytes=1111)\ndevice_run(1, unmapped=0)").Mismatches);

    /// <summary>What the judge says of a frame is worked out here by hand: 0x0203 + 0x0405 is 0x0608.</summary>
    [Fact]
    public void Due_SumOverTwoPieces_IsTheHandMadeFrame() =>
        Assert.Equal("01f9f70405", Convert.ToHexStringLower(Shapes("dev_queue_xmit(3 + 2, csum=1+0, bytes=0102030405)").Due()));

    [Theory]
    [InlineData("csum", "0000")]
    [InlineData("udp", "ffff")]
    public void Due_SumOf0_IsInvertedForUdpOnly(string word, string due) =>
        Assert.Equal(due, Convert.ToHexStringLower(Shapes($"dev_queue_xmit(2, {word}=0+0, bytes=ffff)").Due()));

    [Fact]
    public void Random_OnOurDevice_DiffersInUdpZeroAlone()
    {
        var run = new ConformRun([[Rig.Ours()]], [Deviation.UdpZero], seed: 7);
        var result = run.Compare(4000, () => false, _ => { });
        run.Shrink(() => false);
        Assert.Equal(4000, result.Frames);
        Assert.Empty(result.Mismatches);
        Assert.True(result.Unmapped > 5);
        var shown = Assert.Single(result.Deviations);
        Assert.True(shown.Count > 50);
        Assert.Equal("dev_queue_xmit(2, udp=0+0, bytes=ffff)", shown.Script.Steps[0].ToString());
    }

    [Fact]
    public void Random_WithoutThePredicateOfUdpZero_IsAMismatchOfOurs()
    {
        var run = new ConformRun([[Rig.Ours()]], [], seed: 7);
        run.Compare(400, () => false, _ => { });
        var found = Assert.Single(run.Shrink(() => false).Mismatches);
        Assert.Equal(("ours", "frame"), (found.Mismatch.Device, found.Mismatch.What));
        Assert.Equal("dev_queue_xmit(2, udp=0+0, bytes=ffff)", found.Script.Steps[0].ToString());
    }

    /// <summary>Where nothing deviates, what is foretold is the law: two programs that share no line but the loop of RFC 1071.</summary>
    [Fact]
    public void Foretold_OfNoDeviation_IsTheLaw()
    {
        var draw = new ConformDraw(new Properties.Generate.Rng(3));
        var foretold = new Foretold([]);
        for (var i = 0; i < 2000; i++)
        {
            if (draw.Step(0, 1) is ConformStep.Xmit(var shape))
            {
                Assert.True(foretold.Next(shape).SequenceEqual(shape.Due()), shape.ToString());
            }
        }
    }

    [Fact]
    public void Draws_KeepTheStatedShares()
    {
        var draw = new ConformDraw(new Properties.Generate.Rng(5));
        var shapes = Enumerable.Range(0, 20_000).Select(_ => draw.Step(0, 1)).OfType<ConformStep.Xmit>().Select(step => step.Shape).ToList();
        double Share(Func<Shape, bool> has) => (double)shapes.Count(has) / shapes.Count;

        Assert.InRange(Share(shape => shape.Sum is null), 0.23, 0.27);
        Assert.InRange(Share(shape => Deviation.UdpZero.Applies(new Sent(shape, true))), 0.045, 0.06);
        Assert.InRange(Share(shape => Deviation.Known.All(known => !known.Applies(new Sent(shape, true)))), 0.68, 0.85);
        Assert.All(shapes, shape => Assert.InRange(shape.Data.Length, 1, 1514));
        Assert.Equal(Enumerable.Range(1, 7), shapes.Select(shape => shape.Pieces.Count).Distinct().Order());
        Assert.Equal(Enumerable.Range(0, 64), shapes.Where(shape => shape.Sum is not null).Select(shape => shape.Sum!.Value.Start).Distinct().Order());
    }

    private static Shape Shapes(string line) => ((ConformStep.Xmit)ConformScript.Parse($"zcverify-conform 1 ring=16 iommu=off\n{line}").Steps[0]).Shape;

    private static Comparison Played(string script)
    {
        var comparison = new Comparison([Rig.Ours()], []);
        comparison.Play(ConformScript.Parse(script));
        return comparison;
    }
}
