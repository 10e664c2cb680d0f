namespace ZeroCopy.Model;

/// <summary>One frame on a wire, or the copying path's idea of it: from the Ethernet header on, no padding, no FCS. Buffers are reused from step to step.</summary>
public sealed class Frame
{
    private byte[] _bytes = [];
    private Provenance[] _shadow = [];
    private bool _marked;

    public DevId Device { get; private set; }

    /// <summary>Whether the peer sent it.</summary>
    public bool FromPeer { get; private set; }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Where each byte came from; empty where the profile keeps no provenance.</summary>
    public ReadOnlySpan<Provenance> Shadow => _marked ? _shadow.AsSpan(0, Length) : [];

    /// <summary>Bytes to be filled.</summary>
    public Bytes Start(DevId device, int length, bool fromPeer, bool provenance)
    {
        (Device, Length, FromPeer, _marked) = (device, length, fromPeer, provenance);
        if (_bytes.Length < length)
        {
            _bytes = new byte[Math.Max(length, 2 * _bytes.Length)];
        }

        if (provenance && _shadow.Length < _bytes.Length)
        {
            _shadow = new Provenance[_bytes.Length];
        }

        var bytes = new Bytes(_bytes, provenance ? _shadow : null, 0, length);
        bytes.Shadow.Clear();
        return bytes;
    }
}

/// <summary>The frames of one step, in the order in which they appeared.</summary>
public sealed class FrameLog
{
    private readonly List<Frame> _frames = [];
    private int _count;

    public int Count => _count;

    public Frame this[int index] => index < _count ? _frames[index] : throw new ModelException($"frame {index} of {_count}");

    public Frame Add()
    {
        if (_count == _frames.Count)
        {
            _frames.Add(new Frame());
        }

        return _frames[_count++];
    }

    /// <summary>Forgets the frames; their buffers are used again.</summary>
    public void Clear() => _count = 0;
}
