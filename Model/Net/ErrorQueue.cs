using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>What a socket has to tell of its zero-copy sends: ranges in the order in which they were done. kernel: sk->sk_error_queue (4.14; 2.4 has the queue, for ICMP errors).</summary>
public sealed class ErrorQueue
{
    private readonly List<UbufInfo> _ranges = [];

    /// <summary>The ranges, oldest first.</summary>
    public ListView<UbufInfo> Ranges => _ranges;

    /// <summary>Queues a notification that nobody counts any more, or joins it to the last range. kernel: sock_zerocopy_callback().</summary>
    /// <returns>False where its range went into the last one, and it is free.</returns>
    internal bool Tail(UbufInfo ubuf)
    {
        if (_ranges.Count > 0 && _ranges[^1].IsContinuedBy(ubuf))
        {
            _ranges[^1].Extend(ubuf);
            ubuf.Fire(CompletionMachine.Event.Join, CompletionMachine.Guard.Continues);
            return false;
        }

        ubuf.Fire(CompletionMachine.Event.Queue);
        _ranges.Add(ubuf);
        return true;
    }

    /// <summary>The oldest range leaves; null where there is none. kernel: sock_dequeue_err_skb().</summary>
    internal UbufInfo? Dequeue()
    {
        if (_ranges.Count == 0)
        {
            return null;
        }

        var oldest = _ranges[0];
        _ranges.RemoveAt(0);
        oldest.Fire(CompletionMachine.Event.Read);
        return oldest;
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_ranges.Count);
        foreach (var range in _ranges)
        {
            range.WriteState(state);
        }
    }
}
