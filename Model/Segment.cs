namespace ZeroCopy.Model;

/// <summary>One packet that the zero-copy path hands to dev_queue_xmit: an entry of the segment plan. Where a stream is cut differs legitimately between the paths, so the copying path builds its frames from the plan and its own bytes; laws judge the plan.</summary>
/// <param name="Number">Place in the plan, from 0. It is the clock of TCP timestamps too: one tick a segment.</param>
/// <param name="Flow">The socket.</param>
/// <param name="Protocol">6 for TCP, 17 for UDP.</param>
/// <param name="Seq">TCP: sequence number. UDP: number of the datagram.</param>
/// <param name="Length">Payload bytes.</param>
/// <param name="Flags">TCP flags, as in the header.</param>
/// <param name="Attempt">1 for the first transmission.</param>
/// <param name="Device">The device it goes to.</param>
/// <param name="Band">The band of the queueing discipline.</param>
/// <param name="Id">Of a fragment: the IP id of its datagram.</param>
/// <param name="FragmentOffset">Of a fragment: bytes of the datagram before it, the UDP header with them.</param>
/// <param name="MoreFragments">Of a fragment: it is not the last of its datagram.</param>
/// <param name="SumByDevice">CHECKSUM_HW: where the device has NO_CSUM, the frame carries the pseudo-header seed.</param>
public readonly record struct Segment(int Number, SockId Flow, byte Protocol, uint Seq, int Length, byte Flags, int Attempt, DevId Device, int Band, bool SumByDevice,
    ushort Id = 0, int FragmentOffset = 0, bool MoreFragments = false)
{
    /// <summary>It carries a part of a datagram.</summary>
    public bool IsFragment => FragmentOffset > 0 || MoreFragments;
}

/// <summary>Why an skb of the plan never became a frame.</summary>
public enum DropReason
{
    /// <summary>The queueing discipline was full: NET_XMIT_DROP.</summary>
    QueueFull,

    /// <summary>Linearising, or making a sum private, found no memory: -ENOMEM.</summary>
    NoMemory,

    /// <summary>The queueing discipline dropped it early: NET_XMIT_CN, which TCP takes as sent.</summary>
    Congestion,

    /// <summary>The device is down, or went down while it waited: noop_qdisc answers NET_XMIT_CN.</summary>
    Down,

    /// <summary>A piece of it could not be mapped: the driver freed it, and said that it took it.</summary>
    NoMapping,

    /// <summary>The watchdog reset the card while the driver had it.</summary>
    Timeout,
}

/// <summary>An entry of the plan that was dropped.</summary>
public readonly record struct Drop(int Number, DevId Device, DropReason Reason);
