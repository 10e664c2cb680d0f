using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over the AceNIC ring, read from descriptor memory and the slots' books.</summary>
/// <remarks>Verified: every packet between consumer and producer. Not verified: the order of stores within hard_start_xmit.</remarks>
public static class AceLaws
{
    public static readonly Law OneSlotStaysEmpty = Law.Always(AceRules.OneSlotStaysEmpty,
        (in Step _, NetDevice device) => device is not AceNicDriver { IsAtRest: true } ace || Used(ace) < ace.Slots.Length,
        (_, _) => "every slot is in use: producer and consumer are equal, and the ring reads as empty", of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law RingWraps = Law.Sometimes(AceRules.OneSlotStaysEmpty,
        (in Step _, NetDevice device) => device is AceNicDriver { IsAtRest: true } && device.Ring.Producer < device.Ring.Consumer, of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law LastSlotOwns = Law.Always(AceRules.LastSlotOwns,
        (in Step _, NetDevice device) => device is not AceNicDriver { IsAtRest: true } ace || EachPacket(ace, static (ace, first, count, skb) =>
        {
            for (var i = 0; i < count; i++)
            {
                if ((ace.Slots[(first + i) % ace.Slots.Length].Skb is not null) != (i == count - 1))
                {
                    return false;
                }
            }

            return count == skb.NrFrags + 1 || (ace.TellsOfEachDescriptor && first == ace.Ring.Consumer);
        }),
        (step, device) => Describe(step, (AceNicDriver)device), of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law PartOfPacketOccurs = Law.Sometimes(AceRules.LastSlotOwns,
        (in Step _, NetDevice device) => device is AceNicDriver { TellsOfEachDescriptor: true, Smp: { IsHandling: false }, InFlight: > 0 } ace && BeginsInside(ace), of: DeviceTraits.AceNic | DeviceTraits.Interleaved);

    public static readonly Law PacketOccurs = Law.Sometimes(AceRules.LastSlotOwns,
        (in Step _, NetDevice device) => device is AceNicDriver { IsAtRest: true, InFlight: > 0 }, of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law EndStandsOnLast = Law.Always(AceRules.EndOnLast,
        (in Step _, NetDevice device) => device is not AceNicDriver { IsAtRest: true } ace || EachPacket(ace, static (ace, first, count, _) =>
        {
            for (var i = 0; i < count; i++)
            {
                if (ace.Descriptor((first + i) % ace.Slots.Length).Flags.HasFlag(BdFlags.End) != (i == count - 1))
                {
                    return false;
                }
            }

            return true;
        }),
        (step, device) => Describe(step, (AceNicDriver)device), of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law SumFlagStandsOnEach = Law.Always(AceRules.SumFlagOnEach,
        (in Step _, NetDevice device) => device is not AceNicDriver { IsAtRest: true } ace || EachPacket(ace, static (ace, first, count, skb) =>
        {
            for (var i = 0; i < count; i++)
            {
                if (ace.Descriptor((first + i) % ace.Slots.Length).Flags.HasFlag(BdFlags.TcpUdpSum) != (skb.IpSummed == ChecksumState.Hw))
                {
                    return false;
                }
            }

            return true;
        }),
        (step, device) => Describe(step, (AceNicDriver)device), of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law SumRequestOccurs = Law.Sometimes(AceRules.SumFlagOnEach,
        (in Step _, NetDevice device) => device is AceNicDriver { IsAtRest: true } ace && EachPacket(ace, static (_, _, _, skb) => skb.IpSummed != ChecksumState.Hw) is false, of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law PagedPacketOccurs = Law.Sometimes(AceRules.EndOnLast,
        (in Step _, NetDevice device) => device is AceNicDriver { IsAtRest: true } ace && !EachPacket(ace, static (_, _, count, _) => count == 1), of: DeviceTraits.AceNic | DeviceTraits.AtRest);

    public static readonly Law SlotStateIsAbstraction = Law.Always(AceRules.TxDescLife,
        (in Step _, NetDevice device) => device is not AceNicDriver ace || ace is { IsHalted: true, IsAtRest: false } || FirstUnlike(ace) < 0,
        (_, device) => device is AceNicDriver ace && FirstUnlike(ace) is var slot ? $"slot {slot}: the machine says {ace.Lives[slot]}, memory says {Abstraction(ace, slot)}; {ace.Ring}, the card's consumer {ace.Csm}" : "", of: DeviceTraits.AceNic);

    public static readonly Law DoneSlotOccurs = Law.Sometimes(AceRules.TxDescLife,
        (in Step _, NetDevice device) => device is AceNicDriver ace && ace.Lives.Contains(AceTxDescMachine.State.Done), of: DeviceTraits.AceNic);

    private delegate bool PacketClaim(AceNicDriver ace, int first, int count, Skb skb);

    /// <summary>Walks the ring from the consumer: the packet at a slot ends where the next slot with an skb says, counted by that skb's own fragments. Of the first one the beginning may have been reclaimed, where the card tells of each descriptor.</summary>
    private static bool EachPacket(AceNicDriver ace, PacketClaim claim)
    {
        var slots = ace.Slots;
        var first = ace.Ring.Consumer;
        var used = Used(ace);
        while (used > 0)
        {
            var owner = 0;
            while (owner < used && slots[(first + owner) % slots.Length].Skb is null)
            {
                owner++;
            }

            if (owner == used)
            {
                return false;
            }

            var skb = slots[(first + owner) % slots.Length].Skb!;
            var whole = ace.TellsOfEachDescriptor && first == ace.Ring.Consumer ? owner + 1 : skb.NrFrags + 1;
            var count = Math.Min(Math.Max(owner + 1, whole), used);
            if (!claim(ace, first, count, skb))
            {
                return false;
            }

            first = (first + count) % slots.Length;
            used -= count;
        }

        return true;
    }

    /// <summary>The beginning of the oldest packet was reclaimed, and the rest was not.</summary>
    private static bool BeginsInside(AceNicDriver ace)
    {
        for (var i = 0; i < ace.Slots.Length; i++)
        {
            var slot = ace.Slots[(ace.Ring.Consumer + i) % ace.Slots.Length];
            if (slot.MapLen == 0 || slot.Skb is not null)
            {
                return slot.Skb is { } skb && i < skb.NrFrags;
            }
        }

        return false;
    }

    private static int Used(AceNicDriver ace)
    {
        var used = 0;
        foreach (var slot in ace.Slots)
        {
            used += slot.MapLen > 0 ? 1 : 0;
        }

        return used;
    }

    private static int FirstUnlike(AceNicDriver ace)
    {
        for (var slot = 0; slot < ace.Lives.Length; slot++)
        {
            if (ace.Lives[slot] != Abstraction(ace, slot))
            {
                return slot;
            }
        }

        return -1;
    }

    /// <summary>What memory says of a slot: its own book, the driver's indices, and the index that the card wrote.</summary>
    private static AceTxDescMachine.State Abstraction(AceNicDriver ace, int slot)
    {
        if (ace.Slots[slot].MapLen == 0)
        {
            return AceTxDescMachine.State.Free;
        }

        var (entries, producer, consumer, _) = ace.Ring;
        var at = Distance(consumer, slot, entries);
        return at >= Distance(consumer, producer, entries) ? AceTxDescMachine.State.Filled
            : at >= Distance(consumer, ace.Csm, entries) ? AceTxDescMachine.State.Posted
            : AceTxDescMachine.State.Done;
    }

    private static int Distance(int from, int to, int entries) => to >= from ? to - from : to - from + entries;

    private static string Describe(Step step, AceNicDriver ace)
    {
        var lines = new List<string>();
        for (var slot = ace.Ring.Consumer; slot != ace.Ring.Producer; slot = (slot + 1) % ace.Slots.Length)
        {
            var descriptor = ace.Descriptor(slot);
            lines.Add($"slot {slot}: {descriptor.Size} bytes from {step.World.Memory.Spell(descriptor.Address, descriptor.Size)}, {descriptor.Flags}, {(ace.Slots[slot].Skb is null ? "no skb" : "owns the skb")}");
        }

        return string.Join("; ", lines);
    }
}
