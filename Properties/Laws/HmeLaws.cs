using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over the HME ring, read from descriptor memory and the slots' books.</summary>
/// <remarks>Verified: every packet between tx_old and tx_new. Not verified: the order of stores within hard_start_xmit.</remarks>
public static class HmeLaws
{
    public static readonly Law OneSlotStaysEmpty = Law.Always(HmeRules.OneSlotStaysEmpty,
        (in Step _, NetDevice device) => device is not HmeDriver { IsAtRest: true } hme || Slots(hme) < hme.TxSkbs.Length,
        (_, _) => "the packets in flight take every slot: tx_new and tx_old are equal, and the ring reads as empty", of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law RingWraps = Law.Sometimes(HmeRules.OneSlotStaysEmpty,
        (in Step _, NetDevice device) => device is HmeDriver { IsAtRest: true } && device.Ring.Producer < device.Ring.Consumer, of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law FirstSlotOwns = Law.Always(HmeRules.FirstSlotOwns,
        (in Step _, NetDevice device) => device is not HmeDriver { IsAtRest: true } hme || EachDescriptor(hme, static (hme, slot, i, skb) => (hme.TxSkbs[slot] is not null) == (i == 0)),
        (step, device) => Describe(step, (HmeDriver)device), of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law PacketOccurs = Law.Sometimes(HmeRules.FirstSlotOwns,
        (in Step _, NetDevice device) => device is HmeDriver { IsAtRest: true, InFlight: > 0 }, of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law FramedOnce = Law.Always(HmeRules.Framing,
        (in Step _, NetDevice device) => device is not HmeDriver { IsAtRest: true } hme || EachDescriptor(hme, static (hme, slot, i, skb) =>
            hme.Descriptor(slot).Flags is var flags && flags.HasFlag(TxFlags.Sop) == (i == 0) && flags.HasFlag(TxFlags.Eop) == (i == skb.NrFrags)),
        (step, device) => Describe(step, (HmeDriver)device), of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law PagedPacketOccurs = Law.Sometimes(HmeRules.Framing,
        (in Step _, NetDevice device) => device is HmeDriver { IsAtRest: true } hme && !EachDescriptor(hme, static (_, _, i, _) => i == 0), of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law SumFieldsAreThePackets = Law.Always(HmeRules.SumFieldsFit,
        (in Step _, NetDevice device) => device is not HmeDriver { IsAtRest: true } hme || EachDescriptor(hme, static (hme, slot, _, skb) =>
            hme.Descriptor(slot) is var descriptor && (skb.IpSummed == ChecksumState.Hw
                ? descriptor.Flags.HasFlag(TxFlags.CsEnable) && descriptor.Start == skb.TransportHeader - skb.Data && descriptor.Location == descriptor.Start + (int)skb.Csum
                : !descriptor.Flags.HasFlag(TxFlags.CsEnable))),
        (step, device) => Describe(step, (HmeDriver)device), of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law SumRequestOccurs = Law.Sometimes(HmeRules.SumFieldsFit,
        (in Step _, NetDevice device) => device is HmeDriver { IsAtRest: true } hme && !EachDescriptor(hme, static (_, _, _, skb) => skb.IpSummed != ChecksumState.Hw), of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law OwnLiesInside = Law.Always(HmeRules.OwnInsideRing,
        (in Step _, NetDevice device) => device is not HmeDriver { IsAtRest: true } hme || Stale(hme) < 0,
        (step, device) => $"slot {Stale((HmeDriver)device)} is the chip's, and lies outside {device.Ring}", of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law GivenUpOccurs = Law.Sometimes(HmeRules.OwnInsideRing,
        (in Step _, NetDevice device) => device is HmeDriver { IsAtRest: true, Dma.Failed: > 0, InFlight: > 0 }, of: DeviceTraits.Hme | DeviceTraits.AtRest);

    public static readonly Law RingSizeIsTold = Law.Always(HmeRules.RingSizeTold,
        (in Step _, NetDevice device) => device is not HmeDriver hme || hme.RingAsTold == hme.TxSkbs.Length,
        (_, device) => device is HmeDriver hme ? $"the driver wraps at {hme.TxSkbs.Length} entries; ETX_RSIZE says {hme.RingAsTold}" : "", of: DeviceTraits.Hme);

    private static int Stale(HmeDriver hme)
    {
        var size = hme.TxSkbs.Length;
        var used = (hme.Ring.Producer - hme.Ring.Consumer + size) % size;
        for (var i = 0; i < size - used; i++)
        {
            var slot = (hme.Ring.Producer + i) % size;
            if (hme.Descriptor(slot).Flags.HasFlag(TxFlags.Own))
            {
                return slot;
            }
        }

        return -1;
    }

    public static readonly Law DescriptorStateIsAbstraction = Law.Always(HmeRules.TxDescLife,
        (in Step _, NetDevice device) => device is not HmeDriver hme || FirstUnlike(hme) < 0,
        (_, device) => device is HmeDriver hme && FirstUnlike(hme) is var slot ? $"descriptor {slot}: the machine says {hme.Lives[slot]}; memory says {hme.Descriptor(slot).Flags}; {hme.Ring}" : "", of: DeviceTraits.Hme);

    public static readonly Law BackDescriptorOccurs = Law.Sometimes(HmeRules.TxDescLife,
        (in Step _, NetDevice device) => device is HmeDriver hme && hme.Lives.Contains(HmeTxDescMachine.State.Back), of: DeviceTraits.Hme);

    private delegate bool DescriptorClaim(HmeDriver hme, int slot, int index, Skb skb);

    /// <summary>Walks the ring from tx_old: a packet takes one slot and one for each fragment of the skb in its first.</summary>
    private static bool EachDescriptor(HmeDriver hme, DescriptorClaim claim)
    {
        var size = hme.TxSkbs.Length;
        for (var slot = hme.Ring.Consumer; slot != hme.Ring.Producer;)
        {
            var skb = hme.TxSkbs[slot];
            if (skb is null)
            {
                return false;
            }

            var count = skb.NrFrags + 1;
            for (var i = 0; i < count; i++, slot = (slot + 1) % size)
            {
                if (!claim(hme, slot, i, skb) || (i < count - 1 && (slot + 1) % size == hme.Ring.Producer))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static int Slots(HmeDriver hme)
    {
        var slots = 0;
        foreach (var skb in hme.TxSkbs)
        {
            slots += skb is null ? 0 : skb.NrFrags + 1;
        }

        return slots;
    }

    /// <summary>OWN says which are the chip's; where nothing of the driver is under way, its indices say which of the others came back.</summary>
    private static int FirstUnlike(HmeDriver hme)
    {
        var (entries, producer, consumer, _) = hme.Ring;
        var used = producer >= consumer ? producer - consumer : producer - consumer + entries;
        var isAtRest = hme.IsAtRest;
        for (var i = 0; i < entries; i++)
        {
            var slot = consumer + i < entries ? consumer + i : consumer + i - entries;
            var says = hme.Lives[slot];
            if (hme.Descriptor(slot).Flags.HasFlag(TxFlags.Own) != (says == HmeTxDescMachine.State.Own)
                || (isAtRest && (i < used ? says is HmeTxDescMachine.State.Free or HmeTxDescMachine.State.Filled : says != HmeTxDescMachine.State.Free)))
            {
                return slot;
            }
        }

        return -1;
    }

    private static string Describe(Step step, HmeDriver hme)
    {
        var lines = new List<string>();
        for (var slot = hme.Ring.Consumer; slot != hme.Ring.Producer; slot = (slot + 1) % hme.TxSkbs.Length)
        {
            var descriptor = hme.Descriptor(slot);
            lines.Add($"slot {slot}: {descriptor.Size} bytes from {step.World.Memory.Spell(descriptor.Address, descriptor.Size)}, {descriptor.Flags}, sum from {descriptor.Start} to {descriptor.Location}, {(hme.TxSkbs[slot] is null ? "no skb" : "owns the skb")}");
        }

        return string.Join("; ", lines);
    }
}
