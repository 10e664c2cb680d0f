using Stateless;
using ZeroCopy.Model;
using ZeroCopy.Specs;

namespace ZeroCopy.Drivers.AceNic;

/// <summary>The life of one slot of the AceNIC transmit ring: its descriptor, and what tx_skbuff keeps for it. kernel: drivers/net/acenic.c, ace_start_xmit(), ace_tx_int().</summary>
/// <remarks>
/// The driver keeps a state for each slot and fires where a store arrives in memory, not where it is issued: so it holds under both grains and both memory models, and a store that arrives too early is refused.
/// Which of the three emptied a slot is seen by where it stood, and by whether the card is halted: then the indices begin anew, and post and consume nothing. All of it follows from slots, indices and *tx_csm: it is no part of a state, and a law compares.
/// </remarks>
public static class AceTxDescMachine
{
    public enum State
    {
        /// <summary>It names no mapping.</summary>
        Free,

        /// <summary>ace_start_xmit() has written the slot; tx_prd is not beyond it.</summary>
        Filled,

        /// <summary>tx_prd is beyond it, and the mailbox follows: the card's.</summary>
        Posted,

        /// <summary>The card's consumer index, *tx_csm, is beyond it: the handler's.</summary>
        Done,
    }

    public enum Event
    {
        Fill,

        /// <summary>kernel: ap->tx_prd = idx.</summary>
        Post,

        /// <summary>The card's DMA writes *tx_csm.</summary>
        Consume,

        /// <summary>kernel: ace_tx_int().</summary>
        Reclaim,

        /// <summary>A later piece of the packet could not be mapped. kernel: none in 2.4.4, where a mapping cannot fail.</summary>
        Unwind,

        /// <summary>kernel: ace_close(), and a reset: what the card was given is taken back.</summary>
        Clean,
    }

    /// <summary>What the guards ask of the slot.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>It is the last of its packet: tx_prd goes up to behind it.</summary>
        Last = 1,

        /// <summary>It names the skb.</summary>
        Owns = 2,

        /// <summary>Its descriptor says END.</summary>
        End = 4,

        /// <summary>The card was halted since it was given a packet: it has none.</summary>
        Halted = 8,
    }

    /// <summary>The compiled table that every slot uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, AceRules.TxDescLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var owner = Tuple.Create<Func<bool>, string>(() => holds(Guard.Owns) == holds(Guard.Last), AceRules.LastSlotOwns.ToString());
        var end = Tuple.Create<Func<bool>, string>(() => holds(Guard.End) == holds(Guard.Last), AceRules.EndOnLast.ToString());
        var halted = Tuple.Create<Func<bool>, string>(() => holds(Guard.Halted), AceRules.TxDescLife.ToString());

        machine.Configure(State.Free)
            .Permit(Event.Fill,            State.Filled)
            .PermitReentryIf(Event.Clean,  halted);

        machine.Configure(State.Filled)
            .PermitIf(Event.Post,          State.Posted, owner, end)
            .Permit(Event.Unwind,          State.Free)
            .PermitIf(Event.Clean,         State.Free, halted);

        machine.Configure(State.Posted)
            .Permit(Event.Consume,         State.Done)
            .PermitIf(Event.Clean,         State.Free, halted);

        machine.Configure(State.Done)
            .Permit(Event.Reclaim,         State.Free)
            .PermitIf(Event.Clean,         State.Free, halted);
    }
}
