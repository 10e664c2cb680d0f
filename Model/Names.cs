namespace ZeroCopy.Model;

/// <summary>What a script has names for.</summary>
public enum NameKind
{
    Skb,
    Page,
    File,
    Sock,
    Dev,
    Tap,
}

/// <summary>What both paths know of a script's names: which are bound, and lengths. <see cref="Operation.Enabled"/> reads nothing else, so that an operation is never chosen by the state of the code under test.</summary>
public sealed class Names(int pageSize)
{
    private readonly Table<int> _skbs = new();
    private readonly Table<bool> _pages = new();
    private readonly Table<long> _files = new();
    private readonly Table<SockName> _socks = new();
    private readonly Table<DevName> _devs = new();
    private readonly Table<bool> _taps = new();

    /// <summary>Bytes in a page: the same on both paths.</summary>
    public int PageSize => pageSize;

    public bool Has(SkbId skb) => _skbs.Has(skb.Value);

    public bool Has(PageId page) => _pages.Has(page.Value);

    public bool Has(FileId file) => _files.Has(file.Value);

    public bool Has(SockId sock) => _socks.Has(sock.Value);

    public bool Has(DevId dev) => _devs.Has(dev.Value);

    public bool Has(TapId tap) => _taps.Has(tap.Value);

    public bool Has(NameKind kind, int name) => kind switch
    {
        NameKind.Skb => _skbs.Has(name),
        NameKind.Page => _pages.Has(name),
        NameKind.File => _files.Has(name),
        NameKind.Sock => _socks.Has(name),
        NameKind.Dev => _devs.Has(name),
        NameKind.Tap => _taps.Has(name),
        _ => throw new ModelException($"no kind of name {kind}"),
    };

    /// <summary>Names of a kind that are bound.</summary>
    public int Count(NameKind kind) => kind switch
    {
        NameKind.Skb => _skbs.Bound,
        NameKind.Page => _pages.Bound,
        NameKind.File => _files.Bound,
        NameKind.Sock => _socks.Bound,
        NameKind.Dev => _devs.Bound,
        NameKind.Tap => _taps.Bound,
        _ => throw new ModelException($"no kind of name {kind}"),
    };

    /// <summary>Bytes of the packet.</summary>
    public int Length(SkbId skb) => _skbs[skb.Value];

    public long Length(FileId file) => _files[file.Value];

    /// <summary>An open TCP socket that may still send.</summary>
    public bool IsOpenTcp(SockId sock) => Has(sock) && _socks[sock.Value] is { IsTcp: true, IsClosed: false };

    public bool IsTcp(SockId sock) => Has(sock) && _socks[sock.Value].IsTcp;

    public bool IsUdp(SockId sock) => Has(sock) && !_socks[sock.Value].IsTcp;

    /// <summary>The most payload that a datagram of this socket may carry.</summary>
    public int MaxDatagram(SockId sock) => _socks[sock.Value].MaxDatagram;

    public int Mtu(DevId dev) => _devs[dev.Value].Mtu;

    public void Bind(SkbId skb, int length) => _skbs.Bind(skb.Value, length);

    public void Resize(SkbId skb, int length) => _skbs.Rebind(skb.Value, length);

    public void Unbind(SkbId skb) => _skbs.Unbind(skb.Value);

    public void Bind(PageId page) => _pages.Bind(page.Value, true);

    public void Unbind(PageId page) => _pages.Unbind(page.Value);

    public void Bind(FileId file, long length) => _files.Bind(file.Value, length);

    public void BindTcp(SockId sock) => _socks.Bind(sock.Value, new SockName(true, false, 0));

    public void BindUdp(SockId sock, int maxDatagram) => _socks.Bind(sock.Value, new SockName(false, false, maxDatagram));

    public void Close(SockId sock) => _socks.Rebind(sock.Value, _socks[sock.Value] with { IsClosed = true });

    public void Bind(TapId tap) => _taps.Bind(tap.Value, true);

    public void Unbind(TapId tap) => _taps.Unbind(tap.Value);

    public void Bind(DevId dev, int mtu) => _devs.Bind(dev.Value, new DevName(mtu));

    public void Reset()
    {
        _skbs.Clear();
        _pages.Clear();
        _files.Clear();
        _socks.Clear();
        _devs.Clear();
        _taps.Clear();
    }

    private readonly record struct SockName(bool IsTcp, bool IsClosed, int MaxDatagram);

    private readonly record struct DevName(int Mtu);
}

/// <summary>Values by the number of a name.</summary>
public sealed class Table<T>
{
    private readonly List<(bool Bound, T? Value)> _entries = [];

    public bool Has(int name) => name < _entries.Count && _entries[name].Bound;

    public T this[int name] => Has(name) ? _entries[name].Value! : throw new ModelException($"name {name} is not bound");

    /// <summary>Names ever bound, with gaps.</summary>
    public int Count => _entries.Count;

    /// <summary>Names that are bound now.</summary>
    public int Bound { get; private set; }

    public void Bind(int name, T value)
    {
        while (_entries.Count <= name)
        {
            _entries.Add((false, default));
        }

        if (_entries[name].Bound)
        {
            throw new ModelException($"name {name} is bound already");
        }

        Bound++;
        _entries[name] = (true, value);
    }

    public void Rebind(int name, T value)
    {
        _ = this[name];
        _entries[name] = (true, value);
    }

    public void Unbind(int name)
    {
        _ = this[name];
        Bound--;
        _entries[name] = (false, default);
    }

    public void Clear()
    {
        _entries.Clear();
        Bound = 0;
    }
}
