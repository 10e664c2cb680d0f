namespace ZeroCopy.Model.Skbs;

/// <summary>What is known of a packet's checksum. kernel: skb->ip_summed, the comment on checksumming in include/linux/skbuff.h.</summary>
public enum ChecksumState
{
    /// <summary>CHECKSUM_NONE. Sending: complete or not needed; receiving: not verified.</summary>
    None = 0,

    /// <summary>CHECKSUM_HW. Sending: the device sums from h.raw to the end and stores at h.raw + csum.</summary>
    Hw = 1,

    /// <summary>CHECKSUM_UNNECESSARY. Receiving: somebody vouches.</summary>
    Unnecessary = 2,
}
