using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>The life of one zero-copy send's notification. kernel: struct ubuf_info, from sock_zerocopy_alloc() to the user's recvmsg() (4.14; 2.4 has none).</summary>
public static class CompletionMachine
{
    public enum State
    {
        /// <summary>Not in use: no call has it, or it was told.</summary>
        Free,

        /// <summary>The call runs, or a data block carries its bytes.</summary>
        Pending,

        /// <summary>Nobody has it any more. No step ends here.</summary>
        Released,

        /// <summary>A range of the socket's error queue.</summary>
        Queued,
    }

    public enum Event
    {
        Alloc, Get, Copied, Abort, Put, Queue, Join, Extend, Discard, Read,
    }

    /// <summary>What the guards ask of the notification and the call.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>Its count is 1.</summary>
        Last = 1,

        /// <summary>The call succeeded: it has a number.</summary>
        Numbered = 2,

        /// <summary>It continues the last range of the queue, and says the same.</summary>
        Continues = 4,
    }

    /// <summary>The compiled table that every notification uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, PinRules.CarriersAreCounted);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        Func<bool> last = () => holds(Guard.Last), carried = () => !holds(Guard.Last);
        var numbered = Tuple.Create<Func<bool>, string>(() => holds(Guard.Numbered), NetRules.CallsAreNumbered.ToString());
        var failed = Tuple.Create<Func<bool>, string>(() => !holds(Guard.Numbered), NetRules.CallsAreNumbered.ToString());
        var continues = Tuple.Create<Func<bool>, string>(() => holds(Guard.Continues), NetRules.RangesAreJoined.ToString());
        var stands = Tuple.Create<Func<bool>, string>(() => !holds(Guard.Continues), NetRules.RangesAreJoined.ToString());
        string lastCarrier = PinRules.ToldWhenUnread.ToString();

        machine.Configure(State.Free)
            .Permit(Event.Alloc, State.Pending);

        machine.Configure(State.Pending)
            .PermitReentry(Event.Get)
            .PermitReentry(Event.Copied)
            .PermitReentryIf(Event.Abort, numbered)
            .PermitReentryIf(Event.Put, carried, lastCarrier)
            .PermitIf(Event.Put,        State.Released, last, lastCarrier);

        machine.Configure(State.Released)
            .PermitIf(Event.Queue,      State.Queued, numbered, stands)
            .PermitIf(Event.Join,       State.Free, numbered, continues)
            .PermitIf(Event.Discard,    State.Free, failed);

        machine.Configure(State.Queued)
            .PermitReentryIf(Event.Extend, continues)
            .Permit(Event.Read,         State.Free);
    }
}
