using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

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
