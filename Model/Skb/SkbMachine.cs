using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>The life of one skb: who has it, and what may be done to it there. kernel: struct sk_buff, from alloc_skb() to __kfree_skb().</summary>
public static class SkbMachine
{
    public enum State
    {
        /// <summary>users == 0.</summary>
        Free,

        /// <summary>A function or a caller has it.</summary>
        Held,

        /// <summary>On a list: a socket's write queue, a device's queue.</summary>
        Queued,

        /// <summary>A driver has taken it: hard_start_xmit returned 0.</summary>
        InFlight,

        /// <summary>users == 0; it waits for the softirq that frees it.</summary>
        Dying,
    }

    public enum Event
    {
        Alloc, Reserve, Put, Push, Pull, PullTail, Trim, Fill, Clone, Copy, ExpandHead, Linearize, Split, Read, Write, Get, Enqueue, Unlink, HardStartXmit, Busy, Kfree, KfreeIrq, NetTxAction,
    }

    /// <summary>What the guards ask of the skb and the call.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>users == 1.</summary>
        Sole = 1,

        /// <summary>data_len == 0.</summary>
        Linear = 2,

        /// <summary>The room, the bytes or the fragment slot that the call asks for are there.</summary>
        Fits = 4,

        /// <summary>No other live skb has the bytes, or the shared info, that the call writes.</summary>
        Own = 8,
    }

    /// <summary>The compiled table that every skb uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, SkbRules.LifeIsLegal);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        Func<bool> sole = () => holds(Guard.Sole), shared = () => !holds(Guard.Sole);
        var soleUser = Tuple.Create(sole, SkbRules.SoleOwnerReplacesBlock.ToString());
        var linear = Tuple.Create<Func<bool>, string>(() => holds(Guard.Linear), SkbRules.PutIsLinear.ToString());
        var fits = Tuple.Create<Func<bool>, string>(() => holds(Guard.Fits), SkbRules.Room.ToString());
        var slot = Tuple.Create<Func<bool>, string>(() => holds(Guard.Fits), SkbRules.FragmentsFit.ToString());
        var inPlace = Tuple.Create<Func<bool>, string>(() => holds(Guard.Fits), SkbRules.InPlaceWriterOwns.ToString());
        var own = Tuple.Create<Func<bool>, string>(() => holds(Guard.Own), SkbRules.WriteOwnBytes.ToString());
        var driverOwns = Tuple.Create<Func<bool>, string>(() => false, SkbRules.DriverOwns.ToString());
        string lastHolder = SkbRules.FreedByLastHolder.ToString(), onList = SkbRules.NotFreedOnList.ToString();

        machine.Configure(State.Free)
            .Permit(Event.Alloc, State.Held);

        // With its one caller, everything is allowed that the data allows.
        machine.Configure(State.Held)
            .PermitReentryIf(Event.Reserve,    linear, fits)
            .PermitReentryIf(Event.Put,        linear, fits, own)
            .PermitReentryIf(Event.Push,       fits, own)
            .PermitReentryIf(Event.Pull,       fits)
            .PermitReentryIf(Event.PullTail,   fits, soleUser)
            .PermitReentryIf(Event.Trim,       own)
            .PermitReentryIf(Event.Fill,       slot, own)
            .PermitReentryIf(Event.ExpandHead, soleUser)
            .PermitReentryIf(Event.Linearize,  soleUser)
            .PermitReentryIf(Event.Split,      fits, own)
            .PermitReentryIf(Event.Write,      inPlace, own)
            .PermitReentry(Event.Clone)
            .PermitReentry(Event.Copy)
            .PermitReentry(Event.Read)
            .PermitReentry(Event.Get)
            .Permit(Event.Enqueue,        State.Queued)
            .Permit(Event.HardStartXmit,  State.InFlight)
            .PermitIf(Event.Kfree,        State.Free, sole, lastHolder)
            .PermitReentryIf(Event.Kfree, shared, lastHolder)
            .PermitIf(Event.KfreeIrq,        State.Dying, sole, lastHolder)
            .PermitReentryIf(Event.KfreeIrq, shared, lastHolder);

        // TCP appends to the skb at the tail of its write queue, cuts what was acknowledged and clones it for each transmission.
        machine.Configure(State.Queued)
            .PermitReentryIf(Event.Put,        linear, fits, own)
            .PermitReentryIf(Event.Pull,       fits)
            .PermitReentryIf(Event.PullTail,   fits, soleUser)
            .PermitReentryIf(Event.Trim,       own)
            .PermitReentryIf(Event.Fill,       slot, own)
            .PermitReentryIf(Event.ExpandHead, soleUser)
            .PermitReentryIf(Event.Split,      fits, own)
            .PermitReentry(Event.Clone)
            .PermitReentry(Event.Copy)
            .PermitReentry(Event.Read)
            .PermitReentry(Event.Get)
            .Permit(Event.Unlink,         State.Held)
            .PermitReentryIf(Event.Kfree, shared, onList)
            .PermitReentryIf(Event.KfreeIrq, shared, onList);

        // The device may read it at any time: others look, and drop references that are not the driver's.
        machine.Configure(State.InFlight)
            .PermitReentryIf(Event.Put,        driverOwns)
            .PermitReentryIf(Event.Push,       driverOwns)
            .PermitReentryIf(Event.Pull,       driverOwns)
            .PermitReentryIf(Event.PullTail,   driverOwns)
            .PermitReentryIf(Event.Trim,       driverOwns)
            .PermitReentryIf(Event.Fill,       driverOwns)
            .PermitReentryIf(Event.ExpandHead, driverOwns)
            .PermitReentryIf(Event.Linearize,  driverOwns)
            .PermitReentryIf(Event.Split,      driverOwns)
            .PermitReentryIf(Event.Enqueue,    driverOwns)
            .PermitReentry(Event.Clone)
            .PermitReentry(Event.Copy)
            .PermitReentry(Event.Read)
            .PermitReentry(Event.Get)
            .Permit(Event.Busy,           State.Held)
            .PermitIf(Event.Kfree,        State.Free, sole, lastHolder)
            .PermitReentryIf(Event.Kfree, shared, lastHolder)
            .PermitIf(Event.KfreeIrq,        State.Dying, sole, lastHolder)
            .PermitReentryIf(Event.KfreeIrq, shared, lastHolder);

        machine.Configure(State.Dying)
            .Permit(Event.NetTxAction, State.Free);
    }
}
