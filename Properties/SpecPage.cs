using System.Text;
using ZeroCopy.Drivers;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>The whole specification as one page of Markdown: Specs/SPEC.md.</summary>
public static class SpecPage
{
    /// <summary>Where it lies, from the root of a checkout.</summary>
    public const string Path = "Specs/SPEC.md";

    /// <summary>What makes it.</summary>
    public const string Command = "./zcverify spec --write";

    public static string Of(IReadOnlyList<Rule> rules, Evidence evidence)
    {
        var inForce = rules.Where(rule => rule.Withdrawn is null).ToList();
        var withdrawn = rules.Where(rule => rule.Withdrawn is not null).ToList();
        var subjects = Subject.All.Where(subject => inForce.Any(subject.Has)).ToList();
        var text = new StringBuilder();
        Opening(text, inForce, subjects, withdrawn.Count > 0);
        foreach (var subject in subjects)
        {
            text.Append($"## {Heading(subject)}\n\n");
            foreach (var rule in inForce.Where(subject.Has))
            {
                Write(text, rule, evidence);
            }
        }

        text.Append($"## {Machines}\n\n");
        Markdown.Paragraph(text,
            "The diagrams show the moves from state to state, with the rules that guard them. The tables show what each state knows: the event leads to the state beside it where "
            + "the guards are met, and a guard that is not met is a BUG of the rule behind it. Where `to` says BUG, the event is forbidden, by the rule that stands there.");
        foreach (var machine in MachineCatalogue.All)
        {
            text.Append($"### {Heading(machine)}\n\n").Append(MachineText.Of(machine, evidence));
        }

        text.Append($"## {Drivers}\n\n");
        Markdown.Paragraph(text, "What a driver of each card must know beside the rules. The accesses are those of the model's own driver, as it makes them.");
        foreach (var page in DriverPage.All)
        {
            text.Append($"### {Heading(page)}\n\n").Append(DriverText.Of(page));
        }

        NotShown(text, inForce, evidence);
        if (withdrawn.Count > 0)
        {
            text.Append($"## {Withdrawn}\n\n");
            foreach (var rule in withdrawn)
            {
                Markdown.Item(text, $"{rule.Id} *{Markdown.Text(rule.Statement)}* {Markdown.Text(rule.Withdrawn!)}");
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private const string Machines = "Machines";
    private const string Drivers = "Drivers";
    private const string NotShownHere = "What is not shown";
    private const string Withdrawn = "Withdrawn rules";

    private static string Heading(Subject subject) => $"{subject.Name} ({subject.Prefix})";

    private static string Heading(DriverPage page) => $"The {page.Driver} driver";

    private static string Heading(MachineDescription machine) => $"The {machine.Name} machine";

    private static void Opening(StringBuilder text, List<Rule> rules, List<Subject> subjects, bool hasWithdrawn)
    {
        text.Append("# Specification\n\n");
        Markdown.Paragraph(text,
            "What must hold where Linux 2.4.4 sends data by reference: each rule with its reason and its source, what enforces it, what checks it, and which "
            + "recorded bugs show that the check can fail. Then the state machines that carry the rules.");
        Markdown.Paragraph(text,
            $"This page is generated. `{Command}` makes it from the rules in `Specs/`, the machines and checks in `Model/` and `Drivers/`, the laws in `Properties/Laws/` and "
            + $"the bugs in `tests/mutants/`; edit those. `./zcverify spec SKB-003` and `./zcverify spec skb` print one rule and one machine.");
        text.Append("How to read a rule:\n\n");
        Markdown.Item(text, "The sentence in bold must hold. Behind it stands what goes wrong where it does not.");
        Markdown.Item(text, $"**Source** says where it is written; the basis, on what it rests: {string.Join("; ", rules.Select(rule => rule.Basis).Distinct().Order().Select(basis => $"*{SpecText.Name(basis)}*, {SpecText.Gloss(basis)}"))}.");
        Markdown.Item(text, "**Enforced** by guards and BUG checks: the model refuses, as the kernel does or should, and a run that gets there has found a violation. A guard stands on "
            + "transitions of a machine; a BUG check stands in the code that is named.");
        Markdown.Item(text, "**Checked** by laws, evaluated after each operation from observations or from a recount of their own, never by the code that enforces. *Premise* names the laws' twins: "
            + "what must have happened at some time, so that the law is not true of nothing.");
        Markdown.Item(text, "**Seen to fail** under mutants: bugs of a line or so, most of them from history. `./zcverify mutants G10` runs one, `--mutant G10` any engine on it.");
        Markdown.Item(text, "**Needed**: the mutants that survive where a law is left out. `./zcverify mutants G10 --needed` computes it, `--without LAW` judges without one.");
        text.Append("\nContents:\n\n");
        foreach (var subject in subjects)
        {
            Markdown.Item(text, $"[{Heading(subject)}](#{Markdown.Anchor(Heading(subject))})");
        }

        Markdown.Item(text, $"[{Machines}](#{Markdown.Anchor(Machines)}): {string.Join(", ", MachineCatalogue.All.Select(machine => $"[{machine.Name}](#{Markdown.Anchor(Heading(machine))})"))}");
        Markdown.Item(text, $"[{Drivers}](#{Markdown.Anchor(Drivers)}): {string.Join(", ", DriverPage.All.Select(page => $"[{page.Driver}](#{Markdown.Anchor(Heading(page))})"))}");
        Markdown.Item(text, $"[{NotShownHere}](#{Markdown.Anchor(NotShownHere)})");
        if (hasWithdrawn)
        {
            Markdown.Item(text, $"[{Withdrawn}](#{Markdown.Anchor(Withdrawn)})");
        }

        text.Append('\n');
    }

    /// <summary>Laws that no recorded bug shows to be needed, and rules that none shows able to fail.</summary>
    private static void NotShown(StringBuilder text, List<Rule> rules, Evidence evidence)
    {
        var laws = rules.SelectMany(SpecText.LawsOf).Where(law => law.Kind == LawKind.Always).ToList();
        var not = laws.Where(law => !SpecText.NeededBy(law, evidence).Any()).ToList();
        text.Append($"## {NotShownHere}\n\n");
        Markdown.Paragraph(text,
            $"A law is shown needed by a recorded bug that nothing else sees: with the law left out its witness holds to the end, and so do {Necessity.Seeds} random runs of {Necessity.Cases} sequences, or "
            + $"every schedule within the bounds. {laws.Count - not.Count} of {laws.Count} laws are. Of the others other laws see every recorded bug; the reason stands at the rule, and a test looks whether it is so.");
        foreach (var subject in Subject.All.Where(subject => not.Exists(law => subject.Has(law.Rule))))
        {
            Markdown.Item(text, $"Not shown needed, {Heading(subject)}: {string.Join(", ", not.Where(law => subject.Has(law.Rule)).Select(law => $"[{law.Id}](#{Markdown.Anchor(law.Rule.Id)})"))}");
        }

        var never = rules.Where(rule => SpecText.LawsOf(rule).Any(law => law.Kind == LawKind.Always) && !SpecText.MutantsOf(rule, evidence).Any()).ToList();
        Markdown.Item(text, $"Not shown able to fail, rules with a law and without a recorded bug: {(never.Count == 0 ? "none" : string.Join(", ", never.Select(rule => $"[{rule.Id}](#{Markdown.Anchor(rule.Id)})")))}");
        text.Append('\n');
    }

    private static void Write(StringBuilder text, Rule rule, Evidence evidence)
    {
        text.Append($"### {rule.Id}\n\n");
        Markdown.Paragraph(text, $"**{Markdown.Text(rule.Statement)}** {Markdown.Text(rule.Because)}");
        Markdown.Item(text, $"**Source**, basis *{SpecText.Name(rule.Basis)}*: {Markdown.Text(rule.Source)}");
        foreach (var machine in MachineCatalogue.All)
        {
            Item(text, $"**Enforced** by guards of the {machine.Name} machine:", Guards(machine, rule));
        }

        Item(text, "**Enforced** by BUG checks in", SpecText.BugChecksOf(rule, evidence).GroupBy(check => check.File)
            .Select(file => $"{file.Key}: {string.Join(", ", file.Select(check => $"`{check.Member}`"))}"));
        Item(text, "**Checked** by", SpecText.LawsOf(rule).Where(law => law.Kind == LawKind.Always).Select(law => $"law `{law.Name}`, {SpecText.Word(law.Scope)}")
            .Concat(SpecText.LawsOf(rule).Where(law => law.Kind == LawKind.Sometimes).Select(law => $"premise `{law.Name}`")));
        Item(text, "**Seen to fail** under", SpecText.MutantsOf(rule, evidence).Select(mutant => $"{mutant.Id} *{mutant.Title}*"));
        var always = SpecText.LawsOf(rule).Where(law => law.Kind == LawKind.Always).ToList();
        Item(text, "**Needed**:", always.Where(law => SpecText.NeededBy(law, evidence).Any())
            .Select(law => $"without `{law.Name}` nothing sees {string.Join(", ", SpecText.NeededBy(law, evidence).Select(mutant => mutant.Id))}"));
        Item(text, "**Not shown needed**:", always.Select(law => (law.Name, Not: NotShownNeeded.Find(law))).Where(each => each.Not is not null)
            .Select(each => $"`{each.Name}`, for {Markdown.Text(each.Not!.ToString())}"));
        text.Append('\n');
    }

    private static void Item(StringBuilder text, string opening, IEnumerable<string> parts)
    {
        var spelled = string.Join("; ", parts);
        if (spelled.Length > 0)
        {
            Markdown.Item(text, $"{opening} {spelled}");
        }
    }

    /// <summary>The transitions of a machine that a rule guards, those of one state together.</summary>
    private static IEnumerable<string> Guards(MachineDescription machine, Rule rule)
    {
        foreach (var state in machine.GuardedBy(rule).GroupBy(each => each.State))
        {
            yield return $"{string.Join(", ", state.Select(each => each.Event).Distinct())} in {state.Key}";
        }

        if (machine.Table.Otherwise == rule)
        {
            yield return "each event that a state does not know";
        }
    }
}
