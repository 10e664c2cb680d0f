using System.Text;
using Stateless.Graph;
using Stateless.Reflection;
using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>The specification as text, derived from rules, machines and laws.</summary>
public static class SpecText
{
    /// <summary>Each machine's name.</summary>
    public static readonly IReadOnlyList<string> Machines = ["skb", "completion"];

    /// <summary>One rule with its reason and source, what enforces it and what checks it.</summary>
    public static string Of(Rule rule)
    {
        var text = new StringBuilder()
            .AppendLine(rule.ToString())
            .AppendLine($"  because   {rule.Because}")
            .AppendLine($"  source    {rule.Source}")
            .AppendLine($"  basis     {Word(rule.Basis)}");
        foreach (var guard in GuardsOf(rule))
        {
            text.AppendLine($"  guard     {guard}");
        }

        foreach (var law in LawsOf(rule))
        {
            text.AppendLine($"  {(law.Kind == LawKind.Always ? "law      " : "sometimes")} {law.Name}, for each {Word(law.Scope)}");
        }

        return text.ToString();
    }

    /// <summary>One line a rule.</summary>
    public static string List()
    {
        var text = new StringBuilder();
        foreach (var rule in Catalogue.All)
        {
            text.AppendLine(rule.ToString());
        }

        return text.ToString();
    }

    /// <summary>A machine as a Mermaid diagram; null where there is none of the name.</summary>
    public static string? Machine(string name) => InfoOf(name) is { } info ? MermaidGraph.Format(info) : null;

    private static StateMachineInfo? InfoOf(string name) => name.ToLowerInvariant() switch
    {
        "skb" => SkbMachine.Table.Live(new Machine<SkbMachine.State, SkbMachine.Event, SkbMachine.Guard>.Cell()).GetInfo(),
        "completion" => CompletionMachine.Table.Live(new Machine<CompletionMachine.State, CompletionMachine.Event, CompletionMachine.Guard>.Cell()).GetInfo(),
        _ => null,
    };

    /// <summary>The laws of a rule, Always before Sometimes.</summary>
    public static IEnumerable<Law> LawsOf(Rule rule) => LawCatalogue.All.Where(law => law.Rule == rule);

    /// <summary>The transitions that a rule guards, as <c>Held --Kfree--> Free</c>.</summary>
    public static IEnumerable<string> GuardsOf(Rule rule)
    {
        foreach (var name in Machines)
        {
            foreach (var state in InfoOf(name)!.States)
            {
                foreach (var transition in state.FixedTransitions)
                {
                    if (transition.GuardConditionsMethodDescriptions.Any(guard => guard.Description == rule.ToString()))
                    {
                        yield return $"{name}: {state.UnderlyingState} --{transition.Trigger.UnderlyingTrigger}--> {transition.DestinationState.UnderlyingState}";
                    }
                }
            }
        }
    }

    public static string Word(Basis basis) => basis switch
    {
        Basis.Source => "source: Linux 2.4.4 does so",
        Basis.Intended => "intended: 2.4.4 meant to",
        Basis.Contract => "contract: kernel documentation, RFC or manual",
        Basis.Later => "later: a later kernel",
        _ => throw new ModelException($"no basis {basis}"),
    };

    private static string Word(Scope scope) => scope switch
    {
        Scope.Step => "step",
        Scope.Skb => "skb",
        Scope.NamedSkb => "skb that the script names",
        Scope.Page => "page",
        Scope.Sock => "socket",
        Scope.Device => "device",
        _ => throw new ModelException($"no scope {scope}"),
    };
}
