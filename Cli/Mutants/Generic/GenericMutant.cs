using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>A small mistake that compiles.</summary>
/// <param name="Number">Its place in the sample, from 1.</param>
/// <param name="Site">Where it is made, and what.</param>
/// <param name="IsMarked">Its code tells where it comes by.</param>
internal sealed record GenericMutant(int Number, Site Site, bool IsMarked)
{
    // The table of a machine is made once, and what it forbids is kept.
    private static readonly string[] MadeOnce = ["Model/Machine.cs"];

    public string Id => $"#{Number}";

    public IReadOnlyDictionary<string, string> Files => new Dictionary<string, string> { [Site.File] = Site.Patched(IsMarked) };

    /// <summary>It cannot be chosen while the program runs.</summary>
    public bool StandsAlone => MadeOnce.Contains(Site.File);

    /// <summary>The mutant of a site; null where that does not compile.</summary>
    public static GenericMutant? Of(int number, Site site) =>
        Compiles(site, isMarked: true) ? new GenericMutant(number, site, true) : Compiles(site, isMarked: false) ? new GenericMutant(number, site, false) : null;

    private static bool Compiles(Site site, bool isMarked)
    {
        var compilation = MutantBuild.Uncounted(site.File.Split('/')[0]);
        var before = compilation.SyntaxTrees.Single(tree => tree.FilePath == site.File);
        var tree = before.WithChangedText(Microsoft.CodeAnalysis.Text.SourceText.From(site.Patched(isMarked)));
        var changed = compilation.ReplaceSyntaxTree(before, tree);
        var member = tree.GetRoot().FindToken(site.Change.Node.SpanStart).Parent!.AncestorsAndSelf().OfType<MemberDeclarationSyntax>().First();

        // What others see of it, a constant for example, may not compile elsewhere.
        var found = member is BaseFieldDeclarationSyntax ? changed.GetDiagnostics() : changed.GetSemanticModel(tree).GetDiagnostics(member.FullSpan);
        return !tree.GetDiagnostics().Concat(found).Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
    }
}
