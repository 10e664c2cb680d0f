namespace ZeroCopy.Properties.Conform;

/// <summary>Makes a session smaller that shows a mismatch or a deviation: steps, then pieces, bytes, numbers, values, each as long as it shows the same.</summary>
/// <param name="rigs">The devices.</param>
/// <param name="known">Deviations that are expected.</param>
/// <param name="budget">Sessions to be tried for each.</param>
/// <param name="stop">Asked before each.</param>
public sealed class ConformShrinker(IReadOnlyList<Rig> rigs, IReadOnlyList<Deviation> known, int budget, Func<bool> stop)
{
    private int _left;

    /// <summary>The smallest session found in which a frame shows a deviation; and no other, where that can be had.</summary>
    public ConformScript Deviation(Deviation deviation, ConformScript script)
    {
        var others = known.Where(other => other != deviation).ToList();
        bool Shows(ConformScript candidate) => Found(candidate, others).Any(found => found is { What: "frame", Frame: { } sent } && deviation.Applies(sent));
        bool ShowsAlone(ConformScript candidate) => Found(candidate, others).Any(found => found is { What: "frame", Frame: { } sent } && deviation.Applies(sent) && !others.Exists(other => other.Applies(sent)));
        _left = budget;
        if (ShowsAlone(script))
        {
            return Shrink(script, ShowsAlone);
        }

        // Drawn frames mostly show several; on the way down one is left, or not.
        var smallest = Shrink(script, Shows);
        return ShowsAlone(smallest) ? Shrink(smallest, ShowsAlone) : smallest;
    }

    /// <summary>The smallest session found that shows a mismatch of the same device in the same respect, and what it shows.</summary>
    public (Mismatch Mismatch, ConformScript Script) Mismatch(Mismatch mismatch, ConformScript script)
    {
        _left = budget;
        Mismatch? Shown(ConformScript candidate) => Found(candidate, known).FirstOrDefault(found => (found.Device, found.What) == (mismatch.Device, mismatch.What));
        var smallest = Shrink(script, candidate => Shown(candidate) is not null);
        return (Shown(smallest) ?? mismatch, smallest);
    }

    private IReadOnlyList<Mismatch> Found(ConformScript script, IReadOnlyList<Deviation> expected)
    {
        var comparison = new Comparison(rigs, expected);
        comparison.Play(script);
        return comparison.Mismatches;
    }

    private ConformScript Shrink(ConformScript script, Func<ConformScript, bool> shows)
    {
        for (var smaller = script; ; script = smaller)
        {
            smaller = Smaller(script).FirstOrDefault(candidate => _left-- > 0 && !stop() && shows(candidate));
            if (smaller is null)
            {
                return script;
            }
        }
    }

    private static IEnumerable<ConformScript> Smaller(ConformScript script)
    {
        for (var chunk = script.Steps.Count / 2; chunk > 0; chunk /= 2)
        {
            for (var at = 0; at + chunk <= script.Steps.Count; at += chunk)
            {
                yield return script with { Steps = [.. script.Steps.Take(at), .. script.Steps.Skip(at + chunk)] };
            }
        }

        if (script.Ring > 16)
        {
            yield return script with { Ring = 16 };
            yield return script with { Ring = 32 };
        }

        if (script.HasIommu && !script.Steps.Any(step => step is ConformStep.Run(_, not null)))
        {
            yield return script with { HasIommu = false };
        }

        for (var i = 0; i < script.Steps.Count; i++)
        {
            foreach (var step in Smaller(script.Steps[i]))
            {
                yield return script with { Steps = [.. script.Steps.Take(i), step, .. script.Steps.Skip(i + 1)] };
            }
        }
    }

    private static IEnumerable<ConformStep> Smaller(ConformStep step) => step switch
    {
        ConformStep.Run(var packets, var unmapped) when packets > 1 => [new ConformStep.Run(1, unmapped), new ConformStep.Run(packets - 1, unmapped)],
        ConformStep.Xmit(var shape) => Smaller(shape).Select(smaller => new ConformStep.Xmit(smaller)),
        _ => [],
    };

    private static IEnumerable<Shape> Smaller(Shape shape)
    {
        for (var i = 0; shape.Pieces.Count > 1 && i < shape.Pieces.Count; i++)
        {
            yield return Cut(shape, i, shape.Pieces[i].Length);
        }

        for (var i = 0; i + 1 < shape.Pieces.Count; i++)
        {
            var joined = new Piece(shape.Pieces[i].Length + shape.Pieces[i + 1].Length, 0);
            yield return shape with { Pieces = [.. shape.Pieces.Take(i), joined, .. shape.Pieces.Skip(i + 2)] };
        }

        for (var i = 0; i < shape.Pieces.Count; i++)
        {
            for (var cut = shape.Pieces[i].Length / 2; cut > 0; cut /= 2)
            {
                var smaller = Cut(shape, i, cut);
                yield return smaller;
                if (smaller.Sum is { IsUdp: true })
                {
                    yield return WithZeroSum(smaller);
                }
            }
        }

        if (shape.Sum is { } sum)
        {
            yield return shape with { Sum = null };
            foreach (var smaller in (SumRequest[])
            [
                sum with { Start = 0, Location = 0 }, sum with { Start = sum.Start / 2 }, sum with { Start = Math.Max(sum.Start - 1, 0) },
                sum with { Location = sum.Start }, sum with { Location = Math.Max(sum.Location - 1, sum.Start) }, sum with { IsUdp = false },
            ])
            {
                if (smaller != sum)
                {
                    yield return shape with { Sum = smaller };
                }
            }
        }

        for (var i = 0; i < shape.Pieces.Count; i++)
        {
            if (shape.Pieces[i].Offset > 0)
            {
                yield return shape with { Pieces = [.. shape.Pieces.Take(i), shape.Pieces[i] with { Offset = 0 }, .. shape.Pieces.Skip(i + 1)] };
            }
        }

        if (shape.Data.AsSpan().ContainsAnyExcept((byte)0))
        {
            yield return shape with { Data = new byte[shape.Data.Length] };
            if (shape.Data.Count(value => value != 0) > sizeof(ushort))
            {
                yield return WithZeroSum(shape);
            }
        }

        for (var i = 0; i < shape.Data.Length; i++)
        {
            foreach (var value in (byte[])[0, 1, (byte)(shape.Data[i] / 2), (byte)Math.Max(shape.Data[i] - 1, 0)])
            {
                if (value < shape.Data[i])
                {
                    var data = shape.Data.ToArray();
                    data[i] = value;
                    yield return shape with { Data = data };
                }
            }
        }
    }

    /// <summary>A sum of 0 in the fewest bytes.</summary>
    private static Shape WithZeroSum(Shape shape)
    {
        var data = new byte[shape.Data.Length];
        data.AsSpan(shape.Sum?.Start ?? 0)[..Math.Min(sizeof(ushort), data.Length)].Fill(byte.MaxValue);
        return shape with { Data = data };
    }

    /// <summary>Fewer bytes at the end of a piece, or none of it; the sum's start and place stay in the frame.</summary>
    private static Shape Cut(Shape shape, int piece, int cut)
    {
        var end = shape.Begin(piece) + shape.Pieces[piece].Length;
        byte[] data = [.. shape.Data[..(end - cut)], .. shape.Data[end..]];
        var left = shape.Pieces[piece] with { Length = shape.Pieces[piece].Length - cut };
        Piece[] pieces = [.. shape.Pieces.Take(piece), .. left.Length == 0 ? (Piece[])[] : [left], .. shape.Pieces.Skip(piece + 1)];
        var sum = shape.Sum is not { } request || data.Length < sizeof(ushort) ? (SumRequest?)null : request with
        {
            Start = Math.Min(request.Start, data.Length - sizeof(ushort)),
            Location = Math.Min(request.Location, data.Length - sizeof(ushort)),
        };
        return new Shape(pieces, sum, data);
    }
}
