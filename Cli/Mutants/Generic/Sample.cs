using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>Mutants that are drawn from all sites, each with the same chance; in the place of one that does not compile another is drawn.</summary>
/// <param name="Mutants">In the order in which they were drawn.</param>
/// <param name="Sites">What there was to draw from.</param>
/// <param name="NotCompiling">Drawn, and left out.</param>
internal sealed record Sample(IReadOnlyList<GenericMutant> Mutants, int Sites, int NotCompiling)
{
    /// <summary>Draws so many, or all that compile.</summary>
    public static Sample Draw(IReadOnlyList<Site> sites, int count, ulong seed)
    {
        var rng = new Rng(seed);
        var (left, mutants, failed) = (sites.ToList(), new List<GenericMutant>(), 0);
        while (mutants.Count < count && left.Count > 0)
        {
            var at = rng.Below(left.Count);
            var site = left[at];
            left[at] = left[^1];
            left.RemoveAt(left.Count - 1);
            if (GenericMutant.Of(mutants.Count + 1, site) is { } mutant)
            {
                mutants.Add(mutant);
            }
            else
            {
                failed++;
            }
        }

        return new Sample(mutants, sites.Count, failed);
    }
}
