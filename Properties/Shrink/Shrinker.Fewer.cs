using ZeroCopy.Model;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Fewer operations: runs and pairs go, names merge, and one comes in the place of two.</summary>
public sealed partial class Shrinker
{
    /// <summary>Runs of operations, from half of the script to a single one.</summary>
    private bool TakeAway()
    {
        var any = false;
        for (var size = Math.Max(1, _best.Count / 2); size >= 1; size /= 2)
        {
            for (var at = _best.Count - size; at >= 0; at--)
            {
                if (at + size <= _best.Count && Try([.. _best.Take(at), .. _best.Skip(at + size)]))
                {
                    any = true;
                    at = Math.Min(at, _best.Count - size + 1);
                }
            }
        }

        return any;
    }

    /// <summary>Two operations of which neither can go alone: an allocation and its free, a stop and its wake.</summary>
    private bool TakePairs()
    {
        var any = false;
        for (var i = 0; i < _best.Count && _best.Count <= MostForPairs; i++)
        {
            for (var j = i + 1; j < _best.Count; j++)
            {
                if (Try([.. _best.Where((_, at) => at != i && at != j)]))
                {
                    any = true;
                    j = i;
                }
            }
        }

        return any;
    }

    /// <summary>One operation of as many bytes as two of a kind on one object have together, or of a page.</summary>
    private bool OneLarger()
    {
        for (var j = _best.Count - 1; j > 0 && _best.Count <= MostForHoist; j--)
        {
            for (var i = j - 1; i >= 0; i--)
            {
                var (first, second) = (_best[i], _best[j]);
                if (first.Name != second.Name || first.Birth is not null || !first.Names.SequenceEqual(second.Names) || first.Numbers.Count != second.Numbers.Count)
                {
                    continue;
                }

                var (at, without) = (i, j);
                foreach (var ((place, length, value), (_, _, other)) in first.Numbers.Zip(second.Numbers))
                {
                    if (new[] { value + other, _header.Profile.PageSize }.Any(bytes => first.WithNumber(place, length, bytes) is { } larger
                        && Try([.. _best.Select((line, k) => k == at ? larger : line).Where((_, k) => k != without)])))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>An operation goes, and later ones on the same object speak of so many bytes less.</summary>
    private bool TakeBytes()
    {
        var any = false;
        for (var i = _best.Count - 1; i >= 0; i--)
        {
            if (i >= _best.Count || _best[i].Names.FirstOrDefault() is not { } name)
            {
                continue;
            }

            foreach (var bytes in _best[i].Numbers.Select(number => number.Value).Where(value => value > 0).Distinct().ToList())
            {
                var before = _best.Take(i).ToList();
                if (TryEach(_best.Where((_, at) => at != i), line => before.Contains(line) || !line.Speaks(name) ? line : Less(line, bytes)))
                {
                    any = true;
                    break;
                }
            }
        }

        return any;
    }

    /// <summary>An operation goes, and another changes to make up for it, upward too: fewer operations come before plainer operands. Then the same with room to spare in every file and every new skb.</summary>
    private bool TakeAndRepair() => TakeAndRepair(_best) || TakeAndRepair([.. _best.Select(Roomier)]);

    private bool TakeAndRepair(List<Line> lines)
    {
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            if (Try([.. lines.Where((_, k) => k != i)]))
            {
                return true;
            }

            for (var j = 0; j < lines.Count; j++)
            {
                if (j == i)
                {
                    continue;
                }

                var at = j;
                foreach (var other in Repairs(lines[j]))
                {
                    if (Try([.. lines.Select((line, k) => k == at ? other : line).Where((_, k) => k != i)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>An operation or two go, and another comes earlier: a tap that is opened before the handshake sees it.</summary>
    private bool TakeAndHoist()
    {
        for (var from = _best.Count - 1; from > 0 && _best.Count <= MostForHoist; from--)
        {
            for (var to = from - 1; to >= 0; to--)
            {
                List<Line> hoisted = [.. _best.Take(to), _best[from], .. _best.Skip(to).Take(from - to), .. _best.Skip(from + 1)];
                for (var without = hoisted.Count - 1; without > to; without--)
                {
                    for (var also = without; also > to; also--)
                    {
                        var (one, other) = (without, also);
                        if (Try([.. hoisted.Where((_, k) => k != one && k != other)]))
                        {
                            return true;
                        }
                    }
                }
            }
        }

        return false;
    }

    private Line Roomier(Line line) => line.Roomier(5 * _header.Profile.PageSize);

    /// <summary>A line with one operand at some border, or speaking of another object.</summary>
    private List<Line> Repairs(Line line)
    {
        var repairs = new List<Line?>();
        var page = _header.Profile.PageSize;
        foreach (var (at, length, value) in line.Numbers)
        {
            repairs.AddRange(new long[] { 0, 1, 2, 3, page - 1, page, page + 1, 2 * page, 3 * page, 4 * page }
                .Where(other => other != value).Select(other => line.WithNumber(at, length, other)));
        }

        if (line.Operation is OpenFile { Content: LiteralContent content })
        {
            repairs.AddRange(new[] { 1, 2, 3, page, (2 * page) + 1, 3 * page }.Where(length => length > content.Length).Select(line.Longer));
        }

        foreach (var name in line.Names.Where(name => name != line.Birth).Distinct())
        {
            repairs.AddRange(BirthsLike(name).Select(other => line.Rename(word => word == name ? other : word)));
        }

        repairs.AddRange(line.Others());

        return [.. repairs.OfType<Line>()];
    }

    /// <summary>The other names of a kind that the script binds.</summary>
    private List<string> BirthsLike(string name) =>
        [.. _best.Select(line => line.Birth).OfType<string>().Where(other => other != name && Vocabulary.KindOf(other) == Vocabulary.KindOf(name)).Distinct()];

    private static Line Less(Line line, long bytes)
    {
        var changed = line;
        for (var n = line.Numbers.Count - 1; n >= 0; n--)
        {
            var (at, length, value) = line.Numbers[n];
            changed = value >= bytes ? changed.WithNumber(at, length, value - bytes) ?? changed : changed;
        }

        return changed;
    }

    /// <summary>A birth goes, and its users take another object of the kind; where that one was let go of in between, that goes too.</summary>
    private bool MergeNames()
    {
        var any = false;
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Birth is not { } born)
            {
                continue;
            }

            foreach (var other in BirthsLike(born))
            {
                Line? Renamed(Line line) => line.Rename(name => name == born ? other : name);
                var birth = i;
                if (TryEach(_best.Where((_, at) => at != birth), Renamed)
                    || Enumerable.Range(0, _best.Count).Any(also => also != birth && TryEach(_best.Where((_, at) => at != birth && at != also), Renamed)))
                {
                    any = true;
                    i = -1;
                    break;
                }
            }
        }

        return any;
    }

    /// <summary>Two operations go, and a plain one comes: in the place of either, or at the end. What used a name that is gone may use another.</summary>
    private bool OneForTwo() => _best.Count <= MostForHoist
        && (OneForTwo(_best) || OneForTwo([.. _best.Select(Roomier)]) || OneForTwo([.. _best.Select(line => Roomier(line.Narrow(2)))]) || OneForTwo([.. _best.Select(line => line.Uncorked())]));

    private bool OneForTwo(List<Line> lines)
    {
        for (var j = lines.Count - 1; j > 0; j--)
        {
            for (var i = j - 1; i >= 0; i--)
            {
                string[] gone = [.. new[] { lines[i].Birth, lines[j].Birth }.OfType<string>()];
                foreach (var rest in Orphaned([.. lines.Where((_, k) => k != i && k != j)], gone))
                {
                    foreach (var at in new[] { i, j - 1, rest.Count }.Distinct())
                    {
                        string[] born = [.. rest.Take(at).Select(line => line.Birth).OfType<string>().Distinct()];
                        if (_vocabulary.With(born, gone.Length > 0 ? gone : [.. Fresh(rest)]).Any(plain => Try([.. rest.Take(at), plain, .. rest.Skip(at)])))
                        {
                            return true;
                        }
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Lines as they are, and with another name in the place of each that is bound no more.</summary>
    private IEnumerable<List<Line>> Orphaned(List<Line> lines, string[] gone)
    {
        yield return lines;
        foreach (var name in gone)
        {
            foreach (var other in BirthsLike(name).Except(gone))
            {
                var renamed = lines.Select(line => line.Rename(word => word == name ? other : word)).ToList();
                if (!renamed.Contains(null))
                {
                    yield return renamed!;
                }
            }
        }
    }

    /// <summary>The lowest free name of each kind that the script binds.</summary>
    private static IEnumerable<string> Fresh(List<Line> lines)
    {
        string[] bound = [.. lines.Select(line => line.Birth).OfType<string>()];
        return bound.Select(Vocabulary.KindOf).Distinct().Select(kind => Vocabulary.Free(kind, bound));
    }
}
