using ZeroCopy.Specs;

namespace ZeroCopy.Model.Copying;

/// <summary>One socket on the copying path: the bytes that were accepted, copied at the call, and what is needed to spell its headers.</summary>
public sealed class CopyingFlow(SockId id, DevId device, int ipOptionBytes, int mssOption, bool timestamps, uint firstSeq)
{
    private readonly List<AcceptedRun> _runs = [];
    private byte[] _bytes = new byte[1024];
    private Provenance[]? _origin;
    private int _start;
    private int _end;
    private readonly List<(long From, long To)> _joined = [];

    public SockId Id => id;

    public DevId Device => device;

    public int IpOptionBytes => ipOptionBytes;

    /// <summary>The MSS that SYN announces.</summary>
    public int MssOption => mssOption;

    public bool Timestamps => timestamps;

    /// <summary>Sequence number of the first byte.</summary>
    public uint FirstSeq => firstSeq;

    /// <summary>The peer's next sequence number, learnt from its frames.</summary>
    public uint Ack { get; set; }

    /// <summary>The peer's last timestamp.</summary>
    public uint TsRecent { get; set; }

    /// <summary>The peer has reset the connection.</summary>
    public bool IsReset { get; set; }

    /// <summary>Bytes accepted since the start.</summary>
    public long Accepted { get; private set; }

    /// <summary>Bytes that the last call sent: of a datagram, all.</summary>
    public int LastCall { get; private set; }

    /// <summary>Bytes before this one were acknowledged and are forgotten.</summary>
    public long Kept => Accepted - (_end - _start);

    /// <summary>Copies bytes at the call.</summary>
    /// <param name="content">The file.</param>
    /// <param name="file">Its name.</param>
    /// <param name="offset">First byte in the file.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="call">Writes to files so far.</param>
    /// <param name="byReference">The call went by reference: the bytes may be read later.</param>
    /// <param name="provenance">Whether the origin of each byte is kept.</param>
    public void Accept(CopyingFile content, FileId file, long offset, int count, int call, bool byReference, bool provenance)
    {
        Remember(new AcceptedRun(Accepted, count, file, offset, call, byReference));
        MakeRoom(count, provenance);
        content.Read(offset, _bytes.AsSpan(_end, count));
        for (var i = 0; provenance && i < count; i++)
        {
            _origin![_end + i] = Provenance.OfFile(file, offset + i, content.WriteAt(offset + i));
        }

        _end += count;
        Accepted += count;
        LastCall = count;
    }

    /// <summary>Copies bytes of a page at the call.</summary>
    /// <param name="from">The bytes.</param>
    /// <param name="origins">Where each came from; empty where the profile keeps no provenance.</param>
    public void Accept(ReadOnlySpan<byte> from, ReadOnlySpan<Provenance> origins)
    {
        Remember(new AcceptedRun(Accepted, from.Length, new FileId(-1), 0, 0, ByReference: false));
        MakeRoom(from.Length, !origins.IsEmpty);
        from.CopyTo(_bytes.AsSpan(_end));
        origins.CopyTo(_origin.AsSpan(_origin is null ? 0 : _end));
        _end += from.Length;
        Accepted += from.Length;
        LastCall = from.Length;
    }

    /// <summary>Number of the next zero-copy send.</summary>
    public uint NextCall { get; set; }

    /// <summary>Zero-copy sends of which the user has not been told.</summary>
    public List<(uint Number, PageId? Page)> Untold { get; } = [];

    /// <summary>The user let go of a page: another may get its name.</summary>
    public void Forget(PageId page)
    {
        for (var i = 0; i < Untold.Count; i++)
        {
            if (Untold[i].Page == page)
            {
                Untold[i] = (Untold[i].Number, null);
            }
        }
    }

    /// <summary>The bytes from a place in the stream; the range was accepted and not yet forgotten.</summary>
    public ReadOnlySpan<byte> Bytes(long position, int count) => _bytes.AsSpan(IndexOf(position, count), count);

    /// <summary>Whether a range was accepted and is not yet forgotten.</summary>
    public bool Has(long position, int count) => position >= Kept && position + count <= Accepted;

    /// <summary>Where each of those bytes came from; empty where the profile keeps no provenance.</summary>
    public ReadOnlySpan<Provenance> Origin(long position, int count) =>
        _origin is null ? [] : _origin.AsSpan(IndexOf(position, count), count);

    /// <summary>Forgets what stands before a place in the stream.</summary>
    public void Forget(long position)
    {
        // A segment that took in the next goes again whole, when half of it was acknowledged.
        foreach (var (from, to) in _joined)
        {
            position = position > from && position < to ? from : position;
        }

        _start += (int)Math.Max(0, Math.Min(position, Accepted) - Kept);
        var gone = 0;
        while (gone < _runs.Count && _runs[gone].Position + _runs[gone].Count <= Kept)
        {
            gone++;
        }

        _runs.RemoveRange(0, gone);
        for (var i = _joined.Count - 1; i >= 0; i--)
        {
            if (_joined[i].To <= Kept)
            {
                _joined.RemoveAt(i);
            }
        }
    }

    /// <summary>Two segments became one: what it has, FIN with it, is kept until all of it is acknowledged.</summary>
    public void Join(long from, long to)
    {
        for (var i = _joined.Count - 1; i >= 0; i--)
        {
            if (_joined[i].From == from)
            {
                _joined.RemoveAt(i);
            }
        }

        _joined.Add((from, to));
    }

    /// <summary>Adds where a range came from; it was accepted and is not yet forgotten.</summary>
    public void AddRuns(long position, int count, List<AcceptedRun> to)
    {
        foreach (var run in _runs)
        {
            var first = Math.Max(position, run.Position);
            var end = Math.Min(position + count, run.Position + run.Count);
            if (first < end)
            {
                to.Add(run with { Position = first, Count = (int)(end - first), Offset = run.Offset + (first - run.Position) });
            }
        }
    }

    /// <summary>The place in the stream of a sequence number near those that are kept.</summary>
    public long PositionOf(uint seq) => Kept + unchecked((int)(seq - firstSeq - (uint)Kept));

    public void WriteState(StateWriter state)
    {
        state.Write(_bytes.AsSpan(_start, _end - _start));
        for (var i = _start; _origin is not null && i < _end; i++)
        {
            state.Write((long)_origin[i].Packed);
        }

        state.Write(_runs.Count);
        foreach (var run in _runs)
        {
            state.Write(run.Position);
            DueFrame.WriteState(state, run);
        }

        state.Write(Accepted);
        state.Write(NextCall);
        state.Write(Untold.Count);
        foreach (var (number, page) in Untold)
        {
            state.Write(number);
            state.Write(page?.Value ?? -1);
        }

        state.Write(Ack);
        state.Write(TsRecent);
        state.Write(mssOption);
        state.Write(IsReset);
        state.Write(_joined.Count);
        foreach (var (from, to) in _joined)
        {
            state.Write(from);
            state.Write(to);
        }
    }

    /// <summary>A call that goes on where the one before ended makes one run with it.</summary>
    private void Remember(in AcceptedRun run)
    {
        if (_runs.Count > 0 && _runs[^1] is var last && run.Count <= int.MaxValue - last.Count
            && last with { Position = run.Position, Offset = last.Offset + last.Count, Count = run.Count } == run)
        {
            _runs[^1] = last with { Count = last.Count + run.Count };
        }
        else if (run.Count > 0)
        {
            _runs.Add(run);
        }
    }

    private int IndexOf(long position, int count) =>
        Has(position, count)
            ? _start + (int)(position - Kept)
            : throw new BugException(NetRules.PlanIsContiguous, $"the plan sends bytes {position}..{position + count} of {id}, which accepted {Accepted} and had {Kept} acknowledged");

    private void MakeRoom(int count, bool provenance)
    {
        if (provenance)
        {
            _origin ??= new Provenance[_bytes.Length];
        }

        if (_end + count <= _bytes.Length)
        {
            return;
        }

        var live = _end - _start;
        var length = _bytes.Length;
        while (length < live + count)
        {
            length *= 2;
        }

        var bytes = length == _bytes.Length ? _bytes : new byte[length];
        _bytes.AsSpan(_start, live).CopyTo(bytes);
        if (_origin is not null)
        {
            var origin = length == _bytes.Length ? _origin : new Provenance[length];
            _origin.AsSpan(_start, live).CopyTo(origin);
            _origin = origin;
        }

        (_bytes, _start, _end) = (bytes, 0, live);
    }
}
