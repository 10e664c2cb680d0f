using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Send;

/// <summary>How a file is sent.</summary>
/// <param name="Driver">The device's driver.</param>
/// <param name="Tcp">TCP, else UDP.</param>
/// <param name="Mss">Payload of a segment at most, options not taken off; of a datagram.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Memory">Where the page cache lies.</param>
/// <param name="Off">Features switched off.</param>
/// <param name="IpOptions">Bytes, a multiple of 4, at most 40.</param>
/// <param name="Timestamps">TCP timestamps.</param>
/// <param name="Retransmit">So many segments of data go twice.</param>
public sealed record SendOptions(
    DriverKind Driver, bool Tcp, int Mss, int Mtu, Zone Memory, NetifFeatures Off, int IpOptions, bool Timestamps, int Retransmit)
{
    /// <summary>The socket's name, from which its port is counted.</summary>
    public SockId Sock { get; init; }

    /// <summary>Why these options cannot be; null where they can.</summary>
    public static string? Refuse(
        DriverKind driver, bool tcp, int? mss, int? mtu, Zone memory, NetifFeatures off, int ipOptions, bool timestamps, int retransmit, out SendOptions options)
    {
        options = null!;
        var bytes = mtu ?? driver.DefaultMtu;
        if (bytes < DriverKind.MinMtu || bytes > driver.MaxMtu)
        {
            return $"--mtu {bytes} is out of range for {driver}: {DriverKind.MinMtu} to {driver.MaxMtu}";
        }

        if (ipOptions is < 0 or > TcpConnect.MaxIpOptions)
        {
            return $"--ip-options {ipOptions} is out of range: 0 to {TcpConnect.MaxIpOptions} bytes";
        }

        if (retransmit < 0)
        {
            return $"--retransmit {retransmit} is out of range: 0 and more";
        }

        if (!tcp && (timestamps || retransmit > 0))
        {
            return $"{(timestamps ? "--timestamps" : "--retransmit")} is for --proto tcp";
        }

        var padded = (ipOptions + 3) / 4 * 4;
        var bound = tcp ? bytes - Ipv4.HeaderBytes - Model.Net.Tcp.HeaderBytes : bytes - Ipv4.HeaderBytes - padded - Udp.HeaderBytes;
        if ((mss ?? bound) < 1 || (mss ?? bound) > bound)
        {
            return $"--mss {mss ?? bound} is out of range for MTU {bytes}: 1 to {bound}";
        }

        if (tcp && TcpSock.EffectiveMss(bound, bytes, padded, timestamps) < 1)
        {
            return $"MTU {bytes} leaves no room for data behind {padded} bytes of IP options{(timestamps ? " and timestamps" : "")}";
        }

        options = new SendOptions(driver, tcp, mss ?? bound, bytes, memory, off, padded, timestamps, retransmit);
        return null;
    }
}
