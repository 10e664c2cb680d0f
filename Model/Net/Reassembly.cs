namespace ZeroCopy.Model.Net;

/// <summary>Datagrams of which some fragments have arrived. kernel: struct ipq, net/ipv4/ip_fragment.c; as the peer keeps them, a few at a time.</summary>
public sealed class Reassembly
{
    /// <summary>As sysctl_ipfrag_high_thresh: with one more, the oldest goes.</summary>
    private const int MostDatagrams = 4;

    private readonly List<Pending> _pending = [];

    /// <summary>Takes a fragment; gives the whole datagram where it was the last that was missing.</summary>
    public ReadOnlySpan<byte> Add(ushort id, int offset, bool more, ReadOnlySpan<byte> bytes)
    {
        var datagram = _pending.Find(pending => pending.Id == id);
        if (datagram is null)
        {
            if (_pending.Count == MostDatagrams)
            {
                _pending.RemoveAt(0);
            }

            datagram = new Pending(id);
            _pending.Add(datagram);
        }

        if (datagram.Bytes.Length < offset + bytes.Length)
        {
            Array.Resize(ref datagram.Bytes, offset + bytes.Length);
        }

        bytes.CopyTo(datagram.Bytes.AsSpan(offset));
        datagram.Have += bytes.Length;
        datagram.Whole = more ? datagram.Whole : offset + bytes.Length;
        if (datagram.Have != datagram.Whole)
        {
            return [];
        }

        _pending.Remove(datagram);
        return datagram.Bytes.AsSpan(0, datagram.Whole);
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_pending.Count);
        foreach (var datagram in _pending)
        {
            state.Write(datagram.Id);
            state.Write(datagram.Bytes);
            state.Write(datagram.Have);
            state.Write(datagram.Whole);
        }
    }

    public void Reset() => _pending.Clear();

    private sealed class Pending(ushort id)
    {
        public byte[] Bytes = [];

        public ushort Id => id;

        public int Have { get; set; }

        /// <summary>Bytes of the datagram; -1 until its last fragment has come.</summary>
        public int Whole { get; set; } = -1;
    }
}
