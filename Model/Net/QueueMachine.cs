using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Net;

/// <summary>A device's queue as the contract of hard_start_xmit sees it. kernel: __LINK_STATE_XOFF of dev->state, include/linux/netdevice.h; net/sched/sch_generic.c, qdisc_restart().</summary>
/// <remarks>
/// <see cref="NetDevice"/> stores no other word for it: XOFF is the state. It fires where set_bit and clear_bit arrive, which under both memory models is at once, and where the queue hands a packet over.
/// "Fits" counts what a reclaim under way has emptied and not published, and stores that are on their way: whoever may wake the queue has the lock of the driver, and knows them.
/// </remarks>
public static class QueueMachine
{
    public enum State
    {
        /// <summary>The queue hands packets to the driver.</summary>
        Awake,

        /// <summary>It keeps them. kernel: __LINK_STATE_XOFF.</summary>
        Stopped,
    }

    public enum Event
    {
        /// <summary>hard_start_xmit is called.</summary>
        Xmit,

        /// <summary>It returned 1: the packet goes back to the queue.</summary>
        Busy,

        /// <summary>kernel: netif_stop_queue().</summary>
        StopQueue,

        /// <summary>kernel: netif_wake_queue(), netif_start_queue().</summary>
        WakeQueue,
    }

    /// <summary>What the guards ask of the device and the call.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>The ring has room for the largest packet.</summary>
        Fits = 1,

        /// <summary>The script ordered the driver to be busy.</summary>
        Ordered = 2,
    }

    /// <summary>The compiled table that every device uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, NetRules.QueueLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var fits = Tuple.Create<Func<bool>, string>(() => holds(Guard.Fits), NetRules.AwakeAccepts.ToString());
        var ordered = Tuple.Create<Func<bool>, string>(() => holds(Guard.Ordered), NetRules.AwakeAccepts.ToString());

        // To wake what is awake does nothing: kernel: test_and_clear_bit().
        machine.Configure(State.Awake)
            .PermitReentry(Event.Xmit)
            .PermitReentryIf(Event.Busy,   ordered)
            .Permit(Event.StopQueue,       State.Stopped)
            .PermitReentry(Event.WakeQueue);

        // A driver that stops the queue may return 1 then: qdisc_restart() comes again when it is woken.
        machine.Configure(State.Stopped)
            .PermitReentry(Event.Busy)
            .PermitReentry(Event.StopQueue)
            .PermitIf(Event.WakeQueue,     State.Awake, fits);
    }
}
