using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model;

/// <summary>A state written down so that two states are the same exactly when their bytes are: objects are numbered in the order in which they are first reached, and no address is kept.</summary>
/// <remarks>What is left out is what no later step and no law reads: addresses and the order of free lists, costs and other counts since boot, what the last step was seen to do, buffers kept for reuse, and ring slots that neither driver nor device owns.</remarks>
public sealed class StateWriter
{
    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _written = new(ReferenceEqualityComparer.Instance);
    private byte[] _bytes = new byte[4096];
    private int _length;

    /// <summary>What was written since the start.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Begins a new state.</summary>
    public void Start()
    {
        _numbers.Clear();
        _written.Clear();
        _length = 0;
    }

    public void Write(long value) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);

    public void Write(bool value) => Room(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>The length goes first, so that two runs cannot be taken for one.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
    }

    /// <summary>Bytes, and where each came from.</summary>
    public void Write(Bytes bytes)
    {
        Write(bytes.Span);
        Write(MemoryMarshal.AsBytes(bytes.Shadow));
    }

    public void Write(string text) => Write(MemoryMarshal.AsBytes(text.AsSpan()));

    /// <summary>Writes an object's number.</summary>
    /// <returns>Whether what it holds was not written yet: then it follows.</returns>
    public bool Reach(object what)
    {
        Refer(what);
        return _written.Add(what);
    }

    /// <summary>Writes an object's number and no more: what it holds is written where it is reached. Null, which nothing else is, may also end a list.</summary>
    public void Refer(object? what)
    {
        if (what is null)
        {
            Write(-1);
            return;
        }

        _numbers.TryAdd(what, _numbers.Count);
        Write(_numbers[what]);
    }

    /// <summary>Writes an address as the page or block that it lies in, and the offset there.</summary>
    public void WriteAddress(PhysicalMemory memory, ulong address)
    {
        if (memory.TryAt(address, out _, out var start, out _))
        {
            Refer(memory.OwnerOf(address));
            Write((long)(address - start));
        }
        else
        {
            Refer(null);
        }
    }

    private Span<byte> Room(int count)
    {
        if (_length + count > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + count));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
