using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Shrink;

/// <summary>The smallest script that was found.</summary>
/// <param name="Script">What is left.</param>
/// <param name="Violations">What its last operation breaks.</param>
/// <param name="Evaluations">Scripts that were tried.</param>
/// <param name="Exhausted">The budget ended before nothing more could be taken away.</param>
public sealed record Shrunk(Script Script, IReadOnlyList<Violation> Violations, int Evaluations, bool Exhausted);

/// <summary>Makes a failing script smaller, as long as the same law fails: fewer operations, then fewer objects, then plainer operands, then canonical names.</summary>
/// <remarks>A deleted birth disables its users, which are skipped and dropped with it. What may stand for what, <see cref="Line"/> says; a change counts only where the same law fails.</remarks>
public sealed class Shrinker
{
    /// <summary>Scripts that are tried unless told otherwise.</summary>
    public const int DefaultEvaluations = 50_000;

    private const int MostForPairs = 40;
    private const int MostForHoist = 12;

    private static readonly NetifFeatures[] FewerFeatures = [NetifFeatures.None, NetifFeatures.Sg, NetifFeatures.AnyCsum, NetifFeatures.HighDma];

    private readonly ScriptHeader _header;
    private readonly Checker _checker;
    private readonly Violation _wanted;
    private readonly int _budget;
    private readonly HashSet<string> _tried = [];
    private readonly Vocabulary _vocabulary = new();
    private List<Line> _best;
    private IReadOnlyList<Violation> _violations;
    private int _evaluations;

    private Shrinker(ScriptHeader header, IReadOnlyList<Law> laws, IEnumerable<Operation> operations, IReadOnlyList<Violation> violations, int budget)
    {
        _header = header;
        _checker = new Checker(header.Profile, laws);
        _best = [.. operations.Select(Line.Of)];
        _violations = violations;
        _wanted = violations[0];
        _budget = budget;
    }

    /// <summary>Shrinks what failed.</summary>
    /// <param name="header">Of the script that comes out.</param>
    /// <param name="laws">What is evaluated.</param>
    /// <param name="operations">The last of them breaks a law.</param>
    /// <param name="violations">What it breaks; the first is the one that must stay broken.</param>
    /// <param name="budget">Scripts to be tried at most.</param>
    public static Shrunk Shrink(ScriptHeader header, IReadOnlyList<Law> laws, IEnumerable<Operation> operations, IReadOnlyList<Violation> violations, int budget = DefaultEvaluations) =>
        new Shrinker(header, laws, operations, violations, budget).Run();

    private bool Exhausted => _evaluations >= _budget;

    private Shrunk Run()
    {
        TakeAway();
        UniqueNames();
        bool smaller;
        do
        {
            smaller = false;
            SetUpFirst();
            smaller |= TakeAway();
            smaller |= TakePairs();
            smaller |= TakeBytes();
            smaller |= MergeNames();
            smaller |= MergeAreas();
            smaller |= OtherSockets();
            smaller |= OtherRoutes();
            smaller |= SimplerOperations();
            smaller = smaller || FewerSends() || TakeAndRepair() || RunInstead() || TakeAndHoist() || OneForTwo();
            smaller |= ShortenFiles();
            smaller |= PlainOperands();
            smaller |= LowerTogether();
        }
        while (smaller && !Exhausted);

        while (Sort())
        {
        }

        CanonicalNames();
        return new Shrunk(new Script(_header, [.. _best.Select(line => line.Operation)]), _violations, _evaluations, Exhausted);
    }

    /// <summary>Devices, files, processes and their areas come first: what is alike stands together.</summary>
    private void SetUpFirst() => TryEach(_best.OrderBy(line => line.Operation switch
    {
        RegisterNetdev or OpenFile or MmAlloc => 0,
        Mmap => 1,
        _ => 2,
    }), line => line);

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

    /// <summary>An area goes, and another covers its pages; everything moves to lower pages.</summary>
    private bool MergeAreas()
    {
        var any = false;
        var page = _header.Profile.PageSize;
        while (_best.Exists(line => line.Operation is Mmap) && TryEach(_best, line => line.PageLower(page)))
        {
            any = true;
        }

        if (_best.Exists(line => line.Operation is Mmap { File: not null }))
        {
            any |= TryEach(_best.Where(line => line.Operation is not OpenFile), line => line.Anonymous());
        }

        for (var i = 0; i < _best.Count; i++)
        {
            for (var j = 0; j < _best.Count && i < _best.Count; j++)
            {
                if (i != j && _best[i].Operation is Mmap gone && _best[j].Operation is Mmap)
                {
                    var (without, wider) = (i, j);
                    any |= Try([.. _best.Select((line, k) => k == wider ? line.Wider(gone.Pages) : line).Where((_, k) => k != without)])
                        || Try([.. _best.Select((line, k) => k == wider ? line.Wider(gone.Pages).PageLower(page) : line).Where((_, k) => k != without)]);
                }
            }
        }

        return any | ZeroPageTwice();
    }

    /// <summary>One pin of two pages that are both the zero page, in the place of two pins of one page.</summary>
    private bool ZeroPageTwice()
    {
        var pins = _best.Select(line => line.Operation).OfType<MapUserKiobuf>().ToList();
        return pins.Count > 1 && pins.Any(pin => TryEach(_best.Where(line => line.Operation is not MapUserKiobuf other || other == pin), line => line.Operation switch
        {
            Mmap area => Line.Of(area with { Pages = 2, Prot = Prot.R }),
            MapUserKiobuf => Line.Of(pin with { Into = false, Count = _header.Profile.PageSize + 1 }),
            LockKiovec both => Line.Of(both with { Pin = pin.Result, Second = null }),
            _ => line,
        }));
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
                if (TryEach(_best.Where((_, at) => at != i), line => before.Contains(line) || !line.Names.Contains(name) ? line : Less(line, bytes)))
                {
                    any = true;
                    break;
                }
            }
        }

        return any;
    }

    /// <summary>Two sends over one connection become one, the others of the file follow each other, and segments may grow with them.</summary>
    private bool FewerSends()
    {
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Send is not { } first || NextSend(i, first.Sock) is not { } j)
            {
                continue;
            }

            var second = _best[j].Send!.Value;
            var both = first.Count + second.Count;
            var at = i;
            var without = j;

            // The first one's last segment was short: a full one in its place keeps those after it as they are.
            var full = (first.Count + Mss(first.Sock) - 1) / Mss(first.Sock) * Mss(first.Sock);
            foreach (var count in new[] { both, full + second.Count, both - 1, both + 1, both - 2, both + 2, 3L * _header.Profile.PageSize, (3L * _header.Profile.PageSize) + 1 }.Where(count => count > 0))
            {
                foreach (var offset in new[] { 0, 1, first.Offset, second.Offset }.Distinct())
                {
                    var chain = Chain(first.File, at, without, offset, count);
                    List<Line> wide = [.. chain.Select(line => line.ForSegments((int)count))];
                    if (Try(chain) || Try(wide) || Try([.. wide.Where(line => line.Operation is not FailAlloc)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private int Mss(SockId sock) => _best.Select(line => line.Operation).OfType<TcpConnect>().FirstOrDefault(connect => connect.Result == sock)?.Mss ?? 1;

    private int? NextSend(int after, SockId sock)
    {
        for (var j = after + 1; j < _best.Count; j++)
        {
            if (_best[j].Send is { } send && send.Sock == sock)
            {
                return j;
            }
        }

        return null;
    }

    /// <summary>The script without one send: the send at a place has a range of its own, later ones of the file begin where the one before ended, and the file is long enough.</summary>
    private List<Line> Chain(FileId file, int at, int without, long offset, long count)
    {
        var chain = new List<Line>();
        var end = offset + count;
        for (var k = 0; k < _best.Count; k++)
        {
            if (k == without)
            {
                continue;
            }

            if (k == at)
            {
                chain.Add(_best[k].Sending(offset, count));
            }
            else if (k > at && _best[k].Send is { } send && send.File == file)
            {
                chain.Add(_best[k].Sending(end, send.Count));
                end += send.Count;
            }
            else
            {
                chain.Add(_best[k]);
            }
        }

        return [.. chain.Select(line => line.Operation is OpenFile { Content: LiteralContent } open && open.Result == file ? line.Longer((int)end) : line)];
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

    /// <summary>The end goes, and the device runs instead, over this route or another: what it does with what it has may be enough.</summary>
    private bool RunInstead()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is not { } device)
        {
            return false;
        }

        Line[] end = [Line.Of(new DeviceRun(device.Result, _header.Profile.PageSize)), Line.Of(new Interrupt(device.Result))];
        var datagrams = _best.Where(line => line.Operation is not (DeviceRun or NetifRx or Interrupt)).Select(line => line.Names.Where(name => Vocabulary.KindOf(name) == "sk").Aggregate(line, (changed, sock) => changed.OverUdp(sock))).ToList();
        foreach (var lines in Routes(_best).Concat(Routes(datagrams)).Concat(Routes(InOneSegment())))
        {
            for (var kept = lines.Count; kept > 0; kept--)
            {
                for (var more = 0; more <= end.Length; more++)
                {
                    if (Used([.. lines.Take(kept).Select(line => line.Uncorked()), .. end.Take(more)]) is var ended && ended.Count < _best.Count && Try(ended))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Segments that take the largest send, and no device that runs between the sends.</summary>
    private List<Line> InOneSegment()
    {
        var first = _best.FindIndex(line => line.Send is not null);
        var most = _best.Max(line => line.Send?.Count ?? 0);
        return first < 0 ? [] : [.. _best.Where((line, i) => i < first || line.Operation is not DeviceRun).Select(line => line.ForSegments((int)most))];
    }

    /// <summary>The lines as they are, then with another driver and with features off.</summary>
    private static IEnumerable<List<Line>> Routes(List<Line> lines) =>
        [lines, .. DriverKind.All.SelectMany(kind => FewerFeatures.Select(off => lines.Select(line => line.Over(kind, off, 0)).ToList()))];

    /// <summary>Without births that nobody speaks of.</summary>
    private static List<Line> Used(List<Line> lines)
    {
        while (lines.FindIndex(line => line.Birth is { } born && lines.Count(other => other.Names.Contains(born)) == 1) is var unused and >= 0)
        {
            lines.RemoveAt(unused);
        }

        return lines;
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

    /// <summary>Neighbours change places where the order of their texts says so: scripts of one bug come out alike.</summary>
    private bool Sort()
    {
        var any = false;
        for (var i = 0; i + 1 < _best.Count; i++)
        {
            if (string.CompareOrdinal(_best[i].Text, _best[i + 1].Text) > 0)
            {
                any |= Try([.. _best.Take(i), _best[i + 1], _best[i], .. _best.Skip(i + 2)]);
            }
        }

        return any;
    }

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

    /// <summary>A datagram socket instead of a connection, and the other way round: one needs no handshake, the other no data.</summary>
    private bool OtherSockets()
    {
        var any = false;
        foreach (var sock in _best.Select(line => line.Birth).OfType<string>().Where(name => Vocabulary.KindOf(name) == "sk").ToList())
        {
            any |= TryEach(_best, line => line.OverUdp(sock));
            any |= TryEach(_best.Where(line => !line.SendsOver(sock)), line => line.OverTcp(sock));
            any |= ConnectLate(sock) || SendOnce(sock);
        }

        return any;
    }

    /// <summary>A connection in the place of what was sent over the socket: its SYN is a packet too.</summary>
    private bool ConnectLate(string sock)
    {
        var connect = _best.FindIndex(line => line.Birth == sock);
        for (var i = connect + 1; connect >= 0 && i < _best.Count; i++)
        {
            var at = i;
            if (_best[i].SendsOver(sock)
                && Try([.. _best.Select((line, k) => k == at ? _best[connect].OverTcp(sock) : line).Where((line, k) => k != connect && !line.SendsOver(sock))]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A connection with its handshake, and one send of many segments, in the place of datagrams.</summary>
    private bool SendOnce(string sock)
    {
        var connect = _best.FindIndex(line => line.Birth == sock);
        if (connect < 0 || _best[connect].Operation is not UdpConnect udp || _best.Find(line => line.SendsOver(sock)) is not { Operation: UdpSendmsg datagram })
        {
            return false;
        }

        List<Line> established = [_best[connect].OverTcp(sock), Line.Of(new DeviceRun(udp.Device, 1)), Line.Of(new NetifRx(udp.Device, 1))];
        var rest = _best.Skip(connect + 1).Where(line => !line.SendsOver(sock)).ToList();
        return Enumerable.Range(1, _header.Profile.PageSize).Any(count =>
            new[] { rest, [] }.Any(after => Try(Used([.. _best.Take(connect).Select(Roomier), .. established, Line.Of(new Sendfile(datagram.Sock, datagram.File, 0, count)), .. after]))));
    }

    /// <summary>Another route from the start instead of one that changes: driver, features, zone and IP options decide who copies and who sums. What changed it later goes, and what then sent again may go too.</summary>
    private bool OtherRoutes()
    {
        if (!_best.Exists(line => line.Operation is DevFeatures or TcpRetransmitTimer))
        {
            return false;
        }

        foreach (var kind in DriverKind.All)
        {
            foreach (var off in FewerFeatures)
            {
                foreach (var options in new[] { 0, TcpConnect.MaxIpOptions })
                {
                    var kept = _best.Where(line => line.Operation is not DevFeatures).Select(line => line.Over(kind, off, options)).ToList();
                    var once = kept.Where(line => line.Operation is not TcpRetransmitTimer).ToList();
                    if ((once.Count < _best.Count && Try(once)) || (kept.Count < _best.Count && Try(kept)))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Each birth gets a name of its own: a name that is used again holds two objects apart.</summary>
    private void UniqueNames()
    {
        var now = new Dictionary<string, string>();
        var used = new HashSet<string>();
        TryEach(_best, line =>
        {
            var before = new Dictionary<string, string>(now);
            if (line.Birth is { } born)
            {
                var number = 0;
                while (!used.Add($"{Vocabulary.KindOf(born)}{number}"))
                {
                    number++;
                }

                now[born] = $"{Vocabulary.KindOf(born)}{number}";
                var first = true;
                return line.Rename(name =>
                {
                    var own = first && name == born;
                    first = false;
                    return own ? now[born] : before.GetValueOrDefault(name, name);
                });
            }

            return line.Rename(name => now.GetValueOrDefault(name, name));
        });
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

            if (bytes.AsSpan().ContainsAnyExcept((byte)0))
            {
                any |= TryEach(_best, line => line.Operation is OpenFile opened && opened.Result == open.Result ? line.WithContent(new byte[bytes.Length]) : line);
            }
        }

        return any;
    }

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

    /// <summary>Two operations go, and a plain one comes: in the place of either, or at the end. What used a name that is gone may use another.</summary>
    private bool OneForTwo() => _best.Count <= MostForHoist
        && (OneForTwo(_best) || OneForTwo([.. _best.Select(Roomier)]) || OneForTwo([.. _best.Select(line => Roomier(line.Narrow()))]) || OneForTwo([.. _best.Select(line => line.Uncorked())]));

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
    private static IEnumerable<string> Fresh(List<Line> lines) => lines.Select(line => line.Birth).OfType<string>()
        .GroupBy(Vocabulary.KindOf)
        .Select(names => Enumerable.Range(0, lines.Count + 1).Select(n => $"{names.Key}{n}").First(name => !names.Contains(name)));

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

    /// <summary>Names in the order in which they are first met.</summary>
    private void CanonicalNames()
    {
        var names = new Dictionary<string, string>();
        foreach (var name in _best.SelectMany(line => line.Names))
        {
            if (!names.ContainsKey(name))
            {
                names.Add(name, $"{Vocabulary.KindOf(name)}{names.Keys.Count(other => Vocabulary.KindOf(other) == Vocabulary.KindOf(name))}");
            }
        }

        TryEach(_best, line => line.Rename(name => names[name]));
    }

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

    private static IEnumerable<int> Lengths(int length) =>
        new[] { 0, 1, length / 4, length / 2, length * 3 / 4, length - 8, length - 1 }.Where(shorter => shorter >= 0 && shorter < length).Distinct();

    private bool TryLine(int at, Line? line) => line is not null && line != _best[at] && Try([.. _best.Take(at), line, .. _best.Skip(at + 1)]);

    private bool TryEach(IEnumerable<Line> lines, Func<Line, Line?> change)
    {
        var changed = lines.Select(change).ToList();
        return !changed.Contains(null) && !changed.SequenceEqual(_best) && Try(changed!);
    }

    /// <summary>Takes the candidate where it breaks the same law first, or in fewer operations another law of the same rule; what it skips is left out.</summary>
    private bool Try(List<Line> candidate)
    {
        if (Exhausted || candidate.Count == 0 || !_tried.Add(string.Join('\n', candidate)))
        {
            return false;
        }

        _evaluations++;
        _checker.Reset();
        var applied = new List<Line>();
        foreach (var line in candidate)
        {
            if (!_checker.Apply(line.Operation))
            {
                continue;
            }

            applied.Add(line);
            if (_checker.HasPanicked)
            {
                return false;
            }

            if (_checker.Violations.Count == 0)
            {
                continue;
            }

            foreach (var violation in _checker.Violations)
            {
                if (violation.Rule == _wanted.Rule && (violation.Law == _wanted.Law || applied.Count < _best.Count))
                {
                    (_best, _violations) = (applied, [violation, .. _checker.Violations.Where(other => other != violation)]);
                    return true;
                }
            }

            return false;
        }

        return false;
    }
}
