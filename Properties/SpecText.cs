using System.Text;
using ZeroCopy.Model;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>The specification as text, derived from rules, machines, laws and recorded bugs.</summary>
public static class SpecText
{
    /// <summary>One rule with its reason and source, what enforces it, what checks it and what was seen to break it.</summary>
    public static string Of(Rule rule, Evidence evidence)
    {
        var text = new StringBuilder()
            .Append(rule).Append('\n')
            .Append($"  because   {rule.Because}\n")
            .Append($"  source    {rule.Source}\n")
            .Append($"  basis     {Word(rule.Basis)}\n");
        if (rule.Withdrawn is not null)
        {
            text.Append($"  withdrawn {rule.Withdrawn}\n");
        }

        foreach (var guard in GuardsOf(rule))
        {
            text.Append($"  guard     {guard}\n");
        }

        foreach (var check in BugChecksOf(rule, evidence))
        {
            text.Append($"  BUG check {check}\n");
        }

        foreach (var law in LawsOf(rule))
        {
            text.Append($"  {(law.Kind == LawKind.Always ? "law      " : "sometimes")} {law.Name}, {Word(law.Scope)}\n");
            var needed = string.Join(' ', NeededBy(law, evidence).Select(mutant => mutant.Id));
            if (needed.Length > 0)
            {
                text.Append($"  needed    {law.Name}: nothing else sees {needed}\n");
            }
            else if (NotShownNeeded.Find(law) is { } not)
            {
                text.Append($"  unneeded  {law.Name} is not shown needed: {not}\n");
            }
        }

        foreach (var mutant in MutantsOf(rule, evidence))
        {
            text.Append($"  mutant    {mutant}\n");
        }

        return text.ToString();
    }

    /// <summary>One line a rule.</summary>
    public static string List() => string.Concat(Catalogue.All.Select(rule => $"{rule}\n"));

    /// <summary>The laws of a rule, Always before Sometimes.</summary>
    public static IEnumerable<Law> LawsOf(Rule rule) => LawCatalogue.All.Where(law => law.Rule == rule);

    /// <summary>The transitions that a rule guards, as <c>skb: Held --Kfree--> Free</c>.</summary>
    public static IEnumerable<string> GuardsOf(Rule rule) =>
        MachineCatalogue.All.SelectMany(machine => machine.GuardedBy(rule).Select(transition => $"{machine.Name}: {transition}"));

    /// <summary>The checks in the code that throw a rule.</summary>
    public static IEnumerable<BugCheck> BugChecksOf(Rule rule, Evidence evidence) => evidence.BugChecks.Where(check => check.Rule == rule);

    /// <summary>The recorded bugs that break a rule.</summary>
    public static IEnumerable<RecordedBug> MutantsOf(Rule rule, Evidence evidence) => evidence.Mutants.Where(mutant => mutant.Breaks == rule.Id);

    /// <summary>The recorded bugs that nothing sees without a law.</summary>
    public static IEnumerable<RecordedBug> NeededBy(Law law, Evidence evidence) => evidence.Mutants.Where(mutant => mutant.Needs.Contains(law.Id));

    public static string Word(Basis basis) => $"{Name(basis)}: {Gloss(basis)}";

    /// <summary>The basis in one word.</summary>
    public static string Name(Basis basis) => basis.ToString().ToLowerInvariant();

    /// <summary>What the word means.</summary>
    public static string Gloss(Basis basis) => basis switch
    {
        Basis.Source => "Linux 2.4.4 does so",
        Basis.Intended => "2.4.4 meant to",
        Basis.Contract => "kernel documentation, RFC or manual",
        Basis.Later => "a later kernel",
        _ => throw new ModelException($"no basis {basis}"),
    };

    /// <summary>What a law is evaluated for.</summary>
    public static string Word(Scope scope) => scope switch
    {
        Scope.Step => "for each step",
        Scope.Skb => "for each skb",
        Scope.NamedSkb => "for each skb that the script names",
        Scope.Page => "for each page",
        Scope.Sock => "for each socket",
        Scope.Device or Scope.Mappings => "for each device",
        Scope.Mm => "for each process",
        Scope.Pin => "for each pin",
        _ => throw new ModelException($"no scope {scope}"),
    };
}
