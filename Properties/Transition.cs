using ZeroCopy.Model;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties;

/// <summary>What an event does in a state: read off the compiled table, with the rules that the definition's guards carry.</summary>
/// <param name="State">Where the machine stands.</param>
/// <param name="Event">What happens.</param>
/// <param name="To">Where it goes; null where no guards let it.</param>
/// <param name="Guards">Which guards must be met or unmet, each with the rule that is broken otherwise.</param>
/// <param name="Rules">The rules of those guards, or the one that forbids the event.</param>
public sealed record Transition(string State, string Event, string? To, string Guards, IReadOnlyList<Rule> Rules)
{
    public override string ToString() => $"{State} --{Event}--> {To ?? "BUG"}";

    /// <summary>Each event of each state, in the order of their enums.</summary>
    public static IEnumerable<Transition> Of(Machine machine)
    {
        var defined = Defined(machine);
        for (var state = 0; state < machine.States.Count; state++)
        {
            for (var @event = 0; @event < machine.Events.Count; @event++)
            {
                var next = Enumerable.Range(0, machine.GuardSets).Select(guards => machine.Next(state, @event, guards)).ToArray();
                foreach (var to in next.Where(to => to >= 0).Distinct())
                {
                    var rules = defined[(machine.States[state], machine.Events[@event], machine.States[to])].Distinct().ToList();
                    var cases = Cases([.. next.Select(each => each == to)], 0).Select(each => Spell(machine, state, @event, each, rules));
                    yield return new Transition(machine.States[state], machine.Events[@event], machine.States[to], string.Join(" or ", cases), rules);
                }

                if (next.All(to => to < 0))
                {
                    var rule = machine.Forbids(state, @event, machine.GuardSets - 1);
                    yield return new Transition(machine.States[state], machine.Events[@event], null, rule.Id, [rule]);
                }
            }
        }
    }

    private static ILookup<(string State, string Event, string To), Rule> Defined(Machine machine) =>
        (from state in machine.GetInfo().States
         from transition in state.FixedTransitions.Select(fix => (Info: (Stateless.Reflection.TransitionInfo)fix, To: fix.DestinationState))
             .Concat(state.IgnoredTriggers.Select(stay => (Info: (Stateless.Reflection.TransitionInfo)stay, To: state)))
         from guard in transition.Info.GuardConditionsMethodDescriptions
         let rule = RuleOf(guard.Description)
         where rule is not null
         select (Key: (state.ToString(), transition.Info.Trigger.ToString(), transition.To.ToString()), Rule: rule))
        .ToLookup(each => each.Key, each => each.Rule);

    /// <summary>The rule whose text a guard has as its description.</summary>
    internal static Rule? RuleOf(string description) => Catalogue.Find(description.Split(' ')[0]);

    /// <summary>Sets of guards as a list of cases that exclude each other; in each, a guard is met (true), unmet (false) or does not matter (absent).</summary>
    private static List<IReadOnlyDictionary<int, bool>> Cases(bool[] holds, int bit)
    {
        if (holds.All(each => each))
        {
            return [new Dictionary<int, bool>()];
        }

        if (holds.All(each => !each))
        {
            return [];
        }

        bool[] unmet = [.. holds.Where((_, set) => (set & 1) == 0)], met = [.. holds.Where((_, set) => (set & 1) == 1)];
        return unmet.AsSpan().SequenceEqual(met)
            ? Cases(met, bit + 1)
            :
            [
                .. Cases(met, bit + 1).Select(each => new Dictionary<int, bool>(each) { [bit] = true }),
                .. Cases(unmet, bit + 1).Select(each => new Dictionary<int, bool>(each) { [bit] = false }),
            ];
    }

    /// <summary>One case: each guard with the rule that forbids the event where it alone is not so. Where the event then goes elsewhere, nothing forbids it, and the definition's rules stand behind.</summary>
    private static string Spell(Machine machine, int state, int @event, IReadOnlyDictionary<int, bool> guards, IReadOnlyList<Rule> rules)
    {
        var met = guards.Sum(guard => guard.Value ? 1 << guard.Key : 0);
        var spelled = guards.OrderBy(guard => guard.Key).Select(guard =>
            (Word: $"{(guard.Value ? "" : "not ")}{machine.Guards[guard.Key]}",
             Rule: machine.Next(state, @event, met ^ (1 << guard.Key)) < 0 ? machine.Forbids(state, @event, met ^ (1 << guard.Key)) : null)).ToList();
        var behind = rules.Where(rule => spelled.All(each => each.Rule != rule));
        return string.Join(' ', new[]
        {
            string.Join(", ", spelled.Select(each => each.Rule is null ? each.Word : $"{each.Word} ({each.Rule.Id})")),
            string.Join(", ", behind.Select(rule => $"({rule.Id})")),
        }.Where(part => part.Length > 0));
    }
}
