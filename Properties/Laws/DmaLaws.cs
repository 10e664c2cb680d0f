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
        (_, device) => $"{PacketMappings(device)} mappings of packet data, and {SlotsInUse(device)} slots in use");

    public static readonly Law IdleAgainOccurs = Law.Sometimes(DmaRules.NoneLeft,
        (in Step _, NetDevice device) => device.Descriptors > 0 && SlotsInUse(device) == 0);

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

    private static string Spell(Step step, DmaMapping mapping) =>
        $"a mapping of {mapping.Length} bytes covers {step.World.Memory.Spell(mapping.Address, mapping.Length)}";

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
