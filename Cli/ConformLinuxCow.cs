using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Cli.Linux;
using ZeroCopy.Model;
using ZeroCopy.Properties.Conform.Cow;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify conform linux-cow</c>: the running kernel's fork, exec, exit and copy-on-write against the model under linux 6 and an eager copy.</summary>
internal static class ConformLinuxCow
{
    public const string Name = "linux-cow";
    public const long DefaultCases = 150;

    private static readonly string[] NotCompared =
    [
        "pages of a file that a private area only reads: the kernel maps them ahead of use",
        "reads that only map, page-table writes and time",
        "swap, reclaim and compaction: whatever the kernel does of itself shows as a copy without a reason, is repeated, and counted where it does not repeat",
        "threads (CLONE_VM): the processes are driven one operation at a time",
    ];

    /// <summary>What is asked for.</summary>
    internal sealed record Options(long Cases, TimeSpan? Limit, ulong Seed, TimeSpan Timeout, Script? Script, bool Json);

    public static ExitStatus Run(Options options, CancellationToken cancel)
    {
        using var cpu = new OneCpu(0);
        using var cow = new LinuxCow(options.Timeout);
        var run = new CowConformRun(new LinuxCowRig(cow), options.Seed);
        var watch = Stopwatch.StartNew();
        var told = TimeSpan.Zero;
        if (options.Script is { } script)
        {
            run.Play(script.Operations);
        }
        else
        {
            run.Compare(
                options.Cases,
                () => cancel.IsCancellationRequested || watch.Elapsed >= options.Limit,
                so =>
                {
                    if (watch.Elapsed - told > TimeSpan.FromSeconds(0.2))
                    {
                        told = watch.Elapsed;
                        Terminal.Tell(string.Create(CultureInfo.InvariantCulture, $"{so:N0}{(options.Limit is null ? $" of {options.Cases:N0}" : "")} sequences compared"));
                    }
                });
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var result = run.Finish(() => cancel.IsCancellationRequested);
        Terminal.Tell(null);
        var interrupted = cancel.IsCancellationRequested;
        var status = !result.Holds ? ExitStatus.Violation : interrupted ? ExitStatus.Interrupted : ExitStatus.Holds;
        if (options.Json)
        {
            Verb.Print(Json(options, cow.Probe, result, status, interrupted, seconds));
        }
        else
        {
            Print(cow.Probe, result, seconds, interrupted);
        }

        return status;
    }

    private static JsonObject Json(Options options, CowProbe probe, CowResult result, ExitStatus status, bool interrupted, double seconds) => new()
    {
        ["schema"] = 1,
        ["verb"] = "conform",
        ["result"] = Verb.Word(status),
        ["stopped"] = interrupted ? "interrupted" : null,
        ["adapter"] = Name,
        ["version"] = probe.Release,
        ["probe"] = new JsonObject { ["available"] = true, ["mode"] = probe.Mode, ["skipped"] = Strings([.. probe.Skipped, .. NotCompared]) },
        ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
        ["cases"] = result.Cases,
        ["operations"] = result.Operations,
        ["matched"] = result.Matched,
        ["writes"] = result.Writes,
        ["copies"] = result.Copies,
        ["extraCopies"] = result.ExtraCopies,
        ["deviations"] = new JsonArray(),
        ["mismatches"] = new JsonArray([.. result.Mismatches.Select(found => new JsonObject
        {
            ["what"] = Spell(found.Mismatch.Kind), ["operation"] = found.Mismatch.Operation.ToString(), ["detail"] = found.Mismatch.Detail, ["count"] = found.Count, ["script"] = Strings(Lines(found.Script)),
        })]),
        ["timing"] = new JsonObject { ["seconds"] = seconds, ["operationsPerSecond"] = result.Operations / seconds },
    };

    private static void Print(CowProbe probe, CowResult result, double seconds, bool interrupted)
    {
        var console = Terminal.Out;
        console.MarkupLineInterpolated($"Linux {probe.Release}, every process on CPU {probe.Cpu}, against the model under linux6 and an eager copy of each address space");
        console.MarkupLineInterpolated($"probe: {probe.Mode}; page frames {Word(probe.HasPfn)}, vmsplice {probe.Vmsplice}, io_uring {probe.IoUring}, /proc/PID/mem {probe.Poke}, swap {Word(probe.HasSwap)}");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{(interrupted ? "interrupted after " : "")}{result.Operations:N0} operations in {result.Cases:N0} sequences; {result.Operations / seconds:N0} operations/s");
        console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{result.Writes:N0} writes, {result.Copies:N0} of them copied a page; {result.ExtraCopies:N0} copies without a reason that did not repeat ({result.ExtraPercent:0.00} % of the writes, at most {CowResult.MostExtraPercent} %)");
        foreach (var (mismatch, count, script) in result.Mismatches)
        {
            console.WriteLine();
            console.MarkupLineInterpolated($"[red]{Spell(mismatch.Kind)}[/], {count:N0} time{(count == 1 ? "" : "s")}: {mismatch.Operation}: {mismatch.Detail}");
            console.WriteLine(script.ToString().TrimEnd());
        }

        console.WriteLine();
        console.WriteLine("not compared:");
        foreach (var line in (string[])[.. probe.Skipped, .. NotCompared])
        {
            console.WriteLine($"  {line}");
        }

        console.WriteLine(result.Mismatches.Count > 0 ? $"what differs is told above, with the smallest script found that shows it: conform {Name} --script FILE plays it"
            : result.Holds ? "no copy is missing, no byte is wrong"
            : "no copy is missing and no byte is wrong, but copies without a reason are too many");
    }

    private static string Word(bool has) => has ? "yes" : "no";

    private static string Spell(CowFinding kind) => kind switch
    {
        CowFinding.WrongByte => "wrong byte",
        CowFinding.MissingCopy => "missing copy",
        CowFinding.ExtraCopy => "copy without a reason",
        _ => "another answer",
    };

    private static string[] Lines(Script script) => script.ToString().TrimEnd().Split('\n');

    private static JsonArray Strings(IEnumerable<string> lines) => new([.. lines.Select(line => JsonValue.Create(line))]);
}
