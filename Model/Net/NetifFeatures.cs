namespace ZeroCopy.Model.Net;

/// <summary>What a net device can do. kernel: NETIF_F_*, include/linux/netdevice.h. FRAGLIST is a bit of its own, as from 2.4.9: in 2.4.4 it is the same bit as SG.</summary>
[Flags]
public enum NetifFeatures
{
    None = 0,

    /// <summary>Takes fragments.</summary>
    Sg = 1,

    /// <summary>Sums TCP and UDP over IPv4.</summary>
    IpCsum = 2,

    /// <summary>Needs no sum: loopback, a reliable single hop.</summary>
    NoCsum = 4,

    /// <summary>Sums anything, told where to start and where to store.</summary>
    HwCsum = 8,

    /// <summary>Reads high memory.</summary>
    HighDma = 32,

    /// <summary>Takes lists of skbs.</summary>
    FragList = 64,

    AnyCsum = IpCsum | NoCsum | HwCsum,
}
