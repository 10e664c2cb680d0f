using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ZeroCopy.Model;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>Every place where an operator applies, in the order of the files.</summary>
internal static class Sites
{
    /// <summary>What the sample is drawn from.</summary>
    public static readonly IReadOnlyList<string> Projects = ["Model", "Drivers"];

    /// <summary>Spelling and parsing of scripts, states as bytes, and what serves mutants: none of them is the model.</summary>
    private static readonly string[] Tools =
        ["Model/ModelException.cs", "Model/Net/FeatureWords.cs", "Model/Script.cs", "Model/Spelling.cs", "Model/StateWriter.cs", "Model/StepBudget.cs", "Model/WovenMutant.cs"];

    public static IReadOnlyList<Site> All { get; } = [.. Projects.SelectMany(project => MutantBuild.Uncounted(project) is var compilation
        ? compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0 && !Tools.Contains(tree.FilePath)).SelectMany(tree => In(tree, compilation.GetSemanticModel(tree))) : [])];

    /// <summary>Those of one file.</summary>
    public static IEnumerable<Site> In(SyntaxTree tree, SemanticModel model)
    {
        var source = tree.ToString();
        return tree.GetRoot().DescendantNodes(node => !OnlyTells(node, model))
            .Where(node => !OnlyTells(node, model))
            .SelectMany(node => Operators.Of(node, model))
            .Where(change => !GuardsUse(change.Node))
            .Select(change => new Site(tree.FilePath, source, tree.GetLineSpan(change.Node.Span).StartLinePosition.Line + 1, change));
    }

    /// <summary>Code that explains, spells, parses or writes down, and does nothing else.</summary>
    private static bool OnlyTells(SyntaxNode node, SemanticModel model) => node switch
    {
        AttributeListSyntax or InterpolatedStringExpressionSyntax => true,
        ObjectCreationExpressionSyntax creation => creation.Type.ToString().EndsWith("Exception", StringComparison.Ordinal),
        MethodDeclarationSyntax method => method.Identifier.Text.Contains("Parse", StringComparison.Ordinal)
            || method.ParameterList.Parameters.Any(parameter => parameter.Type?.ToString() is nameof(StateWriter) or nameof(Operands))
            || IsText(model.GetTypeInfo(method.ReturnType).Type, method.ReturnType),
        PropertyDeclarationSyntax property => IsText(model.GetTypeInfo(property.Type).Type, property.Type),
        FieldDeclarationSyntax field => field.Declaration.Type.ToString() is nameof(Spelling) || IsText(model.GetTypeInfo(field.Declaration.Type).Type, field.Declaration.Type),
        IfStatementSyntax { Else: null, Statement: BlockSyntax { Statements: [ThrowStatementSyntax thrown] } } => IsOfOurUse(thrown.Expression),
        _ => false,
    };

    /// <summary>Text that may be missing is an answer; text that is always there is a word.</summary>
    private static bool IsText(ITypeSymbol? type, TypeSyntax written) =>
        written is not NullableTypeSyntax && (type is { SpecialType: SpecialType.System_String } or INamedTypeSymbol { TypeArguments: [{ SpecialType: SpecialType.System_String }] });

    /// <summary>What stands before a <see cref="ModelException"/> asks whether the model is used as it is meant to be.</summary>
    private static bool GuardsUse(SyntaxNode node) =>
        (node is ThrowStatementSyntax thrown && IsOfOurUse(thrown.Expression))
        || (node.Parent is ConditionalExpressionSyntax { WhenTrue: var yes, WhenFalse: var no } choice && choice.Condition == node && (IsOfOurUse((yes as ThrowExpressionSyntax)?.Expression) || IsOfOurUse((no as ThrowExpressionSyntax)?.Expression)));

    private static bool IsOfOurUse(ExpressionSyntax? thrown) => thrown is ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.Text: nameof(ModelException) or nameof(ScriptException) } };
}
