using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Cli.Mutants;

/// <summary>Which law is needed, as people and programs read it: without it a recorded bug survives.</summary>
/// <param name="needs">Of each bug, the laws that saw it.</param>
/// <param name="isWhole">Every recorded bug was asked: a law that none of them breaks first is named too.</param>
internal sealed class NeedTable(IReadOnlyList<Need> needs, bool isWhole)
{
    private IReadOnlyList<Law> Laws { get; } = [.. LawCatalogue.All.Where(law => law.Kind == LawKind.Always && (isWhole || needs.Any(need => need.Law == law.Id)))];

    /// <summary>One bug, one law.</summary>
    public static void Print(Need need) => Terminal.Out.WriteLine($"{need.Mutant.Id,-6} {need.Law,-40} {(need.IsShown ? "nothing else sees it" : string.Join(' ', need.Instead))}");

    /// <summary>A line for each law.</summary>
    public void Print()
    {
        foreach (var law in Laws)
        {
            var of = Of(law);
            Terminal.Out.WriteLine($"{law.Id,-40} {(of.Any(need => need.IsShown)
                ? $"needed by {string.Join(' ', of.Where(need => need.IsShown).Select(need => need.Mutant.Id))}"
                : of.Count == 0 ? "not shown needed: no witness breaks it first"
                : $"not shown needed: {string.Join("; ", of.Select(need => $"{need.Mutant.Id} by {string.Join(' ', need.Instead)}"))}")}");
        }

        Terminal.Out.WriteLine($"{Laws.Count(law => Of(law).Any(need => need.IsShown))} of {Laws.Count} laws are shown to be needed");
    }

    public JsonObject Json() => new()
    {
        ["schema"] = 1,
        ["verb"] = "mutants",
        ["result"] = "holds",
        ["laws"] = new JsonArray(
        [
            .. Laws.Select(law => new JsonObject
            {
                ["rule"] = law.Rule.Id,
                ["law"] = law.Name,
                ["neededBy"] = new JsonArray([.. Of(law).Where(need => need.IsShown).Select(need => JsonValue.Create(need.Mutant.Id))]),
                ["seenInstead"] = new JsonObject(Of(law).Where(need => !need.IsShown).Select(need =>
                    KeyValuePair.Create<string, JsonNode?>(need.Mutant.Id, new JsonArray([.. need.Instead.Select(other => JsonValue.Create(other))])))),
            }),
        ]),
    };

    private List<Need> Of(Law law) => [.. needs.Where(need => need.Law == law.Id)];
}
