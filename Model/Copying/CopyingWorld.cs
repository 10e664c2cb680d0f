using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ZeroCopy.Model.Copying;

/// <summary>The copying path: the same operations on plain byte arrays, copied at the moment of the call. It knows no page, no skb and no driver. Each part is short enough to be believed by reading: packets, processes, fork, pins, frames, and what written bytes a frame may show stand in files of their own.</summary>
public sealed partial class CopyingWorld(Profile profile)
{
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const byte Fin = 1;
    private const byte Rst = 4;

    private readonly Table<CopyingSkb> _skbs = new();
    private readonly Table<byte[]> _pages = new();
    private readonly Table<Provenance[]> _pageOrigins = new();
    private readonly Table<CopyingFile> _files = new();
    private readonly Table<CopyingFlow> _flows = new();
    private readonly Table<CopyingDevice> _devices = new();
    private readonly Table<Queue<TappedFrame>> _taps = new();
    private readonly List<int> _waitingAtDrop = [];
    private readonly List<DueFrame?> _emitted = [];
    private readonly Stack<DueFrame> _free = new();
    private readonly Stack<CopyingSkb> _freeSkbs = new();
    private readonly Stack<(byte[] Bytes, Provenance[] Origins)> _freePages = new();
    private byte[] _answer = [];
    private byte[] _summed = [];
    private int _answerLength;

    /// <summary>What both paths know of the script's names.</summary>
    public Names Names { get; } = new(profile.PageSize, profile.TaskPages, profile.Kernel);

    public int PageSize => profile.PageSize;

    /// <summary>Payload bytes copied at calls.</summary>
    public long CopiedBytes { get; private set; }

    /// <summary>Payload bytes summed while frames were built.</summary>
    public long SummedBytes { get; private set; }

    /// <summary>Entries of the plan that have neither been emitted nor dropped.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Writes to files so far: the clock by which versions of a byte are told apart.</summary>
    public int Writes { get; private set; }

    /// <summary>The first packet of this step that a driver was handed before its turn; null for none.</summary>
    public (int Number, string Why)? OutOfTurn { get; private set; }

    /// <summary>Whether a packet of this step overtook one that waited longer, in a band behind its own.</summary>
    public bool Overtook { get; private set; }

    /// <summary>Packets that waited in the band of each that was dropped in this step.</summary>
    public ListView<int> WaitingAtDrop => _waitingAtDrop;

    /// <summary>What the copying path's last reading operation returned.</summary>
    public ReadOnlySpan<byte> Answer => _answer.AsSpan(0, _answerLength);

    public bool HasSkb(SkbId id) => _skbs.Has(id.Value);

    /// <summary>The bytes of the packet.</summary>
    public CopyingSkb Skb(SkbId id) => _skbs[id.Value];

    public byte[] Page(PageId id) => _pages[id.Value];

    public CopyingFile File(FileId id) => _files[id.Value];

    public CopyingFlow Flow(SockId id) => _flows[id.Value];

    /// <summary>A page of the user's own, to be written.</summary>
    public Span<byte> BindPage(PageId id)
    {
        var (page, origins) = _freePages.TryPop(out var used) ? used : (new byte[profile.PageSize], profile.Provenance ? new Provenance[profile.PageSize] : []);
        for (var i = 0; i < origins.Length; i++)
        {
            origins[i] = Provenance.OfPage(id, i);
        }

        _pages.Bind(id.Value, page);
        _pageOrigins.Bind(id.Value, origins);
        Names.Bind(id);
        return page;
    }

    /// <summary>The user stores into a page of his own.</summary>
    public void Store(PageId id, int offset, ReadOnlySpan<byte> bytes, int write)
    {
        bytes.CopyTo(_pages[id.Value].AsSpan(offset));
        for (var i = offset; profile.Provenance && i < offset + bytes.Length; i++)
        {
            _pageOrigins[id.Value][i] = Provenance.OfPage(id, i, write);
        }
    }

    /// <summary>Copies what a zero-copy send accepted, and counts the call.</summary>
    public void Accept(SockId sock, PageId page, int offset, int count)
    {
        _flows[sock.Value].Accept(_pages[page.Value].AsSpan(offset, count), profile.Provenance ? _pageOrigins[page.Value].AsSpan(offset, count) : []);
        CopiedBytes += count;
    }

    /// <summary>A zero-copy send succeeded: until it is told, the user leaves the page alone.</summary>
    public void Call(SockId sock, PageId page)
    {
        var flow = _flows[sock.Value];
        flow.Untold.Add((flow.NextCall, page));
        flow.NextCall = unchecked(flow.NextCall + 1);
        Names.Lend(page);
        Names.Called(sock);
    }

    /// <summary>The user is told of a range of calls.</summary>
    public void Learn(in Told told)
    {
        var untold = _flows[told.Sock.Value].Untold;
        for (var i = untold.Count - 1; i >= 0; i--)
        {
            if (unchecked(untold[i].Number - told.Lo) < told.Count)
            {
                if (untold[i].Page is { } page)
                {
                    Names.TakeBack(page);
                }

                untold.RemoveAt(i);
            }
        }
    }

    public void Unbind(PageId id)
    {
        _freePages.Push((_pages[id.Value], _pageOrigins[id.Value]));
        _pages.Unbind(id.Value);
        _pageOrigins.Unbind(id.Value);
        Names.Unbind(id);
        for (var name = 0; name < _flows.Count; name++)
        {
            if (_flows.Has(name))
            {
                _flows[name].Forget(id);
            }
        }
    }

    public void Bind(FileId id, FileContent content)
    {
        _files.Bind(id.Value, new CopyingFile(content));
        Names.Bind(id, content.Length);
    }

    public void Bind(SockId id, CopyingFlow flow) => _flows.Bind(id.Value, flow);

    /// <summary>Copies what a send call accepted.</summary>
    /// <param name="sock">The socket.</param>
    /// <param name="file">The file.</param>
    /// <param name="offset">First byte in the file.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="byReference">The other path did not copy them: what is written to the file later may show.</param>
    public void Accept(SockId sock, FileId file, long offset, int count, bool byReference = false)
    {
        _flows[sock.Value].Accept(_files[file.Value], file, offset, count, Writes, byReference, profile.Provenance);
        CopiedBytes += count;
    }

    public void SetAnswer(ReadOnlySpan<byte> bytes)
    {
        if (_answer.Length < bytes.Length)
        {
            _answer = new byte[bytes.Length];
        }

        bytes.CopyTo(_answer);
        _answerLength = bytes.Length;
    }

    public void BeginStep()
    {
        foreach (var frame in _emitted)
        {
            if (frame is not null)
            {
                _free.Push(frame);
            }
        }

        _emitted.Clear();
        _waitingAtDrop.Clear();
        (OutOfTurn, Overtook) = (null, false);
        BeginMemoryStep();
        _answerLength = 0;
    }

    public void WriteState(StateWriter state)
    {
        for (var name = 0; name < _skbs.Count; name++)
        {
            if (!_skbs.Has(name))
            {
                continue;
            }

            state.Write(name);
            if (state.Reach(_skbs[name]))
            {
                state.Write(_skbs[name].Bytes);
                var shape = Names.Shape(new SkbId(name));
                state.Write(shape.Linear);
                state.Write(shape.Listed);
                state.Refer(shape.Data);
                state.Write((int)shape.Sum);
                state.Write(shape.IsReceived);
                state.Write(shape.IsDatagram);
                state.Write(shape.SumStart);
                state.Write(shape.SumAt);
            }
        }

        for (var name = 0; name < _pages.Count; name++)
        {
            if (_pages.Has(name))
            {
                state.Write(name);
                state.Write(_pages[name]);
                state.Write(MemoryMarshal.AsBytes<Provenance>(_pageOrigins[name]));
                state.Write(Names.Lent(new PageId(name)));
            }
        }

        WriteMemory(state);
        state.Write(Writes);
        for (var name = 0; name < _files.Count; name++)
        {
            if (_files.Has(name))
            {
                state.Write(name);
                _files[name].WriteState(state);
            }
        }

        for (var name = 0; name < _flows.Count; name++)
        {
            if (_flows.Has(name))
            {
                state.Write(name);
                state.Write(Names.HasCalled(new SockId(name)));
                state.Write(Names.IsOpenTcp(new SockId(name)));
                _flows[name].WriteState(state);
            }
        }

        for (var name = 0; name < _devices.Count; name++)
        {
            if (!_devices.Has(name))
            {
                continue;
            }

            state.Write(_devices[name].CsumOff);
            foreach (var band in _devices[name].Bands)
            {
                Write(state, band);
            }

            Write(state, _devices[name].Taken);
        }

        for (var name = 0; name < _taps.Count; name++)
        {
            if (_taps.Has(name))
            {
                state.Write(name);
                foreach (var (due, sumIsSeed) in _taps[name])
                {
                    due.WriteState(state);
                    state.Write(sumIsSeed);
                }

                state.Refer(null);
            }
        }
    }

    public void Reset()
    {
        BeginStep();
        for (var name = 0; name < _skbs.Count; name++)
        {
            if (_skbs.Has(name))
            {
                Unbind(new SkbId(name));
            }
        }

        for (var name = 0; name < _pages.Count; name++)
        {
            if (_pages.Has(name))
            {
                Unbind(new PageId(name));
            }
        }

        ResetMemory();
        _skbs.Clear();
        _pages.Clear();
        _pageOrigins.Clear();
        _files.Clear();
        _flows.Clear();
        _devices.Clear();
        _taps.Clear();
        Names.Reset();
        (CopiedBytes, SummedBytes, Outstanding, Writes) = (0, 0, 0, 0);
    }
}
