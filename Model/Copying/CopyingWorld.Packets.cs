namespace ZeroCopy.Model.Copying;

/// <content>Packets that a script names: a byte array each.</content>
public sealed partial class CopyingWorld
{
    /// <summary>A new packet with a copy of the bytes.</summary>
    public void Bind(SkbId id, ReadOnlySpan<byte> bytes)
    {
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(bytes);
        _skbs.Bind(id.Value, skb);
        Names.Bind(id, bytes.Length);
    }

    /// <summary>One more name for a packet.</summary>
    public void Bind(SkbId id, SkbId same)
    {
        var skb = _skbs[same.Value];
        skb.Names++;
        _skbs.Bind(id.Value, skb);
        Names.Bind(id, same);
    }

    /// <summary>A new packet with the same bytes. Whether it shares them, only its shape says: here bytes are never shared.</summary>
    public void Copy(SkbId id, SkbId source, bool sharesData)
    {
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(_skbs[source.Value].Bytes);
        _skbs.Bind(id.Value, skb);
        if (sharesData)
        {
            Names.BindClone(id, source);
        }
        else
        {
            Names.BindCopy(id, source);
        }
    }

    /// <summary>Makes a packet's linear part longer and gives the new bytes to be written.</summary>
    public Span<byte> Append(SkbId id, int count)
    {
        Names.Shape(id).Put(count);
        return _skbs[id.Value].Append(count);
    }

    /// <summary>Makes a packet longer by bytes that are not linear.</summary>
    public Span<byte> AppendPaged(SkbId id, int count)
    {
        Names.Shape(id).Fill(count);
        return _skbs[id.Value].Append(count);
    }

    /// <inheritdoc cref="Append"/>
    public Span<byte> Prepend(SkbId id, int count)
    {
        Names.Shape(id).Push(count);
        return _skbs[id.Value].Prepend(count);
    }

    /// <summary>Keeps a range of the packet.</summary>
    public void Keep(SkbId id, int offset, int length)
    {
        _skbs[id.Value].Keep(offset, length);
        Names.Shape(id).Keep(offset, length);
    }

    /// <summary>Keeps a range of the packet, and what is known of its sum.</summary>
    public void KeepWithSum(SkbId id, int offset, int length)
    {
        var sum = Names.Shape(id).Sum;
        Keep(id, offset, length);
        Names.Received(id, sum);
    }

    /// <summary>The name is that of a new packet with the same bytes; the one that it was goes on under its other names.</summary>
    public void Replace(SkbId id, bool sharesData)
    {
        var before = _skbs[id.Value];
        var skb = _freeSkbs.TryPop(out var used) ? used : new CopyingSkb();
        skb.Start(before.Bytes);
        _skbs.Rebind(id.Value, skb);
        Names.Replace(id, sharesData);
        if (--before.Names == 0)
        {
            _freeSkbs.Push(before);
        }
    }

    /// <summary>Follows an operation that may have copied the packet for a private, linear one, whose name it takes over; where that failed, the name is gone.</summary>
    public void FollowCopy(SkbId id, bool succeeded, bool isReplaced)
    {
        if (!succeeded)
        {
            Unbind(id);
        }
        else if (isReplaced)
        {
            Replace(id, sharesData: false);
            Linearize(id);
        }
    }

    /// <summary>All bytes are linear, and nobody shares them.</summary>
    public void Linearize(SkbId id)
    {
        MakeLinear(id, Names.Length(id));
        Names.Privatise(id);
    }

    /// <summary>The bytes, to be written in place.</summary>
    public Span<byte> Written(SkbId id)
    {
        Names.Shape(id).Extended();
        return _skbs[id.Value].Writable;
    }

    /// <summary>So many bytes are linear at least.</summary>
    public void MakeLinear(SkbId id, int count)
    {
        var shape = Names.Shape(id);
        if (count > shape.Linear)
        {
            shape.MakeLinear(count);
            Names.Privatise(id);
        }
    }

    public void Unbind(SkbId id)
    {
        var skb = _skbs[id.Value];
        _skbs.Unbind(id.Value);
        Names.Unbind(id);
        if (--skb.Names == 0)
        {
            _freeSkbs.Push(skb);
        }
    }
}
