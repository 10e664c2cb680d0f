using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Drivers.Unconverted;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over DMA mappings.</summary>
/// <remarks>Verified: every live mapping against the buffers that are there. Unmaps (DMA-002) and device accesses (DMA-003) are checked where they happen, by the books of the DMA interface. Not verified: cache coherence.</remarks>
public static class DmaLaws
{
    public static readonly Law MappingsLieInside = Law.Always(DmaRules.InsideOneBuffer,
        (in Step step, NetDevice device) => Outside(step, device) < 0,
        (step, device) => $"{Spell(step, device.Dma.Mappings[Outside(step, device)])}, and the buffer ends before that", Scope.Mappings);

    public static readonly Law MappingOccurs = Law.Sometimes(DmaRules.InsideOneBuffer,
        (in Step _, NetDevice device) => PacketMappings(device) > 1, Scope.Mappings);

    public static readonly Law MappingsAreReachable = Law.Always(DmaRules.WithinReach,
        (in Step _, NetDevice device) => Unreachable(device) < 0,
        (step, device) => $"{Spell(step, device.Dma.Mappings[Unreachable(device)])}, beyond the {device.AddressBits} bits of the device's bus addresses", Scope.Mappings);

    public static readonly Law NarrowDeviceMapsOccurs = Law.Sometimes(DmaRules.WithinReach,
        (in Step _, NetDevice device) => device.AddressBits < 64 && PacketMappings(device) > 0, Scope.Mappings);

    public static readonly Law NoneLeft = Law.Always(DmaRules.NoneLeft,
        (in Step _, NetDevice device) => !device.IsAtRest || PacketMappings(device) <= SlotsInUse(device),
        (_, device) => $"{PacketMappings(device)} mappings of packet data, and {SlotsInUse(device)} slots in use", of: DeviceTraits.AtRest);

    public static readonly Law IdleAgainOccurs = Law.Sometimes(DmaRules.NoneLeft,
        (in Step _, NetDevice device) => device.IsAtRest && device.Descriptors > 0 && SlotsInUse(device) == 0, of: DeviceTraits.AtRest);

    public static readonly Law RefusedDropsPacket = Law.Always(DmaRules.RefusedMapDropsPacket,
        (in Step step) => !AllAtRest(step.World) || Refused(step.World) == step.History.NotMapped,
        (step, _) => $"{Refused(step.World)} mapping(s) were refused so far, and {step.History.NotMapped} packet(s) dropped for it");

    public static readonly Law RefusedOccurs = Law.Sometimes(DmaRules.RefusedMapDropsPacket,
        (in Step step) => Refused(step.World) > 0);

    private static int Refused(World world)
    {
        var count = 0;
        for (var i = 0; i < world.Devices.Count; i++)
        {
            count += world.Devices[i].Dma.Failed;
        }

        return count;
    }

    private static bool AllAtRest(World world)
    {
        for (var i = 0; i < world.Devices.Count; i++)
        {
            if (!world.Devices[i].IsAtRest)
            {
                return false;
            }
        }

        return true;
    }

    public static readonly Law MappedAsBooked = Law.Always(DmaRules.MappingLife,
        (in Step _, NetDevice device) => !device.IsAtRest || SumOfMappings(device) == SumOfSlots(device),
        (step, device) => $"{Mapped(step, device)}; the slots of {device.Driver} ({device.Id}) name others", of: DeviceTraits.AtRest);

    public static readonly Law BookedMappingOccurs = Law.Sometimes(DmaRules.MappingLife,
        (in Step _, NetDevice device) => device.IsAtRest && PacketMappings(device) > 1, of: DeviceTraits.AtRest);

    private static string Spell(Step step, DmaMapping mapping) =>
        $"a mapping of {mapping.Length} bytes covers {step.World.Memory.Spell(mapping.Address, mapping.Length)}";

    private static string Mapped(Step step, NetDevice device)
    {
        var lines = new List<string>();
        foreach (var mapping in device.Dma.Mappings)
        {
            if (!mapping.Consistent)
            {
                lines.Add(Spell(step, mapping));
            }
        }

        return lines.Count == 0 ? "nothing is mapped" : string.Join("; ", lines);
    }

    private static int Outside(in Step step, NetDevice device)
    {
        var mappings = device.Dma.Mappings;
        for (var i = 0; i < mappings.Count; i++)
        {
            var mapping = mappings[i];
            if (!step.World.Memory.TryAt(mapping.Address, out _, out var buffer, out var length)
                || mapping.Address + (ulong)mapping.Length > buffer + (ulong)length)
            {
                return i;
            }
        }

        return -1;
    }

    private static int Unreachable(NetDevice device)
    {
        var mappings = device.Dma.Mappings;
        for (var i = 0; i < mappings.Count; i++)
        {
            if (device.AddressBits < 64 && (mappings[i].Address + (ulong)mappings[i].Length - 1) >> device.AddressBits != 0)
            {
                return i;
            }
        }

        return -1;
    }

    private static ulong SumOfMappings(NetDevice device)
    {
        var sum = 0UL;
        for (var i = 0; i < device.Dma.Mappings.Count; i++)
        {
            sum = device.Dma.Mappings[i] is { Consistent: false } mapping ? Add(sum, mapping.Address, mapping.Length) : sum;
        }

        return sum;
    }

    private static ulong SumOfSlots(NetDevice device) => device switch
    {
        AceNicDriver ace => SumOf(ace),
        HmeDriver hme => SumOf(hme),
        UnconvertedDriver unconverted => SumOf(unconverted),
        _ => 0,
    };

    private static ulong SumOf(AceNicDriver ace)
    {
        var sum = 0UL;
        foreach (ref readonly var slot in ace.Slots)
        {
            sum = slot.MapLen > 0 ? Add(sum, slot.Mapping, slot.MapLen) : sum;
        }

        return sum;
    }

    private static ulong SumOf(HmeDriver hme)
    {
        var sum = 0UL;
        for (var slot = hme.Ring.Consumer; slot != hme.Ring.Producer; slot = (slot + 1) % hme.TxSkbs.Length)
        {
            var descriptor = hme.Descriptor(slot);
            sum = Add(sum, descriptor.Address, descriptor.Size);
        }

        return sum;
    }

    private static ulong SumOf(UnconvertedDriver unconverted)
    {
        var sum = 0UL;
        foreach (ref readonly var slot in unconverted.TxSkbuff)
        {
            sum = slot.Skb is { } skb ? Add(sum, slot.Mapping, skb.Len) : sum;
        }

        return sum;
    }

    /// <summary>Mappings are compared as a set, whatever their order: by the sum of a number for each that two different ones do not share.</summary>
    private static ulong Add(ulong sum, ulong address, int length)
    {
        unchecked
        {
            var mixed = (address ^ ((ulong)length << 40)) * 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 29)) * 0xBF58476D1CE4E5B9;
            return sum + (mixed ^ (mixed >> 32));
        }
    }

    private static int SlotsInUse(NetDevice device) =>
        device.Ring.Entries == 0 ? 0 : (device.Ring.Producer - device.Ring.Consumer + device.Ring.Entries) % device.Ring.Entries;

    internal static int PacketMappings(NetDevice device)
    {
        var count = 0;
        for (var i = 0; i < device.Dma.Mappings.Count; i++)
        {
            count += device.Dma.Mappings[i].Consistent ? 0 : 1;
        }

        return count;
    }
}
