using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Whole scripts of a few patterns, in the place of one that is longer: many bugs show in a connection with one send, whatever they were found in.</summary>
public sealed partial class Shrinker
{
    private const int MostSyns = 4;
    private const int MostLends = 3;
    private const int MostAreaPages = 3;
    private const int MostFailing = 8;

    private bool Afresh()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is { } device && _best.Exists(line => line.Birth is { } born && Vocabulary.KindOf(born) == "sk"))
        {
            return SynsOnly(device) || Fin(device) || Lends(device) || Datagram(device) || OneSendAfresh(device);
        }

        return OneArea() || Forked() || PinnedAtOnce() || LockedTwice() || FromFile() || OwnPage();
    }

    private bool TryPlainer(List<Line> lines) => lines.Count <= _best.Count && IsPlainer(lines) && Try(lines);

    private bool TryPlainer(params IEnumerable<Operation> operations) => TryPlainer([.. operations.Select(Of)]);

    private static IEnumerable<RegisterNetdev> Cards(RegisterNetdev own) =>
        DriverKind.All.SelectMany(kind => FewerFeatures.Select(off => new RegisterNetdev(own.Result, kind, DriverKind.MinMtu, off & kind.Features))).Prepend(own with { Mtu = DriverKind.MinMtu }).Prepend(own).Distinct();

    private static OpenFile Zeros(long length) => new(default, Zone.Low, new LiteralContent(new byte[length]));

    private static TcpConnect Connection(RegisterNetdev device, int mss, int name = 0) => new(new SockId(name), device.Result, mss, 0, false, TcpConnect.DefaultIsn);

    /// <summary>Connections that nobody answers, and what the device does then.</summary>
    private bool SynsOnly(RegisterNetdev device)
    {
        Operation[][] ends = _best[^1].IsOfDevice ? [[], [_best[^1].Operation]] : [[]];
        return ends.Any(end => Enumerable.Range(1, MostSyns).Any(count => TryPlainer([device with { Mtu = DriverKind.MinMtu }, .. Enumerable.Range(0, count).Select(name => Connection(device, 1, name)), .. end])));
    }

    /// <summary>A connection that is closed without data: FIN is a segment too.</summary>
    private bool Fin(RegisterNetdev device) => Cards(device).Any(card =>
        TryPlainer(card, Connection(card, 1), new DeviceRun(card.Result, 1), new NetifRx(card.Result, 1), new TcpClose(default)));

    /// <summary>Pages that are lent in datagrams.</summary>
    private bool Lends(RegisterNetdev device)
    {
        Operation[][] ends = [[], [new DeviceRun(device.Result, _header.Profile.PageSize)], [new DevClose(device.Result, null)]];
        return ends.Any(end => Enumerable.Range(1, MostLends).Any(count => new[] { 1, _header.Profile.PageSize }.Any(bytes => Cards(device).Any(card =>
            TryPlainer([card, new AllocPage(default, card.Off == NetifFeatures.HighDma ? Zone.High : Zone.Low, 0), new UdpConnect(default, card.Result, 0), .. Enumerable.Repeat(new MsgZerocopy(default, default, 0, bytes), count), .. end])))));
    }

    /// <summary>A datagram, whole and in fragments.</summary>
    private bool Datagram(RegisterNetdev device)
    {
        var page = _header.Profile.PageSize;
        Operation[][] ends = [[], [new DeviceRun(device.Result, page)], [new TxTimeout(device.Result, null)]];
        return ends.Any(end => new[] { (0, 1), (0, page), (0, page + 1), (36, 17), (36, 25), (36, 33), (36, 41) }.Any(sent =>
            TryPlainer([device with { Mtu = DriverKind.MinMtu }, Zeros(sent.Item2), new UdpConnect(default, device.Result, sent.Item1), new UdpSendmsg(default, default, 0, sent.Item2), .. end])));
    }

    /// <summary>A connection, its handshake, one send of a few segments, and what the device or a second send does to it.</summary>
    private bool OneSendAfresh(RegisterNetdev own)
    {
        var page = _header.Profile.PageSize;
        var (rx, irq, run, close) = (new NetifRx(own.Result, 1), new Interrupt(own.Result), new DeviceRun(own.Result, page), new DevClose(own.Result, null));
        Operation[] write = [new GenericFileWrite(default, 0, 1, 0), run];
        Operation[][] ends =
        [
            [], [irq], [run], [close], [new Sendfile(default, default, 1, 1)], write, [run, irq],
            [new Sendfile(default, default, 0, 5), run, new TcpRetransmitTimer(default)],
            .. Enumerable.Range(1, 3).Select(k => new Operation[] { new FailAlloc(k), new TcpSendmsg(default, default, page, 1) }), [run, irq, close],
        ];
        (int Mss, int Offset, int Count)[] sends =
        [
            .. Enumerable.Range(1, MostSent).Select(count => (1, 0, count)), .. Enumerable.Range(1, MostSent + 1).SelectMany(count => new[] { (2, 0, count), (2, page - 1, count) }), (2, (page / 2) - 1, (page / 2) + 1),
            (page + 1, 0, page + 1), (page + 1, 0, 2 * (page + 1)), ((2 * page) + 1, 0, (2 * page) + 1),
        ];
        foreach (var end in ends.Where(end => end.Length + 6 <= _best.Count))
        {
            var other = Connection(own, 1, 1);
            Operation[][] answers = [[rx], [irq, rx], [rx, other], [irq, rx, other]];
            if (answers.Any(answer => sends.Any(send => Tried(own with { Mtu = DriverKind.MinMtu }, answer, send, end))) || Cards(own).Any(card => sends.Take(2).Append((5, 0, 1)).Any(send => Tried(card, [rx], send, end))))
            {
                return true;
            }
        }

        return false;

        static long Reach(Operation operation) => operation switch
        {
            TcpSendmsg sent => sent.Offset + sent.Count,
            Sendfile sent => sent.Offset + sent.Count,
            _ => 0,
        };

        bool Tried(RegisterNetdev card, Operation[] answer, (int Mss, int Offset, int Count) send, Operation[] end) => TryPlainer(
        [
            card with { Mtu = Math.Max(card.Mtu, Math.Min(send.Mss + 40, card.Kind.MaxMtu)) }, Zeros(Math.Max(send.Offset + send.Count, end.Select(Reach).DefaultIfEmpty().Max())), Connection(card, send.Mss),
            new DeviceRun(card.Result, 1), .. answer, new Sendfile(default, default, send.Offset, send.Count), .. end,
        ]);
    }

    /// <summary>One area stays, at the beginning; what touched others too touches only this one.</summary>
    private bool OneArea()
    {
        var page = _header.Profile.PageSize;
        foreach (var area in _best.Select(line => line.Operation).OfType<Mmap>())
        {
            var (from, end) = (area.Page * page, (area.Page + area.Pages) * page);
            var lines = _best.Where(line => line.Operation is not Mmap other || other == area)
                .Select(line => line.Operation is Mmap ? Of(area with { Page = 0 }) : line.Touching(from, end)).OfType<Line>().ToList();
            if (lines.Count < _best.Count && Try(lines))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A page that is shared with a child, in the place of one that is swapped out: it is written to then, not pinned.</summary>
    private bool Forked()
    {
        var at = _best.FindIndex(line => line.Operation is SwapOut);
        if (at < 0)
        {
            return false;
        }

        var child = new MmId(_best.Count(line => line.Operation is MmAlloc or DoFork));
        var forked = _best.Select((line, i) => i == at ? Of(new DoFork(child, ((SwapOut)line.Operation).Mm, CloneFlags.None)) : line).ToList();
        List<Line> written = [.. forked.Select((line, i) => line.Operation is MapUserKiobuf pin && i < at ? Of(new Store(pin.Mm, pin.Address, pin.Count, 0)) : line)];
        List<Line> gone = [.. written.Select((line, i) => line.Operation is Store store && i > at ? Of(store with { IsShort = true }) : line)];
        return TryPlainer(forked) || TryPlainer(written) || TryPlainer(gone);
    }

    /// <summary>A file that has the bytes, mapped to be read only, in the place of memory that is written to.</summary>
    private bool FromFile()
    {
        if (_best.Exists(line => line.Operation is OpenFile) || !_best.Exists(line => line.Operation is Store))
        {
            return false;
        }

        var content = new byte[1];
        Pattern.Fill(content, 0);
        return TryPlainer(
        [
            Of(new OpenFile(default, Zone.Low, new LiteralContent(content))),
            .. _best.Where(line => line.Operation is not Store).Select(line => line.Operation is Mmap area ? Of(area with { Pages = 1, Prot = Prot.R, Kind = MapKind.SharedRdonly, File = default(FileId) }) : line),
        ]);
    }

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

    /// <summary>One area, and one pin of all its pages, in the place of every area and every touch.</summary>
    private bool PinnedAtOnce()
    {
        var page = _header.Profile.PageSize;
        if (_best.Select(line => line.Operation).OfType<MmAlloc>().FirstOrDefault() is not { } mm)
        {
            return false;
        }

        var rest = _best.Select(line => line.Operation).Where(operation => operation is not (Mmap or MmAlloc or Mprotect) && Of(operation).Touch is null).ToList();
        for (var pages = 1; pages <= MostAreaPages && rest.Count + 3 < _best.Count; pages++)
        {
            foreach (var into in new[] { false, true })
            {
                for (var k = 1; k <= (rest.Exists(operation => operation is FailAlloc) ? MostFailing : 1); k++)
                {
                    Operation[] pinned = [mm, new Mmap(mm.Result, 0, pages, Prot.Rw, MapKind.Private, null, 0), new MapUserKiobuf(default, into, mm.Result, 0, (page * (pages - 1)) + 1, 0)];
                    if (TryPlainer([.. pinned, .. rest.Select(operation => operation is FailAlloc ? new FailAlloc(k) : operation)]))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>Two pins that both hold the zero page, one of them twice: the second is locked first.</summary>
    private bool LockedTwice()
    {
        var page = _header.Profile.PageSize;
        return _best.Count(line => line.Operation is LockKiovec) > 1 && _best.Select(line => line.Operation).OfType<MmAlloc>().FirstOrDefault() is { } mm
            && TryPlainer(
                mm, new Mmap(mm.Result, 0, 2, Prot.Rw, MapKind.Private, null, 0), new MapUserKiobuf(new PinId(false, 0), true, mm.Result, 0, page + 1, 0), new MapUserKiobuf(new PinId(false, 1), true, mm.Result, page, 1, 0),
                new LockKiovec(new PinId(false, 1), null, true), new LockKiovec(new PinId(false, 0), null, true));
    }
}
