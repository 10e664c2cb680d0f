using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Cli.Mutants.Generic;
using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Shrink;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify mutants [NAME...]</c>: compiles each recorded bug and looks whether the random search finds it, by the rule that it breaks; <c>--generic N</c>: the same for a sample of mistakes that nobody recorded.</summary>
internal static class MutantsCommand
{
    private const long MostCases = 20_000;
    private const long GenericCases = 500;

    private static readonly Argument<string[]> Names = new("NAME") { Description = "ids such as S15; all where none is named", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Seeds = new("--seeds") { Description = "runs of each, with seeds 1, 2, ... (default 20)" };
    private static readonly Option<string?> Set = new("--set") { Description = "linux-2.4.4-as-shipped: the defects of the release itself; acenic-2.4.4, hme-2.4.4: those of a driver" };
    private static readonly Option<string?> Jobs = new("--jobs") { Description = "threads (default: cores)" };
    private static readonly Option<string?> Generic = new("--generic") { Description = "no recorded bugs, but so many small mistakes, drawn from every place of Model and Drivers where an operator of Stryker.NET applies; a measurement: status 0" };
    private static readonly Option<string?> Seed = new("--seed") { Description = "of the sample of --generic, and of the run that judges it (default 1)" };
    private static readonly Option<string?> Cases = new("--cases") { Description = "sequences of each suite that judge a mutant of --generic (default 500)" };
    private static readonly Option<bool> List = new("--list") { Description = "name the mutants and run none" };
    private static readonly Option<string[]> Without = new("--without") { Description = "leave a law out, by its name or as in SKB-001/GeometryHolds: what only this law sees survives", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> Needed = new("--needed") { Description = "say of each law which mutants survive without it, or what sees them instead" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("mutants", "Compile each recorded bug in and demand that the search finds it. Status 1 when one survives.") { Names, Seeds, Set, Generic, Seed, Cases, Jobs, List, Without, Needed, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var seeds = parsed.GetValue(Seeds) is { } text ? (int)Verb.Number(text, "--seeds", 1, 1000) : 20;
        var jobs = parsed.GetValue(Jobs) is { } threads ? (int)Verb.Number(threads, "--jobs", 1, 256) : Environment.ProcessorCount;
        if (parsed.GetValue(Generic) is { } sample)
        {
            return Judge(parsed, (int)Verb.Number(sample, "--generic", 1, 100_000), jobs, cancel);
        }

        if (parsed.GetValue(Seed) is not null || parsed.GetValue(Cases) is not null)
        {
            throw new InputException("--seed and --cases go with --generic");
        }

        var chosen = Choose(parsed.GetValue(Names)!, parsed.GetValue(Set));
        var without = Laws(parsed.GetValue(Without) ?? []);
        var json = parsed.GetValue(JsonOut);
        if (parsed.GetValue(List))
        {
            foreach (var mutant in chosen)
            {
                Console.Out.WriteLine($"{mutant.Id,-5} {mutant.Breaks}  {mutant.Title}");
            }

            return ExitStatus.Holds;
        }

        if (parsed.GetValue(Needed))
        {
            return RunNeeded(chosen, json, cancel);
        }

        var watch = Stopwatch.StartNew();
        var results = new MutantResult[chosen.Count];
        var first = new WovenBuild(chosen);
        var copies = new ConcurrentBag<WovenBuild> { first };
        if (!json)
        {
            KillTable.PrintHead();
        }

        var done = 0;
        Parallel.For(0, chosen.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancel }, i =>
        {
            var woven = copies.TryTake(out var free) ? free : first.Again();
            results[i] = MutantResult.Of(woven, chosen[i], seeds, MostCases, Shrinker.DefaultEvaluations, Certificate.DefaultSteps, cancel, without);
            copies.Add(woven);
            lock (results)
            {
                Terminal.Tell(null);
                if (!json)
                {
                    KillTable.Print(results[i]);
                }

                Terminal.Progress(++done, chosen.Count, "mutants");
            }
        });
        Terminal.Tell(null);
        var table = new KillTable(results);
        if (json)
        {
            Verb.Print(table.Json(watch.Elapsed));
        }
        else
        {
            table.PrintSum();
        }

        return table.Status;
    }

    private static ExitStatus RunNeeded(List<MutantFile> chosen, bool json, CancellationToken cancel)
    {
        var woven = new WovenBuild(chosen);
        var needs = new List<Need>();
        foreach (var (i, mutant) in chosen.Index())
        {
            cancel.ThrowIfCancellationRequested();
            Terminal.Progress(i + 1, chosen.Count, "mutants");
            foreach (var need in Need.Of(woven, mutant))
            {
                needs.Add(need);
                if (!json)
                {
                    Terminal.Tell(null);
                    NeedTable.Print(need);
                }
            }
        }

        Terminal.Tell(null);
        var table = new NeedTable(needs, isWhole: chosen.Count == Sources.Mutants.Count);
        if (json)
        {
            Verb.Print(table.Json());
        }
        else
        {
            table.Print();
        }

        return ExitStatus.Holds;
    }

    /// <summary>Draws mutants that nobody recorded, and judges each.</summary>
    private static ExitStatus Judge(ParseResult parsed, int count, int jobs, CancellationToken cancel)
    {
        if (parsed.GetValue(Names)!.Length > 0 || parsed.GetValue(Set) is not null || parsed.GetValue(Seeds) is not null || parsed.GetValue(Without) is { Length: > 0 } || parsed.GetValue(Needed))
        {
            throw new InputException("--generic takes no names of recorded bugs, no --set, --seeds, --without or --needed");
        }

        var watch = Stopwatch.StartNew();
        var (seed, cases) = (Verb.Seed(parsed.GetValue(Seed)), parsed.GetValue(Cases) is { } text ? Verb.Number(text, "--cases", 1, 1_000_000_000) : GenericCases);
        Terminal.Tell("drawing mutants ...");
        var sample = Sample.Draw(Sites.All, count, seed);
        Terminal.Tell(null);
        if (parsed.GetValue(List))
        {
            foreach (var mutant in sample.Mutants)
            {
                SampleTable.Print(mutant);
            }

            return ExitStatus.Holds;
        }

        var table = new SampleTable(sample, Judgement.Of(sample.Mutants, seed, cases, jobs, cancel));
        if (parsed.GetValue(JsonOut))
        {
            Verb.Print(table.Json(seed, cases, watch.Elapsed));
        }
        else
        {
            table.Print();
        }

        return ExitStatus.Holds;
    }

    /// <summary>The laws of these names as a script's first line has them; null for none.</summary>
    private static string? Laws(string[] names)
    {
        foreach (var name in names)
        {
            if (!LawCatalogue.All.Any(law => law.Kind == LawKind.Always && (law.Name == name || law.Id == name)))
            {
                throw new InputException($"--without '{name}' is not a law; 'zcverify spec RULE' names those of a rule");
            }
        }

        return names.Length == 0 ? null : string.Join(',', names);
    }

    private static List<MutantFile> Choose(string[] names, string? set)
    {
        if (set is not null && !MutantFile.Sets.Contains(set))
        {
            throw new InputException($"--set '{set}' is not a set of mutants; there are {string.Join(", ", MutantFile.Sets)}");
        }

        foreach (var name in names)
        {
            if (Sources.Find(name) is null)
            {
                throw new InputException($"'{name}' is not a mutant; 'zcverify mutants --list' names them");
            }
        }

        return [.. Sources.Mutants.Where(mutant =>
            (names.Length == 0 || names.Contains(mutant.Id, StringComparer.OrdinalIgnoreCase)) && (set is null || mutant.IsIn(set)))];
    }
}
