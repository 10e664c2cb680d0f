using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli.Mutants;

/// <summary>What the search found of one recorded bug.</summary>
/// <param name="Mutant">The bug.</param>
/// <param name="Searches">One a seed: found, operations, reported, script, length, evaluations.</param>
internal sealed record MutantResult(MutantFile Mutant, IReadOnlyList<JsonObject> Searches)
{
    /// <summary>How many of the searches are shrunk: each takes longer than the search.</summary>
    private const int ShrunkSeeds = 5;

    /// <summary>Scripts that break the rule which the witness breaks, where there are any: another rule's script may need more.</summary>
    private IEnumerable<JsonObject> Shrunk => Kills.Take(ShrunkSeeds).Where(search => Breaks(search, Mutant.Breaks)) is var named && named.Any() ? named : Kills.Take(ShrunkSeeds);

    private IEnumerable<JsonObject> Kills => Searches.Where(IsKill);

    /// <summary>Seeds whose first failing step breaks a rule that it names.</summary>
    public int KilledSeeds => Kills.Count();

    /// <summary>Each seed finds it by one of its rules, and some seed by the one that it is named for.</summary>
    public bool Killed => KilledSeeds == Searches.Count && Reported.Contains(Mutant.Breaks);

    /// <summary>Every rule that a first failing step broke.</summary>
    public IReadOnlyList<string> Reported => [.. Searches.Where(search => search["found"]!.GetValue<bool>()).SelectMany(search => search["reported"]!.AsArray().Select(rule => rule!.GetValue<string>())).Distinct().Order(StringComparer.Ordinal)];

    public long MedianOperations
    {
        get
        {
            var operations = Kills.Select(search => search["operations"]!.GetValue<long>()).Order().ToList();
            return operations.Count == 0 ? 0 : operations[operations.Count / 2];
        }
    }

    /// <summary>The shortest of the smallest scripts; 0 for none.</summary>
    public int Length => Shrunk.Select(LengthOf).DefaultIfEmpty().Min();

    /// <summary>The longest of the smallest scripts; 0 for none.</summary>
    public int MostLength => Shrunk.Select(LengthOf).DefaultIfEmpty().Max();

    public int WitnessLength => Script.Parse(Mutant.Witness, Language.All).Length;

    /// <summary>Compiles the bug and searches with each seed, in the mutant's own copy of the engine.</summary>
    public static MutantResult Of(MutantFile mutant, int seeds, long cases, int evaluations, CancellationToken cancel)
    {
        var build = MutantBuild.Of(mutant);
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={mutant.Id} expect={mutant.Breaks}";
        var searches = new List<JsonObject>();
        for (var seed = 1; seed <= (mutant.IsOfSchedule ? 1 : seeds); seed++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                var found = mutant.IsOfSchedule
                    ? build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", "Schedules", mutant.Suite, header, mutant.Breaks, evaluations)
                    : build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Generate.Hunt", "Search", mutant.Suite, header, (ulong)seed, cases, mutant.Breaks, seed <= ShrunkSeeds ? evaluations : 0);
                searches.Add(JsonNode.Parse(found)!.AsObject());
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                throw new ModelException($"mutant {mutant.Id}, seed {seed}: {broken.Message}", broken);
            }
        }

        return new MutantResult(mutant, searches);
    }

    public JsonObject Json() => new()
    {
        ["name"] = Mutant.Id,
        ["title"] = Mutant.Title,
        ["breaks"] = Mutant.Breaks,
        ["reported"] = new JsonArray([.. Reported.Select(rule => JsonValue.Create(rule))]),
        ["killed"] = Killed,
        ["killedSeeds"] = KilledSeeds,
        ["memoryModel"] = Mutant.MemoryModel,
        ["medianOperations"] = MedianOperations,
        ["witnessLength"] = WitnessLength,
        ["length"] = Length,
        ["minimal"] = "not-tried",
        ["evaluations"] = Shrunk.Select(search => search["evaluations"]!.GetValue<int>()).DefaultIfEmpty().Sum(),
        ["minima"] = new JsonArray([.. Shrunk.GroupBy(LengthOf).OrderBy(group => group.Key).Select(group =>
            new JsonObject { ["length"] = group.Key, ["seeds"] = group.Count(), ["certified"] = false })]),
        ["longestScript"] = Shrunk.OrderBy(LengthOf).LastOrDefault()?["script"]?.DeepClone(),
        ["missedScript"] = Searches.FirstOrDefault(search => search["found"]!.GetValue<bool>() && !IsKill(search))?["script"]?.DeepClone(),
        ["script"] = Shrunk.OrderBy(LengthOf).FirstOrDefault()?["script"]?.DeepClone(),
    };

    private bool IsKill(JsonObject search) =>
        search["found"]!.GetValue<bool>() && (Breaks(search, Mutant.Breaks) || Mutant.Also.Any(rule => Breaks(search, rule)));

    private static bool Breaks(JsonObject search, string rule) => search["reported"]!.AsArray().Any(id => id!.GetValue<string>() == rule);

    private static int LengthOf(JsonObject search) => search["length"]!.GetValue<int>();
}
