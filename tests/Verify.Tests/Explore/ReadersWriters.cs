using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;

namespace ZeroCopy.Tests.Explore;

/// <summary>Readers and writers served in the order in which they ask. TLA+ Examples, ReadersWriters.tla: 390 states with 2 actors, 21,527 with 3.</summary>
internal sealed class ReadersWriters(int actors) : IExplored
{
    private readonly List<(bool Writes, int Actor)> _waiting = [];
    private readonly bool[] _reads = new bool[actors];
    private readonly bool[] _writes = new bool[actors];

    private int Serve => 3 * actors;

    public IReadOnlyList<string> Starts => ["idle"];

    public IReadOnlyList<string> Events { get; } =
        [.. Enumerable.Range(0, 3 * actors).Select(e => $"{((string[])["TryRead", "TryWrite", "Stop"])[e % 3]}({e / 3})"), "ReadOrWrite"];

    public IReadOnlyList<string> Premises => ["someone writes", "two read"];

    public bool IsDrained => false;

    public void Reset(int start)
    {
        _waiting.Clear();
        Array.Clear(_reads);
        Array.Clear(_writes);
    }

    public bool Enabled(int @event)
    {
        if (@event == Serve)
        {
            return _waiting.Count > 0 && !_writes.Contains(true) && (!_waiting[0].Writes || !_reads.Contains(true));
        }

        var actor = @event / 3;
        return (@event % 3) switch
        {
            0 => !_waiting.Contains((false, actor)),
            1 => !_waiting.Contains((true, actor)),
            _ => _reads[actor] || _writes[actor],
        };
    }

    public void Apply(int @event)
    {
        if (@event == Serve)
        {
            var (writes, served) = _waiting[0];
            _waiting.RemoveAt(0);
            (writes ? _writes : _reads)[served] = true;
            return;
        }

        var actor = @event / 3;
        if (@event % 3 < 2)
        {
            _waiting.Add((@event % 3 == 1, actor));
        }
        else
        {
            // StopActivity: as a reader where it is one, else as a writer.
            (_reads[actor] ? _reads : _writes)[actor] = false;
        }
    }

    public IReadOnlyList<string> Judge(int @event)
    {
        Apply(@event);
        return _writes.Count(writes => writes) > 1 || (_writes.Contains(true) && _reads.Contains(true)) ? ["Safety"] : [];
    }

    public bool Occurred(int premise) => premise == 0 ? _writes.Contains(true) : _reads.Count(reads => reads) == 2;

    public void WriteState(StateWriter state)
    {
        foreach (var (writes, actor) in _waiting)
        {
            state.Write(writes);
            state.Write(actor);
        }

        state.Refer(null);
        for (var actor = 0; actor < actors; actor++)
        {
            state.Write(_reads[actor]);
            state.Write(_writes[actor]);
        }
    }
}
