using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Cli.Qemu;
using ZeroCopy.Model;
using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify conform</c>: our HME driver on a device that nobody here wrote, and on ours, frame by frame against the law; and the running kernel's processes against the model's.</summary>
internal static class ConformCommand
{
    private const string QemuHmeName = "qemu-hme";
    private const long DefaultFrames = 20_000;

    private static readonly Argument<string> Name = new("NAME") { Description = $"{QemuHmeName}: the sunhme of {QemuProcess.Binary}; {ConformLinuxCow.Name}: fork and copy-on-write of the running kernel" };
    private static readonly Option<string?> Frames = new("--frames") { Description = $"of {QemuHmeName}: frames to compare (default {DefaultFrames})" };
    private static readonly Option<string?> Cases = new("--cases") { Description = $"of {ConformLinuxCow.Name}: sequences to compare (default {ConformLinuxCow.DefaultCases})" };
    private static readonly Option<string?> Time = new("--time") { Description = "30s or 5m in place of a number" };
    private static readonly Option<string?> SeedText = new("--seed") { Description = "64 bits, decimal or 0x (default 1)" };
    private static readonly Option<string?> Jobs = new("--jobs") { Description = "QEMUs beside each other (default: cores, 4 at most); results do not depend on it" };
    private static readonly Option<string?> Timeout = new("--timeout") { Description = "the longest wait for an answer (default 5s)" };
    private static readonly Option<string?> ScriptPath = new("--script") { Description = "play this session, or this script, and no other; - reads standard input" };
    private static readonly Option<string?> Transcript = new("--transcript") { Description = "with --script: write what was sent to QEMU, lines of its qtest protocol, to this file" };
    private static readonly Option<string?> Mutant = new("--mutant") { Description = "run with this recorded bug compiled in" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("conform", "Compare another implementation with the law: the HME driver on QEMU's device, or the running kernel's fork and copy-on-write. Status 1 when something differs that no listed deviation foretells, 3 when what is compared is not there.")
        {
            Name, Frames, Cases, Time, SeedText, Jobs, Timeout, ScriptPath, Transcript, Mutant, JsonOut,
        };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        return parsed.GetValue(Name) switch
        {
            QemuHmeName => RunQemuHme(parsed, cancel),
            ConformLinuxCow.Name => RunLinuxCow(parsed, cancel),
            var name => throw new InputException($"'{name}' is not an adapter; there are {QemuHmeName} and {ConformLinuxCow.Name}"),
        };
    }

    private static ExitStatus RunLinuxCow(ParseResult parsed, CancellationToken cancel)
    {
        var (casesText, timeText) = (parsed.GetValue(Cases), parsed.GetValue(Time));
        if ((parsed.GetValue(Frames) ?? parsed.GetValue(Jobs) ?? parsed.GetValue(Transcript)) is not null)
        {
            throw new InputException($"--frames, --jobs and --transcript are for {QemuHmeName}");
        }

        if (casesText is not null && timeText is not null)
        {
            throw new InputException("--cases and --time exclude each other");
        }

        var script = parsed.GetValue(ScriptPath) is { } path ? ScriptInput.Read(path) : null;
        if (script is not null && (casesText ?? timeText ?? parsed.GetValue(SeedText)) is not null)
        {
            throw new InputException("--cases, --time and --seed are not for --script, which is one sequence");
        }

        var options = new ConformLinuxCow.Options(
            casesText is not null ? Verb.Number(casesText, "--cases", 1, 1_000_000_000) : timeText is not null ? long.MaxValue : ConformLinuxCow.DefaultCases,
            timeText is null ? null : Verb.Time(timeText, "--time"),
            Verb.Seed(parsed.GetValue(SeedText)),
            Verb.Time(parsed.GetValue(Timeout) ?? "5s", "--timeout"),
            script,
            parsed.GetValue(JsonOut));
        return CommonOptions.Mutant(parsed.GetValue(Mutant)) is { } mutant && CommandLine.Mutant is null
            ? ScriptInput.On(mutant, parsed)
            : ConformLinuxCow.Run(options, cancel);
    }

    private static ExitStatus RunQemuHme(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(Cases) is not null)
        {
            throw new InputException($"--cases is for {ConformLinuxCow.Name}; here it is --frames");
        }

        var (framesText, timeText) = (parsed.GetValue(Frames), parsed.GetValue(Time));
        if (framesText is not null && timeText is not null)
        {
            throw new InputException("--frames and --time exclude each other");
        }

        var frames = framesText is not null ? Verb.Number(framesText, "--frames", 1, 1_000_000_000_000) : timeText is not null ? long.MaxValue : DefaultFrames;
        var limit = timeText is null ? (TimeSpan?)null : Verb.Time(timeText, "--time");
        var seed = Verb.Seed(parsed.GetValue(SeedText));
        var timeout = Verb.Time(parsed.GetValue(Timeout) ?? "5s", "--timeout");
        var jobs = parsed.GetValue(Jobs) is { } number ? (int)Verb.Number(number, "--jobs", 1, 64) : Math.Min(Environment.ProcessorCount, 4);
        var script = parsed.GetValue(ScriptPath) is { } path ? ScriptInput.Read(path, ConformScript.Parse) : null;
        var transcriptPath = parsed.GetValue(Transcript);
        if (transcriptPath is not null && script is null)
        {
            throw new InputException("--transcript is for --script");
        }

        if (script is not null && (framesText ?? timeText ?? parsed.GetValue(SeedText) ?? parsed.GetValue(Jobs)) is not null)
        {
            throw new InputException("--frames, --time, --seed and --jobs are not for --script, which is one session");
        }

        if (transcriptPath is not null && OutputFile.FinalTarget(transcriptPath) == OutputFile.FinalTarget(parsed.GetValue(ScriptPath)!))
        {
            throw new InputException($"{transcriptPath} is named twice");
        }

        if (CommonOptions.Mutant(parsed.GetValue(Mutant)) is { } mutant && CommandLine.Mutant is null)
        {
            return ScriptInput.On(mutant, parsed);
        }

        using var transcript = transcriptPath is null ? null : new OutputFile(transcriptPath);
        using var qemus = new QemuRigs(script is null ? jobs : 1, timeout, transcript is null ? null : lines => transcript.Write(Encoding.ASCII.GetBytes(lines)));
        try
        {
            return script is null
                ? Compare(qemus, frames, limit, seed, parsed.GetValue(JsonOut), cancel)
                : Play(qemus, script, parsed.GetValue(JsonOut));
        }
        finally
        {
            // Most wanted where QEMU has failed.
            transcript?.Keep();
        }
    }

    private static ExitStatus Compare(QemuRigs qemus, long frames, TimeSpan? limit, ulong seed, bool json, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var told = TimeSpan.Zero;
        var run = new ConformRun(qemus.Teams, Deviation.Known, seed);
        var result = run.Compare(
            frames,
            () => cancel.IsCancellationRequested || watch.Elapsed >= limit,
            so =>
            {
                if (watch.Elapsed - told > TimeSpan.FromSeconds(0.2))
                {
                    told = watch.Elapsed;
                    Terminal.Tell(string.Create(CultureInfo.InvariantCulture, $"{so:N0}{(limit is null ? $" of {frames:N0}" : "")} frames compared, {so / told.TotalSeconds:N0}/s"));
                }
            });
        var seconds = watch.Elapsed.TotalSeconds;
        Terminal.Tell("making the scripts of what differs smaller ...");
        run.Shrink(() => cancel.IsCancellationRequested);
        Terminal.Tell(null);
        var interrupted = cancel.IsCancellationRequested;
        var status = result.Mismatches.Count > 0 ? ExitStatus.Violation : interrupted ? ExitStatus.Interrupted : ExitStatus.Holds;
        if (json)
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "conform",
                ["result"] = Verb.Word(status),
                ["stopped"] = interrupted ? "interrupted" : null,
                ["adapter"] = QemuHmeName,
                ["version"] = qemus.Version,
                ["probe"] = new JsonObject { ["available"] = true, ["mode"] = "full", ["skipped"] = Strings(Comparison.Skipped) },
                ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
                ["cases"] = result.Frames,
                ["operations"] = result.Frames,
                ["matched"] = result.Matched,
                ["agreed"] = result.Agreed,
                ["agreedMatched"] = result.AgreedMatched,
                ["sessions"] = result.Sessions,
                ["unmappedEarly"] = result.Unmapped,
                ["cutShort"] = result.CutShort,
                ["deviations"] = new JsonArray([.. result.Deviations.Select(found => new JsonObject { ["id"] = found.Deviation.Id, ["count"] = found.Count, ["script"] = Lines(found.Script) })]),
                ["mismatches"] = new JsonArray([.. result.Mismatches.Select(found => new JsonObject
                {
                    ["device"] = found.Mismatch.Device, ["what"] = found.Mismatch.What, ["detail"] = found.Mismatch.Detail, ["count"] = found.Count, ["script"] = Lines(found.Script),
                })]),
                ["timing"] = new JsonObject { ["seconds"] = seconds, ["framesPerSecond"] = result.Frames / seconds },
            });
        }
        else
        {
            Print(result, qemus.Version, seconds, interrupted);
        }

        return status;
    }

    private static void Print(ConformResult result, string version, double seconds, bool interrupted)
    {
        var console = Terminal.Out;
        console.MarkupLineInterpolated($"sunhme of QEMU {version} under our HME driver, and our own device: each frame against the copying path's");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{(interrupted ? "interrupted after " : "")}{result.Frames:N0} frames in {result.Sessions:N0} sessions{(result.CutShort == 0 ? "" : $", {result.CutShort:N0} of them ended by a mismatch")}; {result.Frames / seconds:N0} frames/s");
        console.MarkupLineInterpolated($"drawn: {ConformDraw.Shares}");
        console.WriteLine();
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[green]match[/]      {result.Matched,9:N0}");
        foreach (var found in result.Deviations)
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]{found.Deviation.Id}[/]  {found.Count,9:N0}  {found.Deviation.Title}{(found.Deviation.IsOurs ? " (ours as well)" : "")}");
        }

        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"unmapped   {result.Unmapped,9:N0}  a buffer was unmapped early: zeroes where the IOMMU has nothing; ours stops (DMA-003)");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"where no known deviation applies: {result.AgreedMatched:N0} of {result.Agreed:N0} match");
        foreach (var (mismatch, count, script) in result.Mismatches)
        {
            console.WriteLine();
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[red]{mismatch.What}[/] of {mismatch.Device}, {count:N0} time{(count == 1 ? "" : "s")}: {mismatch.Detail}");
            console.WriteLine(script.ToString().TrimEnd());
        }

        console.WriteLine();
        console.WriteLine("not compared:");
        foreach (var skipped in Comparison.Skipped)
        {
            console.WriteLine($"  {skipped}");
        }

        console.WriteLine(result.Mismatches.Count == 0
            ? result.Deviations.Count == 0 ? "nothing differs" : "nothing differs but for the deviations in Drivers/Hme/Deviations.md"
            : $"what differs is told above, with the smallest session found that shows it: conform qemu-hme --script FILE{(CommandLine.Mutant is { } mutant ? $" --mutant {mutant}" : "")} plays it");
    }

    private static ExitStatus Play(QemuRigs qemus, ConformScript script, bool json)
    {
        var frames = new List<(Sent Sent, Deviation? Deviation)>();
        var comparison = new Comparison(qemus.Teams[0], Deviation.Known) { Judged = (sent, deviation) => frames.Add((sent, deviation)) };
        var steps = comparison.Play(script);
        var status = comparison.Mismatches.Count > 0 ? ExitStatus.Violation : ExitStatus.Holds;
        if (json)
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "conform",
                ["result"] = Verb.Word(status),
                ["adapter"] = QemuHmeName,
                ["version"] = qemus.Version,
                ["steps"] = steps,
                ["frames"] = new JsonArray([.. frames.Select(frame => new JsonObject { ["due"] = Convert.ToHexStringLower(frame.Sent.Shape.Due()), ["deviation"] = frame.Deviation?.Id })]),
                ["mismatches"] = new JsonArray([.. comparison.Mismatches.Select(found => new JsonObject { ["device"] = found.Device, ["what"] = found.What, ["detail"] = found.Detail })]),
            });
            return status;
        }

        var foretold = new Foretold(Deviation.Known);
        foreach (var (sent, deviation) in frames)
        {
            if (sent.IsFirst)
            {
                foretold.Kick();
            }

            var frame = foretold.Next(sent.Shape);
            Terminal.Out.WriteLine($"{(deviation is null ? "matches" : deviation.Id),-9}  due  {Convert.ToHexStringLower(sent.Shape.Due())}");
            if (deviation is not null)
            {
                Terminal.Out.WriteLine($"{"",-9}  sent {Convert.ToHexStringLower(frame)}  {deviation.Title}");
            }
        }

        foreach (var mismatch in comparison.Mismatches)
        {
            Terminal.Out.MarkupLineInterpolated($"[red]{mismatch.What}[/] of {mismatch.Device}: {mismatch.Detail}");
        }

        return status;
    }

    private static JsonArray Strings(IEnumerable<string> lines) => new([.. lines.Select(line => JsonValue.Create(line))]);

    private static JsonArray Lines(ConformScript script) => Strings(script.ToString().TrimEnd().Split('\n'));
}
