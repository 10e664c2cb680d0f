namespace ZeroCopy.Model.Skbs;

/// <content>The list of skbs behind the fragments. kernel: skb_shinfo(skb)->frag_list.</content>
public sealed partial class Skb
{
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
}
