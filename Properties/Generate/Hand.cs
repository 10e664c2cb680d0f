using System.Numerics;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Generate;

/// <summary>Draws operands for the next operation, with both worlds in view: names that are bound, lengths at the borders of what is there.</summary>
/// <remarks>What it draws depends on the seed and on the worlds alone. It decides what is tried, never what is right.</remarks>
/// <param name="checker">Has the worlds.</param>
/// <param name="rng">Its only source of chance.</param>
/// <param name="mix">What it draws for.</param>
public sealed class Hand(Checker checker, Rng rng, IReadOnlyList<Draw> mix)
{
    private const int MaxSkbs = 6;
    private const int MaxPages = 4;
    private const int MaxFiles = 3;
    private const int MaxSocks = 4;
    private const int MaxDevs = 2;
    private const int MaxTaps = 2;
    internal const int MaxMms = 4;
    private const int MaxPins = 3;

    /// <summary>Of each kind of name: how many at most, what one of them serves, and what it serves that there may be another.</summary>
    private static readonly (NameKind Kind, int Limit, Needs One, Needs Another)[] Kinds =
    [
        (NameKind.Skb, MaxSkbs, Needs.Skb, Needs.NewSkb),
        (NameKind.Page, MaxPages, Needs.Page, Needs.NewPage),
        (NameKind.File, MaxFiles, Needs.File, Needs.NewFile),
        (NameKind.Sock, MaxSocks, Needs.None, Needs.NewSock),
        (NameKind.Dev, MaxDevs, Needs.Dev, Needs.NewDev),
        (NameKind.Tap, MaxTaps, Needs.Tap, Needs.NewTap),
        (NameKind.Mm, MaxMms, Needs.Mm, Needs.NewMm),
        (NameKind.Kiobuf, MaxPins, Needs.Kiobuf | Needs.Pin, Needs.None),
        (NameKind.Vector, MaxPins, Needs.Vector | Needs.Pin, Needs.NewVector),
    ];

    private readonly int[] _sent = new int[MaxFiles];
    private readonly Queue<Func<Hand, Operation>> _planned = [];

    /// <summary>Those that the mix asks for.</summary>
    private readonly (NameKind Kind, int Limit, Needs One, Needs Another)[] _kinds = [.. Kinds.Where(kind => mix.Any(draw => (draw.Needs & (kind.One | kind.Another)) != 0))];

    /// <summary>How many of each this sequence may have.</summary>
    private readonly int[] _most = new int[Kinds.Length];

    /// <summary>What could be drawn when names were changed last.</summary>
    private Needs _available;
    private long _availableAt = -1;

    public Rng Rng => rng;

    public Names Names => checker.Copying.Names;

    public World World => checker.World;

    public int PageSize => Names.PageSize;

    /// <summary>How many objects of a kind a sequence works with, from 1 to 100 per cent of the most, and at least two.</summary>
    public void Begin(int size)
    {
        for (var i = 0; i < _kinds.Length; i++)
        {
            _most[i] = Math.Max(2, ((_kinds[i].Limit * size) + 99) / 100);
        }

        Array.Clear(_sent);
        _planned.Clear();
        _availableAt = -1;
    }

    /// <summary>What is to be drawn next, one after the other: a way to what single draws hardly reach.</summary>
    public void Plan(params ReadOnlySpan<Func<Hand, Operation>> steps)
    {
        foreach (var step in steps)
        {
            _planned.Enqueue(step);
        }
    }

    /// <summary>The next step of a plan; null where none is left.</summary>
    public Operation? Planned() => _planned.TryDequeue(out var step) ? step(this) : null;

    /// <summary>Which allocation of the next operation fails; 0 for none. What asks for memory is drawn where it must ask.</summary>
    public int FailsAt { get; set; }

    public bool IsFailing => FailsAt > 0;

    /// <summary>Where the last piece of a file ended that was drawn.</summary>
    public int Sent(FileId file) => _sent[file.Value];

    public void Send(FileId file, int end) => _sent[file.Value] = end;

    /// <summary>What can be drawn now.</summary>
    public Needs Available()
    {
        if (_availableAt != Names.Changes)
        {
            (_available, _availableAt) = (Look(), Names.Changes);
        }

        return _available;
    }

    private Needs Look()
    {
        var can = Names.Faults > 0 ? Needs.Fault : Needs.None;
        for (var left = Names.Lowest(NameKind.Sock); left != 0; left &= left - 1)
        {
            can |= KindsOf(new SockId(BitOperations.TrailingZeroCount(left)));
        }

        if (TryInterleaved() is not null)
        {
            can |= Needs.Interleaved;
        }

        for (var i = 0; i < _kinds.Length; i++)
        {
            ref readonly var kind = ref _kinds[i];
            var count = Names.Count(kind.Kind);
            can |= (count > 0 ? kind.One : Needs.None) | (count < _most[i] ? kind.Another : Needs.None);
        }

        return can;
    }

    public SkbId NewSkb() => new(Free(NameKind.Skb, MaxSkbs));

    public SkbId Skb() => new(Bound(NameKind.Skb, MaxSkbs));

    /// <summary>One that is as wanted, wherever there is one.</summary>
    public SkbId Skb(Func<Names, SkbId, bool> wanted, SkbId? except = null) => TrySkb(wanted, except) ?? Skb();

    /// <summary>Whether so many more skbs may have a name.</summary>
    public bool MayName(int more) => Names.Count(NameKind.Skb) + more <= MaxSkbs;

    /// <summary>One that is as wanted; null where there is none.</summary>
    public SkbId? TrySkb(Func<Names, SkbId, bool> wanted, SkbId? except = null)
    {
        var start = rng.Below(MaxSkbs);
        for (var left = BoundFrom(start, NameKind.Skb, MaxSkbs); left != 0; left &= left - 1)
        {
            var id = new SkbId(Nth(start, left, MaxSkbs));
            if (id != except && wanted(Names, id))
            {
                return id;
            }
        }

        return null;
    }

    public PageId NewPage() => new(Free(NameKind.Page, MaxPages));

    public PageId Page() => new(Bound(NameKind.Page, MaxPages));

    public FileId NewFile() => new(Free(NameKind.File, MaxFiles));

    public FileId File() => new(Bound(NameKind.File, MaxFiles));

    public DevId NewDev() => new(Free(NameKind.Dev, MaxDevs));

    public DevId Dev() => new(Bound(NameKind.Dev, MaxDevs));

    /// <summary>A device that goes on one access at a time.</summary>
    public DevId InterleavedDev() => TryInterleaved() ?? Dev();

    public TapId NewTap() => new(Free(NameKind.Tap, MaxTaps));

    public TapId Tap() => new(Bound(NameKind.Tap, MaxTaps));

    public SockId NewSock() => new(Free(NameKind.Sock, MaxSocks));

    /// <summary>Pages that a process can map.</summary>
    public int TaskPages => World.Profile.TaskPages;

    public MmId NewMm() => new(Free(NameKind.Mm, MaxMms));

    /// <summary>A process; one that runs wherever there is one.</summary>
    public MmId Mm()
    {
        // Nearly every draw asks: its walk is its own, without a call for each process.
        var start = rng.Below(MaxMms);
        for (var left = BoundFrom(start, NameKind.Mm, MaxMms); left != 0; left &= left - 1)
        {
            var id = new MmId(Nth(start, left, MaxMms));
            if (Names.Runs(id))
            {
                return id;
            }
        }

        return new MmId(Bound(NameKind.Mm, MaxMms));
    }

    /// <summary>A process that is as wanted; null where there is none.</summary>
    public MmId? TryMm(Func<Names, MmId, bool> wanted)
    {
        var start = rng.Below(MaxMms);
        for (var left = BoundFrom(start, NameKind.Mm, MaxMms); left != 0; left &= left - 1)
        {
            var id = new MmId(Nth(start, left, MaxMms));
            if (wanted(Names, id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>The lowest that is free; where all are taken, one that is mapped already.</summary>
    public PinId NewKiobuf() => new(false, rng.OneIn(30) ? rng.Below(MaxPins) : Free(NameKind.Kiobuf, MaxPins));

    public PinId NewVector() => new(true, Free(NameKind.Vector, MaxPins));

    public PinId Vector() => new(true, Bound(NameKind.Vector, MaxPins));

    /// <summary>A kiobuf that is as wanted; null where there is none.</summary>
    public PinId? TryKiobuf(Func<Names, PinId, bool> wanted) => PinOf(false, wanted);

    /// <summary>A kiobuf or a vector that is as wanted; null where there is none.</summary>
    public PinId? TryPin(Func<Names, PinId, bool> wanted)
    {
        var isVector = rng.OneIn(2);
        return PinOf(isVector, wanted) ?? PinOf(!isVector, wanted);
    }

    /// <summary>A TCP socket, closed or not.</summary>
    public SockId Tcp() => Sock(Needs.Tcp);

    public SockId Udp() => Sock(Needs.Udp);

    public SockId Orphan() => Sock(Needs.Orphan);

    public SockId Raw() => Sock(Needs.Raw);

    public SockId OpenTcp() => Sock(Needs.OpenTcp);

    public Zone Zone() => (Zone)rng.Below(4);

    /// <summary>The seed of a pattern.</summary>
    public int Data() => rng.Below(3);

    /// <summary>0, 1, an odd number, the border of a page, the given border and one beside it, or any number up to three pages.</summary>
    public int Length(int border) => rng.Below(11) switch
    {
        0 => 0,
        1 => 1,
        2 => 2 + rng.Below(PageSize / 2),
        3 => 3 + (2 * rng.Below(4)),
        4 => PageSize - 1 + rng.Below(3),
        5 or 6 => Math.Max(0, border),
        7 => Math.Max(0, border - 1),
        8 => Math.Max(0, border + 1),
        9 => rng.Below(Math.Max(1, border)),
        _ => rng.Below(3 * PageSize),
    };

    /// <summary>A length up to a limit, either end likely.</summary>
    public int Within(int limit) => Math.Min(limit, Length(limit));

    /// <summary>The bytes of a new file: lengths around pages and segments; zeroes, ones, or any bytes.</summary>
    public LiteralContent Content()
    {
        var length = rng.Below(9) switch
        {
            0 => 0,
            1 => 1,
            2 => PageSize - 1 + rng.Below(3),
            3 => (2 * PageSize) + 1,
            4 or 5 => 3 * PageSize,
            6 => (3 * PageSize) + 1 + rng.Below(2 * PageSize),
            7 => World.Profile.DefaultMss * (1 + rng.Below(4)),
            _ => rng.Below(4 * PageSize),
        };
        var bytes = new byte[length];
        switch (rng.Below(6))
        {
            case 0:
                break;
            case 1:
                Array.Fill(bytes, (byte)0xff);
                break;
            default:
                for (var i = 0; i < length; i++)
                {
                    bytes[i] = (byte)(rng.Next() >> 56);
                }

                break;
        }

        return new LiteralContent(bytes);
    }

    /// <summary>Features to be switched, a few at a time.</summary>
    public NetifFeatures Features() => rng.Below(6) switch
    {
        0 or 1 => NetifFeatures.Sg,
        2 or 3 => NetifFeatures.AnyCsum,
        4 => NetifFeatures.HighDma,
        _ => NetifFeatures.Sg | NetifFeatures.AnyCsum,
    };

    private PinId? PinOf(bool isVector, Func<Names, PinId, bool> wanted)
    {
        var start = rng.Below(MaxPins);
        for (var left = BoundFrom(start, isVector ? NameKind.Vector : NameKind.Kiobuf, MaxPins); left != 0; left &= left - 1)
        {
            var pin = new PinId(isVector, Nth(start, left, MaxPins));
            if (wanted(Names, pin))
            {
                return pin;
            }
        }

        return null;
    }

    private DevId? TryInterleaved()
    {
        for (var i = 0; i < MaxDevs && Names.Count(NameKind.Dev) > 0; i++)
        {
            if (Names.Has(new DevId(i)) && Names.IsInterleaved(new DevId(i)))
            {
                return new DevId(i);
            }
        }

        return null;
    }

    private Needs KindsOf(SockId id) =>
        Names.IsOpenTcp(id) ? Needs.Tcp | Needs.OpenTcp
        : Names.IsTcp(id) ? Needs.Tcp | Needs.Orphan
        : Names.IsUdp(id) ? Needs.Udp
        : Names.IsRaw(id) ? Needs.Raw
        : Needs.None;

    private SockId Sock(Needs kind)
    {
        var start = rng.Below(MaxSocks);
        for (var i = 0; i < MaxSocks; i++)
        {
            var id = new SockId((start + i) % MaxSocks);
            if ((KindsOf(id) & kind) != 0)
            {
                return id;
            }
        }

        return default;
    }

    /// <summary>The lowest name that is free: scripts come out with few names.</summary>
    private int Free(NameKind kind, int limit) => Math.Min(BitOperations.TrailingZeroCount(~Names.Lowest(kind)), limit - 1);

    /// <summary>A name that is bound; where there is none, one that is not.</summary>
    private int Bound(NameKind kind, int limit)
    {
        var start = rng.Below(limit);
        var bound = BoundFrom(start, kind, limit);
        return bound == 0 ? 0 : Nth(start, bound, limit);
    }

    /// <summary>The lowest names of a kind that are bound, a bit each; the lowest bit is that of the name to start with, and behind the last name comes the first.</summary>
    private uint BoundFrom(int start, NameKind kind, int limit)
    {
        var mask = (1U << limit) - 1;
        var bound = Names.Lowest(kind) & mask;
        return ((bound >> start) | (bound << (limit - start))) & mask;
    }

    /// <summary>The name of the lowest bit.</summary>
    private static int Nth(int start, uint bits, int limit) => start + BitOperations.TrailingZeroCount(bits) is var name && name < limit ? name : name - limit;
}
