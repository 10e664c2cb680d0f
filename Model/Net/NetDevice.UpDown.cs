using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Model.Net;

/// <summary>The device going down, coming up again, and being reset where nothing else wakes its queue. kernel: dev_close(), dev_open(), net/core/dev.c; dev_activate(), dev_deactivate(), dev_watchdog(), net/sched/sch_generic.c.</summary>
public abstract partial class NetDevice
{
    /// <summary>Packets come to the driver. kernel: IFF_UP, and a queueing discipline that is not noop_qdisc.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>The driver has a function for the watchdog. kernel: dev->tx_timeout.</summary>
    public virtual bool HasTxTimeout => false;

    /// <summary>kernel: dev_close(). What waits is dropped, whoever is in hard_start_xmit is waited for, and then the driver takes its ring back.</summary>
    public IEnumerator<Stop> DevClose(Agent cpu)
    {
        yield return Stop.SpinLock(Word.Rtnl);
        if (!IsUp)
        {
            yield return Stop.SpinUnlock(Word.Rtnl);
            yield break;
        }

        yield return Stop.SpinLock(Word.XmitLock);
        // kernel: dev_deactivate(): qdisc_reset(), noop_qdisc.
        IsUp = false;
        (BusyNext, CongestNext) = (false, false);
        while (Dequeue() is { } skb)
        {
            DropTaken(skb, DropReason.Down);
        }

        yield return Stop.SpinUnlock(Word.XmitLock);
        yield return Stop.Call(Close(cpu));
        yield return Stop.SpinUnlock(Word.Rtnl);
    }

    /// <summary>kernel: dev_open().</summary>
    public IEnumerator<Stop> DevOpen(Agent cpu)
    {
        yield return Stop.SpinLock(Word.Rtnl);
        if (!IsUp)
        {
            yield return Stop.Call(Open(cpu));
            yield return Stop.SpinLock(Word.XmitLock);
            IsUp = true;
            yield return Stop.SpinUnlock(Word.XmitLock);
        }

        yield return Stop.SpinUnlock(Word.Rtnl);
    }

    /// <summary>The queue has been stopped for too long. kernel: dev_watchdog().</summary>
    public IEnumerator<Stop> DevWatchdog(Agent cpu)
    {
        yield return Stop.SpinLock(Word.XmitLock);
        yield return Stop.Load(Word.Xoff);
        var acts = IsUp && cpu.Value != 0;
        if (acts)
        {
            yield return Stop.Call(TxTimeout(cpu));
        }

        yield return Stop.SpinUnlock(Word.XmitLock);
        if (acts)
        {
            Smp?.WatchdogActed();
        }
    }

    /// <summary>Runs one of these to its end, nothing in between, and lets the queue go on.</summary>
    public void RunAlone(Func<Agent, IEnumerator<Stop>> procedure)
    {
        RunAlone(procedure(_alone));
        QdiscRun();
    }

    /// <summary>The driver takes back what the hardware has: afterwards no slot names an skb, and nothing is mapped. kernel: dev->stop().</summary>
    protected virtual IEnumerator<Stop> Close(Agent cpu)
    {
        yield break;
    }

    /// <summary>The hardware starts from an empty ring. kernel: dev->open().</summary>
    protected virtual IEnumerator<Stop> Open(Agent cpu)
    {
        yield break;
    }

    /// <summary>kernel: dev->tx_timeout(), under dev->xmit_lock.</summary>
    protected virtual IEnumerator<Stop> TxTimeout(Agent cpu) => throw new ModelException($"{driver} has no tx_timeout");

    /// <summary>A packet that waited, or that the driver took, is freed: it was not sent, or the card sent it and has not said so.</summary>
    protected void DropTaken(Skb skb, DropReason reason)
    {
        if (skb == InHand)
        {
            InHand = null;
        }

        world.Seen.Dropped(new Drop(skb.PlanNumber, id, reason));
        skb.Kfree();
    }
}
