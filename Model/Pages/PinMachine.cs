using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>The life of pinned user memory. kernel: struct kiobuf, from map_user_kiobuf() to unmap_kiobuf(); from linux 5.6 on pin_user_pages() to unpin_user_pages().</summary>
public static class PinMachine
{
    public enum State
    {
        /// <summary>It names no page. kernel: nr_pages == 0.</summary>
        Unmapped,

        /// <summary>Each page is held once more.</summary>
        Mapped,

        /// <summary>A device wrote, and that is not marked yet.</summary>
        Written,

        /// <summary>Its pages are locked too. kernel: iobuf->locked.</summary>
        Locked,

        /// <summary>Locked, and a device wrote.</summary>
        LockedWritten,
    }

    public enum Event
    {
        Map, Lock, Unlock, DmaFromDevice, DmaToDevice, MarkDirty, Unmap,
    }

    /// <summary>What the guards ask of the pin and the call.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>It was taken for a device to write: rw == READ.</summary>
        Into = 1,

        /// <summary>The call covers everything that the device wrote.</summary>
        Whole = 2,
    }

    /// <summary>The compiled table that every pin uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, PinRules.PinLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var into = Tuple.Create<Func<bool>, string>(() => holds(Guard.Into), PinRules.PinDirection.ToString());
        var marked = Tuple.Create<Func<bool>, string>(() => false, PinRules.MarkedDirty.ToString());
        string dirty = PinRules.MarkedDirty.ToString();
        Func<bool> whole = () => holds(Guard.Whole), part = () => !holds(Guard.Whole);

        machine.Configure(State.Unmapped)
            .Permit(Event.Map, State.Mapped);

        machine.Configure(State.Mapped)
            .Permit(Event.Lock,              State.Locked)
            .PermitIf(Event.DmaFromDevice,   State.Written, into)
            .PermitReentry(Event.DmaToDevice)
            .PermitReentry(Event.MarkDirty)
            .Permit(Event.Unmap,             State.Unmapped);

        machine.Configure(State.Written)
            .Permit(Event.Lock,                    State.LockedWritten)
            .PermitReentryIf(Event.DmaFromDevice,  into)
            .PermitReentry(Event.DmaToDevice)
            .PermitIf(Event.MarkDirty,             State.Mapped, whole, dirty)
            .PermitReentryIf(Event.MarkDirty,      part, dirty)
            .PermitReentryIf(Event.Unmap,          marked);

        machine.Configure(State.Locked)
            .Permit(Event.Unlock,            State.Mapped)
            .PermitIf(Event.DmaFromDevice,   State.LockedWritten, into)
            .PermitReentry(Event.DmaToDevice)
            .PermitReentry(Event.MarkDirty);

        machine.Configure(State.LockedWritten)
            .Permit(Event.Unlock,                  State.Written)
            .PermitReentryIf(Event.DmaFromDevice,  into)
            .PermitReentry(Event.DmaToDevice)
            .PermitIf(Event.MarkDirty,             State.Locked, whole, dirty)
            .PermitReentryIf(Event.MarkDirty,      part, dirty);
    }
}
