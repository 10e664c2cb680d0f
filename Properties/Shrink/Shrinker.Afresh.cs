using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Whole scripts of a few patterns, in the place of one that is longer or less plain: many bugs show in a connection with one send, whatever they were found in.</summary>
public sealed partial class Shrinker
{
    private const int MostSyns = 4;
    private const int MostLends = 3;

    /// <summary>Card, file, connection, the device and its answer, the send.</summary>
    private const int LeastOfOneSend = 6;

    /// <summary>Process, area, a touch, what happens, another touch.</summary>
    private const int LeastTouchedAgain = 5;

    /// <summary>Process, area, two pins, two uses.</summary>
    private const int LeastPinnedTwice = 6;

    /// <summary>Segments of so many bytes, of which the first is collapsed with the next: less than half of them, and more together.</summary>
    private const int Collapsing = 5;

    /// <summary>With so many, a fragment of the least MTU has eight bytes of payload, the least that it may have.</summary>
    private const int FragmentingOptions = 36;

    /// <summary>Sockets afresh, or a page or two of a process; then what has no sockets is changed where it is.</summary>
    private bool Afresh()
    {
        if (_best.Select(line => line.Operation).OfType<RegisterNetdev>().FirstOrDefault() is { } device && _best.Exists(line => line.Birth is { } born && Vocabulary.KindOf(born) == "sk"))
        {
            return SynsOnly(device) || SynsScheduled(device) || Fin(device) || Lends(device) || LendsOverTcp(device) || Datagram(device) || OneSendAfresh(device);
        }

        return TouchedAgain() || Traced() || PinnedTwice() || OneArea() || Forked() || PinnedAtOnce() || FromFile() || OwnPage();
    }

    /// <summary>The script's own, then each other, with features off too.</summary>
    private static IEnumerable<RegisterNetdev> Cards(RegisterNetdev own) =>
        DriverKind.All.SelectMany(kind => FewerFeatures.Select(off => new RegisterNetdev(own.Result, kind, DriverKind.MinMtu, off & kind.Features))).Prepend(Least(own)).Prepend(own).Distinct();

    private static RegisterNetdev Least(RegisterNetdev card) => card with { Mtu = DriverKind.MinMtu };

    private static OpenFile Zeros(long length) => new(default, Zone.Low, new LiteralContent(new byte[length]));

    private static TcpConnect Connection(RegisterNetdev device, int mss, int name = 0) => new(new SockId(name), device.Result, mss, 0, false, TcpConnect.DefaultIsn);

    private static DeviceRun Run(RegisterNetdev device) => new(device.Result, Line.MostPackets);

    /// <summary>Connections that nobody answers, the first as it is with any IP options, or with a mapping that fails, and what the device does then.</summary>
    private bool SynsOnly(RegisterNetdev device)
    {
        if (_best.Select(line => line.Operation).OfType<TcpConnect>().FirstOrDefault() is { } own
            && Enumerable.Range(0, (TcpConnect.MaxIpOptions / 4) + 1).Any(words => TryPlainer(device, own with { IpOptions = 4 * words })))
        {
            return true;
        }

        Operation[][] ends = _best[^1].IsOfDevice ? [[], [_best[^1].Operation]] : [[]];
        Operation[][] faults = _best.Exists(line => line.Operation is FailMap) ? [[], [new FailMap(device.Result, 1)]] : [[]];
        return ends.Any(end => faults.Any(fault => Enumerable.Range(1, MostSyns).Any(count => TryPlainer([Least(device), .. fault, .. Enumerable.Range(0, count).Select(name => Connection(device, 1, name)), .. end]))));
    }

    /// <summary>A connection that nobody answers, access by access: the driver to its end, then the card.</summary>
    private bool SynsScheduled(RegisterNetdev device)
    {
        if (!_best.Exists(line => line.Operation is Interleave))
        {
            return false;
        }

        Operation[] scheduled =
        [
            new Interleave(device.Result), Connection(device, 1), new QdiscRun(device.Result, AgentId.Cpu0),
            new RunStops(device.Result, AgentId.Cpu0, Stops: 0), new RunStops(device.Result, AgentId.Nic, Stops: 0),
        ];
        return TryPlainer([Least(device), .. scheduled]) || (_best.Exists(line => line.Operation is FailMap) && TryPlainer([Least(device), new FailMap(device.Result, 1), .. scheduled]));
    }

    /// <summary>A connection that is closed without data: FIN is a segment too.</summary>
    private bool Fin(RegisterNetdev device) => Cards(device).Any(card =>
        TryPlainer(card, Connection(card, 1), new DeviceRun(card.Result, 1), new NetifRx(card.Result, 1), new TcpClose(default)));

    /// <summary>Pages that are lent in datagrams.</summary>
    private bool Lends(RegisterNetdev device)
    {
        Operation[][] ends = [[], [Run(device)], [new DevClose(device.Result, null)]];
        return ends.Any(end => Enumerable.Range(1, MostLends).Any(count => new[] { 1, _header.Profile.PageSize }.Any(bytes => Cards(device).Any(card =>
            TryPlainer([card, new AllocPage(default, card.Off == NetifFeatures.HighDma ? Zone.High : Zone.Low, 0), new UdpConnect(default, card.Result, 0), .. Enumerable.Repeat(new MsgZerocopy(default, default, 0, bytes), count), .. end])))));
    }

    /// <summary>A page that is lent over a connection, with memory to send it and without; or the path becomes too narrow for it in flight, and the connection is cut off.</summary>
    private bool LendsOverTcp(RegisterNetdev device)
    {
        if (!_best.Exists(line => line.Operation is MsgZerocopy))
        {
            return false;
        }

        var page = _header.Profile.PageSize;
        Operation[][] faults = [[], .. Enumerable.Range(1, MostFailing).Select(k => new Operation[] { new FailAlloc(k) })];
        return Cards(device).Any(card => faults.Any(fault => new Operation[][] { [], [Run(card)] }.Any(end => TryPlainer([.. Lent(card, 0, 1, fault), .. end])))
            || TryPlainer([.. Lent(card with { Mtu = Math.Min(DriverKind.MinMtu + 1, card.Kind.MaxMtu) }, page, page, []), new IcmpFragNeeded(default, DriverKind.MinMtu), new DeviceRun(card.Result, MostFrames), new TcpClose(default, LingerNot: true)]));
    }

    /// <summary>In one segment.</summary>
    private static Operation[] Lent(RegisterNetdev card, int options, int count, Operation[] fault) =>
    [
        card, new AllocPage(default, card.Off == NetifFeatures.HighDma ? Zone.High : Zone.Low, 0), Connection(card, count) with { IpOptions = options },
        new DeviceRun(card.Result, 1), new NetifRx(card.Result, 1), .. fault, new MsgZerocopy(default, default, 0, count),
    ];

    /// <summary>A datagram, whole and in three to six fragments.</summary>
    private bool Datagram(RegisterNetdev device)
    {
        var page = _header.Profile.PageSize;
        Operation[][] ends = [[], [Run(device)], [new TxTimeout(device.Result, null)]];
        (int Options, int Count)[] sends = [(0, 1), (0, page), (0, page + 1), .. Enumerable.Range(2, 4).Select(whole => (FragmentingOptions, (8 * whole) + 1))];
        return ends.Any(end => sends.Any(send => TryPlainer([Least(device), Zeros(send.Count), new UdpConnect(default, device.Result, send.Options), new UdpSendmsg(default, default, 0, send.Count), .. end])));
    }

    /// <summary>A connection, its handshake, one send, and what the device or a second send does to it: over the card of the script any send, over the others a short one.</summary>
    private bool OneSendAfresh(RegisterNetdev own)
    {
        var page = _header.Profile.PageSize;
        var (rx, irq, run, close, syn) = (new NetifRx(own.Result, 1), new Interrupt(own.Result), Run(own), new DevClose(own.Result, null), Connection(own, 1, 1));
        Operation[][] answers = [[rx], [irq, rx], [rx, syn], [irq, rx, syn], .. Enumerable.Range(2, 3).Select(k => new Operation[] { rx, new FailMap(own.Result, k) })];
        Operation[][] ends =
        [
            [], [irq], [run], [close], [new Sendfile(default, default, 1, 1)],
            [new GenericFileWrite(default, 0, 1, 0), run], [run, irq], .. Enumerable.Range(1, 3).Select(k => new Operation[] { new FailAlloc(k), new TcpSendmsg(default, default, page, 1) }),
            [new Sendfile(default, default, 0, Collapsing), run, new TcpRetransmitTimer(default)], [run, irq, close],
        ];
        (int Mss, int Offset, int Count)[] brief = [(1, 0, 1), (1, 0, 2), (Collapsing, 0, 1)];

        // Segments that fill a small ring, that cross a page, and of which one byte is left at its end.
        (int Mss, int Offset, int Count)[] sends =
        [
            .. Enumerable.Range(1, MostSent).Select(count => (1, 0, count)), .. Enumerable.Range(1, MostSent + 1).SelectMany(count => new[] { (2, 0, count), (2, page - 1, count) }),
            (page + 1, 0, page + 1), (page + 1, 0, 2 * (page + 1)), ((2 * page) + 1, 0, (2 * page) + 1), (2, (page / 2) - 1, (page / 2) + 1),
        ];
        return ends.Where(end => end.Length + LeastOfOneSend <= _best.Count).Any(end =>
            answers.Any(answer => sends.Any(send => TryPlainer(OneSend(Least(own), answer, send, end)))) || Cards(own).Any(card => brief.Any(send => TryPlainer(OneSend(card, [rx], send, end)))));
    }

    private static IEnumerable<Operation> OneSend(RegisterNetdev card, Operation[] answer, (int Mss, int Offset, int Count) send, Operation[] end)
    {
        var length = end.Max(operation => (long?)(operation switch { TcpSendmsg sent => sent.Offset + sent.Count, Sendfile sent => sent.Offset + sent.Count, _ => 0 })) ?? 0;
        return
        [
            card with { Mtu = Math.Clamp(send.Mss + 40, card.Mtu, card.Kind.MaxMtu) }, Zeros(Math.Max(send.Offset + send.Count, length)), Connection(card, send.Mss),
            new DeviceRun(card.Result, 1), .. answer, new Sendfile(default, default, send.Offset, send.Count), .. end,
        ];
    }

    /// <summary>One page of a process is touched, something happens to it, and it is touched again.</summary>
    private bool TouchedAgain()
    {
        if (_best.Count <= LeastTouchedAgain || _best.Select(line => line.Operation).OfType<MmAlloc>().FirstOrDefault() is not { } mm)
        {
            return false;
        }

        Operation[] touches = [new Store(mm.Result, 0, 1, 0), new AccessProcessVm(mm.Result, 0, 1, 0, 0), new MapUserKiobuf(default, true, mm.Result, 0, 1, 0), new MapUserKiobuf(default, false, mm.Result, 0, 1, 0)];
        Operation[] between = [new SwapOut(mm.Result, 0), new DoFork(new MmId(mm.Result.Value + 1), mm.Result, CloneFlags.None), new Mprotect(mm.Result, 0, 1, Prot.R), new Mprotect(mm.Result, 0, 1, Prot.Rw), .. touches];

        // What another does while a fault has given up its lock, the page's loss can stand for.
        Operation[] lasts = _best.Exists(line => line.Operation is DoPageFault) ? [.. touches, new Store(mm.Result, 0, 1, 0, IsShort: true)] : touches;
        return new[] { Prot.R, Prot.Rw }.Any(prot => touches.Any(first => between.Any(operation => lasts.Any(last =>
            TryPlainer(mm, new Mmap(mm.Result, 0, 1, prot, MapKind.Private, null, 0), first, operation, last)))));
    }

    /// <summary>Two pins over two pages of a process, and what is done with them.</summary>
    private bool PinnedTwice()
    {
        if (_best.Count <= LeastPinnedTwice || _best.Count(line => line.Operation is MapUserKiobuf) < 2 || _best.Select(line => line.Operation).OfType<MmAlloc>().FirstOrDefault() is not { } mm)
        {
            return false;
        }

        var page = _header.Profile.PageSize;
        var (one, other) = (new PinId(false, 0), new PinId(false, 1));
        (int Address, int Count)[] places = [(0, 1), (page, 1), (0, page + 1)];
        bool[] directions = [true, false];
        Operation[] uses = [.. new[] { one, other }.SelectMany(pin => new Operation[] { new LockKiovec(pin, null, true), new UnmapKiobuf(pin), new MarkDirtyKiobuf(pin, 1) })];
        IEnumerable<Operation> Pins(PinId pin) => places.SelectMany(at => directions.Select(into => new MapUserKiobuf(pin, into, mm.Result, at.Address, at.Count, 0)));
        return Pins(one).Any(first => Pins(other).Any(second => uses.Any(use => uses.Any(last =>
            TryPlainer(mm, new Mmap(mm.Result, 0, 2, Prot.Rw, MapKind.Private, null, 0), first, second, use, last)))));
    }
}
