using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Skbs;

/// <content>Copies and clones, and who may write what they share.</content>
public sealed partial class Skb
{
    /// <summary>A second struct for the same data; both are marked cloned, pages gain nothing. Null where there is no memory. kernel: skb_clone().</summary>
    public Skb? Clone()
    {
        Fire(SkbMachine.Event.Clone);
        var clone = cache.TryAllocStruct();
        if (clone is null)
        {
            return null;
        }

        Cloned = true;
        Block.DataRef++;
        clone.StartEmpty(Block, TrueSize);
        clone.Cloned = true;
        (clone.Data, clone.Tail, clone.Len, clone.DataLen) = (Data, Tail, Len, DataLen);
        CopyHeaderTo(clone, 0);
        return clone;
    }

    /// <summary>A private, linear copy, headroom included; null where there is no memory. kernel: skb_copy().</summary>
    public Skb? Copy()
    {
        Fire(SkbMachine.Event.Copy);
        var copy = cache.AllocSkb(Block.End + DataLen);
        if (copy is null)
        {
            return null;
        }

        copy.Reserve(Headroom);
        CopyBits(0, copy.Put(Len));
        Block.Bytes[..Data].CopyTo(copy.Block.Bytes[..Data]);
        CopyHeaderTo(copy, 0);
        cache.Cost.CopiedLater += Cb.Payload;
        return copy;
    }

    /// <summary>A private, linear copy of the bytes with the rooms that are asked for; null where there is no memory. kernel: skb_copy_expand() as intended: 2.4.4 leaves csum and ip_summed behind.</summary>
    public Skb? CopyExpand(int headroom, int tailroom)
    {
        Fire(SkbMachine.Event.Copy);
        var copy = cache.AllocSkb(headroom + Len + tailroom);
        if (copy is null)
        {
            return null;
        }

        copy.Reserve(headroom);
        CopyBits(0, copy.Put(Len));
        CopyHeaderTo(copy, headroom - Headroom);
        return copy;
    }

    /// <summary>The same packet with a head of its own and so much room before it; null where there is no memory. kernel: skb_realloc_headroom().</summary>
    public Skb? ReallocHeadroom(int headroom)
    {
        var more = headroom - Headroom;
        if (more <= 0)
        {
            return PskbCopy();
        }

        var clone = Clone();
        if (clone is not null && !clone.ExpandHead(cache.Align(more), 0))
        {
            clone.Kfree();
            return null;
        }

        return clone;
    }

    /// <summary>So much headroom, and a head of its own; false, and nothing changed, where there is no memory. kernel: skb_cow().</summary>
    public bool Cow(int headroom)
    {
        // Room is added by 16 bytes at a time.
        var more = Math.Max(0, headroom - Headroom);
        return (more == 0 && !IsCloned) || ExpandHead((more + 15) & ~15, 0);
    }

    /// <summary>Makes the bytes its own to be written where they are: data that a clone has, and fragments that somebody else may have, are copied first. False, and nothing changed, where there is no memory. kernel: skb_cow_data() of later kernels.</summary>
    public bool CowData() => !(IsCloned || Block.HasSharedFrags || Block.List.Count > 0) || Linearize();

    /// <summary>Writes every byte where it is. kernel: what esp_output() does to the packet.</summary>
    public void WriteInPlace(byte mask)
    {
        Fire(SkbMachine.Event.Write, Fits(Block.List.Count == 0 && !Block.HasSharedFrags) | OwnSharedInfo());
        foreach (var piece in new Pieces(this, 0, Len))
        {
            foreach (ref var b in piece.Span)
            {
                b ^= mask;
            }
        }

        Extended();
    }

    /// <summary>Takes the next segment in: its bytes follow, its numbers and its sum with them. kernel: tcp_retrans_try_collapse() as intended: 2.4.4 copies nothing where the device is to sum, and adds the sum at the wrong place.</summary>
    /// <param name="next">Linear; the caller frees it.</param>
    public void Collapse(Skb next)
    {
        var before = Len;
        next.Linear.CopyTo(Put(next.Len));
        if (IpSummed == ChecksumState.Hw || next.IpSummed == ChecksumState.Hw)
        {
            // Where the sum starts is said again when the segment is sent.
            AskDevice();
            TransportHeader = -1;
        }
        else
        {
            Csum = Sum.BlockAdd(Csum, next.Csum, before);
        }

        Cb.EndSeq = next.Cb.EndSeq;
    }

    /// <summary>Zeroes behind a packet that is shorter than the least length, within its block; null where it has to be copied for that and there is no memory. kernel: skb_padto() of later kernels.</summary>
    /// <returns>This one, or a private copy.</returns>
    public Skb? PadTo(int length)
    {
        var size = Len;
        if (size >= length)
        {
            return this;
        }

        var pad = length - size;
        var padded = Tailroom >= pad && !IsCloned ? this : CopyExpand(Headroom, pad);
        padded?.Block.Bytes.Slice(padded.Tail, pad).Fill(0);
        return padded;
    }

    /// <summary>A private head that shares the fragments: each page gains a reference. Headroom is kept, its bytes are not copied. Null where there is no memory. kernel: pskb_copy().</summary>
    public Skb? PskbCopy()
    {
        Fire(SkbMachine.Event.Copy);
        var copy = cache.AllocSkb(Block.End);
        if (copy is null)
        {
            return null;
        }

        copy.Reserve(Headroom);
        Linear.CopyTo(copy.Put(HeadLen));
        HoldFragsIn(copy.Block, staysHeld: true);
        (copy.Len, copy.DataLen) = (Len, DataLen);
        CopyHeaderTo(copy, 0);
        cache.Cost.CopiedLater += Math.Max(0, Cb.Payload - DataLen);
        return copy;
    }

    /// <summary>What clone and copy carry over. kernel: copy_skb_header().</summary>
    private void CopyHeaderTo(Skb copy, int shift)
    {
        CopySumTo(copy);
        copy.Priority = Priority;
        copy.Cb.CopyFrom(Cb);
        copy.TransportHeader = TransportHeader < 0 ? -1 : TransportHeader + shift;
        copy.NetworkHeader = NetworkHeader < 0 ? -1 : NetworkHeader + shift;
    }
}
