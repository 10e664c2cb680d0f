using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Mutants;

/// <summary>The four libraries compiled with a patch, and loaded beside the unpatched ones. Every project assembly goes into the mutant's context: a type of the other would be another type.</summary>
internal sealed class MutantBuild : AssemblyLoadContext
{
    private static readonly string[] Projects = ["Specs", "Model", "Drivers", "Properties"];

    // What ImplicitUsings of the SDK makes.
    private const string ImplicitUsings =
        "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; "
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<(string Path, SyntaxTree Tree)>>> Sources = new();
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Images = new();
    private static readonly Lazy<IReadOnlyList<MetadataReference>> Foreign = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("ZeroCopy.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    private readonly Dictionary<string, byte[]> _images = [];

    private MutantBuild()
        : base(isCollectible: true)
    {
    }

    /// <summary>Compiles the patched projects; a patch that does not compile is an exception that says why. Projects behind them keep their images: a patch of one line changes no signature.</summary>
    public static MutantBuild Of(MutantFile mutant)
    {
        var build = new MutantBuild();
        foreach (var project in Projects)
        {
            var patched = mutant.Patches.Any(patch => patch.File.StartsWith(project + "/", StringComparison.Ordinal));
            build._images.Add($"ZeroCopy.{project}", patched ? Compile(project, mutant) : Unpatched(project));
        }

        return build;
    }

    /// <summary>How often the text to be found stands in its file.</summary>
    public static int Occurrences(string file, string find)
    {
        var text = File.ReadAllText(Repo.PathOf(file.Split('/')));
        var count = 0;
        for (var at = text.IndexOf(find, StringComparison.Ordinal); at >= 0; at = text.IndexOf(find, at + 1, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    /// <summary>Ids of the rules that a script violates first on this build, with spaces between; empty for none.</summary>
    public string Violated(string script) =>
        (string)LoadFromAssemblyName(new AssemblyName("ZeroCopy.Properties"))
            .GetType("ZeroCopy.Properties.Replay", throwOnError: true)!
            .GetMethod("Violated", [typeof(string)])!
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [script], null)!;

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _images.TryGetValue(assemblyName.Name!, out var image) ? LoadFromStream(new MemoryStream(image)) : null;

    private static byte[] Unpatched(string project) =>
        Images.GetOrAdd(project, name => new(() => Compile(name, null))).Value;

    private static byte[] Compile(string project, MutantFile? mutant)
    {
        var trees = Sources.GetOrAdd(project, name => new(() => Read(name))).Value
            .Select(source => mutant is null ? source.Tree : Patched(source.Path, source.Tree, mutant));
        var before = Projects.TakeWhile(name => name != project).Select(name => MetadataReference.CreateFromImage(Unpatched(name)));
        var compilation = CSharpCompilation.Create(
            $"ZeroCopy.{project}",
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, Parse)],
            [.. Foreign.Value, .. before],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        return result.Success
            ? image.ToArray()
            : throw new InvalidOperationException(
                $"{mutant?.Id ?? "the model"} does not compile: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
    }

    private static IReadOnlyList<(string Path, SyntaxTree Tree)> Read(string project) =>
    [
        .. Directory.EnumerateFiles(Repo.PathOf(project), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repo.Root, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => (path, CSharpSyntaxTree.ParseText(File.ReadAllText(Repo.PathOf(path.Split('/'))), Parse, path))),
    ];

    private static SyntaxTree Patched(string path, SyntaxTree tree, MutantFile mutant)
    {
        var text = tree.ToString();
        var patched = mutant.Patches.Where(patch => patch.File == path).Aggregate(text, (source, patch) => source.Replace(patch.Find, patch.Replace, StringComparison.Ordinal));
        return ReferenceEquals(patched, text) || patched == text ? tree : CSharpSyntaxTree.ParseText(patched, Parse, path);
    }
}
