using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Schedule;

namespace ZeroCopy.Properties.Costs;

/// <summary>What an access of an interleaved driver costs on one thread: alone, and judged as <c>run</c> judges it.</summary>
/// <param name="Mix">Whose schedules.</param>
/// <param name="Schedules">Random ones, from each starting state.</param>
/// <param name="Bare">Coroutine steps, nothing else: no copying path, no law.</param>
/// <param name="Judged">The same steps as operations on both paths, by every law of the suite after each.</param>
/// <param name="Calibration">The loop beside it.</param>
public sealed record ScheduleCost(ScheduleMix Mix, int Schedules, Taken Bare, Taken Judged, Taken Calibration)
{
    /// <summary>Schedules from each starting state.</summary>
    private const int FromEach = 4;

    /// <summary>Ours beside the calibration loop.</summary>
    public IEnumerable<Contest> Contests =>
    [
        new Contest($"{Mix.Suite}-steps", "calibration loop", "coroutine steps", Bare.PerSecond, Calibration.PerSecond),
        new Contest($"{Mix.Suite}-judged-steps", "calibration loop", "coroutine steps", Judged.PerSecond, Calibration.PerSecond),
    ];

    /// <summary>Measures for so long.</summary>
    public static ScheduleCost Measure(ScheduleMix mix, ulong seed, TimeSpan time, CancellationToken cancel)
    {
        var world = new World(Profile.Tiny);
        var checker = new Checker(Profile.Tiny, Suites.Find(mix.Suite)!.LawsIn(Profile.Tiny));
        var schedules = Enumerable.Range(0, FromEach * mix.Starts.Count)
            .Select(i => new RecordedSchedule(mix.Starts[i % mix.Starts.Count].Before, Rng.Mix(seed, Rng.Mix(mix.Suite), (ulong)i))).ToList();
        var calibration = new Calibration();
        var taken = Rounds.Measure(
            time,
            schedules.Count,
            [
                new(i => schedules[i].Run(world), i => schedules[i].Prepare(world)),
                new(i => schedules[i].Run(checker), i => schedules[i].Prepare(checker)),
            ],
            cancel);
        // Beside them, not between them: the loop is longer than all schedules together.
        var beside = Rounds.Measure(time / 10, 1, [new(_ => calibration.Run())], cancel);
        return new ScheduleCost(mix, schedules.Count, taken[0], taken[1], beside[0]);
    }
}
