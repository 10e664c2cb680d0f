using System.Buffers.Binary;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Conform;

/// <summary>Something that a device did otherwise than the law says, and that no known deviation foretells.</summary>
/// <param name="Device">Which.</param>
/// <param name="What">Frame, frames, descriptors, status, interrupt, books (of DMA), queue, bug.</param>
/// <param name="Frame">The frame, or the first of a run; null where it is about none.</param>
/// <param name="Detail">In words.</param>
public sealed record Mismatch(string Device, string What, Sent? Frame, string Detail);

/// <summary>The judge of a session: the frame that the copying path sends, the descriptors that come back, the causes and the line of the interrupt, all from the script alone.</summary>
/// <remarks>Verified: each frame's bytes, their number and order; each word of the ring after the device has run; GREG_STAT at each read, and the line. Not verified: what is listed in <see cref="Skipped"/>.</remarks>
/// <param name="rigs">The devices.</param>
/// <param name="known">Deviations that are expected of a device that is not ours; ours has those that say so.</param>
public sealed class Comparison(IReadOnlyList<Rig> rigs, IReadOnlyList<Deviation> known)
{
    /// <summary>What this comparison cannot see, or no source settles.</summary>
    public static readonly IReadOnlyList<string> Skipped =
    [
        "order of descriptor stores, barriers: QEMU looks at the ring within the kick, when all of them have arrived",
        "a packet that is half in the ring, a full ring in flight: QEMU empties the ring within the kick",
        "GREG_STAT after a kick that found no descriptor: QEMU says TXALL, ours nothing; no source says",
        "GREG_STAT after a software reset: QEMU keeps its causes, ours forgets them; no source says",
        "a sum whose place is not in the frame: no source says",
        "descriptors of a ring above 32 entries that a kick did not give to the card; memory other than the ring, should QEMU write there",
        "whether a frame that may deviate does: one that equals the law's matches",
    ];

    /// <summary>Frames up to this length are spelled whole.</summary>
    private const int Spelled = 64;

    private readonly List<Shape> _shapes = [];
    private readonly List<Mismatch> _mismatches = [];
    private readonly Foretold _foretold = new(known);
    private readonly Foretold _foretoldOfOurs = new([.. known.Where(deviation => deviation.IsOurs)]);
    private readonly List<bool> _deviates = [];
    private readonly byte[] _ring = new byte[HmeDriver.RingSizes[^1] * HmeTxDesc.Bytes];
    private int _entries;
    private int _sent;
    private int _slot;
    private bool _isWithheld;
    private bool _hasSent;
    private bool _hasLooked;

    /// <summary>Told of each frame that was judged, and the deviation that it showed, or null.</summary>
    public Action<Sent, Deviation?>? Judged { get; set; }

    /// <summary>What is wrong so far in this session.</summary>
    public IReadOnlyList<Mismatch> Mismatches => _mismatches;

    /// <summary>Packets that wait for the device.</summary>
    public int Waiting => _shapes.Count - _sent;

    /// <summary>Runs a session from its beginning to its end, or to the first mismatch.</summary>
    /// <returns>The number of steps that were taken.</returns>
    public int Play(ConformScript script)
    {
        Begin(script.Ring, script.HasIommu);
        var steps = 0;
        while (steps < script.Steps.Count && _mismatches.Count == 0 && Apply(script.Steps[steps++]))
        {
        }

        return steps;
    }

    /// <summary>A new session.</summary>
    public void Begin(int ring, bool hasIommu)
    {
        (_entries, _sent, _slot, _isWithheld, _hasSent, _hasLooked) = (ring, 0, 0, false, false, false);
        _shapes.Clear();
        _mismatches.Clear();
        foreach (var rig in rigs)
        {
            rig.Begin(ring, hasIommu);
        }
    }

    /// <summary>The next step.</summary>
    /// <returns>False where the session ends with it.</returns>
    public bool Apply(ConformStep step)
    {
        switch (step)
        {
            case ConformStep.Xmit(var shape):
                _shapes.Add(shape);
                foreach (var rig in rigs)
                {
                    Guarded(rig, () => rig.Xmit(shape));
                }

                return true;
            case ConformStep.Run(var packets, var unmapped):
                return Run(packets, unmapped);
            default:
                Interrupt();
                return true;
        }
    }

    /// <summary>A check of the kernel's own that fires is what this rig did.</summary>
    private bool Guarded(Rig rig, Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (BugException bug)
        {
            _mismatches.Add(new Mismatch(rig.Name, "bug", null, bug.Message));
            return false;
        }
    }

    private bool Run(int packets, int? unmapped)
    {
        if (rigs.FirstOrDefault(rig => rig.Taken != rigs[0].Taken) is { } other)
        {
            _mismatches.Add(new Mismatch(other.Name, "frames", null, $"its driver has taken {other.Taken} packets, the other {rigs[0].Taken}"));
            return false;
        }

        var inRing = rigs[0].Taken - _sent;
        var due = Math.Min(packets, inRing);
        var end = _slot;
        for (var i = 0; i < due; i++)
        {
            end += _shapes[_sent + i].Pieces.Count;
        }

        var early = unmapped is { } piece && due > 0 && piece < _shapes[_sent].Pieces.Count ? (_slot + piece) % _entries : -1;
        _deviates.Clear();
        _deviates.AddRange(Enumerable.Repeat(false, due));
        foreach (var rig in rigs)
        {
            Run(rig, due, due < inRing ? end % _entries : -1, early, unmapped ?? 0);
        }

        for (var i = 0; i < due && _mismatches.Count == 0 && early < 0; i++)
        {
            var sent = new Sent(_shapes[_sent + i], IsFirst: i == 0);
            Judged?.Invoke(sent, _deviates[i] ? known.First(deviation => deviation.Applies(sent)) : null);
        }

        _hasLooked = true;
        (_sent, _slot, _isWithheld, _hasSent) = (_sent + due, end % _entries, due < inRing, _hasSent || due > 0);
        return early < 0;
    }

    private void Run(Rig rig, int due, int withheld, int early, int piece)
    {
        var ring = _ring.AsSpan(0, rig.Ring.Length);
        rig.Ring.CopyTo(ring);
        var bug = rig.Run(withheld, _isWithheld, early, out var vanished);
        if (early >= 0 && rig.KeepsBooks)
        {
            if (bug?.Rule != DmaRules.ReadsMappedOnly)
            {
                _mismatches.Add(new Mismatch(rig.Name, "books", First(1), $"a read of piece {piece}, which is not mapped, is not stopped by {DmaRules.ReadsMappedOnly.Id}"));
            }

            return;
        }

        if (bug is not null)
        {
            _mismatches.Add(new Mismatch(rig.Name, "books", First(due), bug.Message));
            return;
        }

        if (rig.Frames.Count != due)
        {
            _mismatches.Add(new Mismatch(rig.Name, "frames", First(due), $"{rig.Frames.Count} frame{(rig.Frames.Count == 1 ? "" : "s")} where {due} {(due == 1 ? "is" : "are")} due"));
            return;
        }

        for (var i = 0; i < due; i++)
        {
            var shape = i == 0 && early >= 0 ? Without(_shapes[_sent], piece, vanished) : _shapes[_sent + i];
            Compare(rig, new Sent(shape, IsFirst: i == 0), rig.Frames[i].Span, i);
        }

        var slot = _slot;
        for (var i = 0; i < due; i++)
        {
            for (var left = _shapes[_sent + i].Pieces.Count; left > 0; left--, slot = (slot + 1) % _entries)
            {
                var word = ring.Slice(slot * HmeTxDesc.Bytes, sizeof(uint));
                BinaryPrimitives.WriteUInt32LittleEndian(word, BinaryPrimitives.ReadUInt32LittleEndian(word) & ~(uint)TxFlags.Own);
            }
        }

        if (ring.CommonPrefixLength(rig.Ring) is var at && at < ring.Length)
        {
            at -= at % sizeof(uint);
            _mismatches.Add(new Mismatch(rig.Name, "descriptors", First(due),
                $"descriptor {at / HmeTxDesc.Bytes} has {(at % HmeTxDesc.Bytes == 0 ? "flags" : "address")} {BinaryPrimitives.ReadUInt32LittleEndian(rig.Ring[at..]):x8}, due is {BinaryPrimitives.ReadUInt32LittleEndian(ring[at..]):x8}"));
        }
        else if (due > 0 && !rig.IsIrqRaised)
        {
            _mismatches.Add(new Mismatch(rig.Name, "interrupt", First(due), "packets have gone, and the line is down"));
        }
    }

    private Sent? First(int due) => due > 0 ? new Sent(_shapes[_sent], IsFirst: true) : null;

    private void Compare(Rig rig, Sent sent, ReadOnlySpan<byte> frame, int index)
    {
        var foretold = rig.KeepsBooks ? _foretoldOfOurs : _foretold;
        if (sent.IsFirst)
        {
            foretold.Kick();
        }

        var due = sent.Shape.Due();
        var deviant = foretold.Next(sent.Shape);
        if (frame.SequenceEqual(due))
        {
            return;
        }

        _deviates[index] = true;
        if (!frame.SequenceEqual(deviant) || !known.Any(deviation => deviation.Applies(sent)))
        {
            var at = frame.CommonPrefixLength(due);
            _mismatches.Add(new Mismatch(rig.Name, "frame", sent, frame.Length != due.Length
                ? $"{frame.Length} bytes where {due.Length} are due"
                : $"byte {at} is {frame[at]:x2}, due is {due[at]:x2}{(due.Length <= Spelled ? $" (sent {Convert.ToHexStringLower(frame)}, due {Convert.ToHexStringLower(due)})" : "")}"));
        }
    }

    /// <summary>The frame of a device that reads zeroes where nothing is mapped.</summary>
    private static Shape Without(Shape shape, int piece, bool[] vanished)
    {
        var data = shape.Data.ToArray();
        var from = shape.Begin(piece);
        for (var i = 0; i < vanished.Length; i++)
        {
            data[from + i] = vanished[i] ? (byte)0 : data[from + i];
        }

        return shape with { Data = data };
    }

    private void Interrupt()
    {
        foreach (var rig in rigs)
        {
            uint? stat = null;
            if (!Guarded(rig, () => stat = rig.Interrupt()))
            {
                continue;
            }

            var due = _hasSent ? HmeRegisters.StatHostToTx | HmeRegisters.StatTxAll : 0;
            // A kick that found nothing: no source says whether that is TXALL.
            var open = !_hasSent && _hasLooked ? HmeRegisters.StatTxAll : 0;
            if (stat is not { } causes)
            {
                _mismatches.Add(new Mismatch(rig.Name, "status", null, "the handler has not read GREG_STAT"));
            }
            else if ((causes & ~open) != due)
            {
                _mismatches.Add(new Mismatch(rig.Name, "status", null, $"GREG_STAT reads {causes:x8}, due is {due:x8}"));
            }
            else if (rig.Taken == _sent && Waiting > 0)
            {
                _mismatches.Add(new Mismatch(rig.Name, "queue", null, $"the ring is empty, its handler has run, and {Waiting} packet{(Waiting == 1 ? "" : "s")} still wait before the driver"));
            }
            else if (rig.IsIrqRaised)
            {
                _mismatches.Add(new Mismatch(rig.Name, "interrupt", null, "the causes have been read, and the line is up"));
            }
        }

        (_hasSent, _hasLooked) = (false, false);
    }
}
