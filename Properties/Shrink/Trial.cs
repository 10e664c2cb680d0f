using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Shrink;

/// <summary>Whether lines break a rule.</summary>
/// <param name="judge">Judges them; used again and again.</param>
public sealed class Trial(IJudge judge)
{
    private readonly List<Line> _applied = [];

    /// <summary>The lines that were enabled the last time.</summary>
    public IReadOnlyList<Line> Applied => _applied;

    /// <summary>What the last of them broke.</summary>
    public IReadOnlyList<Violation> Violations => judge.Violations;

    /// <summary>Runs lines until one breaks a rule.</summary>
    /// <param name="lines">The last is judged.</param>
    /// <param name="wanted">The rule.</param>
    /// <param name="isJudged">So are all others.</param>
    /// <returns>Whether the last line breaks the rule, and none before it was seen to break one.</returns>
    public bool Breaks(IReadOnlyList<Line> lines, Rule wanted, bool isJudged)
    {
        try
        {
            return Runs(lines, wanted, isJudged);
        }
        catch (Exception failed) when (!isJudged && failed is not OutOfMemoryException)
        {
            // What nobody judged may have left a state that no operation can work on: then a law is broken before. Where none is, the model is wrong.
            var reached = _applied.Count;
            var breaks = Runs(lines, wanted, isJudged: true);
            return _applied.Count <= reached ? breaks : throw new ModelException($"{failed.Message}, but not where each operation is judged", failed);
        }
    }

    /// <summary>Text in and text out, so that another build of the model can be asked, by whoever tries scripts.</summary>
    /// <param name="header">First line of the scripts.</param>
    /// <param name="wanted">Id of the rule.</param>
    /// <returns>Of lines: those that are enabled, where the last of them breaks the rule and none before it breaks one; else null.</returns>
    public static Func<string[], string[]?> InText(string header, string wanted)
    {
        var head = ScriptHeader.Parse(header);
        return OfLines(Dialect.Of(head, Suites.LawsFor(head)), Catalogue.Find(wanted) ?? throw new ModelException($"no rule {wanted}"));
    }

    /// <summary>The same in any language.</summary>
    public static Func<string[], string[]?> OfLines(Dialect dialect, Rule wanted)
    {
        var trial = new Trial(dialect.Judge());
        return lines => lines.Length > 0 && trial.Breaks([.. lines.Select(text => dialect.Lexicon.Parse(text) ?? throw new ModelException($"'{text}' is not an operation"))], wanted, isJudged: true)
            ? [.. trial.Applied.Select(line => line.Text)]
            : null;
    }

    /// <summary>What a script breaks first; empty where it holds.</summary>
    public IReadOnlyList<Violation> Of(Script script)
    {
        judge.Reset();
        foreach (var operation in script.Operations)
        {
            judge.Apply(operation);
            if (judge.HasPanicked || judge.Violations.Count > 0)
            {
                return [.. judge.Violations];
            }
        }

        return [];
    }

    private bool Runs(IReadOnlyList<Line> lines, Rule wanted, bool isJudged)
    {
        var last = lines.Count - 1;
        judge.Reset();
        _applied.Clear();
        for (var i = 0; i <= last; i++)
        {
            var isApplied = isJudged || i == last ? judge.Apply(lines[i].Operation) : judge.ApplyUnjudged(lines[i].Operation);
            if (!isApplied)
            {
                continue;
            }

            _applied.Add(lines[i]);
            if (judge.HasPanicked || judge.Violations.Count > 0)
            {
                return i == last && judge.Violations.Any(violation => violation.Rule == wanted);
            }
        }

        return false;
    }
}
