using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Properties.Shrink;

/// <summary>An operation in its spelling, to be changed word by word. Single operations are known for what words cannot say: the bytes of a file, and which operation is plainer than which.</summary>
public sealed class Line
{
    // Not generated: mutants are compiled without source generators.
    private static readonly Regex NameWord = new(@"\b(?:skb|page|file|sk|eth|tap|p|kio|vec)\d+\b");
    private static readonly Regex NumberWord = new(@"(?<![\w])\d+(?![\w])");
    private static readonly Regex Option = new(@", \w+=[^,)]+");
    private static readonly Regex Zone = new(@"(?<=\(|, )(?:dma|low|high|above4g)(?=[,)])");

    /// <summary>More than a device holds.</summary>
    public const int MostPackets = 16;

    private readonly Lexicon _lexicon;
    private IReadOnlyList<(int At, int Length, long Value)>? _numbers;
    private IReadOnlyList<(int At, string Word)>? _names;

    internal Line(Lexicon lexicon, int id, Operation operation, string text)
    {
        (_lexicon, Id, Operation, Text) = (lexicon, id, operation, text);
        Birth = text.IndexOf(" = ", StringComparison.Ordinal) is var at and > 0 ? text[..at] : null;
        Name = NameOf(text);
    }

    /// <summary>The operation's name.</summary>
    public string Name { get; }

    /// <summary>One number for each text of a lexicon: lines of one text are one object.</summary>
    public int Id { get; }

    public Operation Operation { get; }

    public string Text { get; }

    /// <summary>The name that it binds; null for none.</summary>
    public string? Birth { get; }

    /// <summary>Places of the decimal operands.</summary>
    public IReadOnlyList<(int At, int Length, long Value)> Numbers => _numbers ??= Operation is OpenFile
        ? []
        : [.. NumberWord.Matches(Text).Select(match => (match.Index, match.Length, long.Parse(match.Value, CultureInfo.InvariantCulture)))];

    /// <summary>Names in the order in which they stand.</summary>
    public IEnumerable<string> Names => Words.Select(word => word.Word);

    private IReadOnlyList<(int At, string Word)> Words => _names ??= [.. NameWord.Matches(Text).Select(match => (match.Index, match.Value))];

    /// <summary>The line with another number at a place; null where that is not an operation.</summary>
    public Line? WithNumber(int at, int length, long value) => WithWord(at, length, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>The line with another word at a place; null where that is not an operation.</summary>
    public Line? WithWord(int at, int length, string word) => Parse(string.Concat(Text.AsSpan(0, at), word, Text.AsSpan(at + length)));

    /// <summary>The line with other names.</summary>
    public Line? Rename(Func<string, string> name)
    {
        var (text, longer) = (Text, 0);
        foreach (var (at, word) in Words)
        {
            if (name(word) is var other && other != word)
            {
                text = string.Concat(text.AsSpan(0, at + longer), other, text.AsSpan(at + longer + word.Length));
                longer += other.Length - word.Length;
            }
        }

        return text == Text ? this : Parse(text);
    }

    /// <summary>The line on each choice of names, no name twice.</summary>
    /// <param name="born">Those that it may speak of.</param>
    /// <param name="unborn">Those that it may bind.</param>
    public IEnumerable<Line> OnNames(IReadOnlyList<string> born, IReadOnlyList<string> unborn)
    {
        string[] own = [.. Names.Distinct()];
        return Chosen(0, []);

        IEnumerable<Line> Chosen(int at, Dictionary<string, string> choice)
        {
            if (at == own.Length)
            {
                if (Rename(name => choice[name]) is { } line)
                {
                    yield return line;
                }

                yield break;
            }

            var kind = Vocabulary.KindOf(own[at]);
            foreach (var word in own[at] == Birth ? unborn : born)
            {
                if (Vocabulary.KindOf(word) == kind && !choice.ContainsValue(word))
                {
                    choice.Add(own[at], word);
                    foreach (var line in Chosen(at + 1, choice))
                    {
                        yield return line;
                    }

                    choice.Remove(own[at]);
                }
            }
        }
    }

    /// <summary>Whether it speaks of this name.</summary>
    public bool Speaks(string name)
    {
        foreach (var (_, word) in Words)
        {
            if (word == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The line with each option left out, and each zone nearer to low memory.</summary>
    public IEnumerable<Line> Plainer()
    {
        if (Operation is UdpConnect datagrams)
        {
            yield return OverTcp(datagrams.Result.ToString());
        }

        foreach (Match option in Option.Matches(Text))
        {
            if (Parse(Text.Remove(option.Index, option.Length)) is { } without && without.Text.Length < Text.Length)
            {
                yield return without;
            }
        }

        foreach (var zone in (string[])["low", "high", "dma"])
        {
            if (Zone.Match(Text) is { Success: true } found && found.Value != zone
                && WithWord(found.Index, found.Length, zone) is { } nearer)
            {
                yield return nearer;
            }

            if (Zone.Match(Text).Value == zone)
            {
                yield break;
            }
        }
    }

    /// <summary>A file of other bytes.</summary>
    public Line WithContent(byte[] bytes) => Of((OpenFile)Operation with { Content = new LiteralContent(bytes) });

    /// <summary>A file that goes on with bytes of the pattern.</summary>
    public Line Longer(int length)
    {
        var content = ((OpenFile)Operation).Content;
        var bytes = new byte[Math.Max(length, content.Length)];
        Pattern.Fill(bytes, 0);
        content.Read(0, bytes.AsSpan(0, (int)content.Length));
        return WithContent(bytes);
    }

    /// <summary>With room to spare, where it makes a file or an skb.</summary>
    public Line Roomier(int bytes) => Operation switch
    {
        OpenFile { Content: LiteralContent } => Longer(bytes),
        AllocSkb alloc when alloc.Size < bytes => Of(alloc with { Size = bytes }),
        _ => this,
    };

    /// <summary>With segments of so many bytes at most, where it is a connection: few fill the congestion window.</summary>
    public Line Narrow(int mss) => Operation is TcpConnect connect && connect.Mss > mss ? Of(connect with { Mss = mss }) : this;

    /// <summary>Sent at once, where it may wait for more.</summary>
    public Line Uncorked() => Operation is MsgZerocopy { More: true } call ? Of(call with { More = false }) : this;

    /// <summary>Where it lets a later allocation fail, the first.</summary>
    public Line FailingFirst() => Operation is FailAlloc ? Of(new FailAlloc(1)) : this;

    /// <summary>Plainer operations that may do the same, never one that is named here for one of them.</summary>
    public IEnumerable<Line> Simpler() => Operation switch
    {
        SkbPush push => [Of(new SkbPut(push.Skb, push.Count, push.Data))],
        SkbFillPageDesc fill => [Of(new SkbPut(fill.Skb, fill.Size, 0)), Of(new SkbAppendPage(fill.Skb, Model.Pages.Zone.Low, fill.Size, 0))],
        SkbAppendPage append => [Of(new SkbPut(append.Skb, append.Size, append.Data))],
        IpFragReasm list => [Of(new SkbAppendPage(list.Skb, Model.Pages.Zone.Low, 1, 0)), Of(new SkbAppendPage(list.Skb, Model.Pages.Zone.Low, 16, 0))],
        SkbCopy copy => [Of(new SkbClone(copy.Result, copy.Source))],
        PskbCopy copy => [Of(new SkbClone(copy.Result, copy.Source))],
        SkbCopyExpand copy => [Of(new SkbClone(copy.Result, copy.Source)), Of(new SkbCopy(copy.Result, copy.Source))],
        SkbReallocHeadroom copy => [Of(new SkbClone(copy.Result, copy.Source)), Of(new PskbCopy(copy.Result, copy.Source))],
        SkbClone clone => [Of(new SkbGet(clone.Result, clone.Source))],
        SockWmalloc alloc => [Of(new AllocSkb(alloc.Result, alloc.Size))],
        DevAllocSkb { Good: true, State: not ChecksumState.Unnecessary } alloc => [Of(alloc with { Good = false })],
        DevAllocSkb { State: ChecksumState.Hw } alloc => [Of(alloc with { State = ChecksumState.None })],
        DevAllocSkb { State: ChecksumState.None, Good: false, Length: 0 } alloc => [Of(new AllocSkb(alloc.Result, 0)), Of(new AllocSkb(alloc.Result, 16))],
        DevKfreeSkbIrq free => [Of(new KfreeSkb(free.Skb))],
        PskbPull pull => [Of(new SkbPull(pull.Skb, pull.Count))],
        SkbPullRcsum pull => [Of(new SkbPull(pull.Skb, pull.Count))],
        PskbTrimRcsum trim => [Of(new PskbTrim(trim.Skb, trim.Length))],
        TcpSendmsg send => [Of(new Sendfile(send.Sock, send.File, send.Offset, send.Count))],
        Vmtruncate cut => [Of(new GenericFileWrite(cut.File, 0, 1, 1)), Of(new GenericFileWrite(cut.File, cut.Length, 1, 1))],
        TxTimeout timeout => [Of(new DevClose(timeout.Device, timeout.Cpu))],
        AccessProcessVm poke => [Of(new Store(poke.Mm, poke.Address, poke.Count, poke.Data))],
        _ => [],
    };

    /// <summary>With a file in the place of a lent page: what may be lent can be sent as well.</summary>
    /// <param name="page">The page.</param>
    /// <param name="file">The file.</param>
    /// <param name="size">Bytes that are sent of it at most.</param>
    /// <param name="isUdp">Whether a socket is one of datagrams.</param>
    public Line OfFile(PageId page, FileId file, int size, Func<SockId, bool> isUdp) => Operation switch
    {
        AllocPage alloc when alloc.Result == page => Of(new OpenFile(file, alloc.Zone, new LiteralContent(new byte[size]))),
        MsgZerocopy call when call.Page == page && isUdp(call.Sock) => Of(new UdpSendmsg(call.Sock, file, call.Offset, call.Count)),
        MsgZerocopy call when call.Page == page => Of(new Sendfile(call.Sock, file, call.Offset, call.Count)),
        _ => this,
    };

    /// <summary>With a datagram of a page that is lent, in the place of a file that is sent over a connection.</summary>
    public Line Lent(SockId sock, FileId file, PageId page, int pageSize) => Operation switch
    {
        OpenFile open when open.Result == file => Of(new AllocPage(page, open.Zone, 0)),
        TcpConnect connect when connect.Result == sock => Of(new UdpConnect(connect.Result, connect.Device, connect.IpOptions, connect.Priority)),
        Sendfile send when send.Sock == sock && send.File == file => Of(new MsgZerocopy(sock, page, 0, (int)Math.Min(send.Count, pageSize))),
        _ => this,
    };

    /// <summary>All of the page, where it lends some.</summary>
    public Line LendingAll(int pageSize) => Operation is MsgZerocopy send ? Of(send with { Offset = 0, Count = pageSize }) : this;

    /// <summary>Where it is part of a schedule: what does the same from its beginning to its end, or what belongs to no script without one.</summary>
    /// <param name="plain">The same at once; null for nothing.</param>
    public bool IsScheduled(out Line? plain)
    {
        plain = Operation switch
        {
            RunStops { Agent: AgentId.Nic } run => Of(new DeviceRun(run.Device, MostPackets)),
            Irq irq => Of(new Interrupt(irq.Device)),
            DevClose { Cpu: not null } close => Of(close with { Cpu = null }),
            DevOpen { Cpu: not null } open => Of(open with { Cpu = null }),
            TxTimeout { Cpu: not null } timeout => Of(timeout with { Cpu = null }),
            _ => null,
        };
        return plain is not null || Operation is ScheduleStep or Interleave;
    }

    /// <summary>With a connection, whose SYN is a packet too, in the place of a datagram that is forwarded.</summary>
    public Line? OfSyn(string forwarded, SockId sock) => Operation switch
    {
        IpipRcv received when received.Result.ToString() == forwarded => null,
        IpForward forward when forward.Skb.ToString() == forwarded => Of(new TcpConnect(sock, forward.Device, 1, 0, false, TcpConnect.DefaultIsn, 0)),
        _ => this,
    };

    /// <summary>With what it touches of these bytes alone; null where it touches memory of the process, and none of them.</summary>
    /// <param name="mm">The process.</param>
    /// <param name="from">The first of them.</param>
    /// <param name="end">After the last of them.</param>
    public Line? Touching(MmId mm, int from, int end)
    {
        if (Touch is not { } touch || touch.Mm != mm)
        {
            return this;
        }

        var first = Math.Max(touch.Address, from);
        var count = Math.Min(touch.Address + touch.Count, end) - first;
        return count > 0 ? At(first, count) : null;
    }

    /// <summary>Where it touches memory of a process: which, and where.</summary>
    public (MmId Mm, int Address, int Count)? Touch => Operation switch
    {
        Load load => (load.Mm, load.Address, load.Count),
        Store store => (store.Mm, store.Address, store.Count),
        AccessProcessVm poke => (poke.Mm, poke.Address, poke.Count),
        MapUserKiobuf pin => (pin.Mm, pin.Address, pin.Count),
        GetUserPages pin => (pin.Mm, pin.Address, pin.Count),
        _ => null,
    };

    /// <summary>With a kiobuf in the place of a vector.</summary>
    public Line OfKiobuf(PinId vector, PinId kiobuf) => Operation switch
    {
        GetUserPages pin when pin.Result == vector => Of(new MapUserKiobuf(kiobuf, pin.Into, pin.Mm, pin.Address, pin.Count, 0)),
        UnpinUserPages unpin when unpin.Pin == vector => Of(new UnmapKiobuf(kiobuf)),
        DmaFromDevice dma when dma.Pin == vector => Of(dma with { Pin = kiobuf }),
        DmaToDevice dma when dma.Pin == vector => Of(dma with { Pin = kiobuf }),
        _ => this,
    };

    /// <summary>Operations that may do the same, so that another can go.</summary>
    public IEnumerable<Line> Others() => Operation switch
    {
        RegisterNetdev register => [.. OtherDevices(register)],
        SkbSplit split => [Of(new AllocSkb(split.Result, 0))],
        SkbCopy copy => [Of(new AllocSkb(copy.Result, 0)), .. Simpler()],
        PskbCopy copy => [Of(new AllocSkb(copy.Result, 0)), .. Simpler()],
        SkbClone clone => [Of(new AllocSkb(clone.Result, 0)), .. Simpler()],
        SkbGet get => [Of(new SkbClone(get.Result, get.Source))],
        AllocSkb alloc => [Received(alloc, 1), Received(alloc, 2)],
        DevAllocSkb alloc => [Of(new AllocSkb(alloc.Result, alloc.Length)), .. Simpler()],
        Sendfile send => [Of(new TcpSendmsg(send.Sock, send.File, send.Offset, send.Count)), .. Written(send.File, send.Offset, send.Count)],
        TcpSendmsg send => [Of(new Sendfile(send.Sock, send.File, send.Offset, send.Count)), .. Written(send.File, send.Offset, send.Count)],
        UdpSendmsg send => Written(send.File, send.Offset, send.Count),
        Vmtruncate cut => [Of(new GenericFileWrite(cut.File, cut.Length, 1, 1))],
        MsgZerocopy call => [Of(call with { More = !call.More })],
        IcmpFragNeeded icmp => [Of(new TcpRetransmitTimer(icmp.Sock))],
        LockKiovec { Second: { } second } call => [Of(call with { Second = null }), Of(call with { Pin = second, Second = null })],
        MapUserKiobuf { SwapOutAfter: 0 } map => [Of(map with { Into = !map.Into }), Of(new GetUserPages(new PinId(true, map.Result.Value), map.Into, map.Mm, map.Address, map.Count, 1))],
        MapUserKiobuf map => [Of(map with { Into = !map.Into })],
        GetUserPages pin => [Of(pin with { Into = !pin.Into }), Of(pin with { Times = GetUserPages.MostTimes }), Of(pin with { Into = true, Times = GetUserPages.MostTimes })],
        Mmap { File: not null } map => [Of(map with { Prot = Prot.Rw, Kind = MapKind.Private, File = null, Index = 0 }), Of(map with { Prot = Prot.Rw }), Of(map with { Kind = MapKind.Private })],
        Mmap { Prot: not Prot.Rw } map => [Of(map with { Prot = Prot.Rw })],
        Store store => [Of(new Load(store.Mm, store.Address, store.Count))],
        _ => Simpler(),
    };

    /// <summary>A write brings pages into the cache as a send does, and needs no socket.</summary>
    private IEnumerable<Line> Written(FileId file, long offset, long count) =>
        offset + count <= GenericFileWrite.MaxFile ? [Of(new GenericFileWrite(file, offset, (int)Math.Max(1, count), 0))] : [];

    private Line Received(AllocSkb alloc, int length) => Of(new DevAllocSkb(alloc.Result, ChecksumState.None, Good: false, length, 0));

    /// <summary>Without files: anonymous memory, pinned for a device to write, which gives each process pages of its own.</summary>
    public Line Anonymous() => Operation switch
    {
        Mmap map => Of(map with { Prot = Prot.Rw, Kind = MapKind.Private, File = null, Index = 0 }),
        MapUserKiobuf pin => Of(pin with { Into = true }),
        GetUserPages pin => Of(pin with { Into = true }),
        _ => this,
    };

    /// <summary>A page lower, where it speaks of a place in a process.</summary>
    public Line PageLower(int pageSize) => Operation switch
    {
        Mmap { Page: > 0 } map => Of(map with { Page = map.Page - 1 }),
        Munmap { Page: > 0 } map => Of(map with { Page = map.Page - 1 }),
        Mprotect { Page: > 0 } map => Of(map with { Page = map.Page - 1 }),
        Msync { Page: > 0 } map => Of(map with { Page = map.Page - 1 }),
        SwapOut { Page: > 0 } swap => Of(swap with { Page = swap.Page - 1 }),
        DoPageFault { Page: > 0 } fault => Of(fault with { Page = fault.Page - 1 }),
        MadviseDontneed { Page: > 0 } given => Of(given with { Page = given.Page - 1 }),
        _ when Touch is { } touch && touch.Address >= pageSize => At(touch.Address - pageSize, touch.Count),
        _ => this,
    };

    private Line At(int address, int count) => Operation switch
    {
        Load load => Of(load with { Address = address, Count = count }),
        Store store => Of(store with { Address = address, Count = count }),
        AccessProcessVm poke => Of(poke with { Address = address, Count = count }),
        MapUserKiobuf pin => Of(pin with { Address = address, Count = count }),
        GetUserPages pin => Of(pin with { Address = address, Count = count }),
        _ => this,
    };

    /// <summary>Over more pages, where it is an area.</summary>
    public Line Wider(int pages) => Operation is Mmap map ? Of(map with { Pages = map.Pages + pages }) : this;

    /// <summary>With another driver, or with one more feature switched off from the start.</summary>
    private IEnumerable<Line> OtherDevices(RegisterNetdev register) =>
    [
        .. DriverKind.All.Where(kind => kind != register.Kind).Select(kind => Of(register with { Kind = kind, Mtu = Math.Min(register.Mtu, kind.MaxMtu), Off = register.Off & kind.Features })),
        .. Enum.GetValues<NetifFeatures>()
            .Where(feature => BitOperations.IsPow2((int)feature) && register.Kind.Features.HasFlag(feature) && !register.Off.HasFlag(feature))
            .Select(feature => Of(register with { Off = register.Off | feature })),
    ];

    /// <summary>Where it sends from a file over a connection: the socket, the file and the range.</summary>
    public (SockId Sock, FileId File, long Offset, long Count)? Send => Operation switch
    {
        Sendfile send => (send.Sock, send.File, send.Offset, send.Count),
        TcpSendmsg send => (send.Sock, send.File, send.Offset, send.Count),
        _ => null,
    };

    /// <summary>The same send, of another range.</summary>
    public Line Sending(long offset, long count) => Operation switch
    {
        Sendfile send => Of(send with { Offset = offset, Count = count }),
        TcpSendmsg send => Of(send with { Offset = offset, Count = count }),
        _ => this,
    };

    /// <summary>From another file, so many bytes further on; null where it does something else with the file.</summary>
    public Line? FromFile(FileId file, FileId other, int further) => Operation switch
    {
        Sendfile send when send.File == file => Of(send with { File = other, Offset = send.Offset + further }),
        TcpSendmsg send when send.File == file => Of(send with { File = other, Offset = send.Offset + further }),
        UdpSendmsg send when send.File == file => Of(send with { File = other, Offset = send.Offset + further }),
        GenericFileWrite write when write.File == file => Of(write with { File = other, Offset = write.Offset + further }),
        _ => Speaks(file.ToString()) ? null : this,
    };

    /// <summary>With room for segments of so many bytes, where it is the device or the connection.</summary>
    public Line ForSegments(int bytes) => Operation switch
    {
        RegisterNetdev register => Of(register with { Mtu = Math.Clamp(bytes + 40, register.Mtu, register.Kind.MaxMtu) }),
        TcpConnect connect => Of(connect with { Mss = Math.Max(connect.Mss, bytes) }),
        _ => this,
    };

    /// <summary>A device of another driver, a connection with other IP options, and a file that a device without high memory cannot reach.</summary>
    public Line Over(DriverKind kind, NetifFeatures off, int options) => Operation switch
    {
        RegisterNetdev register => Of(register with { Kind = kind, Mtu = Math.Clamp(register.Mtu, 40 + options + DriverKind.MinMtu, kind.MaxMtu), Off = off & kind.Features }),
        TcpConnect connect => Of(connect with { IpOptions = options }),
        OpenFile open when off == NetifFeatures.HighDma => Of(open with { Zone = ZeroCopy.Model.Pages.Zone.High }),
        AllocPage page when off == NetifFeatures.HighDma => Of(page with { Zone = ZeroCopy.Model.Pages.Zone.High }),
        _ => this,
    };

    /// <summary>What sends over a connection, as a datagram.</summary>
    public Line OverUdp(string sock) => Operation switch
    {
        TcpConnect connect when connect.Result.ToString() == sock => Of(new UdpConnect(connect.Result, connect.Device, connect.IpOptions, connect.Priority)),
        Sendfile send when send.Sock.ToString() == sock => Of(new UdpSendmsg(send.Sock, send.File, send.Offset, (int)send.Count)),
        TcpSendmsg send when send.Sock.ToString() == sock => Of(new UdpSendmsg(send.Sock, send.File, send.Offset, (int)send.Count)),
        MsgZerocopy { More: true } call when call.Sock.ToString() == sock => Of(call with { More = false }),
        _ => this,
    };

    /// <summary>A connection, whose SYN is a packet without data.</summary>
    public Line OverTcp(string sock) => Operation is UdpConnect connect && connect.Result.ToString() == sock
        ? Of(new TcpConnect(connect.Result, connect.Device, 1, connect.IpOptions, false, TcpConnect.DefaultIsn, connect.Priority))
        : this;

    /// <summary>With high memory, and a card that is not given it.</summary>
    public Line WithoutHighDma() => Over(DriverKind.Of("acenic"), NetifFeatures.HighDma, 0);

    /// <summary>With loopback in the place of a card: a packet is done with when it is sent.</summary>
    public Line OverLoopback() => Operation is RegisterNetdev register
        ? Of(new RegisterNetdev(register.Result, DriverKind.Of("loopback"), register.Mtu, NetifFeatures.None))
        : this;

    /// <summary>What a device does, is told of, or has done to it.</summary>
    public bool IsOfDevice => Operation is DeviceRun or NetifRx or Interrupt or TxTimeout or DevClose or DevOpen;

    /// <summary>What keeps a packet from going on.</summary>
    public bool IsFault => Operation is FailAlloc or FailMap or RedMark or XmitBusy;

    /// <summary>The end of a connection.</summary>
    public bool Ends => Operation is TcpClose or TcpDisconnect or TcpOutOfResources or PeerReset;

    public bool SendsOver(string sock) => (Operation is UdpSendmsg datagram && datagram.Sock.ToString() == sock) || (Send is { } send && send.Sock.ToString() == sock);

    /// <summary>A send that stays within a file which has become shorter.</summary>
    public Line Within(FileId file, int length) => Operation switch
    {
        Sendfile send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        TcpSendmsg send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        UdpSendmsg send when send.File == file => Of(send with { Offset = Math.Min(send.Offset, length), Count = (int)Math.Min(send.Count, length - Math.Min(send.Offset, length)) }),
        _ => this,
    };

    public override string ToString() => Text;

    /// <summary>The operation's name in a line.</summary>
    public static string NameOf(string text)
    {
        var from = text.IndexOf(" = ", StringComparison.Ordinal) is var at and > 0 ? at + 3 : 0;
        return text[from..text.IndexOf('(', from)];
    }

    private Line Of(Operation operation) => _lexicon.Of(operation);

    private Line? Parse(string text) => _lexicon.Parse(text);
}
