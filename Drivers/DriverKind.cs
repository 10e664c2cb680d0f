using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Drivers.Loopback;
using ZeroCopy.Drivers.Unconverted;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;

namespace ZeroCopy.Drivers;

/// <summary>A driver that can be registered.</summary>
/// <param name="Word">Its name in scripts and on the command line.</param>
/// <param name="DefaultMtu">Bytes.</param>
/// <param name="MaxMtu">Bytes.</param>
/// <param name="Features">What hardware and driver can do.</param>
/// <param name="Register">Makes a device; the last number is the version of an AceNIC's chip.</param>
public sealed record DriverKind(
    string Word, int DefaultMtu, int MaxMtu, NetifFeatures Features, Func<World, DevId, int, NetifFeatures, int, NetDevice> Register)
{
    /// <summary>The least MTU that IPv4 allows. RFC 791 section 3.2.</summary>
    public const int MinMtu = 68;

    public static readonly IReadOnlyList<DriverKind> All =
    [
        new("acenic", 1500, AceNicDriver.MaxMtu, NetifFeatures.Sg | NetifFeatures.IpCsum | NetifFeatures.HighDma,
            (world, id, mtu, lacking, tigon) => new AceNicDriver(world, id, mtu, lacking, tigon)),
        new("hme", 1500, HmeDriver.MaxMtu, NetifFeatures.Sg | NetifFeatures.HwCsum,
            (world, id, mtu, lacking, _) => new HmeDriver(world, id, mtu, lacking)),
        new("unconverted", 1500, UnconvertedDriver.MaxMtu, NetifFeatures.None,
            (world, id, mtu, lacking, _) => new UnconvertedDriver(world, id, mtu, lacking)),
        new("loopback", LoopbackDriver.DefaultMtu, LoopbackDriver.DefaultMtu,
            NetifFeatures.Sg | NetifFeatures.FragList | NetifFeatures.NoCsum | NetifFeatures.HighDma,
            (world, id, mtu, lacking, _) => new LoopbackDriver(world, id, mtu, lacking)),
    ];

    public static bool TryParse(string word, out DriverKind kind)
    {
        kind = All.FirstOrDefault(candidate => candidate.Word == word)!;
        return kind is not null;
    }

    public override string ToString() => Word;
}
