namespace ZeroCopy.Properties.Laws;

/// <summary>What an skb has that a law may speak of. A law over skbs that names some is evaluated for those which have them all: for the others it says nothing.</summary>
[Flags]
public enum Traits
{
    None = 0,

    /// <summary>Bytes that are not linear: fragments, a list, or a data_len.</summary>
    Paged = 1,

    /// <summary>A frag_list.</summary>
    Listed = 2,

    /// <summary>Its data block is another's too, by dataref or by the recount.</summary>
    SharedBlock = 4,

    /// <summary>ip_summed is not CHECKSUM_NONE.</summary>
    Summed = 8,

    /// <summary>More than one user.</summary>
    Shared = 16,

    /// <summary>Its users, or the dataref of its block, are not what the recount says.</summary>
    Miscounted = 32,

    /// <summary>Each slot for a fragment is taken.</summary>
    Full = 64,

    /// <summary>Its lengths, its places or its states are not as they must be; of one that has a name, its bytes or what it says of its sum.</summary>
    Astray = 128,
}

/// <summary>What a page has that a law may speak of, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum PageTraits
{
    None = 0,

    /// <summary>More than one holder, by the recount.</summary>
    Shared = 1,

    /// <summary>In the page cache of a file.</summary>
    Cached = 2,

    /// <summary>In the swap cache, by the machine.</summary>
    SwapCached = 4,

    /// <summary>Not counted: the zero page.</summary>
    Reserved = 8,

    /// <summary>Its count is not what the recount says.</summary>
    Miscounted = 16,

    /// <summary>Its count is 1.</summary>
    Sole = 32,

    /// <summary>A pin has it.</summary>
    Pinned = 64,

    /// <summary>Locked, and not because it is being written to disk.</summary>
    Locked = 128,

    /// <summary>In the page cache of a file whose bytes the script says.</summary>
    OfLiteral = 256,

    /// <summary>Its state, the mappings that it counts, its bytes or the list it stands on are not as they must be.</summary>
    Astray = 512,
}

/// <summary>What a step was seen to do of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum StepTraits
{
    None = 0,

    /// <summary>Page faults were answered.</summary>
    Faulted = 1,

    /// <summary>The operation was refused.</summary>
    Refused = 2,

    /// <summary>Frames went out or came to the receiver, on either path.</summary>
    Emitted = 4,

    /// <summary>A packet came to dev_queue_xmit().</summary>
    Decided = 8,

    /// <summary>The segment plan has new entries.</summary>
    Planned = 16,

    /// <summary>A driver was handed a packet, or a tap was shown one.</summary>
    Handed = 32,

    /// <summary>Packets were dropped.</summary>
    Dropped = 64,

    /// <summary>The operation was refused, or deserved to be.</summary>
    Doubtful = 128,

    /// <summary>Processes, what their CPUs remember, counts of swap space or the zero page are not as they must be.</summary>
    Astray = 256,
}

/// <summary>What a socket has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum SockTraits
{
    None = 0,

    /// <summary>TCP.</summary>
    Tcp = 1,

    /// <summary>Ranges in its error queue.</summary>
    Told = 2,

    /// <summary>Somewhere there is a zero-copy send whose user was not told, or a notification.</summary>
    Lent = 4,
}

/// <summary>What an address space has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum MmTraits
{
    None = 0,

    /// <summary>An entry of its page table, or what it reads, is not as it must be.</summary>
    Astray = 1,
}

/// <summary>What a pin has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum PinTraits
{
    None = 0,

    /// <summary>Its range lies in several pages, and begins inside the first.</summary>
    Parts = 1,

    /// <summary>A kiobuf whose pages are locked.</summary>
    Locked = 2,

    /// <summary>Its state or its bytes are not as they must be.</summary>
    Astray = 4,
}

/// <summary>What a net device has of which a law may speak, as <see cref="Traits"/> for skbs.</summary>
[Flags]
public enum DeviceTraits
{
    None = 0,
    AceNic = 1,
    Hme = 2,

    /// <summary>Nobody is inside the driver, and nothing that was stored is on its way.</summary>
    AtRest = 4,

    /// <summary>No procedure of the driver is under way on a CPU; so, too, where nothing is interleaved.</summary>
    Outside = 8,

    /// <summary>Driver, handler and card go on one access at a time.</summary>
    Interleaved = 16,

    /// <summary>Interleaved, and nobody can go on.</summary>
    Still = 32,

    /// <summary>Its queue is stopped.</summary>
    Stopped = 64,

    /// <summary>Packets wait in its bands.</summary>
    Waiting = 128,

    /// <summary>It is down.</summary>
    Down = 256,

    /// <summary>Interleaved, and its CPUs have an skb in common.</summary>
    Sharing = 512,
}
