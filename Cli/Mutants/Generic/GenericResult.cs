using System.Text.Json.Nodes;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>What became of a mutant. All but the last two are kills.</summary>
internal enum MutantFate
{
    /// <summary>A law, a guard or a BUG check told a violation.</summary>
    Violation,

    /// <summary>The model or the harness threw: an index, an overflow, an illegal use.</summary>
    Exception,

    /// <summary>An operation did not end.</summary>
    Timeout,

    /// <summary>The run never evaluated what was changed.</summary>
    NotCovered,

    /// <summary>Everything held.</summary>
    Survived,
}

/// <summary>The judgement of one mutant.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Fate">What became of it.</param>
/// <param name="Found">Run, case, rule and law, or what was thrown; empty where nothing was found.</param>
internal sealed record GenericResult(GenericMutant Mutant, MutantFate Fate, JsonObject Found)
{
    public bool IsKilled => Fate < MutantFate.NotCovered;

    /// <summary>As a program reads it.</summary>
    public static string Word(MutantFate fate) => fate switch
    {
        MutantFate.NotCovered => "not-covered",
        _ => fate.ToString().ToLowerInvariant(),
    };

    /// <summary>From the outcome of <see cref="Properties.Generate.FixedRun.Judge"/>.</summary>
    public static GenericResult Of(GenericMutant mutant, string outcome, bool isCovered)
    {
        var found = JsonNode.Parse(outcome)!.AsObject();
        var fate = (string)found["outcome"]! switch
        {
            "violation" => MutantFate.Violation,
            "exception" => MutantFate.Exception,
            "timeout" => MutantFate.Timeout,
            _ => isCovered ? MutantFate.Survived : MutantFate.NotCovered,
        };
        found.Remove("outcome");
        return new GenericResult(mutant, fate, found);
    }

    public JsonObject Json()
    {
        var json = new JsonObject
        {
            ["number"] = Mutant.Number,
            ["file"] = Mutant.Site.File,
            ["line"] = Mutant.Site.Line,
            ["operator"] = Mutant.Site.Operator,
            ["original"] = Mutant.Site.Original,
            ["changed"] = Mutant.Site.Changed,
            ["fate"] = Word(Fate),
        };
        foreach (var (name, value) in Found)
        {
            json[name] = value!.DeepClone();
        }

        return json;
    }
}
