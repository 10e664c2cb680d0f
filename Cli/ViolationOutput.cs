using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli;

/// <summary>What was broken, for people and for programs.</summary>
internal static class ViolationOutput
{
    public static JsonArray Json(IReadOnlyList<Violation> violations) =>
    [
        .. violations.Select(violation => new JsonObject
        {
            ["rule"] = violation.Rule.Id,
            ["law"] = violation.Law,
            ["step"] = violation.Step,
            ["operation"] = Spell(violation.Operation),
            ["found"] = violation.Explanation,
        }),
    ];

    public static void Print(IAnsiConsole console, IReadOnlyList<Violation> violations)
    {
        foreach (var violation in violations)
        {
            console.MarkupLineInterpolated($"[red]violation[/] {violation.Rule.ToString()}");
            console.MarkupLineInterpolated($"  found     {violation.Explanation}");
            console.MarkupLineInterpolated($"  operation {violation.Step + 1}: {Spell(violation.Operation)}");
            console.MarkupLineInterpolated($"  because   {violation.Rule.Because}");
            console.MarkupLineInterpolated($"  source    {violation.Rule.Source}");
        }
    }

    /// <summary>As a script spells it; a file on disk has no spelling.</summary>
    private static string Spell(Operation operation) =>
        operation is OpenFile { Content: not LiteralContent } open ? $"{open.Result} = open({Zones.Word(open.Zone)}, ...)" : operation.ToString();
}
