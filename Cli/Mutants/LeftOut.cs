namespace ZeroCopy.Cli.Mutants;

/// <summary>Recorded bugs of the museum that are no mutants, each with the reason.</summary>
internal static class LeftOut
{
    public static readonly IReadOnlyList<(string Id, string Reason)> All =
    [
        ("S9", "fields of TCP segmentation offload, which 2.4.4 does not have"),
        ("S12", "skb_to_sgvec, which 2.4.4 does not have"),
        ("S13", "SACK merges segments: selective acknowledgement is not modelled"),
        ("S23", "zone flags of the cache of struct sk_buff: the struct lies in no page here"),
        ("C6", "the receive ring is not modelled"),
        ("C9", "IP fragments that are fragmented again: forwarding does not fragment"),
        ("C10", "csum_start of later kernels: 2.4.4 keeps a pointer"),
        ("C11", "csum_start of 16 bits, of later kernels"),
        ("D12", "mappings across 4 GB: a hardware fault of one chip of another driver"),
        ("D18", "the receive ring of another driver"),
        ("F5", "huge pages, which 2.4.4 does not have"),
        ("F7", "userfaultfd and shmem, which 2.4.4 does not have"),
        ("F8", "the semaphore of vfork lies on a kernel stack: stacks are not modelled"),
        ("F10", "a hazard, with its outcome for each kernel: tests/regressions/cow"),
        ("F11", "pipes are not modelled"),
        ("F12", "an unlock that comes twice: locks of the fault handler are not modelled as objects"),
        ("K7", "a hazard, with its outcome for each kernel: pinned-page-is-not-unmapped and pin-holds-the-frame-not-the-mapping in tests/regressions"),
        ("K8", "a hazard, with its outcome for each kernel: tests/regressions/cow"),
    ];
}
