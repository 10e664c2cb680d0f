using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Fewer operations where there are sockets and devices: sends merge, another route does, the device runs instead.</summary>
public sealed partial class Shrinker
{
    private static readonly NetifFeatures[] FewerFeatures = [NetifFeatures.None, NetifFeatures.Sg, NetifFeatures.AnyCsum, NetifFeatures.HighDma];

    /// <summary>A handshake's last segment, a segment, and its two parts.</summary>
    private const int MostFrames = 4;

    /// <summary>Bytes, in segments of one: they fill a small ring.</summary>
    private const int MostSent = 16;

    /// <summary>Two sends over one connection become one, in the words of either; the others of the file follow each other, and segments may grow with them.</summary>
    private bool FewerSends()
    {
        for (var i = 0; i < _best.Count; i++)
        {
            if (_best[i].Send is not { } first || NextSend(i, first.Sock) is not { } j)
            {
                continue;
            }

            // Eight bytes fill the window of a narrow connection, and one waits: no failure is needed for that, and no window that closes.
            var failing = _best.FindIndex(line => line.Operation is FailAlloc or PeerWindow);
            if (failing >= 0 && Try([.. Chain(first.File, i, failing, 0, 9).Select(line => line.Narrow(2))]))
            {
                return true;
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

                    // One copies and the other does not: what waits behind them is of the second's kind.
                    if (_best[at].Operation.GetType() != _best[without].Operation.GetType() && Try(Chain(second.File, without, at, offset, count)))
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

    /// <summary>Each at once, in the place of a schedule.</summary>
    private bool Unscheduled()
    {
        var plain = new List<Line>();
        foreach (var line in _best)
        {
            if (!line.IsScheduled(out var atOnce))
            {
                plain.Add(line);
            }
            else if (atOnce is not null && (plain.Count == 0 || plain[^1] != atOnce))
            {
                plain.Add(atOnce);
            }
        }

        return plain.Count < _best.Count && Try(plain);
    }

    /// <summary>A SYN in the place of a datagram that is forwarded.</summary>
    private bool SynInstead()
    {
        var any = false;
        foreach (var skb in _best.Where(line => line.Operation is IpipRcv).Select(line => line.Birth!).ToList())
        {
            var sock = new SockId(_best.Count(line => line.Operation is TcpConnect or UdpConnect));
            any |= Try([.. _best.Select(line => line.OfSyn(skb, sock)).OfType<Line>()]);
        }

        return any;
    }

    /// <summary>The end goes, and the device runs instead, over this route or another: what it does with what it has may be enough.</summary>
    private bool RunInstead()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is not { } device)
        {
            return false;
        }

        var run = Of(new DeviceRun(device.Result, Line.MostPackets));
        Line[][] ends = [[], [run], [run, Of(new Interrupt(device.Result))], [Of(new DevClose(device.Result, null))]];
        var datagrams = _best.Where(line => line.Operation is not (DeviceRun or NetifRx or Interrupt)).Select(line => line.Names.Where(name => Vocabulary.KindOf(name) == "sk").Aggregate(line, (changed, sock) => changed.OverUdp(sock))).ToList();
        var alike = datagrams.Where(line => line.Operation is not DevFeatures).ToList();
        foreach (var lines in Routes(_best).Concat(Routes(datagrams)).Concat(alike.Count < datagrams.Count ? Routes(alike) : []).Concat(Routes(InOneSegment())))
        {
            for (var kept = lines.Count; kept > 0; kept--)
            {
                foreach (var end in ends)
                {
                    if (Used([.. lines.Take(kept).Select(line => line.Uncorked()), .. end]) is var ended && ended.Count < _best.Count && Try(ended))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>The device goes on once after the handshake, in the place of every time that it does and of faults, and the script ends as before, or with a connection that is cut off.</summary>
    private bool OneRun()
    {
        var end = _best.FindLastIndex(line => !line.IsOfDevice);
        if (end < 0 || _best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is not { Result: var dev })
        {
            return false;
        }

        var established = _best.FindIndex(line => line.Operation is NetifRx);
        List<Line> idle = [.. _best.Where((line, i) => i <= established || (i < end && !line.IsOfDevice))];
        List<Line> whole = [.. idle.Where(line => !line.IsFault)];
        List<Line> open = [.. whole.Where(line => !line.Ends)];
        var cut = _best.Select(line => line.Operation).OfType<TcpConnect>().Select(connect => Of(new TcpClose(connect.Result, LingerNot: true)));
        foreach (var (lines, last) in cut.Select(close => (open, close)).Prepend((whole, _best[end])).Prepend((idle, _best[end])))
        {
            foreach (var routed in new[] { lines, [.. lines.Select(line => line.OverLoopback())] })
            {
                if (routed.Count + 1 < _best.Count && Try([.. routed, last]))
                {
                    return true;
                }

                for (var at = routed.Count; at > established + 1; at--)
                {
                    for (var frames = 1; frames <= MostFrames; frames++)
                    {
                        List<Line> once = [.. routed.Take(at), Of(new DeviceRun(dev, frames)), .. routed.Skip(at), last];
                        if (IsPlainer(once) && Try(once))
                        {
                            return true;
                        }
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Over loopback, which is done with a packet when it is sent, in the place of a queue that takes none. A device that is not given high pages, and a high page, in the place of what copies it later.</summary>
    private bool Elsewhere()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is not { Result: var dev })
        {
            return false;
        }

        if (_best.Exists(line => line.Operation is RedMark or XmitBusy))
        {
            List<Line> taken = [.. _best.Where(line => line.Operation is not (RedMark or XmitBusy)).Select(line => line.OverLoopback()), Of(new DeviceRun(dev, Line.MostPackets))];
            if (IsPlainer(taken) && Try(taken))
            {
                return true;
            }
        }

        List<Line> high = [.. _best.Where(line => line.Operation is not (DeviceRun or NfHook)).Select(line => line.WithoutHighDma())];
        return high.Count < _best.Count && high.Exists(line => line.Operation is MsgZerocopy) && Try(high);
    }

    /// <summary>A device that lacks from the start what it is told to do without later.</summary>
    private bool Lacking()
    {
        var off = _best.Select(line => line.Operation).OfType<DevFeatures>().Aggregate(NetifFeatures.None, (sum, change) => sum | change.Off);
        return off != NetifFeatures.None && TryEach(
            _best.Where(line => line.Operation is not DevFeatures),
            line => line.Operation is RegisterNetdev register ? Of(register with { Off = register.Off | (off & register.Kind.Features) }) : line);
    }

    /// <summary>One send of those over connections stays, and the device does a part of what it has then: what it has not come to is still held.</summary>
    private bool OneSend()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is not { Result: var dev })
        {
            return false;
        }

        var sends = Enumerable.Range(0, _best.Count).Where(i => _best[i].Send is not null || _best[i].Operation is MsgZerocopy).ToHashSet();
        var end = _best.FindLastIndex(line => line.Operation is not (DeviceRun or NetifRx or Interrupt)) + 1;
        Line[] after = [Of(new NetifRx(dev, 1)), Of(new Interrupt(dev))];
        for (var stays = end - 1; stays >= 0; stays--)
        {
            if (!sends.Contains(stays))
            {
                continue;
            }

            var one = stays;
            var kept = Used([.. _best.Take(end).Where((_, k) => k == one || !sends.Contains(k))]);
            for (var frames = 1; frames <= MostFrames && kept.Count + 2 < _best.Count; frames++)
            {
                var run = Of(new DeviceRun(dev, frames));
                if (after.Any(last => Try([.. kept, run, last])))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The driver is busy once, so that the first packet waits, in the place of a queue that fills and of everything that filled it: sockets, or all but what the device did.</summary>
    private bool BusyInstead()
    {
        var device = _best.FindIndex(line => line.Operation is RegisterNetdev);
        if (device < 0)
        {
            return false;
        }

        var busy = Of(new XmitBusy(((RegisterNetdev)_best[device].Operation).Result));
        List<Line> sockets = [.. _best.Where(line => line.Operation is RegisterNetdev or TcpConnect or UdpConnect)];
        List<Line> idle = [.. _best.Where(line => line.Operation is not (DeviceRun or NetifRx or Interrupt or XmitBusy))];
        List<Line> connections = [.. sockets.Select(line => line.Birth is { } sock ? line.OverTcp(sock) : line)];
        foreach (var lines in new[] { sockets, connections, idle })
        {
            for (var at = 1; at < lines.Count && lines.Count + 1 < _best.Count; at++)
            {
                if (Try([.. lines.Take(at), busy, .. lines.Skip(at)]))
                {
                    return true;
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
        while (lines.FindIndex(line => line.Birth is { } born && lines.Count(other => other.Speaks(born)) == 1) is var unused and >= 0)
        {
            lines.RemoveAt(unused);
        }

        return lines;
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

    /// <summary>A page that is lent, in a datagram, in the place of a file that is sent over a connection: both go by reference, and a datagram needs no handshake.</summary>
    private bool Lend()
    {
        var any = false;
        foreach (var sock in _best.Select(line => line.Birth).OfType<string>().Where(name => Vocabulary.KindOf(name) == "sk").ToList())
        {
            any |= Lend(sock);
        }

        return any;
    }

    /// <summary>The same over one socket.</summary>
    private bool Lend(string sock)
    {
        if (_best.Find(line => line.Send is { } sent && sent.Sock.ToString() == sock)?.Send is not { } send)
        {
            return false;
        }

        var page = new PageId(_best.Count(line => line.Operation is AllocPage));
        var lent = _best.Select(line => line.Lent(send.Sock, send.File, page, _header.Profile.PageSize)).ToList();
        var first = lent.FindIndex(line => line.Operation is MsgZerocopy);
        List<Line> atOnce = [.. lent.Where((line, i) => i > first || line.Operation is not (DeviceRun or NetifRx))];
        List<Line> high = [.. atOnce.Select(line => line.WithoutHighDma())];
        List<Line> whole = [.. atOnce.Select(line => line.LendingAll(_header.Profile.PageSize))];
        return (IsPlainer(atOnce) && (Try(atOnce) || Try(whole))) || (IsPlainer(lent) && Try(lent)) || (lent.Exists(line => line.Operation is AllocPage { Zone: Zone.High }) && IsPlainer(high) && Try(high));
    }

    /// <summary>A connection with its handshake, and one send of many segments, in the place of datagrams or of packets that are sent again.</summary>
    private bool SendOnce(string sock)
    {
        if (_best.Find(line => line.Birth == sock) is not { } born || _best.Find(line => line.Operation is RegisterNetdev) is not { Operation: RegisterNetdev { Result: var dev } } device)
        {
            return false;
        }

        var id = born.Operation switch { UdpConnect udp => udp.Result, TcpConnect tcp => tcp.Result, _ => default };
        var file = Of(_best.Select(line => line.Operation).OfType<OpenFile>().FirstOrDefault() is { } open ? open with { Zone = Zone.Low } : new OpenFile(default, Zone.Low, new LiteralContent([])));
        Line[] established = [device, Roomier(file), born.OverTcp(sock).Narrow(1), Of(new DeviceRun(dev, 1)), Of(new NetifRx(dev, 1))];
        var (run, interrupt, close) = (Of(new DeviceRun(dev, Line.MostPackets)), Of(new Interrupt(dev)), Of(new DevClose(dev, null)));
        Line[][] ends = [[], [run], [close], [run, interrupt], [run, interrupt, close]];
        return ends.Any(end => established.Length + 1 + end.Length < _best.Count
            && Enumerable.Range(1, MostSent).Any(count => Try([.. established, Of(new Sendfile(id, ((OpenFile)file.Operation).Result, 0, count)), .. end])));
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
}
