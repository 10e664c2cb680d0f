using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Smp;

/// <summary>How far hardware may leave program order. kernel: Documentation/memory-barriers (later), include/asm-i386/system.h, include/asm-sparc64/system.h.</summary>
public enum MemoryModel
{
    /// <summary>x86: a CPU's stores become visible in order, late; atomic operations drain them; wmb() and rmb() hold the compiler only.</summary>
    Tso,

    /// <summary>sparc64: stores pass each other but for wmb(), loads may be early but for rmb(), atomic operations order nothing.</summary>
    Rmo,
}

/// <summary>What a coroutine is about to do with memory that others see. kernel: the macros named at each.</summary>
public enum Access : byte
{
    Load,

    /// <summary>A plain store, or writel(): the word says where it goes.</summary>
    Store,

    /// <summary>A loop that reads a word until it is no longer what it was.</summary>
    Await,

    SpinLock,
    SpinUnlock,

    /// <summary>spin_lock_irqsave(): this CPU takes no interrupt until the unlock.</summary>
    SpinLockIrq,
    SpinUnlockIrq,

    /// <summary>set_bit() and clear_bit(): atomic.</summary>
    SetBit,
    ClearBit,

    /// <summary>atomic_dec_and_test(): what it leaves is loaded.</summary>
    AtomicDecAndTest,
    Wmb,
    Rmb,
    Mb,

    /// <summary>readl(): what was posted to the device, and by it, arrives before the answer.</summary>
    Readl,

    /// <summary>synchronize_irq(): no other CPU is in the handler any more.</summary>
    SynchronizeIrq,

    /// <summary>A device reads memory by bus address.</summary>
    Fetch,

    /// <summary>Another procedure, and on behind it when it returns.</summary>
    Call,

    /// <summary>Nothing that others see: others may run.</summary>
    Pause,
}

/// <summary>The place of a shared word: a field of the driver or one of its slots, ring memory by bus address, or a register.</summary>
/// <param name="Kind">A driver's own number, or one of the constants here.</param>
/// <param name="Slot">Slot of a ring; the offset of a register.</param>
/// <param name="Address">Bus address of ring memory; 0 for a word that the device does not see.</param>
public readonly record struct Word(int Kind, int Slot = 0, ulong Address = 0)
{
    public const int RegisterKind = 0;
    public const int MemoryKind = 1;
    public const int XoffKind = 2;
    public const int XmitLockKind = 3;
    public const int DriverLockKind = 4;
    public const int SkbUsersKind = 5;
    public const int SkbListKind = 6;
    public const int ReceiveQueueLockKind = 7;

    /// <summary>kernel: dev->state, __LINK_STATE_XOFF.</summary>
    public static readonly Word Xoff = new(XoffKind);

    /// <summary>kernel: dev->xmit_lock.</summary>
    public static readonly Word XmitLock = new(XmitLockKind);

    /// <summary>kernel: ap->lock, hp->happy_lock.</summary>
    public static readonly Word DriverLock = new(DriverLockKind);

    /// <summary>kernel: skb->users.</summary>
    public static readonly Word SkbUsers = new(SkbUsersKind);

    /// <summary>kernel: skb->list; 0 for null.</summary>
    public static readonly Word SkbList = new(SkbListKind);

    /// <summary>kernel: sk->receive_queue.lock.</summary>
    public static readonly Word ReceiveQueueLock = new(ReceiveQueueLockKind);

    public const int RtnlKind = 8;

    /// <summary>The semaphore under which devices come and go. kernel: rtnl_lock(), net/core/rtnetlink.c.</summary>
    public static readonly Word Rtnl = new(RtnlKind);

    /// <summary>The first number that is a driver's own.</summary>
    public const int FirstOfDriver = 9;

    public static Word Register(uint offset) => new(RegisterKind, (int)offset);

    /// <summary>Ring memory as the device knows it.</summary>
    public static Word At(ulong address) => new(MemoryKind, 0, address);

    public bool IsRegister => Kind == RegisterKind;

    /// <summary>Of an skb that two CPUs share: no driver's.</summary>
    public bool IsOfSkb => Kind is SkbUsersKind or SkbListKind or ReceiveQueueLockKind;

    /// <summary>Whether both are one place.</summary>
    public bool Is(in Word other) => Address != 0 ? Address == other.Address : Kind == other.Kind && Slot == other.Slot && other.Address == 0;
}

/// <summary>What a word holds.</summary>
/// <param name="Number">The value.</param>
/// <param name="Skb">For a word that names an skb.</param>
/// <param name="Length">For a mapping: its bytes.</param>
public readonly record struct Datum(long Number, Skb? Skb = null, int Length = 0);

/// <summary>Where a coroutine stands: before an access. Whoever schedules it makes the access and lets it go on.</summary>
public readonly record struct Stop(Access Access, Word Word = default, Datum Datum = default, int Length = 0, object? With = null)
{
    public static readonly Stop Wmb = new(Access.Wmb);
    public static readonly Stop Rmb = new(Access.Rmb);
    public static readonly Stop Mb = new(Access.Mb);
    public static readonly Stop SynchronizeIrq = new(Access.SynchronizeIrq);
    public static readonly Stop Pause = Do("goes on");

    /// <summary>The procedure that is called.</summary>
    public IEnumerator<Stop> Callee => (IEnumerator<Stop>)With!;

    /// <summary>Something that no other agent sees as memory, in words.</summary>
    public static Stop Do(string doing) => new(Access.Pause, With: doing);

    public static Stop Load(in Word word) => new(Access.Load, word);

    public static Stop Store(in Word word, long value) => new(Access.Store, word, new Datum(value));

    public static Stop Store(in Word word, in Datum datum) => new(Access.Store, word, datum);

    /// <summary>kernel: while (word == value) cpu_relax().</summary>
    public static Stop Await(in Word word, long value) => new(Access.Await, word, new Datum(value));

    public static Stop SpinLock(in Word word) => new(Access.SpinLock, word, new Datum(1));

    public static Stop SpinUnlock(in Word word) => new(Access.SpinUnlock, word);

    public static Stop SpinLockIrq(in Word word) => new(Access.SpinLockIrq, word, new Datum(1));

    public static Stop SpinUnlockIrq(in Word word) => new(Access.SpinUnlockIrq, word);

    public static Stop SetBit(in Word word) => new(Access.SetBit, word, new Datum(1));

    public static Stop ClearBit(in Word word) => new(Access.ClearBit, word);

    public static Stop AtomicDecAndTest(in Word word) => new(Access.AtomicDecAndTest, word);

    public static Stop Writel(uint offset, uint value) => new(Access.Store, Word.Register(offset), new Datum(value));

    public static Stop Readl(uint offset) => new(Access.Readl, Word.Register(offset));

    /// <param name="address">First bus address.</param>
    /// <param name="length">Bytes.</param>
    public static Stop Fetch(ulong address, int length) => new(Access.Fetch, Word.At(address), default, length);

    public static Stop Call(IEnumerator<Stop> callee) => new(Access.Call, With: callee);
}
