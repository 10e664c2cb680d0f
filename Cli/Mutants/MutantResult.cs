using System.Text.Json.Nodes;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli.Mutants;

/// <summary>What the search found of one recorded bug.</summary>
/// <param name="Mutant">The bug.</param>
/// <param name="Searches">One a seed: found, operations, reported, script, length, evaluations.</param>
internal sealed record MutantResult(MutantFile Mutant, IReadOnlyList<JsonObject> Searches)
{
    /// <summary>Scripts that break the rule which the witness breaks, where there are any: another rule's script is another finding, and may need more.</summary>
    private IEnumerable<JsonObject> Shrunk => Kills.Where(search => Breaks(search, Mutant.Breaks)) is var named && named.Any() ? named : Kills;

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

    /// <summary>Searches with each seed, in a copy of the engine with the bug.</summary>
    public static MutantResult Of(WovenBuild woven, MutantFile mutant, int seeds, long cases, int evaluations, CancellationToken cancel)
    {
        var build = woven.With(mutant);
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={mutant.Id} expect={mutant.Breaks}";
        var searches = new List<JsonObject>();
        for (var seed = 1; seed <= (mutant.IsOfSchedule ? 1 : seeds); seed++)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                searches.Add(JsonNode.Parse(mutant.IsOfSchedule
                    ? build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Schedules), mutant.Suite, header, mutant.Breaks, evaluations)
                    : build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, nameof(Hunt.Search), mutant.Suite, header, (ulong)seed, cases, mutant.Breaks, evaluations))!.AsObject());
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                throw new ModelException($"mutant {mutant.Id}, seed {seed}: {broken.Message}", broken);
            }
        }

        return new MutantResult(mutant, searches);
    }

    /// <summary>The smallest scripts by length and operations, the shortest first, then the most frequent.</summary>
    public IReadOnlyList<Minimum> Minima => [.. Shrunk.GroupBy(search => (Length: LengthOf(search), Operations: string.Join(' ', WordsOf(search))))
        .OrderBy(group => group.Key.Length).ThenByDescending(group => group.Count()).ThenBy(group => group.Key.Operations, StringComparer.Ordinal)
        .Select(group => new Minimum(group.Key.Length, group.Key.Operations, group.Count(), [.. group.Select(ScriptOf).Order(StringComparer.Ordinal).First().Split('\n')]))];

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
        ["minima"] = new JsonArray([.. Minima.Select(minimum => minimum.Json())]),
        ["longestScript"] = Shrunk.OrderBy(LengthOf).LastOrDefault()?["script"]?.DeepClone(),
        ["missedScript"] = Searches.FirstOrDefault(search => search["found"]!.GetValue<bool>() && !IsKill(search))?["script"]?.DeepClone(),
        ["script"] = Shrunk.OrderBy(LengthOf).FirstOrDefault()?["script"]?.DeepClone(),
    };

    private bool IsKill(JsonObject search) =>
        search["found"]!.GetValue<bool>() && (Breaks(search, Mutant.Breaks) || Mutant.Also.Any(rule => Breaks(search, rule)));

    private static bool Breaks(JsonObject search, string rule) => search["reported"]!.AsArray().Any(id => id!.GetValue<string>() == rule);

    /// <summary>Its operations in the order of the alphabet, each as often as it stands there.</summary>
    private static IEnumerable<string> WordsOf(JsonObject search) => search["script"]!.AsArray()
        .Select(line => line!.GetValue<string>().Split(" = ")[^1].Split('(')[0]).Order(StringComparer.Ordinal);

    private static string ScriptOf(JsonObject search) => string.Join('\n', search["script"]!.AsArray().Select(line => line!.GetValue<string>()));

    private static int LengthOf(JsonObject search) => search["length"]!.GetValue<int>();
}

/// <summary>A smallest script, for all that have its length and its operations.</summary>
/// <param name="Length">Operations.</param>
/// <param name="Operations">Their names in the order of the alphabet.</param>
/// <param name="Seeds">Searches that came to it.</param>
/// <param name="Script">The first of them in the order of texts.</param>
internal sealed record Minimum(int Length, string Operations, int Seeds, IReadOnlyList<string> Script)
{
    public JsonObject Json() => new()
    {
        ["length"] = Length,
        ["seeds"] = Seeds,
        ["certified"] = false,
        ["operations"] = Operations,
        ["script"] = new JsonArray([.. Script.Select(line => JsonValue.Create(line))]),
    };
}
