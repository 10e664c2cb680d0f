using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using ZeroCopy.Properties;
using ZeroCopy.Specs;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify spec [RULE|MACHINE]</c>: what must hold, why, and where that is written.</summary>
internal static class SpecCommand
{
    private const string RootFile = "Verify.sln";

    private static readonly Argument<string?> Name = new("RULE|MACHINE")
    {
        Description = $"a rule such as SKB-003, or a machine: {string.Join(", ", MachineCatalogue.All.Select(machine => machine.Name))}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Write = new("--write") { Description = $"write the whole specification to {SpecPage.Path} of the checkout around the current directory" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    public static Command Create()
    {
        var command = new Command("spec", "Print the rules, one rule, or one machine.") { Name, Write, JsonOut };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var name = parsed.GetValue(Name);
        var write = parsed.GetValue(Write);
        if (name is not null && write)
        {
            throw new InputException($"--write makes the whole of {SpecPage.Path}; it takes no '{name}'");
        }

        var rule = name is null ? null : Catalogue.Find(name);
        var machine = name is null || rule is not null ? null : MachineCatalogue.Find(name);
        if (name is not null && rule is null && machine is null)
        {
            throw new InputException($"'{name}' is neither a rule nor a machine; 'zcverify spec' lists the rules");
        }

        if (write)
        {
            WritePage(Root());
        }

        if (parsed.GetValue(JsonOut))
        {
            Verb.Print(new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = "spec",
                ["result"] = "holds",
                ["written"] = write ? SpecPage.Path : null,
                ["rules"] = new JsonArray([.. Catalogue.All.Where(each => name is null || each == rule).Select(Json)]),
                ["machine"] = machine is null ? null : MachineText.Of(machine, SpecSources.Evidence),
            });
        }
        else
        {
            Console.Out.Write(
                write ? $"{SpecPage.Path}: {Catalogue.All.Count} rules, {MachineCatalogue.All.Count} {(MachineCatalogue.All.Count == 1 ? "machine" : "machines")}\n"
                : rule is not null ? SpecText.Of(rule, SpecSources.Evidence)
                : machine is not null ? MachineText.Of(machine, SpecSources.Evidence)
                : SpecText.List());
        }

        return ExitStatus.Holds;
    }

    private static void WritePage(string root)
    {
        using var file = new OutputFile(Path.Combine(root, SpecPage.Path));
        file.Write(Encoding.UTF8.GetBytes(SpecPage.Of(Catalogue.All, SpecSources.Evidence)));
        file.Keep();
    }

    /// <summary>The checkout around the current directory.</summary>
    private static string Root()
    {
        var folder = new DirectoryInfo(Environment.CurrentDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, RootFile)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InputException($"--write makes {SpecPage.Path} of a checkout, and {Environment.CurrentDirectory} is in none: no {RootFile} there or above");
    }

    private static JsonObject Json(Rule rule) => new()
    {
        ["id"] = rule.Id,
        ["statement"] = rule.Statement,
        ["because"] = rule.Because,
        ["source"] = rule.Source,
        ["basis"] = SpecText.Name(rule.Basis),
        ["withdrawn"] = rule.Withdrawn,
        ["guards"] = new JsonArray([.. SpecText.GuardsOf(rule).Select(guard => JsonValue.Create(guard))]),
        ["bugChecks"] = new JsonArray([.. SpecText.BugChecksOf(rule, SpecSources.Evidence).Select(check => new JsonObject { ["member"] = check.Member, ["file"] = check.File })]),
        ["laws"] = new JsonArray([.. SpecText.LawsOf(rule).Select(law => new JsonObject { ["name"] = law.Name, ["kind"] = law.Kind.ToString().ToLowerInvariant() })]),
        ["mutants"] = new JsonArray([.. SpecText.MutantsOf(rule, SpecSources.Evidence).Select(mutant => new JsonObject { ["id"] = mutant.Id, ["title"] = mutant.Title })]),
    };
}
