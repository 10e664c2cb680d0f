using System.Globalization;
using Spectre.Console;
using ZeroCopy.Properties.Costs;

namespace ZeroCopy.Cli;

/// <summary>What bench has to say to people: tables on a terminal, plain lines in a pipe.</summary>
internal sealed class BenchTables(BenchResult result)
{
    public void Print(IAnsiConsole console)
    {
        if (console.Profile.Out.IsTerminal)
        {
            console.Write(Speeds());
            console.Write(WhereTimeGoes());
            if (result.Schedules.Count + result.Contests.Count > 0)
            {
                console.Write(Steps());
                console.Write(Contests());
            }
        }
        else
        {
            foreach (var cost in result.Suites)
            {
                console.WriteLine(Line(cost));
            }

            foreach (var cost in result.Schedules)
            {
                console.WriteLine(Line(cost));
            }

            foreach (var contest in result.Contests)
            {
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contest.Name}: {contest.Ours:F0} {contest.Unit}/s, {contest.Peer} {contest.Theirs:F0}/s, ratio {contest.Ratio:G3}"));
            }
        }

        if (result.Suites.Count > 0)
        {
            console.MarkupLineInterpolated($"one core, best of {result.Suites.Min(cost => cost.Checked.Rounds)} rounds or more; a step of the calibration loop took {result.Suites.Min(cost => cost.Calibration.Nanoseconds):F2} ns{(result.Stopped is null ? "" : $"; {result.Stopped}")}");
        }

        foreach (var cost in result.Violating)
        {
            console.MarkupLineInterpolated($"[red]violation[/] {cost.Tally.FailedCases} of {cost.Tally.Cases} sequences of {cost.Suite.Name}: 'zcverify run {cost.Suite.Name} --size {BenchResult.Word(cost.Profile.Size)}' says which");
        }
    }

    private Table Speeds()
    {
        var table = Columns("checked operations", "suite", "size", "operations/s", "calibration steps each", "bytes each", "live skbs", "skipped");
        foreach (var cost in result.Suites)
        {
            table.AddRow(
                cost.Suite.Name, BenchResult.Word(cost.Profile.Size), $"{cost.Checked.PerSecond:N0}", $"{cost.CalibrationSteps:N0}", $"{cost.Checked.BytesEach:N0}", $"{cost.MeanLiveSkbs:N1}", $"{cost.SkippedShare:P1}");
        }

        return table;
    }

    private Table WhereTimeGoes()
    {
        var table = Columns("where the time goes: ns for each operation", "suite", "size", "zero-copy path", "copying path", "laws", "drawing", "all");
        foreach (var cost in result.Suites)
        {
            table.AddRow([cost.Suite.Name, BenchResult.Word(cost.Profile.Size), .. Parts(cost).Select(part => $"{part.Nanoseconds:N0} ({part.Nanoseconds / cost.Checked.Nanoseconds:P0})"), $"{cost.Checked.Nanoseconds:N0}"]);
        }

        return table;
    }

    private Table Steps()
    {
        var table = Columns("coroutine steps of an interleaved driver", "driver", "judged by", "steps/s", "calibration steps each", "bytes each");
        foreach (var cost in result.Schedules)
        {
            foreach (var (judged, taken) in new[] { ("nothing", cost.Bare), ("every law", cost.Judged) })
            {
                table.AddRow(cost.Mix.Suite, judged, $"{taken.PerSecond:N0}", $"{taken.Nanoseconds / cost.Calibration.Nanoseconds:N0}", $"{taken.BytesEach:N0}");
            }
        }

        return table;
    }

    private Table Contests()
    {
        var table = Columns("ours against others, a second", "what", "beside", "ours", "theirs", "ratio");
        foreach (var contest in result.Contests)
        {
            table.AddRow(contest.Name, contest.Peer, $"{contest.Ours:N0} {contest.Unit}", $"{contest.Theirs:N0}", $"{contest.Ratio:G3}");
        }

        return table;
    }

    /// <summary>Each is what came on top of the one before. Below 0 where the measuring is coarser than the part.</summary>
    private static IEnumerable<(string Name, double Nanoseconds)> Parts(SuiteCost cost) =>
    [
        ("zero-copy path", cost.ZeroCopyOnly.Nanoseconds),
        ("copying path", cost.WithoutLaws.Nanoseconds - cost.ZeroCopyOnly.Nanoseconds),
        ("laws", cost.Replayed.Nanoseconds - cost.WithoutLaws.Nanoseconds),
        ("drawing", cost.Checked.Nanoseconds - cost.Replayed.Nanoseconds),
    ];

    private static string Line(SuiteCost cost) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cost.Suite.Name} {BenchResult.Word(cost.Profile.Size)}: {cost.Checked.PerSecond:F0} checked operations/s, {cost.CalibrationSteps:F0} calibration steps and {cost.Checked.BytesEach:F0} bytes each, {cost.MeanLiveSkbs:F1} live skbs, {cost.SkippedShare:P1} skipped; "
        + $"without laws {cost.WithoutLaws.PerSecond:F0}/s, zero-copy path alone {cost.ZeroCopyOnly.PerSecond:F0}/s; ")
        + string.Join(", ", Parts(cost).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Name} {part.Nanoseconds:F0} ns")));

    private static string Line(ScheduleCost cost) => string.Create(
        CultureInfo.InvariantCulture,
        $"{cost.Mix.Suite} schedules: {cost.Bare.PerSecond:F0} coroutine steps/s, {cost.Bare.Nanoseconds / cost.Calibration.Nanoseconds:F0} calibration steps and {cost.Bare.BytesEach:F0} bytes each; "
        + $"with all laws {cost.Judged.PerSecond:F0}/s, {cost.Judged.Nanoseconds / cost.Calibration.Nanoseconds:F0} and {cost.Judged.BytesEach:F0}");

    private static Table Columns(string title, string left, string second, params string[] right)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(title);
        table.AddColumn(left);
        table.AddColumn(second);
        foreach (var column in right)
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        return table;
    }
}
