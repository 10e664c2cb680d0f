using Stateless;
using ZeroCopy.Model;
using ZeroCopy.Specs;

namespace ZeroCopy.Drivers.Hme;

/// <summary>The life of one descriptor of the HME transmit ring. kernel: drivers/net/sunhme.c, happy_meal_start_xmit(), happy_meal_tx().</summary>
/// <remarks>
/// The driver keeps a state for each slot and fires where a word arrives in memory, not where it is stored: so it holds under both grains and both memory models, and OWN that overtakes its address is refused.
/// The driver takes a descriptor back by flags of 0; the chip clears OWN and leaves the rest.
/// It is no part of a state. From memory alone Filled cannot be told from Free, but only a hard_start_xmit that is under way leaves a slot Filled, and where that stands is written; a law compares what memory tells.
/// </remarks>
public static class HmeTxDescMachine
{
    public enum State
    {
        /// <summary>Nobody's: not between tx_old and tx_new.</summary>
        Free,

        /// <summary>The address is there, OWN is not.</summary>
        Filled,

        /// <summary>OWN is set: the chip's.</summary>
        Own,

        /// <summary>The chip has cleared OWN; tx_old is not beyond it.</summary>
        Back,
    }

    public enum Event
    {
        /// <summary>kernel: the first half of write_txd().</summary>
        Fill,

        /// <summary>kernel: the second half of write_txd(), OWN.</summary>
        Give,

        /// <summary>The chip's DMA clears OWN.</summary>
        GiveBack,

        /// <summary>kernel: happy_meal_tx(), hp->tx_old = elem.</summary>
        Reclaim,

        /// <summary>A later piece of the packet could not be mapped. kernel: unmap_partial_tx_skb() of later kernels.</summary>
        Unwind,

        /// <summary>kernel: happy_meal_clean_rings(), happy_meal_init_rings(): what the chip was given is taken back.</summary>
        Clean,
    }

    /// <summary>What the guards ask of the descriptor.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>It is the first of its packet.</summary>
        First = 1,

        /// <summary>Its slot names the skb.</summary>
        Owns = 2,

        /// <summary>All behind it up to EOP are the chip's.</summary>
        RestGiven = 4,

        /// <summary>The first of its packet is not the chip's yet: it has read none of them.</summary>
        FirstWithheld = 8,

        /// <summary>The chip was reset since it was given a descriptor: it has none.</summary>
        Halted = 16,
    }

    /// <summary>The compiled table that every descriptor uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, HmeRules.TxDescLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var owner = Tuple.Create<Func<bool>, string>(() => holds(Guard.Owns) == holds(Guard.First), HmeRules.FirstSlotOwns.ToString());
        var last = Tuple.Create<Func<bool>, string>(() => holds(Guard.RestGiven) || !holds(Guard.First), HmeRules.FirstGivenLast.ToString());
        var withheld = Tuple.Create<Func<bool>, string>(() => holds(Guard.FirstWithheld), HmeRules.FirstGivenLast.ToString());
        var halted = Tuple.Create<Func<bool>, string>(() => holds(Guard.Halted), HmeRules.TxDescLife.ToString());

        machine.Configure(State.Free)
            .Permit(Event.Fill,            State.Filled)
            .PermitReentryIf(Event.Clean,  halted);

        machine.Configure(State.Filled)
            .PermitIf(Event.Give,          State.Own, owner, last)
            .Permit(Event.Unwind,          State.Free)
            .PermitIf(Event.Clean,         State.Free, halted);

        machine.Configure(State.Own)
            .Permit(Event.GiveBack,        State.Back)
            .PermitIf(Event.Unwind,        State.Free, withheld)
            .PermitIf(Event.Clean,         State.Free, halted);

        machine.Configure(State.Back)
            .Permit(Event.Reclaim,         State.Free)
            .PermitIf(Event.Clean,         State.Free, halted);
    }
}
