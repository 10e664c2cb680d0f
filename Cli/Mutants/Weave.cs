using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using ZeroCopy.Model;

namespace ZeroCopy.Cli.Mutants;

/// <summary>Many mutants in one compilation: a member that patches change has the body of each, and asks which mutant is chosen.</summary>
internal sealed class Weave
{
    private readonly Dictionary<string, SyntaxNode> _originals = [];
    private readonly Dictionary<(string File, int Body), List<(int Mutant, string Body)>> _others = [];
    private readonly Dictionary<string, int> _numbers = [];

    private readonly bool _isWatched;

    /// <summary>Weaves those whose patches lie in bodies of members.</summary>
    public Weave(IEnumerable<MutantFile> mutants)
        : this(mutants.Select(mutant => (mutant.Id, MutantBuild.Patched(mutant))), isWatched: false)
    {
    }

    /// <summary>Weaves those whose other texts differ in bodies of members.</summary>
    /// <param name="mutants">The id of each, and the files that it changes.</param>
    /// <param name="isWatched">Whether each woven body says that it begins.</param>
    public Weave(IEnumerable<(string Id, IReadOnlyDictionary<string, string> Files)> mutants, bool isWatched)
    {
        _isWatched = isWatched;
        foreach (var (id, files) in mutants)
        {
            var patched = files.Select(file => (file.Key, Original: Original(file.Key), Patched: Parse(file.Value))).ToList();
            if (!patched.All(file => Around(file.Original) == Around(file.Patched)))
            {
                continue;
            }

            var number = _numbers.Count + 1;
            _numbers.Add(id, number);
            foreach (var (file, original, other) in patched)
            {
                var bodies = Bodies(original).Select(body => body.ToFullString()).ToList();
                foreach (var (i, body) in Bodies(other).Index().Where(each => each.Item.ToFullString() != bodies[each.Index]))
                {
                    if (!_others.TryGetValue((file, i), out var others))
                    {
                        _others.Add((file, i), others = []);
                    }

                    others.Add((number, Statements(body)));
                }
            }
        }
    }

    /// <summary>By which it is chosen; 0 where it cannot be woven.</summary>
    public int NumberOf(string mutant) => _numbers.GetValueOrDefault(mutant);

    /// <summary>Woven bodies, each of which has a number from 0 on.</summary>
    public int BodyCount => _others.Count;

    /// <summary>The bodies that a mutant changes.</summary>
    public IEnumerable<int> BodiesOf(string mutant) => _others.Values.Index().Where(body => body.Item.Any(other => other.Mutant == NumberOf(mutant))).Select(body => body.Index);

    /// <summary>The woven files.</summary>
    public IReadOnlyDictionary<string, string> Files => _others.GroupBy(each => each.Key.File).ToDictionary(
        file => file.Key,
        file =>
        {
            var original = Original(file.Key);
            var bodies = Bodies(original).ToList();
            return original.GetText().WithChanges(file.Select(each => new TextChange(Whole(bodies[each.Key.Body]), Choice(bodies[each.Key.Body], each.Value, Watched(each.Key))))).ToString();
        });

    private SyntaxNode Original(string file) => _originals.TryGetValue(file, out var root) ? root
        : _originals[file] = Parse(Sources.Of(file.Split('/')[0]).Single(source => source.Path == file).Text);

    private static SyntaxNode Parse(string text) => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Latest)).GetRoot();

    /// <summary>Bodies of members, in the order of the file. Where a table of states is made is none: it runs once, whichever mutant is chosen later.</summary>
    private static IEnumerable<SyntaxNode> Bodies(SyntaxNode root) => root.DescendantNodes().Where(node =>
        node is BlockSyntax or ArrowExpressionClauseSyntax
        && node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or PropertyDeclarationSyntax or IndexerDeclarationSyntax
        && node.Parent is not MethodDeclarationSyntax { Identifier.Text: "Configure" });

    /// <summary>What is left of a file without its bodies.</summary>
    private static string Around(SyntaxNode root) => root.GetText().WithChanges(Bodies(root).Select(body => new TextChange(Whole(body), body is BlockSyntax ? "{}" : "=>;"))).ToString();

    /// <summary>A body with the semicolon behind an arrow.</summary>
    private static TextSpan Whole(SyntaxNode body) => body is BlockSyntax ? body.Span : TextSpan.FromBounds(body.SpanStart, body.Parent!.ChildTokens().Last(token => token.IsKind(SyntaxKind.SemicolonToken)).Span.End);

    private string Watched((string File, int Body) body) =>
        _isWatched ? $"global::{typeof(WovenMutant).FullName}.{nameof(WovenMutant.Enter)}({_others.Keys.TakeWhile(key => key != body).Count()}); " : "";

    private static string Choice(SyntaxNode original, IReadOnlyList<(int Mutant, string Body)> others, string first)
    {
        var text = new StringBuilder(first);
        foreach (var (mutant, body) in others)
        {
            text.Append($"if (global::{typeof(WovenMutant).FullName}.{nameof(WovenMutant.Chosen)} == {mutant}) {body} else ");
        }

        return original.Parent is BasePropertyDeclarationSyntax ? $"{{ get {{ {text}{Statements(original)} }} }}" : $"{{ {text}{Statements(original)} }}";
    }

    /// <summary>A body as a block.</summary>
    private static string Statements(SyntaxNode body) => body switch
    {
        ArrowExpressionClauseSyntax { Expression: ThrowExpressionSyntax thrown } => $"{{ {thrown}; }}",
        ArrowExpressionClauseSyntax arrow => $"{{ {(GivesNothing(arrow.Parent!) ? "" : "return ")}{arrow.Expression}; }}",
        _ => body.ToString(),
    };

    private static bool GivesNothing(SyntaxNode member) =>
        member is ConstructorDeclarationSyntax or MethodDeclarationSyntax { ReturnType: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } }
        || (member is AccessorDeclarationSyntax && !member.IsKind(SyntaxKind.GetAccessorDeclaration));
}
