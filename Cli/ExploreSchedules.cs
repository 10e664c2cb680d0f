using System.Diagnostics;
using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;
using Profile = ZeroCopy.Model.Profile;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify explore acenic</c> and <c>hme</c>: every schedule of driver, handler and card within the bounds.</summary>
internal static class ExploreSchedules
{
    public static ExitStatus Run(ScheduleMix mix, Profile profile, int preemptions, int reorderings, IReadOnlyList<int> starts, int jobs, bool json, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var laws = Suites.Find(mix.Suite)!.LawsIn(profile);
        var results = new ScheduleResult?[starts.Count];
        Parallel.For(0, starts.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs }, i =>
        {
            if (!cancel.IsCancellationRequested)
            {
                results[i] = new ScheduleExplorer(mix, profile, laws, preemptions, reorderings).Run(starts[i]);
            }
        });
        foreach (var result in results.OfType<ScheduleResult>())
        {
            Terminal.Out.MarkupLineInterpolated($"{result.Start,-14} {result.States,10:N0} states {result.Steps,11:N0} accesses {result.Schedules.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),20} schedules");
            foreach (var broken in result.Violations)
            {
                Terminal.Out.MarkupLineInterpolated($"  [red]violation[/] {broken.What}: {broken.Preemptions} preemptions, {broken.Reorderings} reorderings");
                foreach (var move in broken.Moves)
                {
                    Terminal.Out.MarkupLineInterpolated($"    {move.ToString()}");
                }
            }

            foreach (var (premise, schedules) in result.Premises.Where(met => met.Schedules < result.Schedules))
            {
                Terminal.Out.MarkupLineInterpolated($"  {premise.ToString()}: {schedules.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)}");
            }
        }

        Console.Error.WriteLine($"{watch.Elapsed.TotalSeconds:F1} s");
        return results.Any(result => result is { Violations.Count: > 0 }) ? ExitStatus.Violation : ExitStatus.Holds;
    }
}
