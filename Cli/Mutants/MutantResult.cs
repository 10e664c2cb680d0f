using System.Diagnostics;
using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli.Mutants;

/// <summary>What the search found of one recorded bug.</summary>
/// <param name="Mutant">The bug.</param>
/// <param name="Searches">One a seed: found, operations, reported, script, length, evaluations.</param>
/// <param name="Minima">The smallest scripts by length and operations, the shortest first, then the most frequent.</param>
/// <param name="Failed">How the harness itself failed, so that the searches are not complete; null where it did not.</param>
internal sealed record MutantResult(MutantFile Mutant, IReadOnlyList<JsonObject> Searches, IReadOnlyList<Minimum> Minima, ModelException? Failed)
{
    /// <summary>Spent on the searches and on making what they found smaller.</summary>
    public TimeSpan Searching { get; private init; }

    /// <summary>Spent on the proofs.</summary>
    public TimeSpan Proving { get; private init; }

    private IEnumerable<JsonObject> Kills => Searches.Where(search => IsKill(Mutant, search));

    /// <summary>Seeds whose first failing step breaks a rule that it names.</summary>
    public int KilledSeeds => Kills.Count();

    /// <summary>Each seed finds it by one of its rules, and some seed by the one that it is named for.</summary>
    public bool Killed => Failed is null && KilledSeeds == Searches.Count && Reported.Contains(Mutant.Breaks);

    /// <summary>Every rule that a first failing step broke.</summary>
    public IReadOnlyList<string> Reported => [.. Searches.Where(search => search["found"]!.GetValue<bool>()).SelectMany(search => search["reported"]!.AsArray().Select(rule => rule!.GetValue<string>())).Distinct().Order(StringComparer.Ordinal)];

    public long MedianOperations => Median(Kills.Select(search => search["operations"]!.GetValue<long>()));

    /// <summary>Scripts that the minimiser tried for a seed, the proof apart.</summary>
    public long MedianEvaluations => Median(Kills.Select(search => (long)search["evaluations"]!.GetValue<int>()));

    /// <summary>The length of the shortest of the smallest scripts; 0 for none.</summary>
    public int Length => Minima.Count == 0 ? 0 : Minima[0].Length;

    /// <summary>The length of the longest of the smallest scripts; 0 for none.</summary>
    public int MostLength => Minima.Count == 0 ? 0 : Minima[^1].Length;

    public int WitnessLength => Script.Parse(Mutant.Witness, Language.All).Length;

    /// <summary>Searches with each seed, in a copy of the engine with the bug; some laws may be left out.</summary>
    public static MutantResult Of(WovenBuild woven, MutantFile mutant, int seeds, long cases, int evaluations, long steps, CancellationToken cancel, string? without = null)
    {
        var build = woven.With(mutant);
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={mutant.Id} expect={mutant.Breaks}{(without is null ? "" : $" without={without}")}";
        var searches = new List<JsonObject>();
        var what = "";
        var watch = Stopwatch.StartNew();
        try
        {
            for (var seed = 1; seed <= (mutant.IsOfSchedule ? 1 : seeds); seed++)
            {
                cancel.ThrowIfCancellationRequested();
                what = $"seed {seed}";
                searches.Add(JsonNode.Parse(mutant.IsOfSchedule
                    ? build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Schedules), mutant.Suite, header, mutant.Breaks, evaluations)
                    : build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Search), mutant.Suite, header, (ulong)seed, cases, mutant.Breaks, evaluations))!.AsObject());
            }

            what = "the smallest scripts";
            var searching = watch.Elapsed;
            return new MutantResult(mutant, searches, MinimaOf(build, header, mutant, [.. searches.Where(search => IsKill(mutant, search))], evaluations, steps), null)
            {
                Searching = searching,
                Proving = watch.Elapsed - searching,
            };
        }
        catch (Exception broken) when (broken is not (OutOfMemoryException or OperationCanceledException))
        {
            return new MutantResult(mutant, searches, [], new ModelException($"mutant {mutant.Id}, {what}: {broken.Message}", broken));
        }
    }

    /// <summary>Scripts that break the rule which the witness breaks, where there are any: another rule's script is another finding, and may need more. Seeds that came to the same operations go on together from the first of them in the order of texts.</summary>
    private static List<Minimum> MinimaOf(MutantBuild build, string header, MutantFile mutant, IReadOnlyList<JsonObject> kills, int evaluations, long steps)
    {
        var found = kills.Where(search => Breaks(search, mutant.Breaks)).ToList();
        var kinds = (found.Count > 0 ? found : kills).Select(search => (Search: search, Plain: new Minimum(LinesOf(search), 1, null, null)))
            .OrderBy(each => string.Join('\n', each.Plain.Script), StringComparer.Ordinal)
            .GroupBy(each => (each.Plain.Length, each.Plain.Operations))
            .ToList();
        string[] scripts = [.. kinds.Select(alike => string.Join('\n', [header, .. alike.First().Plain.Script]))];
        var proved = JsonNode.Parse(build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Prove), scripts, mutant.Breaks, evaluations, steps))!.AsArray();
        return Merged(kinds.Zip(proved, (alike, proof) =>
        {
            foreach (var (search, _) in alike)
            {
                search["evaluations"] = search["evaluations"]!.GetValue<int>() + proof!["evaluations"]!.GetValue<int>();
            }

            return new Minimum(LinesOf(proof!.AsObject()), alike.Count(), proof["minimal"]!.GetValue<string>(), proof["proof"]?.GetValue<string>());
        }));
    }

    private static List<Minimum> Merged(IEnumerable<Minimum> minima) =>
    [
        .. minima.GroupBy(minimum => (minimum.Length, minimum.Operations))
            .Select(alike => alike.OrderBy(minimum => string.Join('\n', minimum.Script), StringComparer.Ordinal).First() with { Seeds = alike.Sum(minimum => minimum.Seeds) })
            .OrderBy(minimum => minimum.Length).ThenByDescending(minimum => minimum.Seeds).ThenBy(minimum => minimum.Operations, StringComparer.Ordinal),
    ];

    public JsonObject Json() => new()
    {
        ["name"] = Mutant.Id,
        ["title"] = Mutant.Title,
        ["breaks"] = Mutant.Breaks,
        ["reported"] = new JsonArray([.. Reported.Select(rule => JsonValue.Create(rule))]),
        ["killed"] = Killed,
        ["harnessError"] = Failed?.Message,
        ["killedSeeds"] = KilledSeeds,
        ["memoryModel"] = Mutant.MemoryModel,
        ["medianOperations"] = MedianOperations,
        ["witnessLength"] = WitnessLength,
        ["length"] = Length,
        ["minimal"] = Minima.Count == 0 ? "not-tried" : Minima[0].Minimal,
        ["evaluations"] = MedianEvaluations,
        ["minima"] = new JsonArray([.. Minima.Select(minimum => minimum.Json())]),
        ["missedScript"] = Searches.FirstOrDefault(search => search["found"]!.GetValue<bool>() && !IsKill(Mutant, search))?["script"]?.DeepClone(),
        ["script"] = Minima.Count == 0 ? null : Minima[0].Lines(),
    };

    private static bool IsKill(MutantFile mutant, JsonObject search) =>
        search["found"]!.GetValue<bool>() && (Breaks(search, mutant.Breaks) || mutant.Also.Any(rule => Breaks(search, rule)));

    private static bool Breaks(JsonObject search, string rule) => search["reported"]!.AsArray().Any(id => id!.GetValue<string>() == rule);

    private static IReadOnlyList<string> LinesOf(JsonObject search) => [.. search["script"]!.AsArray().Select(line => line!.GetValue<string>())];

    private static long Median(IEnumerable<long> numbers)
    {
        var sorted = numbers.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];
    }
}
