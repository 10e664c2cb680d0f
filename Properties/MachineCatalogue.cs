using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Fork;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>Every machine there is: a new one is one line here. Specification, command line and the proof that table and live machine agree enumerate this list.</summary>
public static class MachineCatalogue
{
    public static IReadOnlyList<MachineDescription> All { get; } =
    [
        new("skb", "The life of one skb, from alloc_skb() to __kfree_skb(): who has it, and what may be done to it there.", SkbMachine.Table),
        new("checksum", "What is known of one packet's checksum, from the request to the sum, or from the device to the reader: skb->ip_summed.", ChecksumMachine.Table),
        new("page", "The life of one page frame, from alloc_page() to __free_page(): which cache knows it, and whether a process maps it.", PageMachine.Table),
        new("pin", "The life of user memory that is pinned for a device, from map_user_kiobuf() to unmap_kiobuf().", PinMachine.Table),
        new("pte", "The life of one page-table entry under fork and copy-on-write, from do_no_page() to zap_pte_range(): whether a store asks the kernel first.", PteMachine.Table),
        new("process", "The life of one process, from do_fork() to do_exit(): whether it waits for its vfork child, or stands in a page fault.", ProcessMachine.Table),
        new("completion", "The life of one zero-copy send's notification, from sock_zerocopy_alloc() to recvmsg(): who counts it, and what the socket is told.", CompletionMachine.Table),
        new("mapping", "The life of one streaming DMA mapping, from pci_map_single() to pci_unmap_single(): when the device may read there.", MappingMachine.Table),
        new("queue", "A device's queue, as the contract of hard_start_xmit sees it: when it hands a packet over, when it is stopped, and when it may be woken.", QueueMachine.Table),
        new("aceTxDesc", "The life of one slot of the AceNIC transmit ring, from ace_start_xmit() to ace_tx_int(): whose its descriptor is.", AceTxDescMachine.Table),
        new("hmeTxDesc", "The life of one descriptor of the HME transmit ring, from happy_meal_start_xmit() to happy_meal_tx(): whose it is.", HmeTxDescMachine.Table),
    ];

    /// <summary>The machine of this name, in either case of letters; null where there is none.</summary>
    public static MachineDescription? Find(string name) => All.FirstOrDefault(each => each.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}

/// <summary>A machine and how people call it.</summary>
/// <param name="Name">As <c>zcverify spec</c> takes it.</param>
/// <param name="Origin">Whose states these are, in one sentence with the kernel's words.</param>
/// <param name="Table">Its table and its definition.</param>
public sealed record MachineDescription(string Name, string Origin, Machine Table)
{
    private IReadOnlyList<Transition>? _transitions;

    /// <summary>What each event does in each state. Worked out when it is first asked for: every verb names the machines in its help, and few need more.</summary>
    public IReadOnlyList<Transition> Transitions => _transitions ??= [.. Transition.Of(Table)];

    /// <summary>The transitions that a rule guards. Events that a state does not know are not among them: no guard speaks of these.</summary>
    public IEnumerable<Transition> GuardedBy(Rule rule) => Transitions.Where(each => each.Rules.Contains(rule) && (each.To is not null || rule != Table.Otherwise));
}
