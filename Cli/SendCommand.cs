using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Send;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify send FILE</c>: a file of the user's goes from page cache to the wire on both paths.</summary>
internal static class SendCommand
{
    private const int ScriptFileBytesMax = 4096;

    private static readonly Argument<string> Path = new("FILE") { Description = "the file to send" };
    private static readonly Option<string> Driver = new("--driver") { Description = "acenic, hme, unconverted or loopback", DefaultValueFactory = _ => "acenic" };
    private static readonly Option<string> Protocol = new("--proto") { Description = "tcp or udp", DefaultValueFactory = _ => "tcp" };
    private static readonly Option<string?> Mss = new("--mss") { Description = "payload of a segment or datagram at most" };
    private static readonly Option<string?> Mtu = new("--mtu") { Description = "MTU of the device" };
    private static readonly Option<string> Memory = new("--memory") { Description = "where the page cache lies: low, high or above4g", DefaultValueFactory = _ => "low" };
    private static readonly Option<string> Features = new("--features") { Description = "switch features: +sg,-csum,+highdma,-fraglist", DefaultValueFactory = _ => "" };
    private static readonly Option<string> IpOptions = new("--ip-options") { Description = "bytes of IP options, 0 to 40", DefaultValueFactory = _ => "0" };
    private static readonly Option<bool> Timestamps = new("--timestamps") { Description = "TCP timestamps" };
    private static readonly Option<string> Retransmit = new("--retransmit") { Description = "the first N segments go twice", DefaultValueFactory = _ => "0" };
    private static readonly Option<string?> Pcap = new("--pcap") { Description = "write the frames, both directions" };
    private static readonly Option<string?> ScriptOut = new("--script") { Description = "write the operations, to be replayed (files up to 4096 bytes)" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("send", "Send a file by reference and by copying, and compare every frame.")
        {
            Path, Driver, Protocol, Mss, Mtu, Memory, Features, IpOptions, Timestamps, Retransmit, Pcap, ScriptOut, JsonOut,
        };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var options = Options(parsed);
        var path = parsed.GetValue(Path)!;
        RefuseSameFile(path, parsed.GetValue(Pcap), parsed.GetValue(ScriptOut));
        using var disk = new DiskContent(path);
        var scriptOut = parsed.GetValue(ScriptOut);
        if (scriptOut is not null && disk.Length > ScriptFileBytesMax)
        {
            throw new InputException($"--script is for files of up to {ScriptFileBytesMax} bytes; {path} has {disk.Length}");
        }

        FileContent content = scriptOut is null ? disk : new LiteralContent(disk.ReadAll());
        using var script = scriptOut is null ? null : new OutputFile(scriptOut);
        using var pcap = parsed.GetValue(Pcap) is { } pcapOut ? new OutputFile(pcapOut) : null;
        var frames = pcap is null ? null : new PcapWriter(pcap);
        var json = parsed.GetValue(JsonOut);
        var clock = Stopwatch.StartNew();
        var transfer = SendProgress.Show(disk.Length, quiet: json, report => Send(options, content, frames, script is not null, report, cancel));
        script?.Write(Encoding.UTF8.GetBytes(transfer.Script!.ToString()));
        script?.Keep();
        pcap?.Keep();
        var report = new SendReport(path, disk.Length, transfer.Violations.Count == 0 ? disk.Sha256 : null, options, transfer, parsed.GetValue(Pcap), scriptOut, clock.Elapsed);
        if (json)
        {
            Verb.Print(report.Json());
        }
        else
        {
            report.Print();
        }

        return transfer.Violations.Count == 0 ? ExitStatus.Holds : ExitStatus.Violation;
    }

    private static Transfer Send(SendOptions options, FileContent content, PcapWriter? frames, bool keepScript, Action<long> report, CancellationToken cancel)
    {
        Transfer transfer = null!;
        transfer = new Transfer(
            options,
            content,
            seen =>
            {
                frames?.Write(seen.Frames);
                report(transfer.Sent);
            },
            keepScript,
            cancel);
        transfer.Run();
        return transfer;
    }

    /// <summary>No two of the paths may be one file: the file that is sent would be lost.</summary>
    private static void RefuseSameFile(params string?[] paths)
    {
        var known = new List<string>();
        foreach (var path in paths)
        {
            if (path is null)
            {
                continue;
            }

            var full = OutputFile.FinalTarget(path);
            if (known.Contains(full))
            {
                throw new InputException($"{path} is named twice");
            }

            known.Add(full);
        }
    }

    private static SendOptions Options(ParseResult parsed)
    {
        var driver = DriverKind.TryParse(parsed.GetValue(Driver)!, out var kind)
            ? kind
            : throw new InputException($"'{parsed.GetValue(Driver)}' is not a driver: acenic, hme, unconverted or loopback");
        var tcp = parsed.GetValue(Protocol) switch
        {
            "tcp" => true,
            "udp" => false,
            var word => throw new InputException($"'{word}' is not a protocol: tcp or udp"),
        };
        var memory = parsed.GetValue(Memory)! is not "dma" and var zoneWord && Zones.TryParse(zoneWord, out var zone)
            ? zone
            : throw new InputException($"'{parsed.GetValue(Memory)}' is not a place in memory: low, high or above4g");
        var wrong = SendOptions.Refuse(
            driver,
            tcp,
            parsed.GetValue(Mss) is { } mss ? Number("--mss", mss) : null,
            parsed.GetValue(Mtu) is { } mtu ? Number("--mtu", mtu) : null,
            memory,
            SwitchedOff(driver, parsed.GetValue(Features)!),
            Number("--ip-options", parsed.GetValue(IpOptions)!),
            parsed.GetValue(Timestamps),
            Number("--retransmit", parsed.GetValue(Retransmit)!),
            out var options);
        return wrong is null ? options : throw new InputException(wrong);
    }

    private static int Number(string option, string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InputException($"{option} '{text}' is not a whole number in range");

    /// <summary>Features that the words switch off; a feature that the driver lacks cannot be switched.</summary>
    private static NetifFeatures SwitchedOff(DriverKind driver, string words)
    {
        var off = NetifFeatures.None;
        foreach (var word in words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word[0] is not ('+' or '-') || !FeatureWords.TryParse(word[1..], out var feature))
            {
                throw new InputException($"'{word}' is not a feature: +sg, -sg, +csum, -csum, and so highdma and fraglist");
            }

            if ((driver.Features & feature) == NetifFeatures.None)
            {
                throw new InputException($"{driver} lacks {word[1..]}");
            }

            off = word[0] == '-' ? off | (feature & driver.Features) : off & ~feature;
        }

        return off;
    }
}
