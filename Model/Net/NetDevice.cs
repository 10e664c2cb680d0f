using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>What became of an skb. kernel: NET_XMIT_*, include/linux/netdevice.h, and -ENOMEM of dev_queue_xmit().</summary>
public enum NetXmit
{
    Success = 0,
    Drop = 1,
    Cn = 2,
    NoMemory = -12,
}

/// <summary>A net device as the stack sees it, with its queueing discipline, pfifo_fast: three bands, of which the lowest that is not empty goes first. kernel: struct net_device, net/core/dev.c, net/sched/sch_generic.c.</summary>
public abstract partial class NetDevice(World world, DevId id, string driver, int mtu, NetifFeatures lacking)
{
    private QueueMachine.State _queue;
    private readonly SkbQueue[] _bands = [new(), new(), new()];

    protected World World => world;

    public DevId Id => id;

    /// <summary>The driver's word on the command line.</summary>
    public string Driver => driver;

    public int Mtu => mtu;

    /// <summary>What the hardware and its driver can do at most.</summary>
    public abstract NetifFeatures HardwareFeatures { get; }

    /// <summary>What the stack decides by. kernel: dev->features.</summary>
    public NetifFeatures Features => HardwareFeatures & ~Lacking;

    /// <summary>Features that were switched off.</summary>
    public NetifFeatures Lacking { get; set; } = lacking;

    /// <summary>The queue is stopped. kernel: __LINK_STATE_XOFF.</summary>
    public bool Stopped => _queue == QueueMachine.State.Stopped;

    /// <summary>Packets that wait for the driver, by band. kernel: dev->qdisc, pfifo_fast_ops.</summary>
    public IReadOnlyList<SkbQueue> Bands => _bands;

    /// <summary>Packets in all bands. kernel: qdisc->q.qlen.</summary>
    public int QueueLength => _bands[0].Length + _bands[1].Length + _bands[2].Length;

    /// <summary>The driver is to say "busy" to the next packet: a fault that the script orders.</summary>
    public bool BusyNext { get; set; }

    /// <summary>The queueing discipline is to drop the next packet early: a fault that the script orders.</summary>
    public bool CongestNext { get; set; }

    /// <summary>The band of a priority. kernel: prio2band[].</summary>
    public static int BandOf(int priority) => Prio2Band[priority & 15];

    /// <summary>The device's mappings.</summary>
    public Dma Dma { get; } = new(world.Memory);

    /// <summary>Packets that the driver has taken and not yet freed.</summary>
    public abstract int InFlight { get; }

    /// <summary>Descriptors written since the device was registered.</summary>
    public long Descriptors { get; protected set; }

    /// <summary>Gives a packet to the driver; false is "busy" and the packet stays with the caller. kernel: dev->hard_start_xmit(), 0 and 1.</summary>
    public abstract bool HardStartXmit(Skb skb);

    /// <summary>Lets the hardware work on at most so many packets that it was told of.</summary>
    /// <returns>The frames it emitted.</returns>
    public abstract int RunDevice(int packets);

    /// <summary>The interrupt handler: reclaims what the hardware is done with, and wakes the queue.</summary>
    public abstract void Interrupt();

    /// <summary>Adds every skb that the driver owns: a slot of its ring, or its backlog, names it.</summary>
    public abstract void AddHeld(List<Skb> to);

    /// <summary>The driver's ring.</summary>
    public abstract TxRing Ring { get; }

    /// <summary>Bits of bus address that the hardware takes.</summary>
    public abstract int AddressBits { get; }

    /// <summary>Whether a checksum request fits the descriptor. What does not fit is decided here, before the driver: storing a sum in the driver would write a head that a tap may share.</summary>
    /// <param name="start">Offset of h.raw in the frame.</param>
    /// <param name="at">Offset of the checksum field in the frame.</param>
    protected virtual bool SumRequestFits(int start, int at) => true;

    /// <summary>Hands a packet with all its headers to the device; it is the device's from here on, or freed. kernel: dev_queue_xmit(), its decisions in their order.</summary>
    /// <param name="skb">From the Ethernet header on.</param>
    /// <param name="number">Its entry in the segment plan.</param>
    public NetXmit DevQueueXmit(Skb skb, int number)
    {
        var paged = skb.NrFrags > 0;
        var high = HasHighPages(skb);
        var wantsSum = skb.IpSummed == ChecksumState.Hw;
        var start = skb.TransportHeader - skb.Data;
        var at = start + (wantsSum ? (int)skb.Csum : 0);

        var field = wantsSum && at + sizeof(ushort) <= skb.HeadLen ? BinaryPrimitives.ReadUInt16BigEndian(skb.Linear.Span[at..]) : (ushort)0;

        // 1. A list of skbs, and a device that takes none. 2. Fragments, and a device that cannot take them or cannot reach them.
        var listed = skb.Block.FragList.Count > 0;
        var linearize = (listed && !Features.HasFlag(NetifFeatures.FragList))
            || (paged && (!Features.HasFlag(NetifFeatures.Sg) || IllegalHighdma(skb)));
        if (linearize && !skb.Linearize())
        {
            return Drop(skb, number, DropReason.NoMemory, NetXmit.NoMemory);
        }

        // 3. A sum that the device cannot make. The order matters: only now may the head be private.
        var sum = wantsSum && !(CanSum && SumRequestFits(start, at));
        if (sum && !ChecksumHelp(skb))
        {
            return Drop(skb, number, DropReason.NoMemory, NetXmit.NoMemory);
        }

        world.Seen.Decisions.Add(new XmitDecision(number, id, paged, listed, high, wantsSum, start, at, skb.Len - start, field, linearize, sum, PageCacheFrags(skb)));

        // 4. The queueing discipline; it runs even where this packet was dropped.
        skb.PlanNumber = number;
        var result = Enqueue(skb);
        QdiscRun();
        return result;
    }

    /// <summary>Gives queued packets to the driver until it stops the queue or is busy, nothing in between; where the device is interleaved its own softirq does so. kernel: qdisc_run(), qdisc_restart().</summary>
    public void QdiscRun()
    {
        while (Smp is null && !Stopped && Dequeue() is { } skb)
        {
            ShowToTaps(skb);
            var (handover, band) = (world.Seen.Handovers.Count, BandOf(skb.Priority));
            skb.Fire(SkbMachine.Event.HardStartXmit);
            // Told before: the driver may free it, and that is told too.
            world.Seen.HandedOver(new Handover(skb.PlanNumber, id, band, Ring, Taken: true));
            Fire(QueueMachine.Event.Xmit);
            var refusesNow = BusyNext;
            var taken = !refusesNow && HardStartXmit(skb);
            BusyNext = false;
            if (!taken)
            {
                world.Seen.Handovers[handover] = world.Seen.Handovers[handover] with { Taken = false };
                Fire(QueueMachine.Event.Busy, refusesNow ? QueueMachine.Guard.Ordered : QueueMachine.Guard.None);
                skb.Fire(SkbMachine.Event.Busy);
                // kernel: pfifo_fast_requeue(): it goes first again, in its own band.
                _bands[band].Head(skb);
                return;
            }
        }
    }

    /// <summary>What the stack knows of the device, then what the driver and the hardware know.</summary>
    public virtual void WriteState(StateWriter state)
    {
        state.Write(driver);
        state.Write(mtu);
        state.Write((long)Lacking);
        state.Write(Stopped);
        state.Write(IsUp);
        state.Write(BusyNext);
        state.Write(CongestNext);
        foreach (var band in _bands)
        {
            band.WriteState(state);
        }

        Dma.WriteState(state);
        state.Write(Smp is not null);
        if (Smp is not null)
        {
            state.Write(NetTxSoftirq is { } cpu ? (long)cpu : -1);
            state.Write(InHand is not null);
            InHand?.WriteState(state);
            state.Write(IsBusy);
            state.Write(_xmitLock);
            state.Write(_driverLock);
            state.Write(_rtnl);
            Smp.WriteState(state);
        }
    }

    /// <summary>kernel: netif_stop_queue().</summary>
    protected void StopQueue() => Fire(QueueMachine.Event.StopQueue);

    /// <summary>Starts the queue again and lets waiting packets go. kernel: netif_wake_queue(), whose softirq runs after the handler.</summary>
    protected void WakeQueue() => Fire(QueueMachine.Event.WakeQueue);

    /// <summary>Whether the largest packet has room, with what a reclaim under way has emptied.</summary>
    protected virtual bool Fits => Ring is var ring && (ring.Consumer - ring.Producer - 1 + ring.Entries) % ring.Entries >= ring.SlotsForLargest;

    private void Fire(QueueMachine.Event @event, QueueMachine.Guard guards = QueueMachine.Guard.None)
    {
        guards |= @event == QueueMachine.Event.WakeQueue && Fits ? QueueMachine.Guard.Fits : QueueMachine.Guard.None;
        var next = QueueMachine.Table.Next((int)_queue, (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(@event, guards);
        }

        _queue = (QueueMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(QueueMachine.Event @event, QueueMachine.Guard guards)
    {
        var rule = QueueMachine.Table.Forbids(_queue, @event, guards);
        throw new BugException(rule, $"{@event} at {driver} ({id}), which is {_queue} ({QueueMachine.Table.Lacks(_queue, @event, guards)}; met: {guards}; {Ring})");
    }

    private static ReadOnlySpan<byte> Prio2Band => [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

    /// <summary>kernel: pfifo_fast_enqueue(), with RED's early drop before it where the script asks for it.</summary>
    private NetXmit Enqueue(Skb skb)
    {
        if (!IsUp)
        {
            // kernel: noop_enqueue().
            return Drop(skb, skb.PlanNumber, DropReason.Down, NetXmit.Cn);
        }

        if (CongestNext)
        {
            CongestNext = false;
            return Drop(skb, skb.PlanNumber, DropReason.Congestion, NetXmit.Cn);
        }

        var band = _bands[BandOf(skb.Priority)];
        if (band.Length > world.Profile.TxQueueLen)
        {
            return Drop(skb, skb.PlanNumber, DropReason.QueueFull, NetXmit.Drop);
        }

        band.Tail(skb);
        return NetXmit.Success;
    }

    /// <summary>kernel: pfifo_fast_dequeue().</summary>
    private Skb? Dequeue() => _bands[0].Dequeue() ?? _bands[1].Dequeue() ?? _bands[2].Dequeue();

    /// <summary>Each tap gets a clone before the driver sees the packet: whatever the driver is handed may be shared. kernel: dev_queue_xmit_nit().</summary>
    private void ShowToTaps(Skb skb)
    {
        for (var i = 0; i < world.Taps.Count; i++)
        {
            var tap = world.Taps[i];
            if (tap.Device == this)
            {
                world.Seen.ShownTo(new TapShown(skb.PlanNumber, tap.Id, id, skb.IpSummed == ChecksumState.Hw, tap.Show(skb)));
            }
        }
    }

    /// <summary>kernel: the test of dev_queue_xmit() for HW_CSUM, NO_CSUM, or IP_CSUM with IPv4; the model sends nothing but IPv4.</summary>
    private bool CanSum => (Features & NetifFeatures.AnyCsum) != 0;

    /// <summary>Only fragments are tested: heads are kmalloc's, in low memory. kernel: illegal_highdma().</summary>
    private bool IllegalHighdma(Skb skb) => !Features.HasFlag(NetifFeatures.HighDma) && HasHighPages(skb);

    /// <summary>A hook may look at every byte, and knows no fragments: the packet is made linear, and what the device was to sum is summed. kernel: nf_hook_slow(), net/core/netfilter.c.</summary>
    /// <returns>False where there is no memory.</returns>
    internal bool PassHook(Skb skb)
    {
        var (paged, wantsSum) = (skb.IsNonlinear, skb.IpSummed == ChecksumState.Hw);
        if ((paged && !skb.Linearize()) || (wantsSum && !ChecksumHelp(skb)))
        {
            return false;
        }

        world.Seen.HookPasses.Add(new HookPass(world.PeekSegment, skb.Cb.Payload, paged, wantsSum, paged, wantsSum));
        return true;
    }

    /// <summary>Sums in the CPU what the device was to sum; false where there is no memory.</summary>
    internal bool ChecksumHelp(Skb skb)
    {
        if (!skb.ChecksumHelp())
        {
            return false;
        }

        world.Cost.SummedLater += skb.Cb.Payload;
        return true;
    }

    private NetXmit Drop(Skb skb, int number, DropReason reason, NetXmit result)
    {
        world.Seen.Dropped(new Drop(number, id, reason));
        skb.Kfree();
        return result;
    }

    private static bool HasHighPages(Skb skb)
    {
        foreach (var frag in skb.Frags)
        {
            if (frag.Page.IsHighmem)
            {
                return true;
            }
        }

        return false;
    }

    private static int PageCacheFrags(Skb skb)
    {
        var count = 0;
        foreach (var frag in skb.Frags)
        {
            count += frag.Page.Mapping is null ? 0 : 1;
        }

        return count;
    }
}
