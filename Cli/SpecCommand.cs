using System.CommandLine;
using System.Text.Json.Nodes;
using ZeroCopy.Properties;
using ZeroCopy.Specs;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify spec [RULE|MACHINE]</c>: what must hold, why, and where that is written.</summary>
internal static class SpecCommand
{
    private static readonly Argument<string?> Name = new("RULE|MACHINE") { Description = "a rule such as SKB-003, or a machine: skb", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("spec", "Print the rules, one rule, or one machine.") { Name, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var name = parsed.GetValue(Name);
        var rule = name is null ? null : Catalogue.Find(name);
        var machine = name is null || rule is not null ? null : SpecText.Machine(name);
        if (name is not null && rule is null && machine is null)
        {
            throw new InputException($"'{name}' is neither a rule nor a machine; 'zcverify spec' lists the rules");
        }

        if (parsed.GetValue(JsonOut))
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "spec",
                ["result"] = "holds",
                ["rules"] = new JsonArray([.. Catalogue.All.Where(each => name is null || each == rule).Select(Json)]),
                ["machine"] = machine,
            });
        }
        else
        {
            Console.Out.Write(rule is not null ? SpecText.Of(rule) : machine is not null ? machine + Environment.NewLine : SpecText.List());
        }

        return ExitStatus.Holds;
    }

    private static JsonObject Json(Rule rule) => new()
    {
        ["id"] = rule.Id,
        ["statement"] = rule.Statement,
        ["because"] = rule.Because,
        ["source"] = rule.Source,
        ["basis"] = rule.Basis.ToString().ToLowerInvariant(),
        ["guards"] = new JsonArray([.. SpecText.GuardsOf(rule).Select(guard => JsonValue.Create(guard))]),
        ["laws"] = new JsonArray([.. SpecText.LawsOf(rule).Select(law => new JsonObject { ["name"] = law.Name, ["kind"] = law.Kind.ToString().ToLowerInvariant() })]),
    };
}
