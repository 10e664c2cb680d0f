using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Smp;

/// <summary>An skb that two CPUs let go of, one of which takes it from its list first: skb->users and skb->list, and what looks at them. kernel: kfree_skb(), include/linux/skbuff.h; __kfree_skb(), net/core/skbuff.c; skb_recv_datagram(), net/core/datagram.c.</summary>
/// <remarks>
/// On the side that unlinks, spin_unlock() orders: its membar #StoreStore stands between skb->list and the count (include/asm-sparc64/spinlock.h), so that whoever sees the count fall can see the list left.
/// On the side that is last, the load of skb->list must not be earlier than that of skb->users.
/// </remarks>
public sealed class SharedSkb
{
    private readonly SkbQueue _receiveQueue = new();
    private bool _locked;

    /// <summary>Null for none.</summary>
    public Skb? Skb { get; private set; }

    /// <summary>Procedures under way that have a reference.</summary>
    public int Hands { get; private set; }

    /// <summary>It stands on a list, and two CPUs have it.</summary>
    public void Share(Skb skb)
    {
        (Skb, Hands) = (skb, skb.Users);
        _receiveQueue.Tail(skb);
    }

    /// <summary>A reader takes it from the socket's list, and is done with it. kernel: skb_recv_datagram(): skb_dequeue(); skb_free_datagram().</summary>
    public IEnumerator<Stop> Dequeue(Agent cpu)
    {
        yield return Stop.SpinLockIrq(Word.ReceiveQueueLock);
        yield return Stop.Store(Word.SkbList, 0);
        yield return Stop.SpinUnlockIrq(Word.ReceiveQueueLock);
        yield return Stop.Call(Kfree(cpu));
    }

    /// <summary>kernel: kfree_skb(), as intended: 2.4.4 has no barrier behind the count that is 1.</summary>
    public IEnumerator<Stop> Kfree(Agent cpu)
    {
        yield return Stop.Load(Word.SkbUsers);
        if (cpu.Value == 1)
        {
            yield return Stop.Rmb; // Not before 2.6.11 (BK 09d3e84de4): the list is read after the count.
        }
        else
        {
            yield return Stop.AtomicDecAndTest(Word.SkbUsers);
            if (cpu.Value > 0)
            {
                Hands--;
                yield break;
            }

            yield return Stop.Mb; // arch/sparc64/lib/atomic.S: membar #StoreLoad | #StoreStore behind the cas, which 2.4.0 has not.
        }

        yield return Stop.Load(Word.SkbList);
        if (cpu.Value != 0)
        {
            throw new BugException(SkbRules.LastHolderReadsLate, $"__kfree_skb on {cpu}: skb->list is not null, where the other holder had unlinked the skb before it let go");
        }

        Hands--;
        Free();
    }

    public long Read(in Word word) => word.Kind switch
    {
        Word.ReceiveQueueLockKind => _locked ? 1 : 0,
        Word.SkbUsersKind => Skb?.Users ?? 0,
        _ => Skb?.List is null ? 0 : 1,
    };

    /// <summary>A store arrives.</summary>
    public void Write(in Word word, long value)
    {
        if (word.Kind == Word.ReceiveQueueLockKind)
        {
            _locked = value != 0;
        }
        else if (word.Kind == Word.SkbListKind)
        {
            Unlink();
        }
        else if (value > 0)
        {
            // Of the last reference, __kfree_skb() lets go.
            Skb!.Kfree();
        }
    }

    public void WriteState(StateWriter state)
    {
        state.Write(Skb is not null);
        Skb?.WriteState(state);
        state.Write(Hands);
        state.Write(_locked);
    }

    private void Free()
    {
        // What this CPU has unlinked it sees as unlinked, though its store may be on the way.
        Unlink();
        Skb!.Kfree();
        Skb = null;
    }

    private void Unlink()
    {
        if (Skb is { List: not null } skb)
        {
            _receiveQueue.Unlink(skb);
        }
    }
}
