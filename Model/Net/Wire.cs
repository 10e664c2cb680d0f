using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>Every device's link to the peer. Frames arrive whole, at once and in order; the peer's answers wait until the stack takes them.</summary>
public sealed class Wire(World world)
{
    private readonly Table<Queue<Frame>> _pending = new();
    private readonly Stack<Frame> _free = new();

    /// <summary>Whether each byte of a frame says where it came from.</summary>
    public bool HasProvenance => world.Profile.Provenance;

    /// <summary>Frames of the peer that the stack has not taken yet.</summary>
    public int Pending(DevId device) => _pending.Has(device.Value) ? _pending[device.Value].Count : 0;

    /// <summary>Room for a frame that a device emits; <see cref="Emit"/> sends it.</summary>
    public (Bytes Bytes, int Index) Frame(DevId device, int length)
    {
        var index = world.Seen.Frames.Count;
        return (world.Seen.Frames.Add().Start(device, length, fromPeer: false, world.Profile.Provenance), index);
    }

    /// <summary>The frame reaches the peer.</summary>
    public void Emit(int index, ChecksumState state)
    {
        world.Seen.Happenings.Add((Happening.Emitted, index));
        world.Receiver.Receive(index, state);
    }

    /// <summary>The peer sends a frame; it waits until the stack takes it.</summary>
    public void Answer(DevId device, ReadOnlySpan<byte> frame)
    {
        world.Seen.Frames.Add().Start(device, frame.Length, fromPeer: true, world.Profile.Provenance).Write(frame);
        if (!_pending.Has(device.Value))
        {
            _pending.Bind(device.Value, new Queue<Frame>());
        }

        var waiting = _free.TryPop(out var used) ? used : new Frame();
        waiting.Start(device, frame.Length, fromPeer: true, provenance: false).Write(frame);
        _pending[device.Value].Enqueue(waiting);
    }

    /// <summary>The stack takes the oldest frame that waits: verifies it and hands it to its socket. kernel: netif_rx(), ip_rcv(), tcp_v4_rcv().</summary>
    public void NetifRx(DevId device)
    {
        var waiting = _pending[device.Value].Dequeue();
        _free.Push(waiting);
        var frame = waiting.Span;
        world.Seen.Take(device, frame);
        if (Receiver.Check(frame, ChecksumState.None) is { } why)
        {
            throw new ModelException($"the peer's own frame is wrong: {why}");
        }

        var segment = frame[(Ethernet.HeaderBytes + Ipv4.HeaderBytes)..];
        world.Sock(Tcp.SockOf(Tcp.Read(segment).DestinationPort)).Receive(segment);
    }

    public void WriteState(StateWriter state)
    {
        for (var device = 0; device < _pending.Count; device++)
        {
            if (!_pending.Has(device))
            {
                continue;
            }

            foreach (var frame in _pending[device])
            {
                state.Write(device);
                state.Write(frame.Span);
            }
        }
    }

    public void Reset()
    {
        for (var device = 0; device < _pending.Count; device++)
        {
            while (_pending.Has(device) && _pending[device].TryDequeue(out var frame))
            {
                _free.Push(frame);
            }
        }

        _pending.Clear();
    }
}
