using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model;
using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Drivers;

/// <summary>A net device comes up. kernel: register_netdev(), net/core/dev.c.</summary>
/// <param name="Result">Its name.</param>
/// <param name="Kind">The driver.</param>
/// <param name="Mtu">Bytes.</param>
/// <param name="Off">Features that are off.</param>
/// <param name="Tigon">Of an AceNIC, the version of its chip: 1 or 2.</param>
/// <param name="Ring">Of an HME, the entries of its transmit ring; 0 for the profile's.</param>
/// <param name="Consistent">Of an AceNIC, where the memory lies that it shares with its driver.</param>
public sealed record RegisterNetdev(DevId Result, DriverKind Kind, int Mtu, NetifFeatures Off, int Tigon = 2, int Ring = 0, Zone Consistent = Zone.Low) : Operation
{
    public static readonly Spelling Spelling = new("register_netdev", Parse);

    public override bool Enabled(Names names) => !names.Has(Result);

    public override Observation Apply(World world)
    {
        world.Bind(Result, Kind.Register(world, Result, Mtu, Off, new CardOptions(Tigon, Ring, Consistent)));
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen) =>
        world.Bind(Result, Mtu, noCsum: (Kind.Features & NetifFeatures.NoCsum) != 0, csumOff: (Off & NetifFeatures.AnyCsum) != 0);

    public override string ToString() =>
        $"{Result} = register_netdev({Kind}, mtu={Mtu}" + (Off == NetifFeatures.None ? "" : $", features={FeatureWords.Change(Off, NetifFeatures.None)}") + (Tigon == 2 ? "" : $", tigon={Tigon}") + (Ring == 0 ? "" : $", ring={Ring}") + (Consistent == Zone.Low ? "" : $", consistent={Zones.Word(Consistent)}") + ")";

    private static RegisterNetdev Parse(Operands operands)
    {
        var result = operands.Result("eth", n => new DevId(n));
        var kind = operands.Word<DriverKind>("a driver: acenic, hme, unconverted or loopback", DriverKind.TryParse);
        var mtu = (int)operands.Option("mtu", kind.DefaultMtu, DriverKind.MinMtu, kind.MaxMtu);
        var (off, on) = DevFeatures.ParseChange(operands, operands.Option("features") ?? "");
        var tigon = kind.Word == "acenic" ? (int)operands.Option("tigon", 2, 1, 2) : 2;
        var ring = kind.Word == "hme" ? (int)operands.Option("ring", 0, 0, 256) : 0;
        var zone = Zone.Low;
        if (kind.Word == "acenic" && operands.Option("consistent") is { } word && (!Zones.TryParse(word, out zone) || zone is not (Zone.Low or Zone.Above4G)))
        {
            throw operands.Error($"'{word}' is not a place for consistent memory: low or above4g");
        }

        if (ring != 0 && !HmeDriver.RingSizes.Contains(ring))
        {
            throw operands.Error($"'{ring}' is not a size of HME's ring: 16, 32, 64, 128 or 256");
        }

        return on == NetifFeatures.None || (on & ~kind.Features & ~NetifFeatures.AnyCsum) == NetifFeatures.None
            ? new RegisterNetdev(result, kind, mtu, off & kind.Features, tigon, ring, zone)
            : throw operands.Error($"{kind} lacks {FeatureWords.Change(NetifFeatures.None, on)}");
    }
}

/// <summary>Features are switched off or on. Connections keep what they saw when they looked up their routes, until rt_cache_flush(). No kernel function of 2.4.4: drivers set dev->features once; later kernels have ethtool.</summary>
public sealed record DevFeatures(DevId Device, NetifFeatures Off, NetifFeatures On) : Operation
{
    public static readonly Spelling Spelling = new("dev_features", operands =>
    {
        var device = operands.Dev();
        var (off, on) = operands.Word<(NetifFeatures, NetifFeatures)>("a change such as -sg+csum", (string word, out (NetifFeatures, NetifFeatures) change) =>
        {
            var known = FeatureWords.TryParseChange(word, out var off, out var on, out _);
            change = (off, on);
            return known;
        });
        return new DevFeatures(device, off, on);
    });

    public override bool Enabled(Names names) => names.Has(Device);

    public override Observation Apply(World world)
    {
        var device = world.Device(Device);
        device.Lacking = (device.Lacking | Off) & ~On;
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (((Off | On) & NetifFeatures.AnyCsum) != 0)
        {
            world.SwitchCsum(Device, (On & NetifFeatures.AnyCsum) != 0);
        }
    }

    public override string ToString() => $"dev_features({Device}, {FeatureWords.Change(Off, On)})";

    internal static (NetifFeatures Off, NetifFeatures On) ParseChange(Operands operands, string text) =>
        FeatureWords.TryParseChange(text, out var off, out var on, out var wrong)
            ? (off, on)
            : throw operands.Error($"'{wrong}' is not a feature such as -sg");
}
