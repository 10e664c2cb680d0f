using System.Reflection;

namespace ZeroCopy.Cli.Mutants;

/// <summary>The sources of the model and the recorded bugs, as they were when this program was built: no checkout is needed.</summary>
internal static class Sources
{
    private const string SourcePrefix = "source/";
    private const string MutantPrefix = "mutant/";

    private static readonly Assembly Program = typeof(Sources).Assembly;

    /// <summary>Every recorded bug, in the order of its id.</summary>
    public static IReadOnlyList<MutantFile> Mutants { get; } =
    [
        .. Program.GetManifestResourceNames()
            .Where(name => name.StartsWith(MutantPrefix, StringComparison.Ordinal))
            .Select(name => MutantFile.Parse(name[MutantPrefix.Length..], Text(name)))
            .OrderBy(mutant => mutant.Family, StringComparer.Ordinal)
            .ThenBy(mutant => mutant.Number)
            .ThenBy(mutant => mutant.Id, StringComparer.Ordinal),
    ];

    /// <summary>The mutant of this id; null where there is none.</summary>
    public static MutantFile? Find(string id) => Mutants.FirstOrDefault(mutant => mutant.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>The files of a project: path from the root, and text.</summary>
    public static IEnumerable<(string Path, string Text)> Of(string project) =>
        Program.GetManifestResourceNames()
            .Where(name => name.StartsWith($"{SourcePrefix}{project}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name[SourcePrefix.Length..], Text(name)));

    private static string Text(string name)
    {
        using var reader = new StreamReader(Program.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
