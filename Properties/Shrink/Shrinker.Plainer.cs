using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Shrink;

/// <summary>As many operations, but plainer ones: simpler words, shorter files, lower numbers.</summary>
public sealed partial class Shrinker
{
    private const int FewNumbers = 6;

    /// <summary>Plainer operations in the place of others, with room to spare where they need it.</summary>
    private bool SimplerOperations()
    {
        var any = false;
        for (var i = 0; i < _best.Count; i++)
        {
            foreach (var simpler in _best[i].Simpler().ToList())
            {
                var at = i;
                if (TryLine(i, simpler)
                    || Try([.. _best.Select((line, k) => k == at ? simpler : Roomier(line))])
                    || Try([.. _best.Select((line, k) => k == at ? simpler : line.FailingFirst())]))
                {
                    any = true;
                    break;
                }
            }
        }

        return any;
    }

    private bool PlainerLines()
    {
        var plain = Domain.Plain(_best, _header.Suite, _roles);
        for (var at = _best.Count - 1; at >= 0; at--)
        {
            foreach (var line in plain)
            {
                if (Roles.Rank(line.Name) >= Roles.Rank(_best[at].Name))
                {
                    break;
                }

                if (IsBound(line, at) && TryLine(at, line))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether a line may be enabled at a place: what it speaks of is bound before, and what it binds nowhere else.</summary>
    private bool IsBound(Line line, int at) =>
        line.Names.All(name => name == line.Birth || _best.Take(at).Any(before => before.Birth == name)) && !_best.Where((other, i) => i != at && other.Birth is not null).Any(other => other.Birth == line.Birth);

    /// <summary>Files in the place of lent pages, kiobufs in the place of vectors.</summary>
    private bool PlainerObjects()
    {
        var any = false;
        foreach (var born in _best.Select(line => line.Operation).ToList())
        {
            any |= born switch
            {
                AllocPage alloc => TryEach(_best, line => line.OfFile(alloc.Result, new FileId(_best.Count(other => other.Operation is OpenFile)), MostLent(alloc.Result), IsUdp)),
                GetUserPages pin => TryEach(_best, line => line.OfKiobuf(pin.Result, new PinId(false, _best.Count(other => other.Operation is MapUserKiobuf)))),
                _ => false,
            };
        }

        return any;
    }

    private int MostLent(PageId page) => _best.Select(line => line.Operation).OfType<MsgZerocopy>().Where(call => call.Page == page).Select(call => call.Offset + call.Count).DefaultIfEmpty(1).Max();

    private bool IsUdp(SockId sock) => _best.Exists(line => line.Operation is UdpConnect udp && udp.Result == sock);

    /// <summary>Fewer bytes, and plainer ones; sends of the file follow.</summary>
    private bool ShortenFiles()
    {
        var any = false;
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Operation is not OpenFile { Content: LiteralContent content } open)
            {
                continue;
            }

            var bytes = new byte[content.Length];
            content.Read(0, bytes);
            foreach (var length in Lengths(bytes.Length))
            {
                if (TryEach(_best, line => line.Operation == (Operation)open ? line.WithContent(bytes[..length]) : line.Within(open.Result, length)))
                {
                    any = true;
                    bytes = bytes[..length];
                    break;
                }
            }

            var counted = new byte[bytes.Length];
            Pattern.Fill(counted, 0);
            if (bytes.AsSpan().ContainsAnyExcept((byte)0))
            {
                any |= Filled(open.Result, new byte[bytes.Length]) || (!bytes.AsSpan().SequenceEqual(counted) && Filled(open.Result, counted));
            }
        }

        return any;
    }

    private bool Filled(FileId file, byte[] bytes) => TryEach(_best, line => line.Operation is OpenFile open && open.Result == file ? line.WithContent(bytes) : line);

    /// <summary>Numbers toward 0, 1, the border of a page; one at a time, then all that are equal together.</summary>
    private bool PlainOperands()
    {
        var any = false;
        for (var i = 0; i < _best.Count; i++)
        {
            foreach (var plainer in _best[i].Plainer())
            {
                any |= TryLine(i, plainer);
            }

            for (var n = 0; i < _best.Count && n < _best[i].Numbers.Count; n++)
            {
                while (Lower(i, n))
                {
                    any = true;
                }
            }
        }

        return any;
    }

    private bool Lower(int at, int n)
    {
        // What was tried last may have dropped lines.
        if (at >= _best.Count || n >= _best[at].Numbers.Count)
        {
            return false;
        }

        var (place, length, number) = _best[at].Numbers[n];
        return Values(number).Any(value => TryLine(at, _best[at].WithNumber(place, length, value)) || TryEach(_best, line => WithAll(line, number, value)));
    }

    /// <summary>As below, where that is soon done.</summary>
    private bool LowerFew() => _best.Sum(line => line.Numbers.Count(number => number.Value > 0)) <= FewNumbers && LowerTogether();

    /// <summary>Two numbers that hang together, a length and a place in it, go down by the same.</summary>
    private bool LowerTogether()
    {
        var places = _best.SelectMany((line, at) => line.Numbers.Select((number, n) => (Line: at, Place: n, number.Value))).Where(number => number.Value > 0).ToList();
        for (var i = 0; i < places.Count && _best.Count <= MostForPairs; i++)
        {
            for (var j = i + 1; j < places.Count; j++)
            {
                var (one, other) = (places[i], places[j]);
                var least = Math.Min(one.Value, other.Value);
                foreach (var by in new[] { least, least - 1, least / 2, 1 }.Where(by => by > 0 && Rank(one.Value - by) < Rank(one.Value) && Rank(other.Value - by) < Rank(other.Value)).Distinct())
                {
                    // The later place first: a shorter number moves what stands behind it.
                    var lower = _best.ToList<Line?>();
                    lower[other.Line] = Lowered(lower[other.Line], other.Place, by);
                    lower[one.Line] = Lowered(lower[one.Line], one.Place, by);
                    if (!lower.Contains(null) && Try(lower!))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private static Line? Lowered(Line? line, int place, long by) =>
        line?.Numbers[place] is { } number ? line.WithNumber(number.At, number.Length, number.Value - by) : null;

    private static Line? WithAll(Line line, long from, long to)
    {
        var changed = line;
        for (var n = line.Numbers.Count - 1; changed is not null && n >= 0; n--)
        {
            var (at, length, value) = line.Numbers[n];
            changed = value == from ? changed.WithNumber(at, length, to) : changed;
        }

        return changed;
    }

    /// <summary>Plainer numbers: the plainest, then half of the way down, and half of that.</summary>
    private IEnumerable<long> Values(long value)
    {
        foreach (var plainest in new[] { 0, 1, _header.Profile.PageSize }.Where(plainest => Rank(plainest) < Rank(value)))
        {
            yield return plainest;
        }

        for (var down = value / 2; down > 0; down /= 2)
        {
            if (Rank(value - down) < Rank(value))
            {
                yield return value - down;
            }
        }
    }

    /// <summary>0 is plainest, then 1, then the border of a page, then the others by size.</summary>
    private long Rank(long value) => value <= 1 ? value : value == _header.Profile.PageSize ? 2 : 2 + value;

    /// <summary>A page that the script itself holds, in the place of a fragment that a copy shares.</summary>
    private bool OwnPage()
    {
        var at = _best.FindIndex(line => line.Operation is SkbAppendPage);
        var copy = _best.FindIndex(line => line.Operation is SkbClone or PskbCopy);
        if (at < 0 || copy < 0 || _best.Exists(line => line.Operation is AllocPage))
        {
            return false;
        }

        var append = (SkbAppendPage)_best[at].Operation;
        return TryPlainer([Of(new AllocPage(default, Zone.Low, 0)), .. _best.Select((line, i) => i == at ? Of(new SkbFillPageDesc(append.Skb, default, 0, append.Size)) : line).Where((_, i) => i != copy)]);
    }

    private bool TryPlainer(List<Line> lines) => IsPlainer(lines) && Try(lines);

    private bool TryPlainer(params IEnumerable<Operation> operations) => TryPlainer([.. operations.Select(Of)]);

    private bool IsPlainer(List<Line> lines) => Certificate.IsSmaller([.. lines.Select(line => line.Name)], [.. _best.Select(line => line.Name)]);

    private static IEnumerable<int> Lengths(int length) =>
        new[] { 0, 1, length / 4, length / 2, length * 3 / 4, length - 8, length - 1 }.Where(shorter => shorter >= 0 && shorter < length).Distinct();
}
