using System.Globalization;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Send;

namespace ZeroCopy.Tests.Support;

/// <summary>One way to send one file.</summary>
public sealed record Run(string File, string Driver, string Protocol, int Mss, string Memory, int IpOptions, bool Timestamps)
{
    public static readonly string[] SmallFiles = ["0", "1", "4095", "4096", "4097", "text"];

    private static readonly string[] Drivers = ["acenic", "hme", "unconverted"];
    private static readonly string[] Protocols = ["tcp", "udp"];
    private static readonly string[] Zones = ["low", "high", "above4g"];

    public bool IsTcp => Protocol == "tcp";

    /// <summary>A file of so many random bytes, or the licence.</summary>
    public byte[] Content()
    {
        if (File == "text")
        {
            return System.IO.File.ReadAllBytes(Repo.PathOf("LICENSE"));
        }

        var length = int.Parse(File, CultureInfo.InvariantCulture);
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Every combination; timestamps are TCP's.</summary>
    public static IEnumerable<Run> All(string[] files, int[] mss, int[] ipOptions) =>
        from file in files
        from driver in Drivers
        from protocol in Protocols
        from size in mss
        from memory in Zones
        from options in ipOptions
        from timestamps in protocol == "tcp" ? new[] { false, true } : [false]
        select new Run(file, driver, protocol, size, memory, options, timestamps);

    /// <summary>Runs in which each two values of different columns that occur together at all do so: each time the one with most new pairs.</summary>
    public static IReadOnlyList<Run> Pairwise(IEnumerable<Run> all)
    {
        var candidates = all.Select(run => (Run: run, Pairs: run.Pairs())).ToList();
        var missing = candidates.SelectMany(candidate => candidate.Pairs).ToHashSet();
        var chosen = new List<Run>();
        while (missing.Count > 0)
        {
            var best = candidates.MaxBy(candidate => candidate.Pairs.Count(missing.Contains));
            missing.ExceptWith(best.Pairs);
            chosen.Add(best.Run);
        }

        return chosen;
    }

    /// <summary>Sends the file on both paths, demands that all held, and hands out each frame of both directions.</summary>
    public Transfer Send(Action<FrameLog> frames, int socket = 0, int retransmit = 0)
    {
        Assert.True(DriverKind.TryParse(Driver, out var kind));
        Assert.True(Model.Pages.Zones.TryParse(Memory, out var zone));
        var bound = IsTcp ? 1460 : 1500 - 28 - ((IpOptions + 3) / 4 * 4);
        Assert.Null(SendOptions.Refuse(
            kind, IsTcp, Math.Min(Mss, bound), null, zone, NetifFeatures.None, IpOptions, Timestamps, retransmit, out var options));
        var transfer = new Transfer(
            options with { Sock = new SockId(socket) }, new LiteralContent(Content()), seen => frames(seen.Frames), keepScript: false, CancellationToken.None);
        transfer.Run();
        Assert.True(transfer.Violations.Count == 0, $"{this}: {string.Join("; ", transfer.Violations)}");
        return transfer;
    }

    private List<(int, object, int, object)> Pairs()
    {
        object[] values = [File, Driver, Protocol, Mss, Memory, IpOptions, Timestamps];
        var pairs = new List<(int, object, int, object)>();
        for (var i = 0; i < values.Length; i++)
        {
            for (var j = i + 1; j < values.Length; j++)
            {
                pairs.Add((i, values[i], j, values[j]));
            }
        }

        return pairs;
    }
}
