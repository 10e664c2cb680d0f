using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Send;

namespace ZeroCopy.Cli;

/// <summary>What a send ended with, for people and for programs.</summary>
internal sealed record SendReport(
    string File, long Bytes, string? Sha256, SendOptions Options, Transfer Transfer, string? Pcap, string? Script, TimeSpan Elapsed)
{
    private bool Identical => Transfer.Violations.Count == 0;

    /// <summary>By reference or copied, and who summed it.</summary>
    private string How
    {
        get
        {
            var totals = Transfer.ZeroCopy;
            var moved = totals.CpuCopiedBytes == 0 ? "by reference" : totals.CpuCopiedBytes >= Bytes ? "as a copy" : "partly as a copy";
            var summer = totals.CpuSummedBytes > 0 ? "the CPU" : (Options.Driver.Features & NetifFeatures.NoCsum) != 0 ? "nobody: this device needs no sum" : "the device";
            return Bytes == 0 ? "(there is none)" : $"{moved}, summed by {summer}";
        }
    }

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
            ["violations"] = ViolationOutput.Json(Transfer.Violations),
            ["zeroCopy"] = Json(Transfer.ZeroCopy),
            ["copying"] = Json(Transfer.Copying),
            ["pcap"] = Pcap,
            ["script"] = Script,
            ["timing"] = new JsonObject { ["seconds"] = Math.Round(Elapsed.TotalSeconds, 3) },
        };
    }

    public void Print()
    {
        var console = Terminal.Out;
        console.MarkupLineInterpolated($"{File}: {Bytes} bytes over {Options.Driver.Word}, {(Options.Tcp ? "TCP" : "UDP")}, mss {Options.Mss}, pages in {Zones.Word(Options.Memory)} memory");
        console.MarkupLineInterpolated($"features: {(Features.Count == 0 ? "none" : string.Join(" ", Features))}");
        var table = new Table().Border(console.Profile.Out.IsTerminal ? TableBorder.Rounded : TableBorder.None);
        table.AddColumn("");
        table.AddColumn(new TableColumn("zero-copy path").RightAligned());
        table.AddColumn(new TableColumn("copying path").RightAligned());
        Row(table, "frames sent", totals => totals.Frames);
        Row(table, "payload bytes", totals => totals.PayloadBytes);
        Row(table, "bytes copied by the CPU", totals => totals.CpuCopiedBytes);
        Row(table, "bytes summed by the CPU", totals => totals.CpuSummedBytes);
        Row(table, "descriptors", totals => totals.Descriptors);
        Row(table, "page references", totals => totals.PageReferences);
        console.Write(table);
        console.MarkupLineInterpolated($"the zero-copy path sent the data {How}");
        ViolationOutput.Print(console, Transfer.Violations);
        if (Identical)
        {
            console.MarkupLineInterpolated($"[green]identical[/]: every frame, byte for byte, and every law held after each of {Transfer.Checker.Steps} operations");
            console.MarkupLineInterpolated($"sha256 {Sha256}");
        }
    }

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
