namespace ZeroCopy.Specs;

/// <summary>What fork, exec, exit and copy-on-write must obey.</summary>
public static class CowRules
{
    public static readonly Rule ReadsAsEager = new("COW-001",
        "Each process reads what it would read had fork copied the whole address space at once: of what another writes to private memory nothing shows, in whatever order they run.",
        Because: "Sharing is a way to save copies. A program that notices it reads somebody else's data.",
        Source: "POSIX.1-2001 fork(); linux 2.4.4 mm/memory.c, copy_page_range(), do_wp_page()", Basis.Contract);

    public static readonly Rule SharedIsProtected = new("COW-002",
        "The zero page, and a page of private memory that another entry or another process's page of swap space refers to too, are writable through no entry: fork protects the parent's as well as the child's.",
        Because: "A store without a fault goes to the page of both.",
        Source: "linux 2.4.4 mm/memory.c, copy_page_range(): ptep_set_wrprotect(src_pte), pte_wrprotect(pte)", Basis.Source);

    public static readonly Rule CopiedByRow = new("COW-003",
        "fork copies an entry by its row: nothing for none; the same page of swap space; the zero page without a reference; the same page for any other, clean in a shared area, and not accessed yet.",
        Because: "A row too few loses a page; a reference too many keeps it for ever; a page that counts as the child's write is written to its file twice.",
        Source: "linux 2.4.4 mm/memory.c, copy_page_range()", Basis.Source);

    public static readonly Rule ReusedByTheLast = new("COW-004",
        "A write fault takes the page where it lies only if nobody else can reach it: no other entry, no page of swap space that others name, no pin; from linux 5.19 on a page that knows that it is one process's alone may be pinned.",
        Because: "A count of mappings is not enough: a child pins the page, unmaps it, and reads from the pin what its parent writes later (CVE-2020-29374).",
        Source: "linux 2.4.4 mm/memory.c, do_wp_page(): page_count(); mm/swapfile.c, exclusive_swap_page()", Basis.Source);

    public static readonly Rule CopiedWhileHeld = new("COW-005",
        "A write fault copies a page exactly while somebody else holds it, or while the lock of a page in the swap cache cannot be had; the last holder writes in place, and from linux 5.19 on so does a process whose alone the page is.",
        Because: "A copy that is not needed costs a page for each write after fork; one that is missing costs data.",
        Source: "linux 2.4.4 mm/memory.c, do_wp_page(): the cases of page_count(), TryLockPage()", Basis.Source);

    public static readonly Rule ZeroIsNobodys = new("COW-006",
        "The first write to a page that was only read so far clears a fresh page, and neither copies nor takes the zero page.",
        Because: "Whoever reads untouched memory, in any process, reads what was written there.",
        Source: "linux 2.4.4 mm/memory.c, do_wp_page(): PageReserved(); break_cow(): ZERO_PAGE", Basis.Source);

    public static readonly Rule FailedForkIsUndone = new("COW-007",
        "A fork that fails gives back every reference, every page of swap space and every table that it took, and leaves no child.",
        Because: "Each failed fork would keep a part of its parent's memory for ever.",
        Source: "linux 2.4.4 kernel/fork.c, copy_mm(): free_pt: mmput(mm); dup_mmap()", Basis.Source);

    public static readonly Rule ForcedWriteStaysProtected = new("COW-008",
        "A forced write leaves the entry of an area that may not be written protected, and fork protects what may ever be written: VM_MAYWRITE decides, not VM_WRITE.",
        Because: "An entry that stays writable lets the program write where it may not; and a fork in between shares a page that both can write.",
        Source: "linux 2.4.4 mm/memory.c, copy_page_range(): VM_MAYWRITE; break_cow(), which makes the entry writable whatever the area says; maybe_mkwrite() of 2.6.4", Basis.Intended);

    public static readonly Rule ForcedWriteIsPrivate = new("COW-009",
        "A forced write to private memory ends on a page of the process's own, never on the file's or the zero page, whatever happens between its faults; a shared area that may not be written refuses it, where 2.4.4 did not look.",
        Because: "Who may only read a file writes it (CVE-2016-5195).",
        Source: "linux 4.9 mm/gup.c, follow_page_pte(), FOLL_COW; linux 2.4.4 kernel/ptrace.c, access_process_vm(), during which madvise waits", Basis.Later);

    public static readonly Rule VforkSleeps = new("COW-010",
        "A parent that called vfork runs again when the child has let its memory go, by a successful exec or by exit, and not before.",
        Because: "Both run on one stack.",
        Source: "linux 2.4.4 kernel/fork.c, do_fork(): CLONE_VFORK, down(&sem); mm_release()", Basis.Source);

    public static readonly Rule ExecBreaksSharing = new("COW-011",
        "A successful exec leaves the process without any page of before, and nobody else's memory changed; a failed one changes nothing.",
        Because: "What the old program had is not the new one's to read; and a shell goes on after a command that it did not find.",
        Source: "linux 2.4.4 fs/exec.c, exec_mmap(), flush_old_exec()", Basis.Source);

    public static readonly Rule PinnedIsCopied = new("COW-012",
        "From linux 5.11 on, fork copies a page for the child at once where a device has it pinned, and the parent keeps the frame and may go on writing; under 2.4.4 it shares it like any other.",
        Because: "Otherwise the first write after the fork moves the parent off the frame that the device writes to.",
        Source: "linux 5.11 mm/memory.c, copy_present_page() (70e806e4e645, 57efa1fe5957); linux 2.4.4 mm/memory.c, copy_page_range(), which does not look", Basis.Later);

    public static readonly Rule FaultingWriterLeaves = new("COW-013",
        "Under 2.4.4, whoever takes a write fault on a page that is pinned too leaves the frame: the pin is shared only with those who have not written since, and in the end perhaps with nobody.",
        Because: "A hazard to know: what a device writes after a fork, the process that asked for it may never see.",
        Source: "linux 2.4.4 mm/memory.c, copy_page_range(), do_wp_page(); lkml 2009-04-14, O_DIRECT and fork", Basis.Source);

    public static readonly Rule CopiesAreBounded = new("COW-014",
        "A page that fork shared among so many address spaces is copied at most so often, less one, until it is shared again; one that all others have let go before, by exec or exit, not at all. Faults that stand half-way at the same time each copy: what they decided under the lock stands when they have given it up.",
        Because: "It is what child first was for: a child that execs before its parent runs costs a copy for each page that it wrote itself, and no more.",
        Source: "linux 2.4.4 kernel/fork.c, do_fork(): p->counter, current->need_resched; mm/memory.c, do_wp_page()", Basis.Source);

    public static readonly Rule EntryLife = new("COW-015",
        "The state of a page-table entry follows from entry, page and area, and what happens to it is legal in that state.",
        Because: "An entry that two parts of the kernel read in two ways is followed by one and freed by the other.",
        Source: "linux 2.4.4 mm/memory.c, handle_pte_fault(), copy_page_range(), zap_pte_range()", Basis.Source);

    public static readonly Rule ProcessLife = new("COW-016",
        "A process's state follows from whether it waits for a child, stands in a page fault, and has ended, and what it does is legal in that state.",
        Because: "What has ended has no memory to touch.",
        Source: "linux 2.4.4 include/linux/sched.h, task_struct->state; kernel/fork.c, kernel/exit.c", Basis.Source);

    public static readonly Rule OwnPinKeepsPage = new("COW-017",
        "A process whose own pin is the only other holder of its page copies it at the next write fault under 2.4.4, which counts references; from linux 5.19 on, where a page knows whose alone it is, it writes in place.",
        Because: "A hazard to know: by the count alone, a change of protection parts a process from what it has pinned for reading.",
        Source: "linux 2.4.4 mm/memory.c, do_wp_page(): page_count(); linux 5.19 include/linux/page-flags.h, PG_anon_exclusive (6c287605fd56)", Basis.Source);

    public static readonly Rule EntryIsRechecked = new("COW-018",
        "A fault that gave up the lock of the page table looks whether the entry is still the same: where it is not it changes nothing, and the access begins anew.",
        Because: "The page that it has may be another by now: what was written to the one in the entry would be lost.",
        Source: "linux 2.4.4 mm/memory.c, do_wp_page(): pte_same(*page_table, pte); do_anonymous_page(), do_no_page(): pte_none(*page_table)", Basis.Source);

    public static readonly Rule NothingStale = new("COW-019",
        "No CPU remembers of a page more than its page table allows: fork, copy-on-write, change of protection, swap-out, unmapping and msync flush every CPU that has the address space.",
        Because: "A store by a thread on another CPU would go, without a fault, to a page that is the child's by now.",
        Source: "linux 2.4.4 kernel/fork.c, dup_mmap(): flush_tlb_mm(); mm/memory.c, establish_pte(): flush_tlb_page(); mm/mprotect.c, change_protection()", Basis.Source);

    public static readonly Rule ChildHasTheSlice = new("COW-020",
        "After fork the child has what was left of its parent's slice, and the parent nothing until all have used theirs: the child runs first, unless nothing was left. What a child had left when it ended is lost here; release_task() gives it back with wait4(), which is not modelled.",
        Because: "It is a hint, for one release (2.4.3 and 2.4.5 halve the slice). What is right must not depend on it, and what it saves depends on who runs first indeed.",
        Source: "linux 2.4.4 kernel/fork.c, do_fork(): p->counter = current->counter; current->counter = 0; kernel/sched.c, schedule(), goodness()", Basis.Source);

    public static readonly Rule FastPinWaits = new("COW-021",
        "A device's pin that is taken without the lock while fork goes through the pages waits until it is over: between fork's look at a page's pins and its protection no pin comes in.",
        Because: "A page that fork took for unpinned is shared, and what the device writes the child sees.",
        Source: "linux 5.11 mm/gup.c, internal_get_user_pages_fast(): mm->write_protect_seq (57efa1fe5957); in 2.4.4 every pin waits for mmap_sem", Basis.Later);

    public static readonly Rule SwapEntryIsRechecked = new("COW-022",
        "A fault that waited for a page of swap space enters it only where the entry names the same page of swap space still.",
        Because: "Between the two another thread may have it back, written, and out again elsewhere: 2.4.4 asks only whether a page is there, enters the old one, and what was written is lost.",
        Source: "linux 2.4.4 mm/memory.c, do_swap_page(): pte_present(*page_table) (a defect); do_swap_page() from 2.4.8 on (H. Dickins, linux-kernel, 2001-08-29): pte_same(*page_table, orig_pte)", Basis.Intended);

    public static readonly Rule TruncatedIsNotEntered = new("COW-023",
        "A fault enters no page that a truncation took from its file since the fault looked for it.",
        Because: "The truncation went through the page tables before the page was in one: the process keeps a page that is no file's any more, and what it stores there is lost. 2.4.4 looks at the entry alone.",
        Source: "linux 2.4.4 mm/memory.c, do_no_page(), vmtruncate() (a defect); linux 2.6 do_no_page(): mapping->truncate_count, which begins anew after any truncation of the file", Basis.Intended);
}
