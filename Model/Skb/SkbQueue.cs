namespace ZeroCopy.Model.Skbs;

/// <summary>A list of skbs. kernel: struct sk_buff_head, include/linux/skbuff.h.</summary>
public sealed class SkbQueue
{
    /// <summary>kernel: skb_peek().</summary>
    public Skb? First { get; private set; }

    public Skb? Last { get; private set; }

    /// <summary>kernel: skb_queue_len().</summary>
    public int Length { get; private set; }

    /// <summary>kernel: __skb_queue_tail().</summary>
    public void Tail(Skb skb)
    {
        skb.Fire(SkbMachine.Event.Enqueue);
        (skb.List, skb.Prev, skb.Next) = (this, Last, null);
        if (Last is null)
        {
            First = skb;
        }
        else
        {
            Last.Next = skb;
        }

        Last = skb;
        Length++;
    }

    /// <summary>kernel: __skb_queue_head().</summary>
    public void Head(Skb skb)
    {
        skb.Fire(SkbMachine.Event.Enqueue);
        (skb.List, skb.Prev, skb.Next) = (this, null, First);
        if (First is null)
        {
            Last = skb;
        }
        else
        {
            First.Prev = skb;
        }

        First = skb;
        Length++;
    }

    /// <summary>Puts an skb behind one of the list. kernel: __skb_append().</summary>
    public void Append(Skb old, Skb skb)
    {
        if (old.Next is not { } next)
        {
            Tail(skb);
            return;
        }

        skb.Fire(SkbMachine.Event.Enqueue);
        (skb.List, skb.Prev, skb.Next) = (this, old, next);
        (old.Next, next.Prev) = (skb, skb);
        Length++;
    }

    /// <summary>kernel: __skb_unlink().</summary>
    public void Unlink(Skb skb)
    {
        if (skb.List != this)
        {
            throw new ModelException("unlink of an skb that is on another list");
        }

        skb.Fire(SkbMachine.Event.Unlink);
        if (skb.Prev is null)
        {
            First = skb.Next;
        }
        else
        {
            skb.Prev.Next = skb.Next;
        }

        if (skb.Next is null)
        {
            Last = skb.Prev;
        }
        else
        {
            skb.Next.Prev = skb.Prev;
        }

        (skb.List, skb.Prev, skb.Next) = (null, null, null);
        Length--;
    }

    /// <summary>kernel: __skb_dequeue().</summary>
    public Skb? Dequeue()
    {
        var skb = First;
        if (skb is not null)
        {
            Unlink(skb);
        }

        return skb;
    }

    public void WriteState(StateWriter state)
    {
        state.Reach(this);
        state.Write(Length);
        for (var skb = First; skb is not null; skb = skb.NextInList)
        {
            skb.WriteState(state);
        }
    }
}
