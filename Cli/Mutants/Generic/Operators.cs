using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>What an operator makes of a piece of code.</summary>
/// <param name="Operator">Its name.</param>
/// <param name="Node">What is replaced.</param>
/// <param name="Text">What stands there instead.</param>
internal readonly record struct Change(string Operator, SyntaxNode Node, string Text);

/// <summary>The standard operators of Stryker.NET, but for those over texts: each makes a small mistake that nobody recorded.</summary>
internal static class Operators
{
    private static readonly Dictionary<SyntaxKind, (string Operator, string[] Tokens)> Tokens = new()
    {
        [SyntaxKind.AddExpression] = ("arithmetic", ["-"]),
        [SyntaxKind.SubtractExpression] = ("arithmetic", ["+"]),
        [SyntaxKind.MultiplyExpression] = ("arithmetic", ["/"]),
        [SyntaxKind.DivideExpression] = ("arithmetic", ["*"]),
        [SyntaxKind.ModuloExpression] = ("arithmetic", ["*"]),
        [SyntaxKind.GreaterThanExpression] = ("equality", ["<", ">="]),
        [SyntaxKind.GreaterThanOrEqualExpression] = ("equality", ["<", ">"]),
        [SyntaxKind.LessThanExpression] = ("equality", [">", "<="]),
        [SyntaxKind.LessThanOrEqualExpression] = ("equality", [">", "<"]),
        [SyntaxKind.EqualsExpression] = ("equality", ["!="]),
        [SyntaxKind.NotEqualsExpression] = ("equality", ["=="]),
        [SyntaxKind.GreaterThanToken] = ("equality", ["<", ">="]),
        [SyntaxKind.GreaterThanEqualsToken] = ("equality", ["<", ">"]),
        [SyntaxKind.LessThanToken] = ("equality", [">", "<="]),
        [SyntaxKind.LessThanEqualsToken] = ("equality", [">", "<"]),
        [SyntaxKind.LogicalAndExpression] = ("logical", ["||"]),
        [SyntaxKind.LogicalOrExpression] = ("logical", ["&&"]),
        [SyntaxKind.AndPattern] = ("logical", ["or"]),
        [SyntaxKind.OrPattern] = ("logical", ["and"]),
        [SyntaxKind.BitwiseAndExpression] = ("bitwise", ["|", "^"]),
        [SyntaxKind.BitwiseOrExpression] = ("bitwise", ["&", "^"]),
        [SyntaxKind.ExclusiveOrExpression] = ("bitwise", ["&", "|"]),
        [SyntaxKind.LeftShiftExpression] = ("bitwise", [">>"]),
        [SyntaxKind.RightShiftExpression] = ("bitwise", ["<<"]),
        [SyntaxKind.UnsignedRightShiftExpression] = ("bitwise", ["<<"]),
        [SyntaxKind.AddAssignmentExpression] = ("assignment", ["-="]),
        [SyntaxKind.SubtractAssignmentExpression] = ("assignment", ["+="]),
        [SyntaxKind.MultiplyAssignmentExpression] = ("assignment", ["/="]),
        [SyntaxKind.DivideAssignmentExpression] = ("assignment", ["*="]),
        [SyntaxKind.ModuloAssignmentExpression] = ("assignment", ["*="]),
        [SyntaxKind.AndAssignmentExpression] = ("assignment", ["|=", "^="]),
        [SyntaxKind.OrAssignmentExpression] = ("assignment", ["&=", "^="]),
        [SyntaxKind.ExclusiveOrAssignmentExpression] = ("assignment", ["&=", "|="]),
        [SyntaxKind.LeftShiftAssignmentExpression] = ("assignment", [">>="]),
        [SyntaxKind.RightShiftAssignmentExpression] = ("assignment", ["<<="]),
        [SyntaxKind.CoalesceAssignmentExpression] = ("coalescing", ["="]),
        [SyntaxKind.PostIncrementExpression] = ("update", ["--"]),
        [SyntaxKind.PostDecrementExpression] = ("update", ["++"]),
        [SyntaxKind.PreIncrementExpression] = ("update", ["--"]),
        [SyntaxKind.PreDecrementExpression] = ("update", ["++"]),
        [SyntaxKind.UnaryMinusExpression] = ("unary", ["+"]),
        [SyntaxKind.UnaryPlusExpression] = ("unary", ["-"]),
        [SyntaxKind.BitwiseNotExpression] = ("unary", [""]),
        [SyntaxKind.LogicalNotExpression] = ("boolean", [""]),
    };

    private static readonly Dictionary<string, string> Calls = new()
    {
        ["Min"] = "Max", ["Max"] = "Min", ["Any"] = "All", ["All"] = "Any", ["First"] = "Last", ["Last"] = "First", ["Single"] = "First", ["Sum"] = "Max",
        ["FirstOrDefault"] = "First", ["SingleOrDefault"] = "Single", ["LastOrDefault"] = "Last", ["Skip"] = "Take", ["Take"] = "Skip",
        ["SkipWhile"] = "TakeWhile", ["TakeWhile"] = "SkipWhile", ["OrderBy"] = "OrderByDescending", ["OrderByDescending"] = "OrderBy",
        ["Union"] = "Intersect", ["Intersect"] = "Union", ["Concat"] = "Except", ["Except"] = "Concat", ["Append"] = "Prepend", ["Prepend"] = "Append",
    };

    /// <summary>Every name, in the order of the report.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["arithmetic", "assignment", "bitwise", "block", "boolean", "call", "checked", "coalescing", "condition", "conditional", "equality", "logical", "statement", "unary", "update"];

    /// <summary>What the operators make of one node.</summary>
    public static IEnumerable<Change> Of(SyntaxNode node, SemanticModel model) => node switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression, Left: var left, Right: var right } => right is ThrowExpressionSyntax ? [] : Each("coalescing", node, $"{left}", $"{right}"),
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.IsExpression, Left: var left, Right: var right } => Each("equality", node, $"{left} is not {right}"),
        BinaryExpressionSyntax { Left: var left, OperatorToken: var token, Right: var right } => IsText(node, model) ? [] : Swaps(node, node.Kind(), $"{Closed(left, node)} ", token, $" {Closed(right, node)}"),
        BinaryPatternSyntax { Left: var left, OperatorToken: var token, Right: var right } => Swaps(node, node.Kind(), $"({left}) ", token, $" ({right})"),
        RelationalPatternSyntax { OperatorToken: var token, Expression: var bound } => Swaps(node, token.Kind(), "", token, $" {bound}"),
        IsPatternExpressionSyntax { Expression: var asked, Pattern: UnaryPatternSyntax { Pattern: var pattern } } => Each("equality", node, $"{asked} is {pattern}"),
        IsPatternExpressionSyntax { Expression: var asked, Pattern: var pattern } => Each("equality", node, $"{asked} is not ({pattern})"),
        AssignmentExpressionSyntax { Left: var left, OperatorToken: var token, Right: var right } => IsText(node, model) ? [] : Swaps(node, node.Kind(), $"{left} ", token, $" {right}"),
        PrefixUnaryExpressionSyntax { OperatorToken: var token, Operand: var operand } => Swaps(node, node.Kind(), "", token, $"{operand}"),
        PostfixUnaryExpressionSyntax { OperatorToken: var token, Operand: var operand } => Swaps(node, node.Kind(), $"{operand}", token, ""),
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.TrueLiteralExpression } => Each("boolean", node, "false"),
        LiteralExpressionSyntax { RawKind: (int)SyntaxKind.FalseLiteralExpression } => Each("boolean", node, "true"),
        CheckedExpressionSyntax { Expression: var inner } => Each("checked", node, $"{inner}"),
        ConditionalExpressionSyntax { Condition: var condition } => [.. Each("conditional", condition, "true", "false"), .. Negated(condition)],
        IfStatementSyntax { Condition: var condition } => Negated(condition),
        WhileStatementSyntax { Condition: var condition } => Negated(condition),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var of, Name: IdentifierNameSyntax { Identifier.Text: var name } } } call =>
            Calls.TryGetValue(name, out var other) && model.GetSymbolInfo(node).Symbol is { ContainingNamespace: { Name: "System" or "Linq" } } ? Each("call", node, $"{of}.{other}{call.ArgumentList}") : [],
        BlockSyntax { Statements.Count: > 1 } block => Each("block", node, Emptied(block, model)),
        ExpressionStatementSyntax or ReturnStatementSyntax { Expression: null } or BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax or ThrowStatementSyntax or YieldStatementSyntax =>
            Each("statement", node, ";"),
        _ => [],
    };

    private static IEnumerable<Change> Each(string name, SyntaxNode node, params string[] texts) => texts.Select(text => new Change(name, node, text));

    private static IEnumerable<Change> Swaps(SyntaxNode node, SyntaxKind kind, string before, SyntaxToken token, string after) =>
        Tokens.TryGetValue(kind, out var swap) && swap.Tokens[0] != token.Text ? Each(swap.Operator, node, [.. swap.Tokens.Select(other => before + other + after)]) : [];

    /// <summary>Comparisons and connectives have operators of their own.</summary>
    private static IEnumerable<Change> Negated(ExpressionSyntax condition) =>
        condition is BinaryExpressionSyntax or IsPatternExpressionSyntax or PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression } or LiteralExpressionSyntax ? [] : Each("condition", condition, $"!({condition})");

    /// <summary>An operand that the new operator must not take apart.</summary>
    private static string Closed(ExpressionSyntax operand, SyntaxNode node) =>
        operand is BinaryExpressionSyntax && operand.IsKind(node.Kind()) && node.Kind() is SyntaxKind.LogicalOrExpression or SyntaxKind.BitwiseOrExpression or SyntaxKind.ExclusiveOrExpression or SyntaxKind.AddExpression
            ? $"({operand})" : $"{operand}";

    private static bool IsText(SyntaxNode node, SemanticModel model) => model.GetTypeInfo(node).Type is { SpecialType: SpecialType.System_String } or { TypeKind: TypeKind.Delegate };

    /// <summary>A body that gives something gives nothing of it.</summary>
    private static string Emptied(BlockSyntax block, SemanticModel model)
    {
        if (block.DescendantNodes(inside => inside is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).Any(inside => inside is YieldStatementSyntax)
            && block.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax)
        {
            return "{ yield break; }";
        }

        var given = block.Parent switch
        {
            AnonymousFunctionExpressionSyntax function => (model.GetSymbolInfo(function).Symbol as IMethodSymbol)?.ReturnsVoid == false,
            BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax => (model.GetDeclaredSymbol(block.Parent) as IMethodSymbol)?.ReturnsVoid == false,
            _ => false,
        };
        return given ? "{ return default!; }" : "{ }";
    }
}
