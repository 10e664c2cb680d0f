using System.CommandLine;
using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify shrink FILE</c>: the smallest script that breaks the same law.</summary>
internal static class ShrinkCommand
{
    private static readonly Argument<string> Path = new("FILE") { Description = "a script that violates; - reads standard input" };
    private static readonly Option<string?> Evaluations = new("--evaluations") { Description = $"scripts to be tried at most, and as many steps of the proof over each set of lines (default {Shrinker.DefaultEvaluations})" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    /// <summary>Steps of the proof for each script that may be tried.</summary>
    private const long StepsForEach = Certificate.DefaultSteps / Shrinker.DefaultEvaluations;

    public static Command Create()
    {
        var command = new Command("shrink", "Make a failing script smaller, as long as the same law fails; it is printed.") { Path, Evaluations, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var path = parsed.GetValue(Path)!;
        var budget = parsed.GetValue(Evaluations) is { } text ? (int)Verb.Number(text, "--evaluations", 1, 1_000_000_000) : Shrinker.DefaultEvaluations;
        var script = ScriptInput.Read(path);
        if (script.Header.Mutant is { } mutant && CommandLine.Mutant is null)
        {
            return ScriptInput.On(mutant, parsed);
        }

        var laws = Suites.LawsFor(script.Header);
        var replay = new Replay(script);
        replay.Run();
        if (replay.Violations.Count == 0)
        {
            throw new InputException($"{path} holds: there is nothing to shrink");
        }

        // What its header expects must stay broken; else what it breaks first.
        var violations = replay.Violations.OrderBy(violation => violation.Rule.Id == script.Header.Expect ? 0 : 1).ToList();
        var shrunk = Shrinker.Prove(Shrinker.Shrink(script.Header, laws, script.Operations.Take(replay.Applied + replay.Skipped), violations, budget), laws, budget, StepsForEach * (long)budget);
        if (parsed.GetValue(JsonOut))
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "shrink",
                ["result"] = Verb.Word(ExitStatus.Violation),
                ["file"] = path,
                ["rule"] = shrunk.Violations[0].Rule.Id,
                ["law"] = shrunk.Violations[0].Law,
                ["shrunkScript"] = new JsonArray([.. shrunk.Script.Operations.Select(operation => JsonValue.Create(operation.ToString()))]),
                ["steps"] = shrunk.Script.Operations.Count,
                ["evaluations"] = shrunk.Evaluations,
                ["minimal"] = shrunk.Minimal,
                ["proof"] = shrunk.Certificate?.ToString(),
            });
        }
        else
        {
            Console.Out.Write(shrunk.Script);
            Console.Error.WriteLine(
                $"{shrunk.Script.Operations.Count} of {script.Operations.Count} operations, {shrunk.Evaluations} scripts tried{(shrunk.Exhausted ? ", then the budget ended: the script goes on from here with more --evaluations" : "")}: {shrunk.Violations[0].Rule}");
            Console.Error.WriteLine(shrunk.Certificate);
        }

        return ExitStatus.Violation;
    }
}
