using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;
using Sum = ZeroCopy.Model.Checksums.Checksum;

namespace ZeroCopy.Model.Skbs;

/// <content>Whatever understands fragments. kernel: net/core/skbuff.c; net/ipv4/tcp.c and tcp_output.c for fill_page_desc and skb_split.</content>
public sealed partial class Skb
{
    /// <summary>Names a piece of a page as the next fragment; the caller's reference to the page goes to the slot. kernel: fill_page_desc(), net/ipv4/tcp.c, with the lengths that its callers add.</summary>
    public void FillPageDesc(Page page, int offset, int size)
    {
        Fire(SkbMachine.Event.Fill, Fits(NrFrags < Block.Slots.Length) | OwnSharedInfo());
        Block.Slots[Block.NrFrags++] = new Frag(page, offset, size);
        Len += size;
        DataLen += size;
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
        var to = copy.Put(Len);
        Block.Bytes[..Data].CopyTo(copy.Block.Bytes[..Data]);
        CopyBits(0, to);
        CopyHeaderTo(copy, 0);
        cache.Cost.CopiedLater += Cb.Payload;
        return copy;
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
        HoldFragsIn(copy.Block);
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
        HoldFragsIn(block);
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
        EatFrags(delta);
        Tail += delta;
        DataLen -= delta;
        return true;
    }

    /// <summary>Cuts the packet to its first bytes; false, and nothing changed, where a private block was needed and there is no memory. kernel: pskb_trim(), ___pskb_trim() as intended: 2.4.4 ships its test for a failed expand_head inverted.</summary>
    public bool Trim(int length)
    {
        if (length >= Len)
        {
            return true;
        }

        if (IsNonlinear && IsCloned && !ExpandHead(0, 0))
        {
            return false;
        }

        Fire(SkbMachine.Event.Trim, IsNonlinear ? OwnSharedInfo() : SkbMachine.Guard.Own);
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
        Fire(SkbMachine.Event.Split, Fits(length < Len && rest.Len == 0 && rest.NrFrags == 0) | (IsNonlinear ? OwnSharedInfo() : SkbMachine.Guard.Own));
        if (length < HeadLen)
        {
            Block.Bytes[(Data + length)..Tail].CopyTo(rest.Put(HeadLen - length));
            Tail = Data + length;
            MoveFrags(rest, 0);
            (Len, DataLen) = (length, 0);
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

    /// <summary>Takes the next segment in: its bytes follow, its numbers and its sum with them. kernel: tcp_retrans_try_collapse() as intended: 2.4.4 copies nothing where the device is to sum, and adds the sum at the wrong place.</summary>
    /// <param name="next">Linear; the caller frees it.</param>
    public void Collapse(Skb next)
    {
        var before = Len;
        next.Linear.CopyTo(Put(next.Len));
        if (IpSummed == ChecksumState.Hw || next.IpSummed == ChecksumState.Hw)
        {
            IpSummed = ChecksumState.Hw;
        }
        else
        {
            Csum = Sum.BlockAdd(Csum, next.Csum, before);
        }

        Cb.EndSeq = next.Cb.EndSeq;
    }

    private SkbMachine.Guard OwnSharedInfo() => IsCloned ? SkbMachine.Guard.None : SkbMachine.Guard.Own;

    /// <summary>What clone and copy carry over. kernel: copy_skb_header().</summary>
    private void CopyHeaderTo(Skb copy, int shift)
    {
        (copy.Csum, copy.IpSummed, copy.Priority) = (Csum, IpSummed, Priority);
        copy.TransportHeader = TransportHeader < 0 ? -1 : TransportHeader + shift;
        copy.NetworkHeader = NetworkHeader < 0 ? -1 : NetworkHeader + shift;
        copy.Cb.CopyFrom(Cb);
    }

    /// <summary>Names the same fragments in a new block, each page held once more.</summary>
    private void HoldFragsIn(DataBlock block)
    {
        for (var i = 0; i < NrFrags; i++)
        {
            Frags[i].Page.Get();
            block.Slots[i] = Frags[i];
        }

        block.NrFrags = NrFrags;
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

        Block.NrFrags = 0;
        cache.Free(Block);
    }

    private void EatFrags(int count)
    {
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

        Block.NrFrags = from;
    }
}
