using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Costs;

/// <summary>What an operation of a suite costs on one thread, and where the time goes: the same operations with less and less around them.</summary>
/// <param name="Suite">What ran.</param>
/// <param name="Profile">In worlds of this size.</param>
/// <param name="Tally">What the sequences counted, once.</param>
/// <param name="Checked">Drawn, applied to both paths, judged by every law of the suite: what <c>run --jobs 1</c> does.</param>
/// <param name="Replayed">The same, nothing drawn.</param>
/// <param name="WithoutLaws">Both paths.</param>
/// <param name="ZeroCopyOnly">The zero-copy path.</param>
/// <param name="Calibration">The loop beside it.</param>
public sealed record SuiteCost(Suite Suite, Profile Profile, Tally Tally, Taken Checked, Taken Replayed, Taken WithoutLaws, Taken ZeroCopyOnly, Taken Calibration)
{
    /// <summary>Blocks of sequences in a round, each timed by itself. A branch predictor learns a part of so few: with twenty times as many, and in a run, the suites skb and fork were measured a fifth to a third slower.</summary>
    private const int Blocks = 2;

    /// <summary>Drawn and not enabled, of all that was drawn.</summary>
    public double SkippedShare => (double)Tally.Skipped / (Tally.Applied + Tally.Skipped);

    public double MeanLiveSkbs => (double)Tally.LiveSkbs / Tally.Applied;

    /// <summary>Steps of the calibration loop in the time of one checked operation.</summary>
    public double CalibrationSteps => Checked.Nanoseconds / Calibration.Nanoseconds;

    /// <summary>Measures for so long.</summary>
    public static SuiteCost Measure(Suite suite, Profile profile, ulong seed, TimeSpan time, CancellationToken cancel)
    {
        var run = new SuiteRun(suite, profile, seed);
        var recordings = Enumerable.Range(0, Blocks).Select(block => new Recording(run, block)).ToList();
        var tally = new Tally(suite);
        recordings.ForEach(recording => tally.Add(recording.Tally));
        var judging = new Checker(profile, suite.LawsIn(profile));
        var pair = new Checker(profile, []);
        var world = new World(profile);
        var calibration = new Calibration();
        var taken = Rounds.Measure(
            time,
            Blocks,
            [
                new(block => run.RunBlock(block).Applied),
                new(block => recordings[block].Replay(judging)),
                new(block => recordings[block].Replay(pair)),
                new(block => recordings[block].Replay(world)),
                new(_ => calibration.Run()),
            ],
            cancel);
        return new SuiteCost(suite, profile, tally, taken[0], taken[1], taken[2], taken[3], taken[4]);
    }
}
