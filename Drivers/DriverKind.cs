using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Drivers.Loopback;
using ZeroCopy.Drivers.Unconverted;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Drivers;

/// <summary>What cards of one kind differ in.</summary>
/// <param name="Tigon">Of an AceNIC, the version of its chip: 1 or 2.</param>
/// <param name="Ring">Of an HME, the entries of its transmit ring; 0 for the profile's.</param>
/// <param name="Consistent">Of an AceNIC, where the memory lies that it shares with its driver.</param>
public readonly record struct CardOptions(int Tigon, int Ring, Zone Consistent);

/// <summary>A driver that can be registered.</summary>
/// <param name="Word">Its name in scripts and on the command line.</param>
/// <param name="DefaultMtu">Bytes.</param>
/// <param name="MaxMtu">Bytes.</param>
/// <param name="Features">What hardware and driver can do.</param>
/// <param name="Register">Makes a device.</param>
public sealed record DriverKind(
    string Word, int DefaultMtu, int MaxMtu, NetifFeatures Features, Func<World, DevId, int, NetifFeatures, CardOptions, NetDevice> Register)
{
    /// <summary>The least MTU that IPv4 allows. RFC 791 section 3.2.</summary>
    public const int MinMtu = 68;

    public static readonly IReadOnlyList<DriverKind> All =
    [
        new("acenic", 1500, AceNicDriver.MaxMtu, NetifFeatures.Sg | NetifFeatures.IpCsum | NetifFeatures.HighDma,
            (world, id, mtu, lacking, card) => new AceNicDriver(world, id, mtu, lacking, card.Tigon, card.Consistent)),
        new("hme", 1500, HmeDriver.MaxMtu, NetifFeatures.Sg | NetifFeatures.HwCsum,
            (world, id, mtu, lacking, card) => new HmeDriver(world, id, mtu, lacking, card.Ring)),
        new("unconverted", 1500, UnconvertedDriver.MaxMtu, NetifFeatures.None,
            (world, id, mtu, lacking, _) => new UnconvertedDriver(world, id, mtu, lacking)),
        new("loopback", LoopbackDriver.DefaultMtu, LoopbackDriver.DefaultMtu,
            NetifFeatures.Sg | NetifFeatures.FragList | NetifFeatures.NoCsum | NetifFeatures.HighDma,
            (world, id, mtu, lacking, _) => new LoopbackDriver(world, id, mtu, lacking)),
    ];

    /// <summary>The one of a name that stands in this list.</summary>
    public static DriverKind Of(string word) => All.Single(kind => kind.Word == word);

    public static bool TryParse(string word, out DriverKind kind)
    {
        kind = All.FirstOrDefault(candidate => candidate.Word == word)!;
        return kind is not null;
    }

    public override string ToString() => Word;
}
