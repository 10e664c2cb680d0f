using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Skbs;

/// <content>Whatever understands fragments. kernel: net/core/skbuff.c; net/ipv4/tcp.c and tcp_output.c for fill_page_desc and skb_split.</content>
public sealed partial class Skb
{
    /// <summary>Names a piece of a page as the next fragment; the caller's reference to the page goes to the slot. kernel: fill_page_desc(), net/ipv4/tcp.c, with the lengths that its callers add.</summary>
    /// <param name="page">Where the bytes are.</param>
    /// <param name="offset">The first of them.</param>
    /// <param name="size">How many, at least one.</param>
    /// <param name="shared">Somebody else has the bytes too.</param>
    public void FillPageDesc(Page page, int offset, int size, bool shared = true)
    {
        Fire(SkbMachine.Event.Fill, Fits(NrFrags < Block.Slots.Length && Block.List.Count == 0) | OwnSharedInfo());
        Block.Slots[Block.NrFrags++] = new Frag(page, offset, size);
        Block.HasSharedFrags |= shared;
        Len += size;
        DataLen += size;
        Extended();
    }

    /// <summary>Whether a piece would continue the last fragment. kernel: can_coalesce(), net/ipv4/tcp.c.</summary>
    public bool CanCoalesce(Page page, int offset) =>
        NrFrags > 0 && Frags[^1] is var last && last.Page == page && last.Offset + last.Size == offset;

    /// <summary>Makes the last fragment longer. It takes no reference: the slot has one. kernel: do_tcp_sendpages().</summary>
    public void Coalesce(int size)
    {
        Fire(SkbMachine.Event.Fill, SkbMachine.Guard.Fits | OwnSharedInfo());
        var last = Frags[^1];
        Block.Slots[NrFrags - 1] = last with { Size = last.Size + size };
        Len += size;
        DataLen += size;
    }

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

    /// <summary>Hangs another packet behind this one; the caller's reference goes to the list. False, and nothing changed, where a private block was needed and there is no memory. kernel: ip_frag_reasm(), net/ipv4/ip_fragment.c.</summary>
    /// <param name="next">Of one user, without a list of its own.</param>
    public bool AppendToList(Skb next)
    {
        if (IsCloned && !ExpandHead(0, 0))
        {
            return false;
        }

        Fire(SkbMachine.Event.Fill, Fits(next.Block.List.Count == 0) | OwnSharedInfo());
        JoinSum(next);
        Orphan();
        next.Orphan();
        Block.List.Add(next);
        Len += next.Len;
        DataLen += next.Len;
        TrueSize += next.TrueSize;
        return true;
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

    /// <summary>The sum of a range, which is copied by the way. kernel: skb_copy_and_csum_bits().</summary>
    public uint CopyAndCsumBits(int offset, Bytes to, uint sum)
    {
        if (to.Length > Len - offset)
        {
            throw new BugException(SkbRules.Room, $"skb_copy_and_csum_bits of {offset}+{to.Length} in an skb of {Len}");
        }

        Fire(SkbMachine.Event.Read);
        var position = 0;
        foreach (var piece in new Pieces(this, offset, to.Length))
        {
            piece.CopyTo(to.Slice(position, piece.Length));
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), position);
            position += piece.Length;
        }

        return sum;
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

    /// <summary>A new, private block with more room before and after; false, and nothing changed, where there is no memory. kernel: pskb_expand_head().</summary>
    public bool ExpandHead(int headroom, int tailroom)
    {
        Fire(SkbMachine.Event.ExpandHead);
        var block = cache.AllocBlock(cache.Align(headroom + Block.End + tailroom));
        if (block is null)
        {
            return false;
        }

        Block.Bytes[..Tail].CopyTo(block.Bytes.Slice(headroom, Tail));
        HoldFragsIn(block, staysHeld: IsCloned);
        ReplaceBlock(block, headroom);
        return true;
    }

    /// <summary>The same bytes without fragments, in a new, private block; false, and nothing changed, where there is no memory. kernel: skb_linearize().</summary>
    public bool Linearize()
    {
        Fire(SkbMachine.Event.Linearize);
        var block = cache.AllocBlock(cache.Align(Block.End + DataLen));
        if (block is null)
        {
            return false;
        }

        Block.Bytes[..Data].CopyTo(block.Bytes[..Data]);
        CopyBits(0, block.Bytes.Slice(Data, Len));
        cache.Cost.CopiedLater += Cb.Payload;
        Block.Ubuf?.MarkCopied();
        ReplaceBlock(block, 0);
        Tail = Data + Len;
        DataLen = 0;
        return true;
    }

    /// <summary>Moves the first bytes of the fragments into the linear part; false, and the same bytes, where there is no memory. kernel: __pskb_pull_tail().</summary>
    /// <param name="delta">1 to <see cref="DataLen"/>.</param>
    public bool PullTail(int delta)
    {
        var short_ = delta - (Block.End - Tail);
        var needsBlock = short_ > 0 || IsCloned;
        Fire(SkbMachine.Event.PullTail, Fits(delta <= DataLen) | (needsBlock ? 0 : SkbMachine.Guard.Sole));
        // 128 bytes beyond what is short, so that the next pull finds room.
        if (needsBlock && !ExpandHead(0, short_ > 0 ? short_ + 128 : 0))
        {
            return false;
        }

        CopyBits(HeadLen, Block.Bytes.Slice(Tail, delta));
        if (!EatList(delta - FragBytes))
        {
            return false;
        }

        EatFrags(delta);
        Tail += delta;
        DataLen -= delta;
        if (!IsNonlinear)
        {
            ZcopyClear();
        }

        return true;
    }

    /// <summary>Cuts the packet to its first bytes; false, and nothing changed, where a private block was needed and there is no memory. kernel: pskb_trim(), ___pskb_trim() as intended: 2.4.4 ships its test for a failed expand_head inverted.</summary>
    public bool Trim(int length)
    {
        if (length >= Len)
        {
            return true;
        }

        if (!Cut(length, mayReplace: true))
        {
            return false;
        }

        Shortened();
        return true;
    }

    /// <summary>The same where the data, and the list, is the packet's own: no memory is needed. A clone's fragments are a BUG. kernel: skb_trim().</summary>
    public void TrimInPlace(int length)
    {
        if (length < Len && Cut(length, mayReplace: false))
        {
            Shortened();
        }
    }

    /// <summary>Whether an skb of the list, or its data, has another holder.</summary>
    public bool ListIsShared
    {
        get
        {
            foreach (var skb in Block.List)
            {
                if (skb.IsShared || skb.IsCloned)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private bool Cut(int length, bool mayReplace)
    {
        if (mayReplace && IsNonlinear && IsCloned && !ExpandHead(0, 0))
        {
            return false;
        }

        Fire(SkbMachine.Event.Trim, !IsNonlinear ? SkbMachine.Guard.Own : mayReplace || !ListIsShared ? OwnSharedInfo() : SkbMachine.Guard.None);
        if (!CutList(length))
        {
            return false;
        }

        var end = HeadLen;
        var kept = 0;
        for (var i = 0; i < NrFrags; i++)
        {
            var piece = Frags[i];
            var size = Math.Clamp(length - end, 0, piece.Size);
            end += piece.Size;
            if (size == 0)
            {
                piece.Page.Put();
            }
            else
            {
                Block.Slots[kept++] = piece with { Size = size };
            }
        }

        Block.NrFrags = kept;
        if (length <= HeadLen)
        {
            Tail = Data + length;
            DataLen = 0;
        }
        else
        {
            DataLen -= Len - length;
        }

        Len = length;
        return true;
    }

    /// <summary>Leaves the first bytes here and moves the rest to an empty skb. A fragment that straddles the cut stands in both, and its page gains a reference. kernel: skb_split(), net/ipv4/tcp_output.c.</summary>
    /// <param name="rest">Empty and linear, with room for the linear bytes that move.</param>
    /// <param name="length">Bytes that stay, 0 to <see cref="Len"/> - 1.</param>
    public void Split(Skb rest, int length)
    {
        Fire(SkbMachine.Event.Split, Fits(length < Len && rest.Len == 0 && rest.NrFrags == 0 && Block.List.Count == 0) | (IsNonlinear ? OwnSharedInfo() : SkbMachine.Guard.Own));
        rest.ZcopySet(Block.Ubuf);
        if (length < HeadLen)
        {
            Block.Bytes[(Data + length)..Tail].CopyTo(rest.Put(HeadLen - length));
            Tail = Data + length;
            MoveFrags(rest, 0);
            (Len, DataLen) = (length, 0);
            Shortened();
            return;
        }

        var position = HeadLen;
        var i = 0;
        for (; position + Frags[i].Size <= length; i++)
        {
            position += Frags[i].Size;
        }

        var stays = length - position;
        MoveFrags(rest, i);
        if (stays > 0)
        {
            var straddling = rest.Frags[0];
            straddling.Page.Get();
            Block.Slots[Block.NrFrags++] = straddling with { Size = stays };
            rest.Block.Slots[0] = straddling with { Offset = straddling.Offset + stays, Size = straddling.Size - stays };
            rest.Len -= stays;
            rest.DataLen -= stays;
        }

        DataLen = length - HeadLen;
        Len = length;
        Shortened();
    }

    /// <summary>Reads bytes across linear part and fragments; false, and nothing read, where they go beyond the packet. kernel: skb_copy_bits().</summary>
    public bool CopyBits(int offset, Bytes to)
    {
        if (to.Length > Len - offset)
        {
            return false;
        }

        Fire(SkbMachine.Event.Read);
        var done = 0;
        foreach (var piece in new Pieces(this, offset, to.Length))
        {
            piece.CopyTo(to.Slice(done, piece.Length));
            done += piece.Length;
        }

        return true;
    }

    /// <summary>The partial sum of a range that lies in the packet: each piece from 0, added at its place in the range. kernel: skb_checksum().</summary>
    public uint Checksum(int offset, int length, uint sum)
    {
        if (length > Len - offset)
        {
            throw new BugException(SkbRules.Room, $"skb_checksum of {offset}+{length} in an skb of {Len}");
        }

        Fire(SkbMachine.Event.Read);
        var position = 0;
        foreach (var piece in new Pieces(this, offset, length))
        {
            sum = Sum.BlockAdd(sum, Sum.Partial(piece.Span, 0), position);
            position += piece.Length;
        }

        return sum;
    }

    /// <summary>Its data block carries a zero-copy send's notification, which counts the block. kernel: skb_zcopy_set(), skb_zerocopy_clone() (4.14).</summary>
    internal void ZcopySet(UbufInfo? ubuf)
    {
        if (ubuf is not null && Block.Ubuf is null)
        {
            ubuf.Get();
            Block.Ubuf = ubuf;
        }
    }

    /// <summary>The user's pages were copied: none is left here. kernel: skb_zcopy_clear(skb, false) (4.14).</summary>
    private void ZcopyClear()
    {
        Block.Ubuf?.Clear(copied: true);
        Block.Ubuf = null;
    }

    /// <summary>A receiver on this machine reads a copy: it would keep the user's pages for as long as it likes. kernel: skb_orphan_frags_rx(), skb_copy_ubufs() (4.14).</summary>
    public void OrphanFragsRx() => Block.Ubuf?.MarkCopied();

    private SkbMachine.Guard OwnSharedInfo() => IsCloned ? SkbMachine.Guard.None : SkbMachine.Guard.Own;

    /// <summary>What clone and copy carry over. kernel: copy_skb_header().</summary>
    private void CopyHeaderTo(Skb copy, int shift)
    {
        CopySumTo(copy);
        copy.Priority = Priority;
        copy.Cb.CopyFrom(Cb);
        copy.TransportHeader = TransportHeader < 0 ? -1 : TransportHeader + shift;
        copy.NetworkHeader = NetworkHeader < 0 ? -1 : NetworkHeader + shift;
    }

    /// <summary>Bytes of fragments: what is neither linear nor on the list.</summary>
    private int FragBytes
    {
        get
        {
            var bytes = 0;
            foreach (var frag in Frags)
            {
                bytes += frag.Size;
            }

            return bytes;
        }
    }

    /// <summary>Names the same fragments and the same list in a new block, each page and each skb held once more. Two blocks have them now.</summary>
    /// <param name="block">New, without fragments.</param>
    /// <param name="staysHeld">The old block goes on to have them.</param>
    private void HoldFragsIn(DataBlock block, bool staysHeld)
    {
        for (var i = 0; i < NrFrags; i++)
        {
            Frags[i].Page.Get();
            block.Slots[i] = Frags[i];
        }

        block.NrFrags = NrFrags;
        block.Ubuf = Block.Ubuf;
        block.Ubuf?.Get();
        Block.HasSharedFrags |= staysHeld && NrFrags > 0;
        block.HasSharedFrags = Block.HasSharedFrags;
        foreach (var skb in Block.List)
        {
            block.List.Add(skb.Get());
        }
    }

    private void ReplaceBlock(DataBlock block, int shift)
    {
        ReleaseData();
        Block = block;
        Cloned = false;
        Data += shift;
        Tail += shift;
        TransportHeader += TransportHeader < 0 ? 0 : shift;
        NetworkHeader += NetworkHeader < 0 ? 0 : shift;
    }

    /// <summary>kernel: skb_release_data().</summary>
    private void ReleaseData()
    {
        if (--Block.DataRef > 0)
        {
            return;
        }

        foreach (var frag in Frags)
        {
            frag.Page.Put();
        }

        // With or without fragments: they may have been trimmed, or never come.
        Block.Ubuf?.Clear(copied: false);
        Block.Ubuf = null;
        Block.NrFrags = 0;
        DropList(0);
        cache.Free(Block);
    }

    /// <summary>Lets go of the skbs of the list from one on.</summary>
    private void DropList(int from)
    {
        var list = Block.List;
        for (var i = from; i < list.Count; i++)
        {
            list[i].Kfree();
        }

        list.RemoveRange(from, list.Count - from);
    }

    /// <summary>Drops bytes in front of the list; false, and nothing changed, where there is no memory. kernel: __pskb_pull_tail(), its part for frag_list.</summary>
    private bool EatList(int count)
    {
        var list = Block.List;
        var whole = 0;
        for (; count > 0 && list[whole].Len <= count; whole++)
        {
            count -= list[whole].Len;
        }

        if (count > 0)
        {
            // Another block may list it too: that one goes on to read what it read.
            var own = list[whole].IsShared ? list[whole].Clone() : list[whole];
            if (own is null)
            {
                return false;
            }

            if (!own.PskbPull(count))
            {
                if (own != list[whole])
                {
                    own.Kfree();
                }

                return false;
            }

            Replace(whole, own);
        }

        for (var i = 0; i < whole; i++)
        {
            list[i].Kfree();
        }

        list.RemoveRange(0, Math.Max(0, whole));
        return true;
    }

    /// <summary>Cuts the list where the packet is to end; false, and nothing changed, where there is no memory. kernel: pskb_trim() of later kernels: 2.4.4 leaves the list as it is.</summary>
    private bool CutList(int length)
    {
        var list = Block.List;
        var end = HeadLen + FragBytes;
        var kept = 0;
        for (; kept < list.Count && end + list[kept].Len <= length; kept++)
        {
            end += list[kept].Len;
        }

        if (kept < list.Count && end < length)
        {
            var own = list[kept].IsShared ? list[kept].Clone() : list[kept];
            if (own is null)
            {
                return false;
            }

            if (!own.Trim(length - end))
            {
                if (own != list[kept])
                {
                    own.Kfree();
                }

                return false;
            }

            Replace(kept++, own);
        }

        DropList(kept);
        return true;
    }

    private void Replace(int at, Skb own)
    {
        if (own != Block.List[at])
        {
            Block.List[at].Kfree();
            Block.List[at] = own;
        }
    }

    private void EatFrags(int count)
    {
        if (NrFrags == 0)
        {
            return;
        }

        var kept = 0;
        for (var i = 0; i < NrFrags; i++)
        {
            var front = Frags[i];
            var eaten = Math.Min(count, front.Size);
            count -= eaten;
            if (eaten == front.Size)
            {
                front.Page.Put();
            }
            else
            {
                Block.Slots[kept++] = front with { Offset = front.Offset + eaten, Size = front.Size - eaten };
            }
        }

        Block.NrFrags = kept;
    }

    /// <summary>Moves the fragments from an index on to the end of another skb, with their references.</summary>
    private void MoveFrags(Skb rest, int from)
    {
        for (var i = from; i < NrFrags; i++)
        {
            rest.Block.Slots[rest.Block.NrFrags++] = Frags[i];
            rest.Len += Frags[i].Size;
            rest.DataLen += Frags[i].Size;
        }

        rest.Block.HasSharedFrags |= Block.HasSharedFrags;
        Block.NrFrags = from;
    }
}
