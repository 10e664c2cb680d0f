namespace ZeroCopy.Model;

/// <summary>A run of modelled memory: its bytes and, where the profile keeps it, the provenance of each.</summary>
public readonly struct Bytes(byte[] store, Provenance[]? shadow, int offset, int length)
{
    public int Length => length;

    public Span<byte> Span => store.AsSpan(offset, length);

    /// <summary>Empty where the profile keeps no provenance.</summary>
    public Span<Provenance> Shadow => shadow is null ? [] : shadow.AsSpan(offset, length);

    public Bytes this[Range range]
    {
        get
        {
            var (start, count) = range.GetOffsetAndLength(length);
            return new Bytes(store, shadow, offset + start, count);
        }
    }

    public Bytes Slice(int start, int count)
    {
        if ((uint)start > (uint)length || (uint)count > (uint)(length - start))
        {
            throw new ModelException($"bytes {start}..{start + count} of a run of {length}");
        }

        return new Bytes(store, shadow, offset + start, count);
    }

    /// <summary>Copies the bytes and, where the target keeps it, where each came from.</summary>
    public void CopyTo(Bytes to)
    {
        Span.CopyTo(to.Span);
        var marks = to.Shadow;
        if (marks.IsEmpty)
        {
            return;
        }

        if (shadow is null)
        {
            marks[..length].Clear();
        }
        else
        {
            Shadow.CopyTo(marks);
        }
    }

    /// <summary>Bytes of the kernel's own making.</summary>
    public void Write(ReadOnlySpan<byte> from)
    {
        from.CopyTo(Span);
        Shadow[..(shadow is null ? 0 : from.Length)].Clear();
    }

    /// <summary>Says that byte i is byte first + i of its origin.</summary>
    public void Stamp(Provenance first)
    {
        var marks = Shadow;
        for (var i = 0; i < marks.Length; i++)
        {
            marks[i] = new Provenance(first.Packed + (ulong)i);
        }
    }

    public void Fill(byte value)
    {
        Span.Fill(value);
        Shadow.Clear();
    }
}
