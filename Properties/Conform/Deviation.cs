using ZeroCopy.Model.Copying;

namespace ZeroCopy.Properties.Conform;

/// <summary>A frame as a device met it.</summary>
/// <param name="Shape">The packet.</param>
/// <param name="IsFirst">No other packet went before it in the same kick.</param>
public readonly record struct Sent(Shape Shape, bool IsFirst);

/// <summary>A way in which a device departs from the law, known by the shape of the frame. What the device does then is foretold (<see cref="Foretold"/>), and anything else is a mismatch. Drivers/Hme/Deviations.md has the evidence.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Title">What the device does.</param>
/// <param name="IsOurs">Our own device does so too.</param>
/// <param name="Applies">Whether a frame may show it.</param>
public sealed record Deviation(string Id, string Title, bool IsOurs, Func<Sent, bool> Applies)
{
    /// <summary>A piece begins at an odd distance from the start of the sum.</summary>
    public static readonly Deviation SumsApart = new(
        "HME-DEV-1", "each piece is summed as if it began at an even offset", IsOurs: false,
        static sent => sent.Shape is { Sum: { } sum } shape && Enumerable.Range(1, shape.Pieces.Count - 1).Select(shape.Begin).Any(at => at > sum.Start && (at - sum.Start) % 2 != 0));

    /// <summary>The sum starts behind the first piece.</summary>
    public static readonly Deviation SumsBefore = new(
        "HME-DEV-2", "pieces that lie wholly before the start are summed too", IsOurs: false,
        static sent => sent.Shape is { Sum: { } sum } shape && sum.Start >= shape.Pieces[0].Length);

    /// <summary>The device finds more than one packet in its ring.</summary>
    public static readonly Deviation Joins = new(
        "HME-DEV-3", "a packet goes out behind the bytes of those before it in the same kick", IsOurs: false,
        static sent => !sent.IsFirst);

    /// <summary>A datagram whose bytes add up to 0xffff. Sources of drivers say the same of the silicon (if_hme.c of FreeBSD): a hazard of letting HME sum UDP.</summary>
    public static readonly Deviation UdpZero = new(
        "HME-DEV-4", "a datagram's sum of 0 goes out as 0, which says that there is none", IsOurs: true,
        static sent => sent.Shape is { Sum: { IsUdp: true } sum } shape && InternetSum.Check(InternetSum.Words(shape.Data.AsSpan(sum.Start))) == 0);

    /// <summary>Those of QEMU's sunhme, 7.2. Where several apply, a frame counts for the first.</summary>
    public static readonly IReadOnlyList<Deviation> Known = [Joins, SumsBefore, SumsApart, UdpZero];
}
