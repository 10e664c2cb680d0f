using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Specs;

namespace ZeroCopy.Cli;

/// <summary>What the specification takes from the sources that the program carries: BUG checks, recorded bugs, and what states and guards mean.</summary>
internal static class SpecSources
{
    private static readonly Lazy<Evidence> Read = new(() =>
    {
        SyntaxNode[] files = [.. new[] { "Model", "Drivers" }.SelectMany(Sources.Of).Where(MayTell).Select(source => CSharpSyntaxTree.ParseText(source.Text, path: source.Path).GetRoot())];
        return new Evidence(
            [.. Sources.Mutants.Select(mutant => new RecordedBug(mutant.Id, mutant.Title, mutant.Breaks, mutant.Needs))],
            [.. files.SelectMany(BugChecks).Distinct()],
            files.SelectMany(Meanings).ToDictionary(each => each.Key, each => each.Value));
    });

    private static readonly HashSet<string> Enums = [.. MachineCatalogue.All.SelectMany(machine => new[] { machine.Table.StateType, machine.Table.GuardType }).Select(Evidence.NameOf)];

    public static Evidence Evidence => Read.Value;

    /// <summary>Whether a file is worth parsing.</summary>
    private static bool MayTell((string Path, string Text) source) =>
        source.Text.Contains($"new {nameof(BugException)}(", StringComparison.Ordinal)
        || Enums.Any(name => source.Text.Contains($"enum {name.Split('.')[^1]}", StringComparison.Ordinal));

    private static IEnumerable<BugCheck> BugChecks(SyntaxNode file) =>
        from creation in file.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
        where creation.Type.ToString() == nameof(BugException)
        // Where the rule is a variable, it comes from a machine: a guard.
        let named = creation.ArgumentList?.Arguments[0].Expression as MemberAccessExpressionSyntax
        where named is not null
        let rule = Catalogue.Named(named.Expression.ToString(), named.Name.ToString())
        where rule is not null
        select new BugCheck(rule, MemberAround(creation), file.SyntaxTree.FilePath);

    private static IEnumerable<KeyValuePair<string, string>> Meanings(SyntaxNode file) =>
        from declared in file.DescendantNodes().OfType<EnumDeclarationSyntax>()
        let name = declared.Parent is TypeDeclarationSyntax outer ? $"{outer.Identifier}.{declared.Identifier}" : declared.Identifier.ToString()
        where Enums.Contains(name)
        from member in declared.Members
        select KeyValuePair.Create($"{name}.{member.Identifier}", Summary(member));

    private static string MemberAround(SyntaxNode node)
    {
        var type = node.FirstAncestorOrSelf<TypeDeclarationSyntax>()!.Identifier.ToString();
        return node.Ancestors().OfType<MemberDeclarationSyntax>().First() switch
        {
            MethodDeclarationSyntax method => $"{type}.{method.Identifier}",
            PropertyDeclarationSyntax property => $"{type}.{property.Identifier}",
            _ => type,
        };
    }

    /// <summary>The words of a member's doc comment.</summary>
    private static string Summary(EnumMemberDeclarationSyntax member)
    {
        var words = member.GetLeadingTrivia()
            .Select(trivia => trivia.GetStructure()).OfType<DocumentationCommentTriviaSyntax>()
            .SelectMany(comment => comment.DescendantNodes().OfType<XmlElementSyntax>())
            .Where(element => element.StartTag.Name.ToString() == "summary")
            .SelectMany(element => element.DescendantTokens())
            .Where(token => token.IsKind(SyntaxKind.XmlTextLiteralToken) || token.IsKind(SyntaxKind.XmlEntityLiteralToken))
            .Select(token => token.ValueText);
        return string.Join(' ', string.Concat(words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
