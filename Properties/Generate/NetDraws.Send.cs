using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties.Generate;

/// <summary>What is sent over sockets: pieces of files and pages, those beside what waits or is held, and what makes them wait.</summary>
public static partial class NetDraws
{
    internal static Sendfile SendPages(Hand hand)
    {
        if (!hand.IsFailing && hand.Rng.OneIn(3) && BehindTail(hand) is { } behind)
        {
            return behind;
        }

        var (file, offset, count) = Range(hand);
        return new Sendfile(hand.OpenTcp(), file, offset, count);
    }

    /// <summary>Behind fragments that wait a copy goes into a page: the one place where sendmsg makes fragments in a small machine.</summary>
    private static TcpSendmsg SendBehindPages(Hand hand)
    {
        var sock = WaitsBehindPages(hand) ?? hand.OpenTcp();

        // A file of which nothing is cached has to be read in between: that may fail, too.
        foreach (var file in hand.World.Files)
        {
            if (file.Cached.Count == 0 && file.Length > 0 && hand.Rng.OneIn(2))
            {
                return new TcpSendmsg(sock, file.Id, 0, 1 + hand.Rng.Below((int)Math.Min(file.Length, hand.PageSize)));
            }
        }

        var (id, offset, count) = Range(hand);
        return new TcpSendmsg(sock, id, offset, count);
    }

    /// <summary>A window that closes, often with pieces of one file after it, which wait in one segment.</summary>
    private static PeerWindow Window(Hand hand)
    {
        var window = hand.Rng.Below(5) switch
        {
            0 or 1 => 0,
            2 => hand.Length(hand.PageSize),
            _ => Tcp.Window,
        };
        if (window == 0 && !hand.IsFailing && hand.Rng.OneIn(2) && Find(hand, tcp => tcp.Mss > 1 && tcp.State == TcpSock.TcpState.Established && hand.Names.IsOpenTcp(tcp.Id)) is { } sock)
        {
            hand.Plan(at => new NetifRx(at.World.Sock(sock).Device.Id, 16), at => Piece(at, sock), at => Piece(at, sock), at => Piece(at, sock));
            return new PeerWindow(sock, window);
        }

        return new PeerWindow(hand.Tcp(), window);
    }

    private static Sendfile Piece(Hand hand, SockId sock) => BehindTail(hand) ?? (hand.File() is var file && hand.Names.Has(file) && hand.Names.Length(file) > 0
        ? new Sendfile(sock, file, hand.Rng.Below((int)Math.Min(hand.Names.Length(file), hand.PageSize)), 1 + hand.Rng.Below(3))
        : SendPages(hand));

    /// <summary>A piece of the page that the last fragment of an unsent segment lies in: where that ends, where it begins, at a number that is its length, or anywhere.</summary>
    private static Sendfile? BehindTail(Hand hand)
    {
        foreach (var sock in hand.World.Socks)
        {
            if (sock is TcpSock { SendHead: not null, WriteQueue.Last: { NrFrags: > 0 } tail } tcp && tail.Len < tcp.Mss && tail.Frags[^1] is { Page.Mapping: { } file } last && hand.Names.IsOpenTcp(sock.Id))
            {
                var at = hand.Rng.Below(4) switch
                {
                    0 => last.Offset + last.Size,
                    1 => last.Offset,
                    2 => last.Size,
                    _ => hand.Rng.Below(hand.PageSize),
                };
                var offset = (last.Page.Index * hand.PageSize) + Math.Min(at, hand.PageSize - 1);
                var left = (int)Math.Min(file.Length - offset, hand.PageSize);
                return left > 0 ? new Sendfile(sock.Id, file.Id, offset, 1 + hand.Rng.Below(left)) : null;
            }
        }

        return null;
    }

    private static SockId? WaitsBehindPages(Hand hand) => Find(hand, sock => sock is { SendHead: not null, WriteQueue.Last.IsNonlinear: true } && hand.Names.IsOpenTcp(sock.Id));

    private static UdpSendmsg SendDatagram(Hand hand)
    {
        var sock = hand.Udp();
        var (file, offset, count) = Range(hand);
        var limit = hand.Names.IsUdp(sock) ? hand.Names.MaxDatagram(sock) : 0;
        return new UdpSendmsg(sock, file, offset, (int)Math.Min(count, limit));
    }

    /// <summary>A page, half of it, or a piece of it; one time in four as a datagram.</summary>
    private static MsgZerocopy SendZerocopy(Hand hand)
    {
        var told = hand.Rng.OneIn(3) ? Telling(hand) : null;
        var datagram = told is { } teller ? hand.Names.IsUdp(teller) : hand.Rng.OneIn(hand.FailsAt > 3 ? 2 : 4) && hand.Names.IsUdp(hand.Udp());
        var sock = told ?? (datagram ? hand.Udp() : hand.OpenTcp());
        for (var tries = 0; tries < 4 && !datagram && told is null && IsIdle(hand, sock); tries++)
        {
            sock = hand.OpenTcp();
        }

        var offset = hand.Rng.OneIn(2) ? 0 : hand.Within(hand.PageSize - 1);
        var count = hand.Rng.OneIn(3) ? hand.PageSize - offset : hand.Within(hand.PageSize - offset);
        return new MsgZerocopy(sock, hand.Page(), offset, datagram ? Math.Min(count, hand.Names.MaxDatagram(sock)) : count, !datagram && hand.Rng.OneIn(4));
    }

    /// <summary>Not connected yet, or its window is full: the call would end early.</summary>
    private static bool IsIdle(Hand hand, SockId id) =>
        hand.Names.Has(id) && hand.World.Sock(id) is TcpSock sock && (sock.State != TcpSock.TcpState.Established || sock.WriteQueue.Length > 2);

    /// <summary>A socket that has something to tell, if there is one.</summary>
    private static IpRecvError ReadErrors(Hand hand) => new((hand.Rng.OneIn(2) ? Telling(hand) : null) ?? hand.Tcp());

    /// <summary>A socket with something in its error queue that may send on: the next call joins its last range, or stands apart.</summary>
    private static SockId? Telling(Hand hand)
    {
        foreach (var sock in hand.World.Socks)
        {
            if (sock.ErrorQueue.Ranges.Count > 0 && (hand.Names.IsOpenTcp(sock.Id) || hand.Names.IsUdp(sock.Id)) && hand.Rng.OneIn(2))
            {
                return sock.Id;
            }
        }

        return null;
    }

    /// <summary>Into a page that an skb holds, into what was sent last, at a border, or behind the end: the file grows, by a hole too, to a few pages.</summary>
    private static GenericFileWrite Write(Hand hand)
    {
        var most = 6 * hand.PageSize;
        if (hand.Rng.OneIn(2) && Held(hand) is { } held)
        {
            return new GenericFileWrite(held.File, held.Offset, Math.Min(1 + hand.Within(hand.PageSize), Math.Max(1, most - held.Offset)), hand.Rng.Below(4));
        }

        var file = hand.File();
        var length = hand.Names.Has(file) ? (int)hand.Names.Length(file) : 0;
        var offset = hand.Rng.Below(5) switch
        {
            0 => 0,
            1 or 2 => Math.Max(0, hand.Sent(file) - 1 - hand.Within(hand.PageSize)),
            3 => length + (hand.Rng.OneIn(3) ? hand.Within(hand.PageSize) : 0),
            _ => hand.Within(length),
        };
        offset = Math.Min(offset, most);
        return new GenericFileWrite(file, offset, Math.Min(hand.Length(hand.PageSize), most - offset), hand.Rng.Below(4));
    }

    /// <summary>Into a page that an skb holds, into what was sent last, at a border, to nothing, or a little longer.</summary>
    private static Vmtruncate Truncate(Hand hand)
    {
        if (hand.Rng.OneIn(2) && Held(hand) is { } held)
        {
            return new Vmtruncate(held.File, held.Offset);
        }

        var file = hand.File();
        var length = hand.Names.Has(file) ? (int)hand.Names.Length(file) : 0;
        return new Vmtruncate(file, hand.Rng.Below(6) switch
        {
            0 => 0,
            1 or 2 => Math.Max(0, Math.Min(length, hand.Sent(file)) - 1 - hand.Within(hand.PageSize)),
            3 => length + hand.Within(hand.PageSize),
            _ => hand.Within(length),
        });
    }

    /// <summary>A place in a file whose page is in a fragment: rather in one that the CPU has summed, where a write makes the sum stale. Null where none was met.</summary>
    private static (FileId File, int Offset)? Held(Hand hand)
    {
        const int tries = 8;
        var live = hand.World.Skbs.Live;
        for (var i = 0; i < tries && live.Count > 0; i++)
        {
            var skb = live[hand.Rng.Below(live.Count)];
            if (skb.NrFrags == 0 || (i < tries * 3 / 4 && skb.IpSummed != ChecksumState.None))
            {
                continue;
            }

            var frag = skb.Frags[hand.Rng.Below(skb.NrFrags)];
            if (frag.Page.Mapping is { } file)
            {
                return (file.Id, (int)(frag.Page.Index * hand.PageSize) + frag.Offset + hand.Rng.Below(frag.Size));
            }
        }

        return null;
    }

    /// <summary>The whole file, the piece after the last one that was sent, or one that begins or ends at a border.</summary>
    private static (FileId File, long Offset, long Count) Range(Hand hand)
    {
        var file = hand.File();
        var length = hand.Names.Has(file) ? (int)hand.Names.Length(file) : 0;
        var from = hand.Sent(file) < length ? hand.Sent(file) : 0;
        var (offset, count) = hand.Rng.Below(6) switch
        {
            0 or 1 => (0, length),
            2 => (from, length - from),
            3 or 4 => (from, hand.Within(length - from)),
            _ => hand.Within(length) is var at ? (at, hand.Within(length - at)) : default,
        };
        hand.Send(file, offset + count);
        return (file, offset, count);
    }
}
