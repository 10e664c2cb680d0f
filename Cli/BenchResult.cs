using System.Globalization;
using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties.Costs;

namespace ZeroCopy.Cli;

/// <summary>What was measured so far. What the seed determines stands under suites; what a clock decides, under timing and ratios.</summary>
/// <param name="seed">Of every suite.</param>
/// <param name="time">For each.</param>
internal sealed class BenchResult(ulong seed, TimeSpan time)
{
    public TimeSpan Time => time;

    public List<SuiteCost> Suites { get; } = [];

    public List<ScheduleCost> Schedules { get; } = [];

    public List<Contest> Contests { get; } = [];

    public string? Stopped { get; set; }

    /// <summary>Suites that broke a law while they were measured.</summary>
    public IEnumerable<SuiteCost> Violating => Suites.Where(cost => cost.Tally.FailedCases > 0);

    public ExitStatus Status => Violating.Any() ? ExitStatus.Violation : Stopped is not null ? ExitStatus.Interrupted : ExitStatus.Holds;

    public JsonObject Json(double seconds) => new()
    {
        ["schema"] = 1,
        ["verb"] = "bench",
        ["result"] = Verb.Word(Status),
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
        ["stopped"] = Stopped,
        ["suites"] = new JsonArray([.. Suites.Select(cost => new JsonObject
        {
            ["name"] = cost.Suite.Name,
            ["size"] = Word(cost.Profile.Size),
            ["cases"] = cost.Tally.Cases,
            ["operations"] = cost.Tally.Applied,
            ["skipped"] = cost.Tally.Skipped,
            ["skippedShare"] = cost.SkippedShare,
            ["meanLiveSkbs"] = cost.MeanLiveSkbs,
            ["failedCases"] = cost.Tally.FailedCases,
        })]),
        ["schedules"] = new JsonArray([.. Schedules.Select(cost => new JsonObject
        {
            ["name"] = cost.Mix.Suite,
            ["schedules"] = cost.Schedules,
            ["steps"] = cost.Bare.Count,
        })]),
        ["ratios"] = new JsonObject([.. Schedules.SelectMany(cost => cost.Contests).Concat(Contests).Select(contest => KeyValuePair.Create(contest.Name, (JsonNode?)new JsonObject
        {
            ["ours"] = contest.Ours,
            ["peer"] = contest.Theirs,
            ["ratio"] = contest.Ratio,
        }))]),
        ["timing"] = new JsonObject
        {
            ["seconds"] = seconds,
            ["secondsEach"] = time.TotalSeconds,
            ["calibration"] = Suites.Count == 0 ? null : new JsonObject
            {
                ["stepsPerSecond"] = Suites.Max(cost => cost.Calibration.PerSecond),
                ["nanosecondsPerStep"] = Suites.Min(cost => cost.Calibration.Nanoseconds),
            },
            ["suites"] = new JsonArray([.. Suites.Select(Timing)]),
            ["schedules"] = new JsonArray([.. Schedules.Select(Timing)]),
        },
    };

    public static string Word(Size size) => size.ToString().ToLowerInvariant();

    private static JsonObject Timing(SuiteCost cost)
    {
        var timing = Speed(cost.Checked);
        timing.Insert(0, "name", cost.Suite.Name);
        timing.Insert(1, "size", Word(cost.Profile.Size));
        timing["rounds"] = cost.Checked.Rounds;
        timing["calibrationStepsPerOperation"] = cost.CalibrationSteps;
        timing["withoutDrawing"] = Speed(cost.Replayed);
        timing["withoutLaws"] = Speed(cost.WithoutLaws);
        timing["zeroCopyOnly"] = Speed(cost.ZeroCopyOnly);
        return timing;
    }

    private static JsonObject Timing(ScheduleCost cost) => new()
    {
        ["name"] = cost.Mix.Suite,
        ["rounds"] = cost.Bare.Rounds,
        ["bare"] = Speed(cost.Bare, "Step"),
        ["allLaws"] = Speed(cost.Judged, "Step"),
    };

    private static JsonObject Speed(Taken taken, string each = "Operation") => new()
    {
        [$"{char.ToLowerInvariant(each[0])}{each[1..]}sPerSecond"] = taken.PerSecond,
        [$"median{each}sPerSecond"] = taken.MedianPerSecond,
        [$"bytesPer{each}"] = taken.BytesEach,
    };
}
