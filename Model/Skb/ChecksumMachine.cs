using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Skbs;

/// <summary>What is known of a packet's checksum, from the device or the sender to whoever needs it. kernel: skb->ip_summed with its two meanings, the comment on checksumming in include/linux/skbuff.h.</summary>
public static class ChecksumMachine
{
    public enum State
    {
        /// <summary>Nothing is known: CHECKSUM_NONE.</summary>
        None,

        /// <summary>Sending: the device, or skb_checksum_help(), is to make it: CHECKSUM_HW.</summary>
        Requested,

        /// <summary>Received: csum is the sum of the whole packet: CHECKSUM_HW.</summary>
        Summed,

        /// <summary>Received: somebody vouches: CHECKSUM_UNNECESSARY.</summary>
        Vouched,
    }

    public enum Event
    {
        /// <summary>The sender asks the device.</summary>
        Ask,

        /// <summary>The CPU made what was asked for.</summary>
        Help,

        /// <summary>The byte that the sum was to start at is gone.</summary>
        LoseStart,

        /// <summary>The device gave a sum.</summary>
        DeviceSum,

        /// <summary>The device vouches.</summary>
        DeviceVouch,

        /// <summary>The receiver summed it, or looked at the device's sum.</summary>
        Verify,

        /// <summary>Bytes were added or written.</summary>
        Extend,

        /// <summary>Bytes were taken away.</summary>
        Shorten,

        /// <summary>Bytes were taken away, or a fragment joined, and the sum with them.</summary>
        Adjust,

        /// <summary>A fragment of another kind joined, or the packet is forwarded: what was said of it does not hold any more.</summary>
        Mix,
    }

    /// <summary>What the guards ask.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>The sum of the whole packet comes out as it must.</summary>
        Good = 1,
    }

    /// <summary>The compiled table that every skb uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, SumRules.LifeIsLegal);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        Func<bool> good = () => holds(Guard.Good), bad = () => !holds(Guard.Good);
        string verified = SumRules.VouchedForCause.ToString();

        machine.Configure(State.None)
            .Permit(Event.Ask,           State.Requested)
            .Permit(Event.DeviceSum,     State.Summed)
            .Permit(Event.DeviceVouch,   State.Vouched)
            .PermitIf(Event.Verify,      State.Vouched, good, verified)
            .PermitReentryIf(Event.Verify, bad, verified)
            .PermitReentry(Event.Extend)
            .PermitReentry(Event.Shorten)
            .PermitReentry(Event.Mix);

        // Bytes may come and go until the device reads the packet.
        machine.Configure(State.Requested)
            .PermitReentry(Event.Ask)
            .Permit(Event.Help,          State.None)
            .Permit(Event.LoseStart,     State.None)
            .Permit(Event.Mix,           State.None)
            .PermitReentry(Event.Extend)
            .PermitReentry(Event.Shorten);

        machine.Configure(State.Summed)
            .PermitIf(Event.Verify,      State.Vouched, good, verified)
            .PermitIf(Event.Verify,      State.None, bad, verified)
            .Permit(Event.Extend,        State.None)
            .Permit(Event.Shorten,       State.None)
            .Permit(Event.Mix,           State.None)
            .PermitReentry(Event.Adjust);

        // What was whole stays whole when padding, or a header, is taken off.
        machine.Configure(State.Vouched)
            .PermitReentry(Event.Verify)
            .PermitReentry(Event.Shorten)
            .PermitReentry(Event.Adjust)
            .Permit(Event.Extend,        State.None)
            .Permit(Event.Mix,           State.None);
    }
}
