using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spectre.Console;
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
        using var progress = new SendProgress(disk.Length, quiet: json);
        Transfer transfer = null!;
        transfer = new Transfer(
            options,
            content,
            seen =>
            {
                frames?.Write(seen.Frames);
                progress.Report(transfer.Sent);
            },
            keepScript: script is not null,
            cancel);
        transfer.Run();
        progress.End();
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

/// <summary>The progress of a large file on standard error: a line that is rewritten on a terminal, else a line each tenth.</summary>
internal sealed class SendProgress(long length, bool quiet) : IDisposable
{
    private const long Large = 64 << 20;

    private readonly bool _shown = !quiet && length >= Large;
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private int _percent = -1;

    public void Report(long sent)
    {
        if (!_shown)
        {
            return;
        }

        var percent = (int)(sent * 100 / length);
        if (percent == _percent || (!_terminal && percent / 10 == _percent / 10 && _percent >= 0))
        {
            return;
        }

        _percent = percent;
        Console.Error.Write(_terminal ? $"\r{percent,3} % of {length} bytes " : $"{percent} % of {length} bytes\n");
    }

    public void End()
    {
        if (_shown && _terminal)
        {
            Console.Error.Write("\r                                        \r");
        }
    }

    public void Dispose() => End();
}

/// <summary>What a send ended with, for people and for programs.</summary>
internal sealed record SendReport(
    string File, long Bytes, string? Sha256, SendOptions Options, Transfer Transfer, string? Pcap, string? Script, TimeSpan Elapsed)
{
    private bool Identical => Transfer.Violations.Count == 0;

    private IReadOnlyList<string> Features => FeatureWords.Of(Options.Driver.Features & ~Options.Off);

    public JsonObject Json()
    {
        var difference = Transfer.FirstDifference;
        return new JsonObject
        {
            ["schema"] = 1,
            ["verb"] = "send",
            ["result"] = Verb.Word(Identical ? ExitStatus.Holds : ExitStatus.Violation),
            ["file"] = File,
            ["bytes"] = Bytes,
            ["sha256"] = Sha256,
            ["driver"] = Options.Driver.Word,
            ["proto"] = Options.Tcp ? "tcp" : "udp",
            ["mss"] = Options.Mss,
            ["mtu"] = Options.Mtu,
            ["memory"] = Zones.Word(Options.Memory),
            ["features"] = new JsonArray([.. Features.Select(word => JsonValue.Create(word))]),
            ["identical"] = Identical,
            ["firstDifference"] = difference is null ? null : new JsonObject
            {
                ["frame"] = difference.Frame,
                ["offset"] = difference.Offset,
                ["zeroCopy"] = difference.ZeroCopy,
                ["copying"] = difference.Copying,
            },
            ["violations"] = new JsonArray([.. Transfer.Violations.Select(violation => new JsonObject
            {
                ["rule"] = violation.Rule.Id,
                ["law"] = violation.Law,
                ["step"] = violation.Step,
                ["operation"] = violation.Operation.ToString(),
                ["found"] = violation.Explanation,
            })]),
            ["zeroCopy"] = Json(Transfer.ZeroCopy),
            ["copying"] = Json(Transfer.Copying),
            ["pcap"] = Pcap,
            ["script"] = Script,
            ["timing"] = new JsonObject { ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3) },
        };
    }

    public void Print()
    {
        var console = AnsiConsole.Console;
        console.MarkupLineInterpolated($"{File}: {Bytes} bytes over {Options.Driver.Word}, {(Options.Tcp ? "TCP" : "UDP")}, mss {Options.Mss}, pages in {Zones.Word(Options.Memory)} memory");
        console.MarkupLineInterpolated($"features: {(Features.Count == 0 ? "none" : string.Join(" ", Features))}");
        var table = new Table().Border(console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.Ascii);
        table.AddColumn("");
        table.AddColumn(new TableColumn("by reference").RightAligned());
        table.AddColumn(new TableColumn("by copying").RightAligned());
        Row(table, "frames sent", totals => totals.Frames);
        Row(table, "payload bytes", totals => totals.PayloadBytes);
        Row(table, "bytes copied by the CPU", totals => totals.CpuCopiedBytes);
        Row(table, "bytes summed by the CPU", totals => totals.CpuSummedBytes);
        Row(table, "descriptors", totals => totals.Descriptors);
        Row(table, "page references", totals => totals.PageReferences);
        console.Write(table);
        foreach (var violation in Transfer.Violations)
        {
            console.MarkupLineInterpolated($"[red]violation[/] {violation.Rule.ToString()}");
            console.MarkupLineInterpolated($"  found     {violation.Explanation}");
            console.MarkupLineInterpolated($"  step      {violation.Step}: {Short(violation.Operation)}");
            console.MarkupLineInterpolated($"  because   {violation.Rule.Because}");
            console.MarkupLineInterpolated($"  source    {violation.Rule.Source}");
        }

        if (Identical)
        {
            console.MarkupLineInterpolated($"[green]identical[/]: every frame, byte for byte, and every law held after each of {Transfer.Checker.Steps} operations");
            console.MarkupLineInterpolated($"sha256 {Sha256}");
        }
    }

    private static string Short(Operation operation) => operation is OpenFile open ? $"{open.Result} = open(...)" : operation.ToString();

    private void Row(Table table, string name, Func<PathTotals, long> value) =>
        table.AddRow(name, value(Transfer.ZeroCopy).ToString(CultureInfo.InvariantCulture), value(Transfer.Copying).ToString(CultureInfo.InvariantCulture));

    private static JsonObject Json(PathTotals totals) => new()
    {
        ["frames"] = totals.Frames,
        ["payloadBytes"] = totals.PayloadBytes,
        ["cpuCopiedBytes"] = totals.CpuCopiedBytes,
        ["cpuSummedBytes"] = totals.CpuSummedBytes,
        ["descriptors"] = totals.Descriptors,
        ["pageReferences"] = totals.PageReferences,
    };
}
