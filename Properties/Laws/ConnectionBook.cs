using System.Buffers.Binary;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;

namespace ZeroCopy.Properties.Laws;

/// <summary>What a sender was told, by socket: its route, the path, the peer's window, a reset; and whether a hook stands in the way. A book of the checker's own, written from the operations and the peer's frames.</summary>
/// <remarks>Verified with it: by reference or not, the length of segments, the window, silence after a reset, what the timer sends, that SYN and FIN are answered, that what is acknowledged leaves. Not verified: when a sender should ask the peer again.</remarks>
public sealed class ConnectionBook
{
    private const byte Fin = 1;
    private const byte Syn = 2;
    private const byte Rst = 4;
    private const byte Ack = 16;
    private const byte Tcp = 6;
    private const int Headers = 14 + 20;

    private readonly Table<Entry> _entries = new();

    /// <summary>The first entry of this step's plan beyond the window that the peer told; null for none.</summary>
    public Segment? BeyondWindow { get; private set; }

    /// <summary>The first entry of this step's plan that a connection sent after its reset; null for none.</summary>
    public Segment? AfterReset { get; private set; }

    /// <summary>The device's features when the connection looked up its route.</summary>
    public NetifFeatures RouteFeatures(SockId sock) => _entries[sock.Value].Features;

    /// <summary>The longest packet that the path takes, as far as the sender was told.</summary>
    public int PathMtu(Sock sock) => _entries.Has(sock.Id.Value) ? _entries[sock.Id.Value].Mtu : sock.Device.Mtu;

    /// <summary>Whether one end has reset the connection.</summary>
    public bool IsReset(SockId sock) => _entries.Has(sock.Value) && _entries[sock.Value].IsReset;

    /// <summary>The sequence number after the last that the peer allows.</summary>
    public uint RightEdge(SockId sock) => _entries.Has(sock.Value) ? unchecked(_entries[sock.Value].Una + _entries[sock.Value].Window) : 0;

    /// <summary>Whether the peer has told a window that is less than all there is.</summary>
    public bool IsNarrow(SockId sock) => _entries.Has(sock.Value) && _entries[sock.Value].Window < 0xffff;

    /// <summary>Whether this step told a path that is narrower than the sender knew. A second telling changes nothing: what could not be cut for lack of memory waits for the timer.</summary>
    public bool Narrowed { get; private set; }

    /// <summary>A netfilter hook is registered on the way out, as far as the script says.</summary>
    public bool IsHooked { get; private set; }

    /// <summary>The socket that took a SYN or FIN in this step, and has sent no acknowledgement since; null for none.</summary>
    public SockId? Unanswered { get; private set; }

    /// <summary>Whether a SYN or FIN was taken in this step.</summary>
    public bool Asked { get; private set; }

    /// <summary>Whether the peer has answered the SYN.</summary>
    public bool IsOpen(SockId sock) => _entries.Has(sock.Value) && _entries[sock.Value] is { IsOpen: true, IsReset: false };

    /// <summary>The first sequence number that the peer has not acknowledged.</summary>
    public uint Unacknowledged(SockId sock) => _entries[sock.Value].Una;

    /// <summary>The socket to which a frame of the peer acknowledges something; null where it does not.</summary>
    public static SockId? Acknowledged(ReadOnlySpan<byte> frame) => (frame[Headers + 13] & Ack) != 0 ? new SockId(NameOf(frame[Headers..])) : null;

    public void Follow(Operation operation, World world)
    {
        (BeyondWindow, AfterReset, Narrowed, Unanswered, Asked) = (null, null, false, null, false);
        switch (operation)
        {
            case TcpConnect connect when world.Seen.Succeeded:
                _entries.Bind(connect.Result.Value, new Entry(world.Device(connect.Device).Features, world.Device(connect.Device).Mtu, 0, 0xffff, 0, false));
                break;
            case RtCacheFlush:
                for (var name = 0; name < _entries.Count; name++)
                {
                    if (_entries.Has(name))
                    {
                        _entries.Rebind(name, _entries[name] with { Features = world.Sock(new SockId(name)).Device.Features });
                    }
                }

                break;
            case IcmpFragNeeded icmp:
                var tcp = world.Tcp(icmp.Sock);
                var told = Math.Max(Math.Max(icmp.Mtu, world.Profile.MinPmtu), 48 + tcp.IpOptionBytes + (tcp.Timestamps ? 12 : 0));
                Narrowed = told < _entries[icmp.Sock.Value].Mtu;
                _entries.Rebind(icmp.Sock.Value, _entries[icmp.Sock.Value] with { Mtu = Math.Min(told, _entries[icmp.Sock.Value].Mtu) });
                break;
            case NfHook hook:
                IsHooked = hook.On;
                break;
        }

        foreach (var (happening, index) in world.Seen.Happenings)
        {
            if (happening == Happening.Received)
            {
                Learn(world.Seen.Received[index].Span);
            }
            else if (happening == Happening.Planned && world.Seen.Plan[index].Protocol == Tcp)
            {
                Judge(world.Seen.Plan[index]);
            }
        }
    }

    public void WriteState(StateWriter state)
    {
        state.Write(IsHooked);
        for (var name = 0; name < _entries.Count; name++)
        {
            if (_entries.Has(name))
            {
                state.Write((long)_entries[name].Features);
                state.Write(_entries[name].Mtu);
                state.Write(_entries[name].Una);
                state.Write(_entries[name].Window);
                state.Write(_entries[name].Wl1);
                state.Write(_entries[name].IsReset);
                state.Write(_entries[name].IsOpen);
            }
        }
    }

    public void Reset()
    {
        _entries.Clear();
        (BeyondWindow, AfterReset, Narrowed, IsHooked, Unanswered, Asked) = (null, null, false, false, null, false);
    }

    /// <summary>A window counts where the segment acknowledges more, or is newer, or opens it. linux 2.4.4 net/ipv4/tcp_input.c, tcp_may_update_window().</summary>
    private void Learn(ReadOnlySpan<byte> frame)
    {
        var tcp = frame[Headers..];
        var name = NameOf(tcp);
        var (seq, ack, window) = (BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]), BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]), BinaryPrimitives.ReadUInt16BigEndian(tcp[14..]));
        if (!_entries.Has(name) || _entries[name].IsReset)
        {
            return;
        }

        var entry = _entries[name];
        if ((tcp[13] & Rst) != 0)
        {
            _entries.Rebind(name, entry with { IsReset = true });
            return;
        }

        var first = (tcp[13] & Syn) != 0;
        if ((first && !entry.IsOpen) || (tcp[13] & Fin) != 0)
        {
            (Unanswered, Asked) = (new SockId(name), true);
            entry = entry with { IsOpen = true };
        }

        if (first || Before(entry.Una, ack) || Before(entry.Wl1, seq) || (entry.Wl1 == seq && window > entry.Window))
        {
            entry = entry with { Window = window, Wl1 = seq };
        }

        _entries.Rebind(name, first || Before(entry.Una, ack) ? entry with { Una = ack } : entry);
    }

    private void Judge(in Segment segment)
    {
        var entry = _entries[segment.Flow.Value];
        if (entry.IsReset)
        {
            AfterReset ??= segment;
        }

        Unanswered = segment.Flow == Unanswered && (segment.Flags & Ack) != 0 ? null : Unanswered;
        if (segment is { Attempt: 1, Length: > 0 } && Before(unchecked(entry.Una + entry.Window), unchecked(segment.Seq + (uint)segment.Length)))
        {
            BeyondWindow ??= segment;
        }

        if ((segment.Flags & Rst) != 0)
        {
            _entries.Rebind(segment.Flow.Value, entry with { IsReset = true });
        }
    }

    /// <summary>The name of the socket that a segment is for, by its port.</summary>
    private static int NameOf(ReadOnlySpan<byte> tcp) => BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]) - 40001;

    /// <summary>a before b in sequence space. RFC 793 section 3.3.</summary>
    public static bool Before(uint a, uint b) => unchecked((int)(a - b)) < 0;

    private sealed record Entry(NetifFeatures Features, int Mtu, uint Una, uint Window, uint Wl1, bool IsReset, bool IsOpen = false);
}
