using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Properties.Schedule;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Properties.Generate;

/// <summary>The search for one recorded bug: a suite until the first failing step, and the smallest script. Text in and text out, so that another build of the model can be asked.</summary>
public static class Hunt
{
    /// <summary>Runs a suite on random sequences until something fails.</summary>
    /// <param name="suite">The suite's name.</param>
    /// <param name="header">First line of the scripts that come out.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="cases">Sequences at most.</param>
    /// <param name="wanted">The rule that is to be seen broken: where it is among those of the first failing step, the script is shrunk to it.</param>
    /// <param name="evaluations">Budget of the minimiser.</param>
    /// <returns>JSON: found, operations (applied up to and with the failing one), reported (rules of the first failing step), script, length, evaluations.</returns>
    public static string Search(string suite, string header, ulong seed, long cases, string wanted, int evaluations)
    {
        var with = Suites.Find(suite) ?? throw new ModelException($"no suite {suite}");
        var head = ScriptHeader.Parse(header);
        var laws = Suites.LawsFor(head);
        var run = new SuiteRun(with with { Laws = laws }, head.Profile, seed);
        var found = false;
        var tally = run.Run(cases, 1, () => found, so => found = so.Failures.Count > 0);
        if (tally.Failures.Count == 0)
        {
            return new JsonObject { ["found"] = false, ["operations"] = tally.Applied }.ToJsonString();
        }

        var failure = tally.Failures[0];
        var violations = failure.Violations.OrderBy(violation => violation.Rule.Id == wanted ? 0 : 1).ToList();
        var shrunk = Shrinker.Shrink(head, laws, failure.Operations, violations, evaluations);
        return new JsonObject
        {
            ["found"] = true,
            ["operations"] = tally.AppliedBefore + failure.Operations.Count,
            ["reported"] = new JsonArray([.. failure.Violations.Select(violation => violation.Rule.Id).Distinct().Select(id => JsonValue.Create(id))]),
            ["script"] = new JsonArray([.. shrunk.Script.Operations.Select(operation => JsonValue.Create(operation.ToString()))]),
            ["length"] = shrunk.Script.Length,
            ["evaluations"] = shrunk.Evaluations,
        }.ToJsonString();
    }

    /// <summary>Explores a driver's schedules until a rule is broken.</summary>
    /// <param name="suite">The driver's suite.</param>
    /// <param name="header">First line of the scripts that come out: the memory model stands there.</param>
    /// <param name="wanted">The rule that is to be seen broken.</param>
    /// <param name="evaluations">Budget of the minimiser.</param>
    /// <returns>JSON as <see cref="Search"/>; operations are accesses that were judged.</returns>
    public static string Schedules(string suite, string header, string wanted, int evaluations)
    {
        var with = Suites.Find(suite) ?? throw new ModelException($"no suite {suite}");
        var mix = ScheduleMix.Find(suite) ?? throw new ModelException($"no schedules of {suite}");
        var head = ScriptHeader.Parse(header);
        var (steps, reported) = (0L, new List<string>());
        // Few turns first, from every start: what needs few is found soon, and comes out short.
        for (var bound = 0; bound <= Math.Max(ScheduleExplorer.DefaultPreemptions, ScheduleExplorer.DefaultReorderings); bound++)
        {
            for (var start = 0; start < mix.Starts.Count; start++)
            {
                var explorer = new ScheduleExplorer(mix, head.Profile, Suites.LawsFor(head), Math.Min(bound, ScheduleExplorer.DefaultPreemptions), Math.Min(bound, ScheduleExplorer.DefaultReorderings));
                var result = explorer.Run(start, () => explorer.HasBroken(wanted));
                steps += result.Steps;
                reported.AddRange(result.Violations.Select(broken => broken.What.Split(' ')[0]));
                if (result.Violations.FirstOrDefault(broken => broken.What.StartsWith(wanted + " ", StringComparison.Ordinal)) is { } found)
                {
                    var shrunk = Shrinker.Shrink(new Script(head, found.Script), wanted, evaluations);
                    return new JsonObject
                    {
                        ["found"] = true,
                        ["operations"] = steps,
                        ["reported"] = new JsonArray([.. reported.Distinct().Select(id => JsonValue.Create(id))]),
                        ["script"] = new JsonArray([.. shrunk.Script.Operations.Select(operation => JsonValue.Create(operation.ToString()))]),
                        ["length"] = shrunk.Script.Length,
                        ["evaluations"] = shrunk.Evaluations,
                    }.ToJsonString();
                }
            }
        }

        return new JsonObject { ["found"] = reported.Count > 0, ["operations"] = steps, ["reported"] = new JsonArray([.. reported.Distinct().Select(id => JsonValue.Create(id))]), ["script"] = new JsonArray() }.ToJsonString();
    }

    /// <summary>Explores a mix to its default depth for what breaks one of the rules, and makes the nearest script that does smaller.</summary>
    /// <param name="mix">The mix's name.</param>
    /// <param name="header">First line of the script that comes out.</param>
    /// <param name="wanted">Ids of the rules, by preference, with spaces between.</param>
    /// <param name="evaluations">Budget of the minimiser.</param>
    /// <returns>The operations of the script, one a line; empty where every such rule holds.</returns>
    public static string Explore(string mix, string header, string wanted, int evaluations)
    {
        var with = ExploreMix.Find(mix) ?? throw new ModelException($"no mix {mix}");
        var head = ScriptHeader.Parse(header);
        var found = new Explorer(() => new WorldExplored(with, head.Profile), 1).Run(with.DefaultDepth, null, Explorer.DefaultMostStates, () => false);
        foreach (var rule in wanted.Split(' '))
        {
            if (found.Violations.FirstOrDefault(met => met.What.StartsWith(rule + " ", StringComparison.Ordinal)) is { } met)
            {
                return Smallest(new Script(head, [.. with.ScriptOf(met.Trace)]), rule, evaluations);
            }
        }

        return "";
    }

    /// <summary>Makes scripts smaller that break a rule, and says what is known of those with fewer operations.</summary>
    /// <param name="scripts">The scripts, all with the same first line.</param>
    /// <param name="wanted">Id of the rule.</param>
    /// <param name="evaluations">Budget of the minimiser, for each.</param>
    /// <param name="steps">Budget of the proof.</param>
    /// <returns>JSON, one of each: script, length, evaluations, minimal, proof (in words), steps.</returns>
    public static string Prove(string[] scripts, string wanted, int evaluations, long steps)
    {
        var proofs = new Proofs();
        return new JsonArray([.. scripts.Select(script => Proved(Script.Parse(script, Language.All), wanted, evaluations, steps, proofs))]).ToJsonString();
    }

    /// <summary>Makes a script smaller that breaks a rule.</summary>
    /// <returns>The operations that are left, one a line.</returns>
    public static string Shrink(string script, string wanted, int evaluations) => Smallest(Script.Parse(script, Language.All), wanted, evaluations);

    private static string Smallest(Script script, string wanted, int evaluations) => string.Join('\n', Shrinker.Prove(Shrinker.Shrink(script, wanted, evaluations), Suites.LawsFor(script.Header), evaluations).Script.Operations);

    private static JsonObject Proved(Script script, string wanted, int evaluations, long steps, Proofs proofs)
    {
        var shrunk = Shrinker.Prove(Shrinker.Shrink(script, wanted, evaluations), Suites.LawsFor(script.Header), evaluations, steps, proofs);
        return new JsonObject
        {
            ["script"] = new JsonArray([.. shrunk.Script.Operations.Select(operation => JsonValue.Create(operation.ToString()))]),
            ["length"] = shrunk.Script.Length,
            ["evaluations"] = shrunk.Evaluations,
            ["minimal"] = shrunk.Minimal,
            ["proof"] = shrunk.Certificate?.ToString(),
            ["steps"] = shrunk.Certificate?.Spent ?? 0,
        };
    }
}
