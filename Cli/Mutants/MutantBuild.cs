using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli.Mutants;

/// <summary>The libraries compiled with a recorded bug, and this program loaded beside itself on top of them. Every project assembly goes into the mutant's context: a type of the other would be another type.</summary>
internal sealed class MutantBuild : AssemblyLoadContext
{
    private static readonly string[] Projects = ["Specs", "Model", "Drivers", "Properties"];

    // What ImplicitUsings of the SDK makes.
    private const string ImplicitUsings =
        "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private static readonly ConcurrentDictionary<string, Lazy<CSharpCompilation>> Unpatched = new();
    private static readonly ConcurrentDictionary<string, Lazy<CSharpCompilation>> Written = new();
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Images = new();
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Foreign = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("ZeroCopy.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private readonly Dictionary<string, byte[]> _images = [];

    // Never unloaded: code that can be is slower, and the runtime (10.0) was seen to fail in casts to a type of an unloaded copy. A copy takes about 10 MB.
    private MutantBuild()
        : base(isCollectible: false)
    {
    }

    /// <summary>Compiles the patched projects; a patch that does not compile is an exception that says why. Projects behind them keep their images: a patch of one line changes no signature.</summary>
    public static MutantBuild Of(MutantFile mutant) => Of(mutant.Id, Patched(mutant));

    /// <summary>Compiles the projects of which some files have another text.</summary>
    public static MutantBuild Of(string what, IReadOnlyDictionary<string, string> files)
    {
        var build = new MutantBuild();
        foreach (var project in Projects)
        {
            var others = files.Where(file => file.Key.StartsWith(project + "/", StringComparison.Ordinal)).ToList();
            build._images.Add($"ZeroCopy.{project}", others.Count == 0 ? Image(project) : Emit(others.Aggregate(Compile(project), (compilation, other) =>
                compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Single(tree => tree.FilePath == other.Key), Tree(other.Key, other.Value))), what));
        }

        build._images.Add("zcverify", File.ReadAllBytes(typeof(MutantBuild).Assembly.Location));
        return build;
    }

    /// <summary>The same libraries once more, with static state of their own.</summary>
    public MutantBuild Again()
    {
        var again = new MutantBuild();
        foreach (var (name, image) in _images)
        {
            again._images.Add(name, image);
        }

        return again;
    }

    /// <summary>The files that a mutant patches, and their texts with its patches.</summary>
    public static IReadOnlyDictionary<string, string> Patched(MutantFile mutant) => mutant.Patches.GroupBy(patch => patch.File).ToDictionary(
        file => file.Key,
        file => file.Aggregate(Sources.Of(file.Key.Split('/')[0]).Single(source => source.Path == file.Key).Text, (source, patch) => Occurrences(source, patch) == 1
            ? source.Replace(patch.Find, patch.Replace, StringComparison.Ordinal)
            : throw new InvalidOperationException($"mutant {mutant.Id}: '{patch.Find}' stands {Occurrences(source, patch)} times in {patch.File}, not once")));

    /// <summary>Calls a static method of the mutant's own copy: text in and text out, because its types are not ours.</summary>
    public TResult Call<TResult>(string assembly, string type, string method, params object?[] arguments) =>
        (TResult)LoadFromAssemblyName(new AssemblyName(assembly))
            .GetType(type, throwOnError: true)!
            .GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;

    /// <summary>Ids of the rules that a script violates first, with spaces between; empty for none.</summary>
    public string Violated(string script) => Call<string>("ZeroCopy.Properties", typeof(Replay).FullName!, nameof(Replay.Violated), script);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _images.TryGetValue(assemblyName.Name!, out var image) ? LoadFromStream(new MemoryStream(image)) : null;

    /// <summary>A project as it is written, to be asked what its code means.</summary>
    public static CSharpCompilation Uncounted(string project) => Written.GetOrAdd(project, name => new(() => Compile(name).RemoveAllSyntaxTrees().AddSyntaxTrees(
        [.. Sources.Of(name).Select(source => CSharpSyntaxTree.ParseText(source.Text, Language, source.Path)), CSharpSyntaxTree.ParseText(ImplicitUsings, Language)]))).Value;

    private static byte[] Image(string project) => Images.GetOrAdd(project, name => new(() => KeptImages.Of(name, () => Emit(Compile(name), name)))).Value;

    private static CSharpCompilation Compile(string project) => Unpatched.GetOrAdd(project, name => new(() => CSharpCompilation.Create(
        $"ZeroCopy.{name}",
        [
            .. Sources.Of(name).AsParallel().AsOrdered().Select(source => Tree(source.Path, source.Text)),
            CSharpSyntaxTree.ParseText(ImplicitUsings, Language),
        ],
        [.. Foreign.Value, .. Projects.TakeWhile(before => before != name).Select(before => MetadataReference.CreateFromImage(Image(before)))],
        new CSharpCompilationOptions(
            // Without nullable warnings: they were given when this program was built, and finding them again takes a fifth of the time.
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true, nullableContextOptions: NullableContextOptions.Annotations)))).Value;

    private static int Occurrences(string source, (string File, string Find, string Replace) patch)
    {
        var count = 0;
        for (var at = source.IndexOf(patch.Find, StringComparison.Ordinal); at >= 0; at = source.IndexOf(patch.Find, at + 1, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    private static byte[] Emit(CSharpCompilation compilation, string what)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        return result.Success
            ? image.ToArray()
            : throw new InvalidOperationException(
                $"{what} does not compile: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
    }

    /// <summary>Parses a file. Where the code under test and its laws run, each loop counts its turns: a mutant may never end.</summary>
    private static SyntaxTree Tree(string path, string text)
    {
        var tree = CSharpSyntaxTree.ParseText(text, Language, path);
        return path.StartsWith("Model/", StringComparison.Ordinal) || path.StartsWith("Drivers/", StringComparison.Ordinal) || path.StartsWith("Properties/Laws/", StringComparison.Ordinal)
            ? tree.WithRootAndOptions(new LoopCounter().Visit(tree.GetRoot()), Language)
            : tree;
    }

    private sealed class LoopCounter : CSharpSyntaxRewriter
    {
        private static readonly StatementSyntax Spend = SyntaxFactory.ParseStatement("global::ZeroCopy.Model.StepBudget.Spend();");

        public override SyntaxNode? VisitForStatement(ForStatementSyntax node) => ((ForStatementSyntax)base.VisitForStatement(node)!).WithStatement(Counted(node.Statement));

        public override SyntaxNode? VisitWhileStatement(WhileStatementSyntax node) => ((WhileStatementSyntax)base.VisitWhileStatement(node)!).WithStatement(Counted(node.Statement));

        public override SyntaxNode? VisitDoStatement(DoStatementSyntax node) => ((DoStatementSyntax)base.VisitDoStatement(node)!).WithStatement(Counted(node.Statement));

        private BlockSyntax Counted(StatementSyntax body) => SyntaxFactory.Block(Spend, (StatementSyntax)Visit(body)!);
    }
}
