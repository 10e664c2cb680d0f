namespace ZeroCopy.Model.Copying;

/// <summary>A run of stream bytes that one call accepted.</summary>
/// <param name="Position">Bytes of the stream before it.</param>
/// <param name="Count">Bytes.</param>
/// <param name="File">Where they came from.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Call">Writes to files before the call: the lower end of what may be read.</param>
/// <param name="ByReference">Read later: writes after the call may show. Else they were copied, and none does.</param>
public readonly record struct AcceptedRun(long Position, int Count, FileId File, long Offset, int Call, bool ByReference)
{
    /// <summary>Not of a page of the user's own, which he leaves alone until he is told: its bytes are those of the call.</summary>
    public bool IsOfFile => File.Value >= 0;
}

/// <summary>A frame that a device has yet to emit, with its bytes as they were at the call, and what is needed to say which other bytes it may carry.</summary>
public sealed class DueFrame
{
    private const int EthernetBytes = 14;

    public Frame Frame { get; } = new();

    /// <summary>Its entry of the plan.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes of the stream before its payload.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes before its payload.</summary>
    public int Headers { get; private set; }

    /// <summary>Where its payload came from, in order.</summary>
    public List<AcceptedRun> Runs { get; } = [];

    /// <summary>Writes to files before dev_queue_xmit().</summary>
    public int Planned { get; private set; }

    /// <summary>A private copy was made in dev_queue_xmit(): what is written later does not show.</summary>
    public bool Linearized { get; private set; }

    /// <summary>The CPU summed it in dev_queue_xmit().</summary>
    public bool Summed { get; private set; }

    /// <summary>The checksum field holds the sum of the pseudo header alone.</summary>
    public bool SeedOnly { get; private set; }

    /// <summary>Which frame of the step it stands for.</summary>
    public int Index { get; internal set; }

    /// <summary>Files were written since the call.</summary>
    public bool IsOpen { get; internal set; }

    /// <summary>A byte by reference is newer than the call.</summary>
    public bool ShowsWrite { get; internal set; }

    /// <summary>The first byte from no write that it may have been read from; -1 for none.</summary>
    public int Stray { get; internal set; }

    /// <summary>The first byte by reference that is not what the page held when it was read; -1 for none.</summary>
    public int Outdated { get; internal set; }

    /// <summary>The CPU summed shared pages, which were written before the device read them.</summary>
    public bool IsStale { get; internal set; }

    internal Bytes Start(in Segment segment, long position, int headers, int planned, bool linearized, bool summed, bool seedOnly, bool provenance)
    {
        (Number, Position, Headers, Planned, Linearized, Summed, SeedOnly) = (segment.Number, position, headers, planned, linearized, summed, seedOnly);
        (Index, IsOpen, ShowsWrite, Stray, Outdated, IsStale) = (-1, false, false, -1, -1, false);
        Runs.Clear();
        return Bytes = Frame.Start(segment.Device, headers + segment.Length, fromPeer: false, provenance);
    }

    /// <summary>Becomes the frame of a packet that is forwarded: no call accepted its bytes.</summary>
    internal Bytes Start(in Forward forward, int headers, int packet, bool provenance)
    {
        (Number, Position, Headers, Planned, Linearized, Summed, SeedOnly) = (forward.Number, 0, headers, 0, false, false, false);
        (Index, IsOpen, ShowsWrite, Stray, Outdated, IsStale) = (-1, false, false, -1, -1, false);
        Runs.Clear();
        return Bytes = Frame.Start(forward.Device, EthernetBytes + packet, fromPeer: false, provenance);
    }

    /// <summary>Becomes a copy of another, as a tap's clone is.</summary>
    internal void StartAs(DueFrame other, bool provenance)
    {
        (Number, Position, Headers, Planned, Linearized, Summed, SeedOnly) =
            (other.Number, other.Position, other.Headers, other.Planned, other.Linearized, other.Summed, other.SeedOnly);
        (Index, IsOpen, ShowsWrite, Stray, Outdated, IsStale) = (-1, false, false, -1, -1, false);
        Runs.Clear();
        Runs.AddRange(other.Runs);
        Bytes = Frame.Start(other.Frame.Device, other.Frame.Length, fromPeer: false, provenance);
        other.Bytes.CopyTo(Bytes);
    }

    internal Bytes Bytes { get; private set; }

    public void WriteState(StateWriter state)
    {
        state.Write(Bytes);
        state.Write(Position);
        state.Write(Planned);
        state.Write(Linearized);
        state.Write(Summed);
        state.Write(SeedOnly);
        state.Write(Runs.Count);
        foreach (var run in Runs)
        {
            WriteState(state, run);
        }
    }

    internal static void WriteState(StateWriter state, in AcceptedRun run)
    {
        state.Write(run.Count);
        state.Write(run.File.Value);
        state.Write(run.Offset);
        state.Write(run.Call);
        state.Write(run.ByReference);
    }
}
