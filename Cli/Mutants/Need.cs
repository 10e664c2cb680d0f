using ZeroCopy.Properties;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli.Mutants;

/// <summary>What a recorded bug shows of a law that saw it: whether anything else does.</summary>
/// <param name="Mutant">The bug.</param>
/// <param name="Law">The law, as in <c>SKB-001/GeometryHolds</c>; it was seen broken at the first failing step of the witness.</param>
/// <param name="Instead">Laws and guards that turned red without it: none where it is needed.</param>
internal sealed record Need(MutantFile Mutant, string Law, IReadOnlyList<string> Instead)
{
    /// <summary>Without the law nothing sees the bug.</summary>
    public bool IsShown => Instead.Count == 0;

    /// <summary>Each law that the witness breaks at its first failing step. Where there are several, each stands in for the others; what one alone sees is looked for without it, on the whole witness and then in what the search would try.</summary>
    public static IReadOnlyList<Need> Of(WovenBuild woven, MutantFile mutant)
    {
        var build = woven.With(mutant);
        var seen = Seen(build, mutant);
        return
        [
            .. seen.Where(law => !IsGuard(law)).Select(law => new Need(mutant, law, seen.Count > 1 ? [.. seen.Where(other => other != law)] : Alone(build, mutant, law))),
        ];
    }

    /// <summary>What the witness breaks at its first failing step.</summary>
    public static IReadOnlyList<string> Seen(MutantBuild build, MutantFile mutant) => Words(Ask(build, nameof(Necessity.Broken), mutant.Witness));

    /// <summary>What turns red on the witness where a law is left out.</summary>
    public static IReadOnlyList<string> OnWitness(MutantBuild build, MutantFile mutant, string law) => Words(Ask(build, nameof(Necessity.Broken), Without(mutant.Witness, law)));

    /// <summary>What turns red in random runs where a law is left out, or in the schedules of a mutant that needs one.</summary>
    public static IReadOnlyList<string> InSearch(MutantBuild build, MutantFile mutant, string law) =>
        Words(Ask(build, mutant.IsOfSchedule ? nameof(Necessity.BrokenInSchedules) : nameof(Necessity.BrokenAtRandom), Without(mutant.Witness, law).Split('\n')[0]));

    private static IReadOnlyList<string> Alone(MutantBuild build, MutantFile mutant, string law) =>
        OnWitness(build, mutant, law) is { Count: > 0 } later ? later : InSearch(build, mutant, law);

    private static string Without(string witness, string law)
    {
        var end = witness.IndexOf('\n', StringComparison.Ordinal);
        return $"{witness[..end]} without={law}{witness[end..]}";
    }

    private static bool IsGuard(string law) => law.EndsWith($"/{Violation.Guard}", StringComparison.Ordinal);

    private static string Ask(MutantBuild build, string what, string text) => build.Call<string>("ZeroCopy.Properties", typeof(Necessity).FullName!, what, text);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
