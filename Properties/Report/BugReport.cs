using System.IO.Hashing;
using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Report;

/// <summary>A finding as a text that someone else can read, replay and act on.</summary>
public static class BugReport
{
    /// <summary>The name that its files share: the rule, and 8 hexadecimal digits of XxHash3 over the script.</summary>
    public static string NameOf(Finding finding) =>
        $"{finding.Main.Rule.Id}-{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(finding.Shrunk.Script.ToString())) >> 32:x8}";

    /// <summary>Markdown: the rule, what was found, the script with what each step changed, the world at the end.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="replay">The command that replays it.</param>
    public static string Of(Finding finding, string replay)
    {
        var rule = finding.Main.Rule;
        var script = finding.Shrunk.Script;
        var text = new StringBuilder()
            .Append("# ").Append(rule).Append("\n\n")
            .Append(finding.Main.Explanation).Append("\n\n")
            .Append("- operation: `").Append(finding.Main.Operation).Append("`\n")
            .Append("- found by: ").Append(finding.Main.Law == Violation.Guard ? "a guard or BUG check on the way" : $"law {finding.Main.Law}, after the operation").Append('\n')
            .Append("- because: ").Append(rule.Because).Append('\n')
            .Append("- source: ").Append(rule.Source).Append(" (").Append(SpecText.Word(rule.Basis)).Append(")\n");
        if (script.Header.Mutant is { } mutant)
        {
            text.Append("- on the model with the recorded bug ").Append(mutant).Append(" compiled in\n");
        }

        foreach (var other in finding.Broke.Skip(1))
        {
            text.Append("- the same step also breaks ").Append(other.Rule).Append(' ').Append(other.Explanation).Append('\n');
        }

        text.Append("- replay: `").Append(replay).Append("`\n\n")
            .Append("## The smallest script\n\n```\n").Append(script).Append("```\n\n")
            .Append(Count(script.Operations.Count, "operation")).Append(", from a sequence of ").Append(finding.Operations.Count)
            .Append("; ").Append(Count(finding.Shrunk.Evaluations, "script")).Append(" tried, ")
            .Append(finding.Shrunk.Exhausted ? "then the budget ended" : "and nothing more could be taken away").Append(".\n\n")
            .Append("## Step by step\n\n");
        var replayed = new Replay(script) { Explains = true };
        var number = 1;
        while (replayed.Next(out var step))
        {
            text.Append(number++).Append(". `").Append(step.Operation).Append("`\n");
            foreach (var line in step.Changes)
            {
                text.Append("   - ").Append(line).Append('\n');
            }
        }

        text.Append("\n## The world after the last step\n\n```\n");
        foreach (var line in new Picture(replayed.Checker.World).Lines())
        {
            text.Append(line).Append('\n');
        }

        return text.Append("```\n").ToString();
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
