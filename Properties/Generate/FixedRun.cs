using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Model.Smp;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Generate;

/// <summary>So many sequences of each suite, the same for everyone: what a small mistake in the model is judged by. Text in and text out, so that another build of the model can be asked.</summary>
public static class FixedRun
{
    /// <summary>What is said where nothing failed.</summary>
    public static string Held { get; } = new JsonObject { ["outcome"] = "held" }.ToJsonString();

    /// <summary>Every run of a suite: those of the other memory model and of the other kernel's rules are runs of their own.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Suites.All.Select(suite => suite.Name), "acenic/rmo", "hme/rmo", "pages/linux6", "fork/linux6"];

    /// <summary>Runs suites by turns, a block of each, until something fails.</summary>
    /// <param name="names">Of <see cref="All"/>, with spaces between: those that may find it soonest come first.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="cases">Sequences of each.</param>
    /// <returns>JSON: outcome (held, violation, timeout, exception), and where it did not hold run, case, rule and law, or what.</returns>
    public static string Judge(string names, ulong seed, long cases)
    {
        var runs = names.Split(' ').Select(name => (Name: name, Run: Named(name, seed))).ToList();
        for (var block = 0L; block * SuiteRun.BlockCases < cases; block++)
        {
            foreach (var (name, run) in runs)
            {
                if (Fails(name, run, block, (int)Math.Min(SuiteRun.BlockCases, cases - (block * SuiteRun.BlockCases))) is { } failed)
                {
                    return failed.ToJsonString();
                }
            }
        }

        return Held;
    }

    private static SuiteRun Named(string name, ulong seed)
    {
        var words = name.Split('/');
        var profile = words[^1] switch
        {
            "rmo" => Profile.Tiny with { MemoryModel = MemoryModel.Rmo },
            "linux6" => Profile.Tiny with { Kernel = Kernel.Linux6 },
            _ => Profile.Tiny,
        };
        return new SuiteRun(Suites.Find(words[0]) ?? throw new ModelException($"no suite {name}"), profile, seed);
    }

    private static JsonObject? Fails(string name, SuiteRun run, long block, int cases)
    {
        try
        {
            if (run.FirstFailure(block, cases) is not { } failure)
            {
                return null;
            }

            var first = failure.Violations[0];
            return new JsonObject
            {
                ["outcome"] = failure.Violations.All(violation => violation.Rule == EqvRules.Ends) ? "timeout" : "violation",
                ["run"] = name,
                ["case"] = failure.Case,
                ["rule"] = first.Rule.Id,
                ["law"] = first.Law,
            };
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return new JsonObject { ["outcome"] = "exception", ["run"] = name, ["what"] = $"{thrown.GetBaseException().GetType().Name}: {thrown.GetBaseException().Message}" };
        }
    }
}
