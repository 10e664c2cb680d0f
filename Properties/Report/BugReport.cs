using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;
using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Report;

/// <summary>A finding as a text that someone else can read, replay and act on.</summary>
public static class BugReport
{
    /// <summary>The name that its files share: the rule, and 8 hexadecimal digits of XxHash3 over the script.</summary>
    public static string NameOf(Finding finding) =>
        $"{finding.Main.Rule.Id}-{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(finding.Shrunk.Script.ToString())) >> 32:x8}";

    /// <summary>Markdown of a finding.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="file">The file that its script is in.</param>
    public static string Of(Finding finding, string file) => Of(finding.Shrunk, finding.Operations.Count, file);

    /// <summary>Shrinks a script that violates and reports it. Text in and text out, so that another build of the model can be asked.</summary>
    /// <param name="script">Its header's expect= names the rule that must stay broken.</param>
    /// <param name="file">The file that the smallest script will be in.</param>
    /// <param name="evaluations">Budget of the minimiser.</param>
    public static string OfScript(string script, string file, int evaluations)
    {
        var parsed = Script.Parse(script, Language.All);
        return Of(Shrinker.Prove(Shrinker.Shrink(parsed, parsed.Header.Expect, evaluations), Suites.LawsFor(parsed.Header), evaluations), parsed.Operations.Count, file);
    }

    /// <summary>Rule and evidence, the command that replays it, the script with what each step changed, the world at the end.</summary>
    private static string Of(Shrunk shrunk, int operations, string file)
    {
        var (script, main) = (shrunk.Script, shrunk.Violations[0]);
        var (header, rule, laws) = (script.Header, main.Rule, Suites.LawsFor(script.Header));
        var isBug = main.Law == Violation.Guard;
        var text = new StringBuilder()
            .Append($"# {rule}\n\n")
            .Append($"**{main.Explanation}**\n\n")
            .Append($"- broken by: operation {script.Operations.Count}, `{main.Operation}`\n")
            .Append(Blocks(script, laws, main.Explanation))
            .Append(isBug ? "- found by: a BUG check within the operation, which stopped it halfway\n" : $"- found by: the law {main.Law}, after the operation\n")
            .Append($"- why it matters: {rule.Because}\n")
            .Append($"- rule {rule.Id}: {rule.Source} (basis {SpecText.Word(rule.Basis)})\n");
        foreach (var other in shrunk.Violations.Skip(1))
        {
            text.Append($"- also broken by this operation: {other.Rule}\n  {other.Explanation}\n");
        }

        if (ByteEvidence.Of(script, laws) is { Length: > 0 } evidence)
        {
            text.Append("\n## The bytes that differ\n\n").Append(evidence);
        }

        text.Append("\n## Replay\n\n```\n")
            .Append($"./zcverify replay {file}{(header.Mutant is null ? "" : $" --mutant {header.Mutant}")}\n```\n\n")
            .Append(header.Mutant is { } mutant ? $"On the model with the recorded bug {mutant} compiled in. " : "")
            .Append($"Exit status 0 while {header.Expect} is violated as here, 1 when it no longer is.\n\n")
            .Append("The script:\n\n```\n").Append(script).Append("```\n\n")
            .Append($"{Count(script.Operations.Count, "operation")}, from a sequence of {operations}. {Minimality(shrunk)}\n\n")
            .Append(Siblings(script, file));
        var lines = script.Operations.Select(new Lexicon(Language.All).Of).ToList();
        var trials = new Trials(header, laws, rule);
        var needed = Necessity.Of(lines, trials);
        var (steps, lanes) = (new StringBuilder(), new Lanes());
        var replay = new Replay(script, laws) { Explains = true };
        for (var number = 1; replay.Next(out var step); number++)
        {
            steps.Append($"{number}. `{step.Operation}`{(step.Violations.Count > 0 ? isBug ? " **stops at the BUG; until then:**" : " **breaks the rule:**" : "")}\n");
            foreach (var line in step.Changes)
            {
                steps.Append($"   - {line}\n");
            }

            steps.Append(number <= needed.Count ? $"   - *{needed[number - 1]}*\n" : "");
            lanes.Add(replay.Checker.World, replay.Picture);
        }

        text.Append("## Step by step\n\n").Append(steps);
        if (lanes.Text() is { Length: > 0 } picture)
        {
            text.Append("\n## Who holds what\n\n").Append(picture);
        }

        text.Append(isBug ? "\n## The world when it stopped\n\n```\n" : "\n## The world after it\n\n```\n");
        foreach (var line in replay.Picture.Lines())
        {
            text.Append(line).Append('\n');
        }

        text.Append("```\n");
        if (new Variation(lines, header.Profile, trials).Text() is { Length: > 0 } variation)
        {
            text.Append($"\n## What may vary\n\nEach operand alone was given other values, everything else as it is. Of a range both ends were tried, and some between. \"Breaks it\": this rule is the first that is broken, at whatever step.\n\n").Append(variation);
        }

        return text.ToString();
    }

    /// <summary>What is known of whether the script could be smaller.</summary>
    private static string Minimality(Shrunk shrunk) =>
        $"{Count(shrunk.Evaluations, "candidate")} tried{(shrunk.Exhausted ? "; the budget ended there" : "")}.{(shrunk.Certificate is { } certificate ? $"\n\n{certificate}" : "")}";

    /// <summary>The files that are written beside the report.</summary>
    private static string Siblings(Script script, string file)
    {
        var frames = EmittedFrames.Count(script);
        return $"Beside it lies `{Path.GetFileName(Path.ChangeExtension(file, ".cs"))}`, a test that fails while the rule is broken"
            + (frames == 0 ? ".\n\n" : $", and `{Path.GetFileName(Path.ChangeExtension(file, ".pcap"))}`, the {(frames == 1 ? "frame" : $"{frames} frames")} on the wire of the zero-copy path, both directions, up to the violation.\n\n");
    }

    /// <summary>Objects of kmalloc that a text names, by the skb whose head they were before the operation.</summary>
    private static string Blocks(Script script, IReadOnlyList<Law> laws, string text)
    {
        var before = new Replay(script, laws) { Explains = true };
        for (var i = 1; i < script.Operations.Count; i++)
        {
            before.Next(out _);
        }

        return string.Concat(before.Checker.World.Skbs.LiveBlocks.Select(block => block.Memory!)
            .Where(memory => Regex.IsMatch(text, $@"{Regex.Escape(memory.ToString())}\b"))
            .OrderBy(memory => memory.Address)
            .Select(memory => $"- {memory} is the head of {before.Picture.OwnerOf(memory)}\n"));
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
