using System.Buffers.Binary;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Model.Net;

/// <summary>The device's driver as procedures that stop before each access to what others see; run to their end at once, or one access at a time.</summary>
public abstract partial class NetDevice
{
    private readonly byte[] _word = new byte[sizeof(uint)];
    private readonly Agent _alone = new(AgentId.Cpu0);
    private bool _xmitLock;
    private bool _driverLock;
    private bool _rtnl;

    /// <summary>Driver, handler and card take turns at each access; null where each runs to its end.</summary>
    public Interleaving? Smp { get; private set; }

    /// <summary>Whether the driver is written down access by access.</summary>
    public virtual bool CanInterleave => false;

    /// <summary>The card below the driver.</summary>
    protected virtual IDevice Device => throw new ModelException($"{driver} is not written down access by access");

    /// <summary>The card below the driver, where its work can be followed.</summary>
    public IHardware Hardware => Device as IHardware ?? throw new ModelException($"the card below {driver} ({id}) cannot be followed access by access");

    /// <summary>The CPU on which the queue is to be run again; null for none. kernel: netif_schedule(), softnet_data[].output_queue.</summary>
    public AgentId? NetTxSoftirq { get; set; }

    /// <summary>The packet that hard_start_xmit has and no slot names yet.</summary>
    public Skb? InHand { get; private set; }

    /// <summary>Nothing of the driver is under way: what it keeps is consistent.</summary>
    public bool IsAtRest => Smp is null || (Smp.IsOutsideDriver && !Smp.AnyBuffered);

    /// <summary>From here on driver, handler and card go on one access at a time.</summary>
    public void Interleave(MemoryModel model) => Smp = new Interleaving(this, model);

    /// <summary>kernel: dev->hard_start_xmit().</summary>
    /// <param name="cpu">Where it runs.</param>
    /// <param name="skb">From the Ethernet header on.</param>
    public virtual IEnumerator<Stop> StartXmit(Agent cpu, Skb skb) => throw new ModelException($"{driver} is not written down access by access");

    /// <summary>The interrupt handler: reclaims what the hardware is done with, and wakes the queue.</summary>
    public virtual IEnumerator<Stop> Interrupt(Agent cpu) => throw new ModelException($"{driver} is not written down access by access");

    /// <summary>Gives queued packets to the driver until it stops the queue or is busy. kernel: qdisc_run(), qdisc_restart(), net/sched/sch_generic.c.</summary>
    public IEnumerator<Stop> QdiscRun(Agent cpu)
    {
        while (true)
        {
            // Softirqs are off, interrupts are not.
            yield return Stop.SpinLock(Word.XmitLock);
            yield return Stop.Load(Word.Xoff);
            var skb = cpu.Value == 0 ? Dequeue() : null;
            if (skb is null)
            {
                yield return Stop.SpinUnlock(Word.XmitLock);
                yield break;
            }

            ShowToTaps(skb);
            skb.Fire(SkbMachine.Event.HardStartXmit);
            world.Seen.HandedOver(new Handover(skb.PlanNumber, id, BandOf(skb.Priority), default, Taken: !BusyNext));
            Fire(QueueMachine.Event.Xmit);
            InHand = skb;
            IsBusy = true;
            var refusesNow = BusyNext;
            if (!refusesNow)
            {
                yield return Stop.Call(StartXmit(cpu, skb));
            }

            var busy = IsBusy;
            BusyNext = false;
            if (busy)
            {
                Fire(QueueMachine.Event.Busy, refusesNow ? QueueMachine.Guard.Ordered : QueueMachine.Guard.None);
                InHand = null;
                if (!refusesNow)
                {
                    world.Seen.Requeue(new Handover(skb.PlanNumber, id, BandOf(skb.Priority), default, Taken: false));
                }

                skb.Fire(SkbMachine.Event.Busy);
                _bands[BandOf(skb.Priority)].Head(skb);
            }

            yield return Stop.SpinUnlock(Word.XmitLock);
            if (busy)
            {
                yield break;
            }
        }
    }

    /// <summary>What memory, a lock or a register holds.</summary>
    public Datum Read(in Word word) => word switch
    {
        { Address: not 0 } => new Datum(BinaryPrimitives.ReadUInt32LittleEndian(RingBytes(word.Address))),
        { Kind: Word.XoffKind } => new Datum(Stopped ? 1 : 0),
        { Kind: Word.XmitLockKind } => new Datum(_xmitLock ? 1 : 0),
        { Kind: Word.DriverLockKind } => new Datum(_driverLock ? 1 : 0),
        { Kind: Word.RtnlKind } => new Datum(_rtnl ? 1 : 0),
        { IsOfSkb: true } => new Datum(Smp!.Shared.Read(word)),
        _ => ReadOwn(word),
    };

    /// <summary>A store arrives.</summary>
    public void Write(in Word word, in Datum datum)
    {
        switch (word)
        {
            case { Address: not 0 }:
                BinaryPrimitives.WriteUInt32LittleEndian(_word, unchecked((uint)datum.Number));
                Dma.DeviceWrite(word.Address, _word);
                break;
            case { IsRegister: true }:
                Device.WriteRegister((uint)word.Slot, unchecked((uint)datum.Number));
                break;
            case { Kind: Word.XoffKind }:
                Fire(datum.Number != 0 ? QueueMachine.Event.StopQueue : QueueMachine.Event.WakeQueue);
                break;
            case { Kind: Word.XmitLockKind }:
                _xmitLock = datum.Number != 0;
                break;
            case { Kind: Word.RtnlKind }:
                _rtnl = datum.Number != 0;
                break;
            case { Kind: Word.DriverLockKind }:
                _driverLock = datum.Number != 0;
                break;
            case { IsOfSkb: true }:
                Smp!.Shared.Write(word, datum.Number);
                break;
            default:
                WriteOwn(word, datum);
                break;
        }
    }

    /// <summary>An access in words.</summary>
    public string Spell(in Accessed accessed)
    {
        var stop = accessed.Stop;
        var older = accessed.IsReordered ? " (an older value)" : "";
        return stop.Access switch
        {
            Access.Load or Access.Await => $"{Spell(stop.Word)} is {Spell(accessed.Loaded)}{older}",
            Access.Readl => $"readl({Spell(stop.Word)}) is 0x{accessed.Loaded.Number:x}",
            Access.Store when stop.Word.IsRegister => $"writel(0x{stop.Datum.Number:x}, {Spell(stop.Word)})",
            Access.Store => $"{Spell(stop.Word)} = {Spell(stop.Datum)}",
            Access.Fetch => $"reads {stop.Length} byte{(stop.Length == 1 ? "" : "s")} of {(IsRing(stop.Word.Address) ? Spell(stop.Word) : world.Memory.Spell(stop.Word.Address, stop.Length))}{older}",
            Access.SpinLock => $"spin_lock({Spell(stop.Word)})",
            Access.SpinUnlock => $"spin_unlock({Spell(stop.Word)})",
            Access.SpinLockIrq => $"spin_lock_irqsave({Spell(stop.Word)})",
            Access.SpinUnlockIrq => $"spin_unlock_irqrestore({Spell(stop.Word)})",
            Access.SetBit => $"set_bit({Spell(stop.Word)})",
            Access.ClearBit => $"clear_bit({Spell(stop.Word)})",
            Access.AtomicDecAndTest => $"atomic_dec_and_test({Spell(stop.Word)}) leaves {accessed.Loaded.Number}",
            Access.Wmb => "wmb()",
            Access.Rmb => "rmb()",
            Access.Mb => "mb()",
            Access.SynchronizeIrq => "synchronize_irq()",
            _ => $"{stop.With}{older}",
        };
    }

    /// <summary>A word by the kernel's name.</summary>
    protected virtual string Spell(in Word word) => word switch
    {
        { IsRegister: true } => $"register 0x{word.Slot:x}",
        { Kind: Word.XoffKind } => "XOFF",
        { Kind: Word.XmitLockKind } => "xmit_lock",
        { Kind: Word.DriverLockKind } => "lock",
        { Kind: Word.RtnlKind } => "rtnl_sem",
        { Kind: Word.SkbUsersKind } => "skb->users",
        { Kind: Word.SkbListKind } => "skb->list",
        { Kind: Word.ReceiveQueueLockKind } => "receive_queue.lock",
        _ => throw new ModelException($"{driver} has no word {word}"),
    };

    private static string Spell(in Datum datum) => datum.Skb is { } skb ? $"the skb of segment {skb.PlanNumber}" : datum.Length > 0 ? $"a mapping of {datum.Length} bytes" : datum.Number < 256 ? $"{datum.Number}" : $"0x{datum.Number:x}";

    /// <summary>A field of the driver, or one of its slots.</summary>
    protected virtual Datum ReadOwn(in Word word) => throw new ModelException($"{driver} has no word {word}");

    protected virtual void WriteOwn(in Word word, in Datum datum) => throw new ModelException($"{driver} has no word {word}");

    /// <summary>Whether a bus address lies in the driver's ring.</summary>
    protected virtual bool IsRing(ulong address) => false;

    /// <summary>Ring memory, four bytes at a bus address.</summary>
    protected virtual ReadOnlySpan<byte> RingBytes(ulong address) => throw new ModelException($"{driver} has no ring memory at {address:x}");

    /// <summary>The driver has returned 1, or has not said yet that it takes the packet.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>hard_start_xmit takes the packet: it will return 0.</summary>
    protected void Take() => IsBusy = false;

    /// <summary>The packet between the queue and the ring is the driver's too.</summary>
    protected void AddInHand(List<Skb> to)
    {
        if (InHand is not null)
        {
            to.Add(InHand);
        }
    }

    /// <summary>A slot names the packet.</summary>
    protected void PutDown() => InHand = null;

    /// <summary>The softirq runs the queue when the CPU has nothing else to do. kernel: netif_wake_queue(), behind clear_bit().</summary>
    protected void NetifSchedule(Agent cpu) => NetTxSoftirq = Smp is null ? null : cpu.Id;

    /// <summary>Runs hard_start_xmit to its end, nothing in between; false is "busy", and so is a wait for somebody else.</summary>
    protected bool StartXmitAlone(Skb skb)
    {
        IsBusy = true;
        RunAlone(StartXmit(_alone, skb));
        var busy = IsBusy;
        (InHand, IsBusy) = (null, false);
        return !busy;
    }

    /// <summary>Runs the handler to its end, nothing in between.</summary>
    protected void InterruptAlone() => RunAlone(Interrupt(_alone));

    private void RunAlone(IEnumerator<Stop> procedure)
    {
        _alone.Start(procedure);
        while (!_alone.IsIdle)
        {
            ref readonly var stop = ref _alone.Pending;
            switch (stop.Access)
            {
                case Access.Await:
                    _alone.Reset();
                    return;
                case Access.Load:
                    _alone.Load(Read(stop.Word));
                    break;
                case Access.Readl:
                    _alone.Load(new Datum(Device.ReadRegister((uint)stop.Word.Slot)));
                    break;
                case Access.Store or Access.SetBit or Access.ClearBit or Access.SpinLock or Access.SpinLockIrq or Access.SpinUnlock or Access.SpinUnlockIrq:
                    Write(stop.Word, stop.Datum);
                    break;
                default:
                    break;
            }

            _alone.Advance();
        }
    }
}
