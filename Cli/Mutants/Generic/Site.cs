using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using ZeroCopy.Model;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>A place in a file, and one small mistake that can be made there.</summary>
/// <param name="File">The path from the root.</param>
/// <param name="Source">The file's text.</param>
/// <param name="Line">From 1.</param>
/// <param name="Change">What is made of it.</param>
internal sealed record Site(string File, string Source, int Line, Change Change)
{
    private const int Shown = 110;

    private static readonly string Meet = $"global::{typeof(WovenMutant).FullName}.{nameof(WovenMutant.Meet)}";

    public string Operator => Change.Operator;

    public string Original => Short(Change.Node.ToString());

    public string Changed => Change.Text == ";" ? "(nothing)" : Short(Change.Text);

    /// <summary>The file with the mistake.</summary>
    /// <param name="isMarked">Whether the code tells where it comes by: not all can, a constant for example.</param>
    public string Patched(bool isMarked)
    {
        var (node, text) = (Change.Node, Change.Text);
        if (node is StatementSyntax)
        {
            return Source[..node.SpanStart] + (!isMarked ? text : text == ";" ? $"{Meet}();" : $"{{ {Meet}(); {text[1..]}") + Source[node.Span.End..];
        }

        var closed = node.Parent is ExpressionStatementSyntax or ForStatementSyntax && node is not BinaryExpressionSyntax ? text : $"({text})";
        if (!isMarked)
        {
            return Source[..node.SpanStart] + closed + Source[node.Span.End..];
        }

        if (!Names(node))
        {
            return $"{Source[..node.SpanStart]}{Meet}({text}){Source[node.Span.End..]}";
        }

        var around = Around(node);
        return Source[..around.Start] + Mark(around, Source[around.Start..node.SpanStart] + closed + Source[node.Span.End..around.End]) + Source[around.End..];
    }

    public override string ToString() => $"{File}:{Line} {Operator}: {Original} -> {Changed}";

    private string Mark(TextSpan around, string text) => Source[around.End - 1] is ';' or '}' ? $"{Meet}(); {text}" : $"{Meet}({text})";

    /// <summary>Names that are made within a call are not certain behind it; and a pattern stands in no call.</summary>
    private static bool Names(SyntaxNode node) =>
        node is PatternSyntax || node.DescendantNodesAndSelf().Any(inside => inside is SingleVariableDesignationSyntax or DeclarationExpressionSyntax);

    /// <summary>The statement, or the expression that is a whole body, in which it stands.</summary>
    private static TextSpan Around(SyntaxNode node) => node.AncestorsAndSelf().First(around =>
        around is StatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } or MemberDeclarationSyntax
        || (around is ExpressionSyntax && around.Parent is ArrowExpressionClauseSyntax or LambdaExpressionSyntax)).Span;

    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Shown ? line : line[..(Shown - 3)] + "...";
    }
}
