using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Laws;

/// <summary>A law without which every recorded bug is still seen.</summary>
/// <param name="Law">As in <c>SKB-001/GeometryHolds</c>.</param>
/// <param name="Instead">Laws, guards and BUG checks of which at least one turns red, at the same step or later, for each recorded bug that breaks it; empty where none breaks it first.</param>
/// <param name="Because">Why they see the same.</param>
public sealed record NotShownNeeded(string Law, IReadOnlyList<string> Instead, string Because)
{
    /// <summary>Every one of them, in the order of the catalogue.</summary>
    public static IReadOnlyList<NotShownNeeded> All { get; } =
    [
        new("ACE-001/OneSlotStaysEmpty", ["ACE-010/SlotStateIsAbstraction"], "a ring that is full to its last slot reads as empty, so its descriptors are not what memory says"),
        new("ACE-002/EndStandsOnLast", [], "none breaks it first: the guard of the descriptor looks at END when the producer is stored"),
        new("ACE-003/SumFlagStandsOnEach", ["EQV-002/FramesAreEqual"], "the chip makes no sum, or a wrong one, and the frame shows it"),
        new("ACE-004/LastSlotOwns", [], "none breaks it first: the guard of the descriptor looks who owns when the producer is stored"),
        new("ACE-005/WaitsForReclaim", ["NET-011/guard"], "a driver that waits for more than it stops for is woken where the largest packet does not fit"),
        new("COW-001/ReadsAsEager", ["COW-015/EntryStateIsAbstraction", "PIN-016/LoadAgrees", "PIN-016/MemoryAgrees", "PIN-017/PinNamesBytes"], "wrong bytes come from a wrong entry, or are loaded or pinned a step later"),
        new("COW-002/SharedIsProtected", ["COW-001/ReadsAsEager", "COW-003/CopiedByRow", "COW-013/FaultingWriterLeaves", "PIN-016/MemoryAgrees"], "a page that two can write comes from a row of fork, or from a writer who stayed, or shows what the other wrote"),
        new("COW-004/ReusedByTheLast", [], "none breaks it first: the guard of the entry asks whether the page is alone"),
        new("COW-006/ZeroIsNobodys", [], "none breaks it first: the guard of the entry allows no writable zero page"),
        new("COW-007/FailedForkIsUndone", ["PIN-002/NoReferenceIsLost"], "what a failed fork keeps is a reference that nobody holds"),
        new("COW-008/ForcedWriteStaysProtected", ["COW-015/EntryStateIsAbstraction"], "an entry that is writable beyond its area is in no state of its machine"),
        new("COW-009/ForcedWriteIsPrivate", ["PIN-004/CacheHoldsFile"], "bytes that went to the cache's page are not the file's"),
        new("COW-010/VforkSleeps", ["COW-010/guard"], "a parent that nobody wakes is met by the guard of the next operation"),
        new("COW-011/ExecBreaksSharing", ["PIN-016/MemoryAgrees"], "a new program that has pages of before reads other bytes"),
        new("COW-012/PinnedIsCopied", ["COW-015/EntryStateIsAbstraction"], "a pinned page that is shared has an entry in the wrong state"),
        new("COW-013/FaultingWriterLeaves", ["COW-002/SharedIsProtected"], "who stays has a writable entry of a page that others map"),
        new("COW-014/CopiesAreBounded", ["COW-005/CopiedWhileHeld"], "a copy too many is a copy that nobody needed"),
        new("COW-015/EntryStateIsAbstraction", ["COW-008/ForcedWriteStaysProtected", "COW-001/ReadsAsEager", "COW-002/SharedIsProtected", "COW-012/PinnedIsCopied", "COW-015/guard"], "each wrong state is also a wrong protection, a wrong byte, or a move that the guard forbids"),
        new("COW-016/ProcessesAreKnown", ["model/failed"], "the search runs into a process that only one path has, and the model itself fails there"),
        new("COW-017/OwnPinKeepsPage", ["PIN-017/PinNamesBytes", "PIN-026/PinHoldsFrame"], "the pin then names a page that the process has not, and the copy is taken as if nobody had it pinned"),
        new("COW-018/EntryIsRechecked", [], "none breaks it first: the guard of the entry knows no copy for an entry that is gone"),
        new("COW-018/ChangedEntryStays", ["PIN-002/NoReferenceIsLost", "PIN-010/PageStateIsAbstraction", "PIN-016/MemoryAgrees"], "what was in the entry keeps a reference, and what was written there is lost; most of it the machine of entries refuses before"),
        new("COW-019/NothingStale", ["COW-001/ReadsAsEager", "PIN-016/MemoryAgrees"], "sooner or later a CPU reads or writes by what it remembers, and a byte is wrong"),
        new("COW-021/FastPinWaits", ["COW-001/ReadsAsEager"], "the child reads what the device wrote"),
        new("COW-022/ChangedSwapEntryStays", ["PIN-016/MemoryAgrees", "PIN-023/SwapCountsAddUp"], "the page of before has other bytes, and one of the two pages of swap space a reference too many or too few"),
        new("COW-023/TruncatedIsNotEntered", ["COW-001/ReadsAsEager", "PIN-016/MemoryAgrees"], "a page that its file has no more has other bytes than the file"),
        new("DMA-004/MappingsAreReachable", ["DMA-010/MappedAsBooked"], "the address that the card is given is cut, and names another mapping"),
        new("DMA-005/NoneLeft", ["DMA-010/MappedAsBooked", "ACE-001/OneSlotStaysEmpty"], "a mapping that is left is one that no slot names"),
        new("DMA-010/MappedAsBooked", ["DMA-005/NoneLeft", "DMA-002/guard", "DMA-001/MappingsLieInside", "DMA-003/guard", "DMA-004/MappingsAreReachable", "DMA-006/RefusedDropsPacket"], "each wrong book is a mapping that is left, lies outside, or is undone wrongly"),
        new("EQV-003/OriginsAreExact", ["EQV-002/FramesAreEqual"], "random bytes differ: another origin is another value"),
        new("EQV-010/BytesAreWithinReading", ["EQV-002/FramesAreEqual"], "in random runs the byte of another time is another value"),
        new("HME-001/FirstSlotOwns", ["HME-002/FramedOnce"], "the slots are off by one, and so is SOP"),
        new("HME-004/OneSlotStaysEmpty", ["DMA-005/NoneLeft", "NET-010/BusyKeepsNothing"], "what a full ring loses are mappings, or a packet that is queued and held"),
        new("HME-005/NoneIsTheChips", ["NET-060/NothingIsStuck"], "a chip that sleeps on a packet leaves a packet that never goes"),
        new("HME-006/OwnLiesInside", ["HME-010/DescriptorStateIsAbstraction"], "a descriptor that is the chip's outside of the ring is in the wrong state"),
        new("HME-010/DescriptorStateIsAbstraction", ["HME-006/OwnLiesInside", "HME-001/FirstSlotOwns"], "OWN is where it must not be, or the slots are off by one"),
        new("NET-004/HighPagesAreCopied", ["NET-003/LinearizedIffNeeded"], "the decision to linearise is judged with its reasons, and this is one of them"),
        new("NET-004/HighPagesStayAway", ["NET-003/LinearizedIffNeeded"], "the decision to linearise is judged with its reasons, and this is one of them"),
        new("NET-006/PlanHasNoGap", ["NET-023/CnCountsAsSent"], "a gap in the plan comes from a segment that counts as unsent"),
        new("NET-008/IdIsZero", ["EQV-002/FramesAreEqual"], "the copying path writes id 0, and every byte is compared"),
        new("NET-010/BusyKeepsNothing", ["HME-004/OneSlotStaysEmpty", "SKB-014/StateIsAbstraction"], "an skb in two places is in no state of its machine, or the ring has no empty slot"),
        new("NET-011/AwakeIsNotBusy", [], "none breaks it first: the guard of the queue knows no busy driver that is awake"),
        new("NET-011/AwakeTakesLargest", ["NET-011/AwakeTakesLargestAtXmit"], "the next packet is handed over to a ring that is too narrow"),
        new("NET-011/AwakeTakesLargestAtXmit", [], "none breaks it first: the ring was too narrow already before the packet came"),
        new("NET-012/StoppedHasInFlight", ["NET-014/QueueStateIsAbstraction"], "a ring with nothing in flight is empty, and a queue that is stopped over an empty ring has room"),
        new("NET-022/BandIsNotFuller", [], "none breaks it first: a band is filled by one packet at a time, and each is judged as it comes"),
        new("NET-023/CnCountsAsSent", ["NET-006/PlanHasNoGap"], "the segment goes again as new, and the plan has a gap"),
        new("NET-027/FragmentsMakeTheDatagram", ["NET-009/ReceiverTakesAll"], "the receiver puts together another datagram"),
        new("NET-029/SendHeadFollowsSndNxt", ["NET-006/PlanHasNoGap", "SKB-016/guard"], "a segment goes from the wrong place of the queue: the plan has a gap, or its head is written while a clone has it"),
        new("NET-030/ListStaysAway", ["NET-030/ListLinearizedIffNeeded"], "what the driver holds was decided a moment ago"),
        new("NET-031/ForwardedAsksNoSum", ["SUM-003/SeedIsPseudoHeader"], "what was received asks for a sum without a seed"),
        new("NET-037/AcknowledgedLeaves", ["NET-006/guard"], "what stays goes again when the copying path has let go of it"),
        new("NET-050/NumberIsCount", ["NET-051/EachCallStandsOnce"], "a call is told by another number"),
        new("NET-051/ReadRangeIsUntold", [], "none breaks it first: what is told wrongly stood wrongly in the queue"),
        new("NET-054/OneCallAnSkb", ["PIN-050/ToldOnlyUnread"], "the earlier of two calls in an skb is told while its bytes are there"),
        new("NET-055/UserPagesByReference", ["NET-002/OtherDataIsCopiedAndSummedOnce"], "a call that does not go by reference where it can is one that copies, and is counted so"),
        new("NET-060/NothingIsStuck", ["NET-012/StoppedHasInFlight", "HME-005/NoneIsTheChips"], "who is stuck is stopped with nothing in flight, or sleeps on a packet"),
        new("PIN-001/PagesAreHeld", ["COW-002/SharedIsProtected", "SKB-012/BytesAgree", "DMA-001/MappingsLieInside", "PIN-010/PageStateIsAbstraction", "PIN-010/guard"], "a page with too few references is given away: its mapping, its state or its bytes are wrong"),
        new("PIN-004/CacheHoldsFile", ["EQV-002/FramesAreEqual", "EQV-003/OriginsAreExact", "EQV-010/BytesAreWithinReading", "COW-009/ForcedWriteIsPrivate", "PIN-042/TruncationDropsPages"], "the page goes out, or is a page that had to leave"),
        new("PIN-015/PinnedForWritingIsOwn", ["COW-001/ReadsAsEager", "PIN-016/MemoryAgrees"], "a relative, or who reads the zero page, reads what the device writes"),
        new("PIN-016/MemoryAgrees", ["COW-011/ExecBreaksSharing", "COW-018/ChangedEntryStays", "COW-022/ChangedSwapEntryStays", "PIN-017/PinNamesBytes"], "exec says that its pages are gone, a fault that it left the entry alone, and a pin that is there names the same bytes"),
        new("PIN-017/PinNamesBytes", ["COW-017/OwnPinKeepsPage", "model/failed"], "a pin that names other bytes lies outside of its page, or has parted from the process"),
        new("PIN-024/CountNeverWraps", ["PIN-001/PagesAreHeld"], "a count that has wrapped is less than its holders"),
        new("PIN-025/ReservedIsNotCounted", ["PIN-002/NoReferenceIsLost"], "a count that nobody holds is judged for each page, reserved or not"),
        new("PIN-040/ReclaimLeavesDirty", ["PIN-004/CacheHoldsFile"], "the page is read again, and the file has lost what was written"),
        new("PIN-042/TruncationDropsPages", ["PIN-004/CacheHoldsFile"], "a page behind the end does not hold what the file has there: nothing"),
        new("PIN-043/HeldPageIsRead", ["EQV-002/FramesAreEqual"], "a packet that holds the page of before goes out with other bytes than the file has"),
        new("PIN-051/CarriersAreCounted", ["NET-051/EachCallStandsOnce", "PIN-050/ToldOnlyUnread"], "a wrong count tells too early, or never"),
        new("PIN-051/StateIsAbstraction", [], "none breaks it first: a notification in a wrong state is met by the guard of its next move"),
        new("SKB-001/GeometryHolds", ["SKB-002/PagedLengthIsSum", "SKB-012/BytesAgree"], "lengths that do not add up are wrong by another sum too, or lose bytes"),
        new("SKB-002/PagedLengthIsSum", ["SKB-001/GeometryHolds", "SKB-012/BytesAgree"], "lengths that do not add up are wrong by another sum too, or lose bytes"),
        new("SKB-003/HoldersAreUsers", ["SKB-003/ListHoldsItsSkbs"], "the skb is freed under its second holder, which is a list or a name"),
        new("SKB-003/ListHoldsItsSkbs", ["SKB-002/PagedLengthIsSum", "SKB-014/guard"], "an skb that is freed in a list has no length any more, and is in no state to be used or freed again"),
        new("SKB-005/DataRefCounts", ["SKB-002/PagedLengthIsSum", "SKB-012/BytesAgree", "model/failed"], "a block that is given away under an skb has other bytes and fragments; one that is freed twice makes the model itself fail"),
        new("SKB-006/SharedIsMarked", ["SKB-002/PagedLengthIsSum"], "who does not know that a block is shared writes to it"),
        new("SKB-012/BytesAgree", ["SKB-016/SharedBytesStay", "SKB-021/LinearAsSaid"], "wrong bytes in a shared block are judged twice, and most others move a boundary"),
        new("SKB-014/StateIsAbstraction", ["SKB-017/UsersAreHolders", "NET-010/BusyKeepsNothing"], "an skb in no state of its machine has a user or a queue too many"),
        new("SKB-015/NothingIsLeft", ["SKB-014/StateIsAbstraction", "SKB-015/ChargesAddUp"], "what is left at the end was charged or held before"),
        new("SKB-016/SharedBytesStay", ["SKB-012/BytesAgree"], "whoever shares the block is compared byte for byte"),
        new("SKB-017/UsersAreHolders", ["SKB-014/StateIsAbstraction", "SKB-020/UnchangedWithoutMemory"], "an skb that is lost is in no state of its machine, or is left by a call that failed"),
        new("SKB-021/LinearAsSaid", ["SKB-001/GeometryHolds", "SKB-012/BytesAgree", "SKB-013/RefusedForCause", "SUM-010/guard"], "lengths that do not add up are wrong by another sum too; a call that was said to find its bytes in the linear part is refused, or stops"),
        new("SKB-026/SharedFragsAreMarked", ["SKB-012/BytesAgree", "SKB-027/WriterLeavesPagesAlone"], "sooner or later somebody writes to the page"),
        new("SKB-027/WriterLeavesPagesAlone", [], "none breaks it first: the guard of the skb asks before each write in place"),
        new("SKB-029/LastReaderFrees", [], "none breaks it first: the BUG check of the last reader stands before it"),
        new("SUM-001/RunSumIsRfc1071", ["SKB-012/BytesAgree"], "a checksum that was stored is a byte that is compared"),
        new("SUM-003/SeedIsPseudoHeader", ["SUM-003/SeedIsPseudoHeaderAtXmit"], "the seed is judged when it is made and when the packet is handed over"),
        new("SUM-003/SeedIsPseudoHeaderAtXmit", ["SUM-003/SeedIsPseudoHeader", "SUM-004/CheckOffsetIsTcps"], "the seed is judged when it is made and when the packet is handed over; a field in another place holds none"),
        new("SUM-004/CheckOffsetIsTcps", ["SUM-003/SeedIsPseudoHeaderAtXmit"], "a field in another place holds no seed"),
        new("SUM-004/CheckOffsetIsTcpsAtXmit", ["SUM-003/SeedIsPseudoHeaderAtXmit"], "a field in another place holds no seed"),
        new("SUM-005/UdpIsNeverZero", ["EQV-002/FramesAreEqual"], "the copying path sends 0xffff, and every byte is compared"),
        new("SUM-011/CopyKeepsSum", ["SUM-016/SumIsAsSaid"], "what the copy says is judged against what operations say, whatever it is a copy of"),
        new("SUM-012/StartIsInPacket", ["SUM-016/SumIsAsSaid"], "operations say that the request is gone"),
        new("SUM-015/VouchedForCause", ["SUM-016/SumIsAsSaid"], "operations say that nobody vouched"),
        new("SUM-016/SumIsAsSaid", ["SUM-011/CopyKeepsSum", "SUM-012/StartIsInPacket", "SUM-015/VouchedForCause"], "each false word on a sum has a law of its own"),
    ];

    /// <summary>What stands here of a law; null where it is shown to be needed.</summary>
    public static NotShownNeeded? Find(Law law) => All.FirstOrDefault(each => each.Law == law.Id);

    public override string ToString() =>
        Instead.Count == 0 ? Because : $"{string.Join(", ", Instead.Select(Word))} see{(Instead.Count == 1 ? "s" : "")} the same: {Because}";

    private static string Word(string other) => other == Necessity.ModelFailed ? "the model itself, which fails," : other;
}
