using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model;

/// <summary>Why an operation was refused. A refusal is legitimate only for the cause it names, and a law looks.</summary>
public enum Refusal
{
    None,

    /// <summary>Not enough headroom, tailroom, linear bytes or fragment slots.</summary>
    NoRoom,

    /// <summary>An allocation failed: -ENOMEM, -ENOBUFS.</summary>
    NoMemory,

    /// <summary>The send buffer is full, or there is no connection yet: -EAGAIN.</summary>
    WouldBlock,

    /// <summary>Another live skb has the bytes.</summary>
    NotOwn,

    /// <summary>The peer has reset the connection: -ECONNRESET, -EPIPE.</summary>
    Reset,

    /// <summary>Beyond the packet, the file or every area: -EFAULT, SIGBUS.</summary>
    OutOfRange,

    /// <summary>The checksum does not come out.</summary>
    BadSum,

    /// <summary>The area does not allow it: -EACCES, SIGSEGV.</summary>
    NoAccess,

    /// <summary>The arguments do not fit each other: -EINVAL.</summary>
    Invalid,

    /// <summary>One more reference, and the page's count could wrap.</summary>
    TooMany,
}

/// <summary>What one dev_queue_xmit found and did.</summary>
/// <param name="Number">The entry of the plan.</param>
/// <param name="Device">The device.</param>
/// <param name="Paged">It came with fragments.</param>
/// <param name="Listed">It came with a list of skbs.</param>
/// <param name="HighPages">One of its fragments in high memory.</param>
/// <param name="WantsSum">It came with CHECKSUM_HW.</param>
/// <param name="SumStart">Offset of h.raw in the frame.</param>
/// <param name="SumAt">Offset of the checksum field in the frame.</param>
/// <param name="SumBytes">Bytes from h.raw on.</param>
/// <param name="SumField">What the checksum field held when it came, where a sum was asked for.</param>
/// <param name="Linearized">The CPU made it linear.</param>
/// <param name="Summed">The CPU summed it.</param>
/// <param name="PageReferences">Fragments that name page-cache pages when it went on to the driver's queue.</param>
public readonly record struct XmitDecision(
    int Number, DevId Device, bool Paged, bool Listed, bool HighPages, bool WantsSum, int SumStart, int SumAt, int SumBytes, ushort SumField, bool Linearized, bool Summed, int PageReferences);

/// <summary>A packet of another host is handed on: it has no socket here, and its bytes are its own.</summary>
/// <param name="Number">It stands between the entries of the plan, and counts with them.</param>
/// <param name="Skb">The name that it had.</param>
/// <param name="Device">The device it goes to.</param>
/// <param name="Band">The band of the queueing discipline.</param>
/// <param name="Came">What the device that received it had said of its sum.</param>
public readonly record struct Forward(int Number, SkbId Skb, DevId Device, int Band, Skbs.ChecksumState Came);

/// <summary>A packet is handed to a driver, whose queue is awake.</summary>
/// <param name="Number">Its entry in the plan.</param>
/// <param name="Device">The device.</param>
/// <param name="Band">The band that it waited in.</param>
/// <param name="Ring">The ring's indices before.</param>
/// <param name="Taken">The driver has it now; it was not busy.</param>
public readonly record struct Handover(int Number, DevId Device, int Band, TxRing Ring, bool Taken);

/// <summary>What became of a packet that a tap was shown.</summary>
public enum TapFate
{
    /// <summary>Its clone waits in the tap.</summary>
    Queued,

    /// <summary>There was no memory for the clone.</summary>
    NoMemory,

    /// <summary>The tap's receive buffer is full.</summary>
    Full,
}

/// <summary>A packet was shown to a tap, just before a driver was handed it.</summary>
/// <param name="Number">The packet's entry in the plan.</param>
/// <param name="Tap">The tap.</param>
/// <param name="Device">The device.</param>
/// <param name="SumIsSeed">The sum is left to the device: the checksum field holds the seed.</param>
/// <param name="Fate">Whether it waits there.</param>
public readonly record struct TapShown(int Number, TapId Tap, DevId Device, bool SumIsSeed, TapFate Fate);

/// <summary>A segment of a write queue was cut in two.</summary>
/// <param name="Flow">The socket.</param>
/// <param name="Seq">Its first sequence number.</param>
/// <param name="Stays">Bytes of the first half.</param>
/// <param name="Moved">Bytes of the second.</param>
/// <param name="Paged">The second half has fragments.</param>
/// <param name="Unsent">It was not sent yet.</param>
public readonly record struct SegmentCut(SockId Flow, uint Seq, int Stays, int Moved, bool Paged, bool Unsent);

/// <summary>A segment of a write queue took in the one behind it.</summary>
/// <param name="Flow">The socket.</param>
/// <param name="Seq">First sequence number of both.</param>
/// <param name="EndSeq">Sequence number after both.</param>
public readonly record struct SegmentMerge(SockId Flow, uint Seq, uint EndSeq);

/// <summary>A packet passed a netfilter hook.</summary>
/// <param name="Number">The entry of the plan that it becomes.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="Paged">It came with fragments.</param>
/// <param name="WantsSum">It came with CHECKSUM_HW.</param>
/// <param name="Linearized">The CPU made it linear.</param>
/// <param name="Summed">The CPU summed it.</param>
public readonly record struct HookPass(int Number, int Payload, bool Paged, bool WantsSum, bool Linearized, bool Summed);

/// <summary>The folded sum of one contiguous run of a packet.</summary>
/// <param name="Offset">First byte, from the start of the range that was asked for.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sum">Folded and complemented.</param>
public readonly record struct RunSum(int Offset, int Length, ushort Sum);

/// <summary>A run of stream bytes that the receiver handed on.</summary>
/// <param name="Flow">The socket that sent it.</param>
/// <param name="Position">Bytes of the stream before it.</param>
/// <param name="Frame">Index of the frame it came in.</param>
/// <param name="Offset">First payload byte in the frame.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct Delivery(SockId Flow, long Position, int Frame, int Offset, int Length);

/// <summary>A range of zero-copy sends of which the user learns that they are done. kernel: struct sock_extended_err with SO_EE_ORIGIN_ZEROCOPY (4.14).</summary>
/// <param name="Sock">The socket.</param>
/// <param name="Lo">First call. kernel: ee_info.</param>
/// <param name="Hi">Last call, included. kernel: ee_data.</param>
/// <param name="Copied">The bytes were copied. kernel: SO_EE_CODE_ZEROCOPY_COPIED.</param>
public readonly record struct Told(SockId Sock, uint Lo, uint Hi, bool Copied)
{
    /// <summary>Calls in the range.</summary>
    public uint Count => unchecked(Hi - Lo + 1);
}

/// <summary>What may happen within an operation, as the copying path follows it.</summary>
public enum Happening
{
    /// <summary>A frame of the peer reached the stack: index into <see cref="Observation.Received"/>.</summary>
    Received,

    /// <summary>A new entry of the plan: index into <see cref="Observation.Plan"/>.</summary>
    Planned,

    /// <summary>A packet of another host is handed on: index into <see cref="Observation.Forwards"/>.</summary>
    Forwarded,

    /// <summary>An entry was dropped: index into <see cref="Observation.Drops"/>.</summary>
    Dropped,

    /// <summary>A tap was shown a packet: index into <see cref="Observation.Shown"/>.</summary>
    Shown,

    /// <summary>A driver was handed a packet: index into <see cref="Observation.Handovers"/>.</summary>
    HandedOver,

    /// <summary>A driver gives a packet back that it was handed in an earlier step: index into <see cref="Observation.Requeued"/>.</summary>
    Requeued,

    /// <summary>A device emitted a frame: index into <see cref="Observation.Frames"/>.</summary>
    Emitted,
}

/// <summary>What one operation was seen to do. One object a World, used again at each step.</summary>
public sealed class Observation
{
    /// <summary>What memory holds that nobody has written. kernel: mm/slab.c, POISON_BYTE.</summary>
    private const byte Poison = 0x5a;

    private readonly List<Segment> _plan = [];
    private readonly List<Drop> _drops = [];
    private readonly List<Fault> _faults = [];
    private byte[] _bytes = [];

    public Refusal Refusal { get; private set; }

    public bool Succeeded => Refusal == Refusal.None;

    /// <summary>Bytes accepted, or frames, or pages: what the operation counts.</summary>
    public long Count { get; private set; }

    /// <summary>A send went by reference: what is written to the file later may show on the wire.</summary>
    public bool ByReference { get; set; }

    /// <summary>The folded sum that a checksum operation returned.</summary>
    public ushort Sum { get; set; }

    /// <summary>What the same function says of each contiguous run in the range alone.</summary>
    public List<RunSum> Runs { get; } = [];

    /// <summary>Destructors that ran. kernel: skb->destructor.</summary>
    public int Destructors { get; set; }

    /// <summary>Pages that were gone through before a refusal, made accessible or protected: what had happened to them stays.</summary>
    public int PagesDone { get; set; }

    /// <summary>The page whose lock it waited for last; null for none.</summary>
    public Page? WaitedOn { get; set; }

    /// <summary>A vfork parent runs again.</summary>
    public bool WokeParent { get; set; }

    /// <summary>Within the call a device wrote to a page.</summary>
    public bool WasWritten { get; set; }

    /// <summary>Within the call another thread gave the page back.</summary>
    public bool GaveBack { get; set; }

    /// <summary>A fault copied the page cache's page before it had the lock of the page table again.</summary>
    public bool CopiedFile { get; set; }

    /// <summary>Page faults, in order.</summary>
    public ListView<Fault> Faults => _faults;

    /// <summary>How they were answered.</summary>
    public FaultKind FaultKinds { get; private set; }

    /// <summary>A fault brought a page back from swap space, and whoever may have it beside.</summary>
    public bool CameBack => (FaultKinds & FaultKind.SwapIn) != 0;

    /// <summary>A fault left a writer with a page of its own.</summary>
    public bool BecameOwn => (FaultKinds & ~(FaultKind.Zero | FaultKind.PrivateFile | FaultKind.SharedFile | FaultKind.SwapIn | FaultKind.Changed | FaultKind.Spurious)) != 0;

    /// <summary>How many bytes a reading operation returned; they are in <see cref="Read"/>.</summary>
    public int ReadLength { get; private set; }

    public ReadOnlySpan<byte> Read => _bytes.AsSpan(0, ReadLength);

    /// <summary>New entries of the segment plan.</summary>
    public ListView<Segment> Plan => _plan;

    public ListView<Drop> Drops => _drops;

    /// <summary>Packets of other hosts that were handed on.</summary>
    public List<Forward> Forwards { get; } = [];

    /// <summary>What happened, in order.</summary>
    public List<(Happening Happening, int Index)> Happenings { get; } = [];

    public List<XmitDecision> Decisions { get; } = [];

    /// <summary>Each packet that was handed to a driver.</summary>
    public List<Handover> Handovers { get; } = [];

    /// <summary>Each packet that a tap was shown.</summary>
    public List<TapShown> Shown { get; } = [];

    public List<SegmentCut> Cuts { get; } = [];

    public List<SegmentMerge> Merges { get; } = [];

    /// <summary>Datagrams that the receiver put together from fragments.</summary>
    public int Reassembled { get; set; }

    public List<HookPass> HookPasses { get; } = [];

    public List<Delivery> Deliveries { get; } = [];

    /// <summary>The range that the user read from an error queue; null for none.</summary>
    public Told? Told { get; set; }

    /// <summary>Frames that appeared on the wires, both directions.</summary>
    public FrameLog Frames { get; } = new();

    /// <summary>Frames of the peer that reached the stack in this step.</summary>
    public FrameLog Received { get; } = new();

    /// <summary>Frames that the receiver did not accept, with the reason.</summary>
    public List<(int Frame, string Why)> Rejected { get; } = [];

    /// <summary>Failed allocations when the step began.</summary>
    public int FailedAllocationsBefore { get; private set; }

    /// <summary>The cost when the step began.</summary>
    public Cost CostBefore { get; } = new();

    public Observation Succeed(long count = 0)
    {
        (Refusal, Count) = (Refusal.None, count);
        return this;
    }

    public Observation Refuse(Refusal why)
    {
        (Refusal, Count) = (why, 0);
        return this;
    }

    public void Answered(in Fault fault)
    {
        _faults.Add(fault);
        FaultKinds |= fault.Kind;
    }

    public void Planned(in Segment segment)
    {
        Happenings.Add((Happening.Planned, _plan.Count));
        _plan.Add(segment);
    }

    public void Forwarded(in Forward forward)
    {
        Happenings.Add((Happening.Forwarded, Forwards.Count));
        Forwards.Add(forward);
    }

    public void Dropped(in Drop drop)
    {
        Happenings.Add((Happening.Dropped, _drops.Count));
        _drops.Add(drop);
    }

    public void HandedOver(in Handover handover)
    {
        Happenings.Add((Happening.HandedOver, Handovers.Count));
        Handovers.Add(handover);
    }

    /// <summary>Each packet that a driver gave back after all.</summary>
    public List<Handover> Requeued { get; } = [];

    public void Requeue(in Handover handover)
    {
        Happenings.Add((Happening.Requeued, Requeued.Count));
        Requeued.Add(handover);
    }

    public void ShownTo(in TapShown shown)
    {
        Happenings.Add((Happening.Shown, Shown.Count));
        Shown.Add(shown);
    }

    /// <summary>A frame of the peer that reaches the stack now.</summary>
    public void Take(DevId device, ReadOnlySpan<byte> frame)
    {
        Happenings.Add((Happening.Received, Received.Count));
        Received.Add().Start(device, frame.Length, fromPeer: true, provenance: false).Write(frame);
    }

    /// <summary>Room for the bytes that a reading operation returns. Each is poisoned: one that is never written shows, and shows the same whatever was read before.</summary>
    public Bytes Answer(int length)
    {
        if (_bytes.Length < length)
        {
            _bytes = new byte[length];
        }

        _bytes.AsSpan(0, length).Fill(Poison);
        ReadLength = length;
        return new Bytes(_bytes, null, 0, length);
    }

    public void BeginStep(Cost cost, int failedAllocations)
    {
        FailedAllocationsBefore = failedAllocations;
        (Refusal, Count, ByReference, Sum, ReadLength, Destructors) = (Refusal.None, 0, false, 0, 0, 0);
        (PagesDone, WaitedOn) = (0, null);
        (GaveBack, WasWritten, WokeParent, CopiedFile) = (false, false, false, false);
        _faults.Clear();
        FaultKinds = FaultKind.None;
        _plan.Clear();
        _drops.Clear();
        Forwards.Clear();
        Runs.Clear();
        Happenings.Clear();
        Decisions.Clear();
        Handovers.Clear();
        Requeued.Clear();
        Shown.Clear();
        Cuts.Clear();
        Merges.Clear();
        Reassembled = 0;
        HookPasses.Clear();
        Deliveries.Clear();
        Told = null;
        Frames.Clear();
        Received.Clear();
        Rejected.Clear();
        CostBefore.CopyFrom(cost);
    }
}
