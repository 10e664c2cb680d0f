using ZeroCopy.Model;
using ZeroCopy.Properties.Schedule;

namespace ZeroCopy.Properties.Generate;

/// <summary>What turns red under a recorded bug, where a law is left out. Text in and text out, so that another build of the model can be asked; laws stand as in <c>SKB-001/GeometryHolds</c>, guards and BUG checks as in <c>SKB-001/guard</c>.</summary>
public static class Necessity
{
    /// <summary>Sequences of each random run.</summary>
    public const int Cases = 300;

    /// <summary>Random runs, with seeds 1, 2, ...</summary>
    public const int Seeds = 3;

    /// <summary>Stands where the model itself failed: no law turned red, and yet the bug does not pass unseen.</summary>
    public const string ModelFailed = "model/failed";

    /// <summary>What a script breaks at its first failing step, with spaces between; empty where it holds to its end.</summary>
    public static string Broken(string script) => OrFailed(() => Names(Replay.Run(Script.Parse(script, Language.All))));

    /// <summary>The same where each law is asked of every subject, whatever traits that has.</summary>
    public static string BrokenOfAll(string script) => OrFailed(() =>
    {
        var parsed = Script.Parse(script, Language.All);
        var replay = new Replay(parsed, [.. Suites.LawsFor(parsed.Header).Select(law => law.OfAll())]);
        replay.Run();
        return Names(replay.Violations);
    });

    /// <summary>What random sequences of a suite break first, with spaces between; empty where all of them hold.</summary>
    /// <param name="header">First line of a script: suite, sizes, and laws that are left out.</param>
    public static string BrokenAtRandom(string header) => OrFailed(() => AtRandom(header));

    /// <summary>What a driver's schedules break, from the first start that breaks anything, with spaces between; empty where all of them hold.</summary>
    /// <param name="header">First line of a script: the driver's suite, the memory model, and laws that are left out.</param>
    public static string BrokenInSchedules(string header) => OrFailed(() => InSchedules(header));

    private static string AtRandom(string header)
    {
        var head = ScriptHeader.Parse(header);
        var suite = Suites.Find(head.Suite) ?? throw new ModelException($"no suite {head.Suite}");
        var broken = new List<Violation>();
        for (var seed = 1ul; seed <= Seeds; seed++)
        {
            var found = false;
            var tally = new SuiteRun(suite with { Laws = Suites.LawsFor(head) }, head.Profile, seed).Run(Cases, 1, () => found, so => found = so.Failures.Count > 0);
            broken.AddRange(tally.Failures.Take(1).SelectMany(failure => failure.Violations));
        }

        return Names(broken);
    }

    private static string InSchedules(string header)
    {
        var head = ScriptHeader.Parse(header);
        var mix = ScheduleMix.Find(head.Suite) ?? throw new ModelException($"no schedules of {head.Suite}");
        for (var start = 0; start < mix.Starts.Count; start++)
        {
            var explorer = new ScheduleExplorer(mix, head.Profile, Suites.LawsFor(head), ScheduleExplorer.DefaultPreemptions, ScheduleExplorer.DefaultReorderings);
            if (explorer.Run(start, () => explorer.HasBrokenAny).Violations is { Count: > 0 } violations)
            {
                return string.Join(' ', violations.Select(broken => string.Join('/', broken.What.Split(' ').Take(2))).Distinct());
            }
        }

        return "";
    }

    private static string OrFailed(Func<string> find)
    {
        try
        {
            return find();
        }
        catch (Exception broken) when (broken is not (OutOfMemoryException or ScriptException))
        {
            return ModelFailed;
        }
    }

    private static string Names(IEnumerable<Violation> violations) => string.Join(' ', violations.Select(broken => $"{broken.Rule.Id}/{broken.Law}").Distinct());
}
