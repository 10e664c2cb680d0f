using System.Buffers.Binary;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Conform;

/// <summary>How sessions are drawn, in stated shares: of 100 frames 25 ask for no sum, 45 for one that no deviation of the first two touches, 25 for any, 5 for a datagram's that comes out as 0.</summary>
/// <param name="rng">Chance.</param>
public sealed class ConformDraw(Rng rng)
{
    /// <summary>In words, for who reads the numbers of a run.</summary>
    public const string Shares = "25 % without a sum, 45 % with pieces that begin at even distances behind a start in the first, 25 % any start and pieces, 5 % datagrams whose sum is 0; rings of 16 to 256, a third of the sessions behind the IOMMU";

    private const int LongestSession = 80;

    /// <summary>Well below what the queue holds: beyond it packets are dropped before the driver.</summary>
    private const int MostWaiting = 30;

    /// <summary>Entries of the ring.</summary>
    public int Ring() => HmeDriver.RingSizes[rng.Below(HmeDriver.RingSizes.Length)];

    public bool HasIommu() => rng.OneIn(3);

    /// <summary>Frames until the next session.</summary>
    public int SessionLength() => 1 + rng.Below(LongestSession);

    /// <summary>A step.</summary>
    /// <param name="waiting">Packets that wait for the device.</param>
    /// <param name="most">No more of them are to go.</param>
    public ConformStep Step(int waiting, int most) => rng.Below(8) switch
    {
        3 => new ConformStep.Interrupt(),
        var choice when waiting > 0 && (choice < 3 || waiting > MostWaiting) => new ConformStep.Run(Math.Min(most, rng.Below(20) is var packets && packets < 2 ? packets * (2 + rng.Below(5)) : 1)),
        _ => new ConformStep.Xmit(Packet()),
    };

    /// <summary>Whether the last packet of a session is unmapped early, where it can be.</summary>
    public bool IsEarly() => !rng.OneIn(4);

    /// <summary>A piece of the packet that goes next is unmapped before: with it a session ends.</summary>
    public ConformStep EarlyUnmap(Shape next) => new ConformStep.Run(1, rng.Below(next.Pieces.Count));

    private Shape Packet() => rng.Below(20) switch
    {
        < 5 => Packet(asksSum: false, agreed: false, isZero: false),
        < 14 => Packet(asksSum: true, agreed: true, isZero: false),
        < 19 => Packet(asksSum: true, agreed: false, isZero: false),
        _ => Packet(asksSum: true, agreed: rng.OneIn(2), isZero: true),
    };

    private Shape Packet(bool asksSum, bool agreed, bool isZero)
    {
        var lengths = new int[1 + rng.Below(Profile.Real.MaxSkbFrags + 1)];
        // What is done to the lengths below adds a byte for each piece at most, and two for the last.
        var left = Shape.LongestFrame - 9;
        for (var i = 0; i < lengths.Length; i++)
        {
            // 16 bytes stay for each that follows.
            lengths[i] = Math.Min(Length(), left - (16 * (lengths.Length - 1 - i)));
            left -= lengths[i];
        }

        if (asksSum)
        {
            lengths[^1] = Math.Max(lengths[^1], 3);
        }

        var total = lengths.Sum();
        var start = asksSum ? rng.Below(Math.Min(HmeTxDesc.MaxStart, total - 2) + 1) : 0;
        if (agreed)
        {
            start = Agree(lengths, start);
            total = lengths.Sum();
        }

        var location = asksSum ? start + rng.Below(Math.Min(HmeTxDesc.MaxLocation, total - 2) - start + 1) : 0;
        var data = new byte[total];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)rng.Below(256);
        }

        if (isZero)
        {
            MakeZero(data, start);
        }

        var pieces = lengths.Select(length => new Piece(length, rng.OneIn(2) ? 0 : rng.Below(Shape.LongestPiece - length + 1))).ToArray();
        return new Shape(pieces, asksSum ? new SumRequest(start, location, isZero || rng.OneIn(4)) : null, data);
    }

    /// <summary>Makes the start lie in the first piece, and each other piece begin at an even distance from it.</summary>
    private static int Agree(int[] lengths, int start)
    {
        start = Math.Min(start, lengths[0] - 1);
        lengths[0] += lengths.Length > 1 ? (lengths[0] - start) % 2 : 0;
        for (var i = 1; i < lengths.Length - 1; i++)
        {
            lengths[i] += lengths[i] % 2;
        }

        // The place of the sum has to be behind the start.
        return Math.Min(start, lengths.Sum() - 2) is var fits && fits == start ? start : start - 2 >= 0 ? start - 2 : 0;
    }

    /// <summary>Gives the word at the start the value with which the sum comes out as 0.</summary>
    private static void MakeZero(byte[] data, int start)
    {
        data.AsSpan(start, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(start), InternetSum.Check(InternetSum.Words(data.AsSpan(start))));
    }

    private int Length() => rng.Below(4) switch
    {
        0 => 1 + rng.Below(4),
        1 => 1 + rng.Below(64),
        2 => 14 + rng.Below(200),
        _ => 1 + rng.Below(Shape.LongestFrame),
    };
}
