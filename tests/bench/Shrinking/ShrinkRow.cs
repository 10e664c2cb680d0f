using System.Text.Json.Nodes;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>A bug, and what a shrinker must know to look for the smallest script that shows it.</summary>
/// <param name="Name">Of the toy, or of the recorded bug.</param>
/// <param name="Lexicon">Spells the lines.</param>
/// <param name="Failing">The first failing script of a seed.</param>
/// <param name="Fails">Of a rule, and of lines: those that are enabled, where the last of them breaks the rule and none before it breaks one; else null.</param>
/// <param name="Ours">Our minimiser, and the proof.</param>
internal sealed record ShrinkRow(string Name, Lexicon Lexicon, Func<int, Failing> Failing, Func<string, Func<string[], string[]?>> Fails, Func<Failing, Outcome> Ours)
{
    private const long MostCases = 20_000;
    private const int LongestToyScript = 100;

    /// <summary>A recorded bug, in a copy of the libraries of its own.</summary>
    public static ShrinkRow Of(MutantFile mutant, MutantBuild build)
    {
        var header = $"{mutant.Witness.Split('\n')[0]} mutant={mutant.Id} expect={mutant.Breaks}";
        return new ShrinkRow(mutant.Id, new Lexicon(Language.All), Failing, rule => build.Call<Func<string[], string[]?>>("ZeroCopy.Properties", typeof(Trial).FullName!, nameof(Trial.InText), header, rule), Ours);

        Failing Failing(int seed)
        {
            var found = Hunted(nameof(Hunt.Search), mutant.Suite, header, (ulong)seed, MostCases, mutant.Breaks, 0);
            var reported = found["reported"]!.AsArray().Select(rule => rule!.GetValue<string>()).ToList();
            return found["found"]!.GetValue<bool>()
                ? new Failing(Lines(found), reported.Contains(mutant.Breaks) ? mutant.Breaks : reported[0])
                : throw new InvalidOperationException($"{mutant.Id}: seed {seed} finds nothing");
        }

        Outcome Ours(Failing failing)
        {
            string[] scripts = [string.Join('\n', [header, .. failing.Script])];
            var proved = Hunted(nameof(Hunt.Prove), scripts, failing.Rule, Shrinker.DefaultEvaluations, (long)Certificate.DefaultSteps)[0]!;
            return new Outcome(Lines(proved), proved["evaluations"]!.GetValue<int>(), proved["minimal"]!.GetValue<string>() == "proven", proved["steps"]!.GetValue<long>());
        }

        JsonNode Hunted(string method, params object?[] arguments) => JsonNode.Parse(build.Call<string>("ZeroCopy.Properties", typeof(Hunt).FullName!, method, arguments))!;
    }

    /// <summary>A toy.</summary>
    public static ShrinkRow Of(Toy toy)
    {
        var dialect = toy.Dialect();
        var fails = Trial.OfLines(dialect, toy.Rule);
        return new ShrinkRow(toy.Name, new Lexicon(dialect.Language), Failing, _ => fails, Ours);

        Failing Failing(int seed)
        {
            for (var sequence = 0UL; ; sequence++)
            {
                var rng = new Rng(Rng.Mix((ulong)seed, sequence, Rng.Mix(toy.Name)));
                toy.Reset();
                var applied = new List<string>();
                while (applied.Count < LongestToyScript)
                {
                    var operation = toy.Draw(rng);
                    if (toy.Apply(operation))
                    {
                        applied.Add(operation.ToString());
                    }

                    if (toy.Violations.Count > 0)
                    {
                        return new Failing([.. applied], toy.Rule.Id);
                    }
                }
            }
        }

        Outcome Ours(Failing failing)
        {
            var script = new Script(ScriptHeader.Parse("zcverify-script 1 size=tiny kernel=linux244 suite=toy"), [.. failing.Script.Select(line => Script.ParseOperation(line, 1, dialect.Language))]);
            var shrunk = Shrinker.Prove(Shrinker.Shrink(script.Header, dialect, script.Operations, new Trial(dialect.Judge()).Of(script)), dialect);
            return new Outcome([.. shrunk.Script.Operations.Select(operation => operation.ToString())], shrunk.Evaluations, shrunk.Minimal == "proven", shrunk.Certificate?.Spent ?? 0);
        }
    }

    private static string[] Lines(JsonNode search) => [.. search["script"]!.AsArray().Select(line => line!.GetValue<string>())];
}
