using System.Globalization;
using ZeroCopy.Cli.Mutants;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>The minimiser beside FsCheck's shrinking, on the same failing scripts, and beside CsCheck, on the same predicate.</summary>
internal static class ShrinkContest
{
    private static readonly string[] Museum = ["S1", "S15", "C1", "C5", "C15", "K3", "K9", "F2", "F9", "Z3", "D2", "D14"];

    /// <summary>Prints a table, a row for each bug.</summary>
    /// <param name="seeds">Failing scripts for each.</param>
    /// <param name="names">Rows that are wanted; empty for all.</param>
    /// <returns>Whether the minimiser leaves no more operations than either of the others on any script.</returns>
    public static bool Run(int seeds, IReadOnlyList<string> names)
    {
        Console.WriteLine($"{seeds} failing scripts each. Evaluations: median, and in ours mean and 95th percentile; the proof is counted in steps. CsCheck draws {CsCheckShrinking.Budget:N0} scripts.");
        Console.WriteLine();
        Console.WriteLine("| bug | lines | ours | minima | evaluations | mean | 95 % | proven | steps | FsCheck | evaluations | CsCheck | longer than FsCheck, CsCheck | evaluations to FsCheck's |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        var longer = 0;
        foreach (var row in Rows().Where(row => names.Count == 0 || names.Contains(row.Name)))
        {
            longer += Print(row, seeds);
        }

        return longer == 0;
    }

    private static IEnumerable<ShrinkRow> Rows()
    {
        foreach (var toy in new Toy[] { new Bound5(), new LargeUnion(), new LengthList(), new BinHeap(), new Calculator(), new Difference() })
        {
            yield return ShrinkRow.Of(toy);
        }

        var mutants = Museum.Select(id => Sources.Find(id)!).ToList();
        var woven = new WovenBuild(mutants);
        foreach (var mutant in mutants)
        {
            yield return ShrinkRow.Of(mutant, woven.With(mutant));
        }
    }

    private static int Print(ShrinkRow row, int seeds)
    {
        var rounds = Enumerable.Range(1, seeds).Select(seed =>
        {
            var failing = row.Failing(seed);
            var fails = row.Fails(failing.Rule);
            return (failing.Script, Ours: row.Ours(failing), FsCheck: FsCheckShrinking.Run(failing.Script, fails, row.Lexicon), CsCheck: CsCheckShrinking.Run(failing.Script, fails));
        }).ToList();
        var (ours, fscheck) = (Median(rounds.Select(round => round.Ours.Evaluations)), Median(rounds.Select(round => round.FsCheck.Evaluations)));
        var (toFsCheck, toCsCheck) = (rounds.Count(round => round.Ours.Length > round.FsCheck.Length), rounds.Count(round => round.Ours.Length > round.CsCheck.Length));
        string[] cells =
        [
            row.Name,
            $"{Median(rounds.Select(round => round.Script.Length))}",
            Lengths(rounds.Select(round => round.Ours)),
            $"{rounds.Select(round => string.Join('\n', round.Ours.Script)).Distinct().Count()}",
            $"{ours}",
            $"{rounds.Average(round => round.Ours.Evaluations):F0}",
            $"{rounds.Select(round => round.Ours.Evaluations).Order().ElementAt(seeds * 95 / 100)}",
            $"{100.0 * rounds.Count(round => round.Ours.IsCertified) / seeds:F0} %",
            $"{Median(rounds.Select(round => (int)round.Ours.Steps))}",
            Lengths(rounds.Select(round => round.FsCheck)),
            $"{fscheck}",
            Lengths(rounds.Select(round => round.CsCheck)),
            $"{toFsCheck}, {toCsCheck}",
            $"{(double)ours / fscheck:F2}",
        ];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |"));
        return toFsCheck + toCsCheck;
    }

    /// <summary>One length, or the least, the median and the most.</summary>
    private static string Lengths(IEnumerable<Outcome> outcomes)
    {
        var lengths = outcomes.Select(outcome => outcome.Length).Order().ToList();
        return lengths[0] == lengths[^1] ? $"{lengths[0]}" : $"{lengths[0]}-{Median(lengths)}-{lengths[^1]}";
    }

    private static int Median(IEnumerable<int> numbers)
    {
        var sorted = numbers.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
