using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Pages;

/// <summary>The life of one streaming mapping. kernel: pci_map_single() to pci_unmap_single(), PCI_DMA_TODEVICE, Documentation/DMA-mapping.txt.</summary>
/// <remarks>
/// Its state is not stored beside it: what the books of <see cref="Dma"/> list is mapped, and everything else is not. <see cref="Dma"/> fires each map, unmap and access of the device from there.
/// Ring memory (pci_alloc_consistent) has no such life: it is mapped for as long as the driver lives.
/// </remarks>
public static class MappingMachine
{
    public enum State
    {
        /// <summary>The device may not look there. kernel: before pci_map_single(), after pci_unmap_single().</summary>
        Unmapped,

        /// <summary>The buffer is the device's, to read.</summary>
        Mapped,
    }

    public enum Event
    {
        Map,

        /// <summary>There is no room for a mapping. kernel: none in 2.4.4; dma_mapping_error() later.</summary>
        Fail,
        DeviceRead,
        DeviceWrite,
        Unmap,
    }

    /// <summary>What the guards ask of the mapping and the call.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>The access lies inside it, to the last byte.</summary>
        Inside = 1,

        /// <summary>The call has the address and the length that it was made with.</summary>
        AsMapped = 2,
    }

    /// <summary>The compiled table that every mapping uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, DmaRules.MappingLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var inside = Tuple.Create<Func<bool>, string>(() => holds(Guard.Inside), DmaRules.ReadsMappedOnly.ToString());
        var asMapped = Tuple.Create<Func<bool>, string>(() => holds(Guard.AsMapped), DmaRules.UnmappedAsMapped.ToString());
        var unseen = Tuple.Create<Func<bool>, string>(() => false, DmaRules.ReadsMappedOnly.ToString());
        var unmapped = Tuple.Create<Func<bool>, string>(() => false, DmaRules.UnmappedAsMapped.ToString());

        machine.Configure(State.Unmapped)
            .Permit(Event.Map,                 State.Mapped)
            .PermitReentry(Event.Fail)
            .PermitReentryIf(Event.DeviceRead, unseen)
            .PermitReentryIf(Event.DeviceWrite, unseen)
            .PermitReentryIf(Event.Unmap,      unmapped);

        // To the device only: it reads.
        machine.Configure(State.Mapped)
            .PermitReentryIf(Event.DeviceRead, inside)
            .PermitReentryIf(Event.DeviceWrite, unseen)
            .PermitIf(Event.Unmap,             State.Unmapped, asMapped);
    }
}
