using System.Text;
using Stateless.Graph;

namespace ZeroCopy.Properties;

/// <summary>A machine as Markdown that can also be read in a terminal: what its states and guards mean, the diagram of its moves, and its table.</summary>
public static class MachineText
{
    // Events that do the same stand in one row, as far as a row goes.
    private const int EventsWidth = 40;

    public static string Of(MachineDescription machine, Evidence evidence)
    {
        var (table, text) = (machine.Table, new StringBuilder());
        Markdown.Paragraph(text, machine.Origin);
        Markdown.Table(text, ["state", "meaning"], table.States.Select(state => new[] { state, evidence.Meaning(table.StateType, state) }));
        Markdown.Table(text, ["guard", "asks"], table.Guards.Select(guard => new[] { guard, evidence.Meaning(table.GuardType, guard) }));
        text.Append("```mermaid\n").Append(Diagram(machine)).Append("```\n\n");
        Markdown.Table(text, ["state", "event", "to", "guards"], Rows(machine));
        Markdown.Paragraph(text, $"Every other event is a BUG of {table.Otherwise.Id}.");
        return text.ToString();
    }

    /// <summary>The moves from state to state, with the ids of the rules that guard them. What leaves a state as it is stands in the table.</summary>
    public static string Diagram(MachineDescription machine)
    {
        var graph = new StateGraph(machine.Table.GetInfo());
        return graph.ToGraph(new MovesWithIds(graph, machine)).ReplaceLineEndings("\n").TrimEnd() + "\n";
    }

    private static IEnumerable<string[]> Rows(MachineDescription machine) =>
        from row in machine.Transitions.Where(each => each.To is not null || !each.Rules.Contains(machine.Table.Otherwise)).GroupBy(each => (each.State, each.To, each.Guards))
        from events in Lines(row.Select(each => each.Event))
        select new[] { row.Key.State, events, row.Key.To ?? "BUG", row.Key.Guards };

    private static List<string> Lines(IEnumerable<string> events)
    {
        var lines = new List<string>();
        foreach (var each in events)
        {
            if (lines.Count > 0 && lines[^1].Length + each.Length + 2 <= EventsWidth)
            {
                lines[^1] += $", {each}";
            }
            else
            {
                lines.Add(each);
            }
        }

        return lines;
    }

    private sealed class MovesWithIds(StateGraph graph, MachineDescription machine) : MermaidGraphStyle(graph, MermaidGraphDirection.LeftToRight)
    {
        private readonly HashSet<(string, string, string)> _possible = [.. machine.Transitions.Where(each => each.To is not null).Select(each => (each.State, each.Event, each.To!))];

        /// <summary>Null leaves a transition out: one that stays, or that no guards permit.</summary>
        public override string? FormatOneTransition(string sourceNodeName, string trigger, IEnumerable<string> actions, string destinationNodeName, IEnumerable<string> guards) =>
            sourceNodeName != destinationNodeName && _possible.Contains((sourceNodeName, trigger, destinationNodeName))
                ? base.FormatOneTransition(sourceNodeName, trigger, actions, destinationNodeName, guards.Select(Transition.RuleOf).OfType<Specs.Rule>().Select(rule => rule.Id))
                : null;
    }
}
