using System.Text.Json.Nodes;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli.Mutants;

/// <summary>A smallest script, for all that have its length and its operations.</summary>
/// <param name="Script">The first of them in the order of texts.</param>
/// <param name="Seeds">Searches that came to one of them.</param>
/// <param name="Minimal"><c>proven</c>, <c>not-proven</c>, <c>not-tried</c>; null before it was looked at.</param>
/// <param name="Proof">What is known of scripts with fewer operations; null where that was not tried.</param>
internal sealed record Minimum(IReadOnlyList<string> Script, int Seeds, string? Minimal, string? Proof)
{
    /// <summary>Operations; steps of a schedule are counted apart.</summary>
    public int Length => Names.Count;

    /// <summary>Their names in the order of the alphabet, each as often as it stands there.</summary>
    public string Operations => string.Join(' ', Names);

    private List<string> Names { get; } = [.. Script.Where(line => Model.Script.ParseOperation(line, 1, Language.All) is not ScheduleStep)
        .Select(Properties.Shrink.Line.NameOf).Order(StringComparer.Ordinal)];

    public JsonObject Json() => new()
    {
        ["length"] = Length,
        ["seeds"] = Seeds,
        ["certified"] = Minimal == "proven",
        ["minimal"] = Minimal,
        ["proof"] = Proof,
        ["operations"] = Operations,
        ["script"] = Lines(),
    };

    public JsonArray Lines() => [.. Script.Select(line => JsonValue.Create(line))];
}
