using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Report;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify replay FILE|-</c>: a script again, step by step.</summary>
internal static class ReplayCommand
{
    private const int Margin = 9;

    private static readonly Argument<string> Path = new("FILE") { Description = "the script; - reads standard input" };
    private static readonly Option<string?> Mutant = new("--mutant") { Description = "run with this recorded bug compiled in (default: the one that the script's first line names)" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("replay", "Run a script step by step; status 1 when it violates, or is not what its header expects.") { Path, Mutant, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var path = parsed.GetValue(Path)!;
        var script = ScriptInput.Read(path);
        if ((parsed.GetValue(Mutant) ?? script.Header.Mutant) is { } mutant && CommandLine.Mutant is null)
        {
            return ScriptInput.On(mutant, parsed);
        }

        var json = parsed.GetValue(JsonOut);
        var console = Terminal.Out;
        var replay = new Replay(script) { Explains = !json };
        while (replay.Next(out var step))
        {
            cancel.ThrowIfCancellationRequested();
            if (!json)
            {
                var (colour, verdict) = step.Skipped ? ("grey", "skipped") : step.Violations.Count > 0 ? ("red", "violated") : ("green", "ok");
                console.MarkupLine($"[{colour}]{verdict,-8}[/] {step.Operation.ToString().EscapeMarkup()}");
                foreach (var line in step.Changes)
                {
                    PrintChange(console, line);
                }
            }
        }

        var expected = script.Header.Expect is { } rule ? replay.Violations.Any(violation => violation.Rule.Id == rule) : replay.Violations.Count == 0;
        var status = expected ? ExitStatus.Holds : ExitStatus.Violation;
        if (json)
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "replay",
                ["result"] = Verb.Word(status),
                ["file"] = path,
                ["suite"] = script.Header.Suite,
                ["expect"] = script.Header.Expect,
                ["operations"] = replay.Applied,
                ["skipped"] = replay.Skipped,
                ["violations"] = ViolationOutput.Json(replay.Violations),
            });
            return status;
        }

        if (replay.Violations.Count > 0)
        {
            PrintWorld(console, script, replay);
            ViolationOutput.Print(console, replay.Violations);
        }

        console.MarkupLineInterpolated($"{replay.Applied} operation{(replay.Applied == 1 ? "" : "s")}{(replay.Skipped == 0 ? "" : $", {replay.Skipped} skipped")}: {(replay.Violations.Count == 0 ? "every law held" : "violated")}{(script.Header.Expect is null ? "" : expected ? ", as expected" : $", expected {script.Header.Expect}")}");
        return status;
    }

    /// <summary>Below the operation; on a terminal what is too long goes on at the same margin.</summary>
    private static void PrintChange(IAnsiConsole console, string line)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.Write(new Padder(new Text(line, new Style(Color.Grey)), new Padding(Margin, 0, 0, 0)));
        }
        else
        {
            console.WriteLine(new string(' ', Margin) + line);
        }
    }

    /// <summary>What a report shows: the world as the violation left it, and the bytes that differ.</summary>
    private static void PrintWorld(IAnsiConsole console, Script script, Replay replay)
    {
        console.WriteLine();
        foreach (var line in replay.Picture.Lines())
        {
            console.WriteLine(line);
        }

        console.WriteLine();
        foreach (var line in ByteEvidence.Of(script, replay.Checker.Laws).Split('\n').Where(line => line.Length > 0 && !line.StartsWith("```", StringComparison.Ordinal)))
        {
            console.WriteLine(line);
        }
    }
}
