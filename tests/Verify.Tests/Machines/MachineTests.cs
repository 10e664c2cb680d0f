using System.Reflection;
using FsCheck.Xunit;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Specs;

namespace ZeroCopy.Tests.Machines;

/// <summary>Every machine: its table is the live machine, its guards carry rules, and it stands in the catalogue.</summary>
public sealed class MachineTests
{
    public static TheoryData<string> Names => [.. MachineCatalogue.All.Select(machine => machine.Name)];

    [Property(MaxTest = 500)]
    public void Table_and_live_machine_walk_together(byte start, (byte Event, byte Guards)[] walk)
    {
        foreach (var (name, machine) in MachineCatalogue.All.Select(each => (each.Name, each.Table)))
        {
            var state = start % machine.States.Count;
            var live = machine.LiveFrom(state);
            foreach (var step in walk)
            {
                var (@event, guards) = (step.Event % machine.Events.Count, step.Guards % machine.GuardSets);
                var next = machine.Next(state, @event, guards);
                var met = string.Join(' ', machine.Guards.Where((_, bit) => (guards & (1 << bit)) != 0));
                Assert.True(next == live(@event, guards), $"{name}: {machine.States[state]} {machine.Events[@event]} [{met}]");
                state = next < 0 ? state : next;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Table_and_live_machine_agree_everywhere(string name)
    {
        var machine = MachineCatalogue.Find(name)!.Table;
        for (var state = 0; state < machine.States.Count; state++)
        {
            for (var @event = 0; @event < machine.Events.Count; @event++)
            {
                for (var guards = 0; guards < machine.GuardSets; guards++)
                {
                    Assert.Equal(machine.Next(state, @event, guards), machine.LiveFrom(state)(@event, guards));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_guard_carries_a_rule(string name) => Assert.All(
        MachineCatalogue.Find(name)!.Table.GetInfo().States
            .SelectMany(state => state.FixedTransitions.SelectMany(each => each.GuardConditionsMethodDescriptions).Concat(state.IgnoredTriggers.SelectMany(each => each.GuardConditionsMethodDescriptions))),
        guard => Assert.Contains(Catalogue.All, rule => rule.ToString() == guard.Description));

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_enums_are_dense_from_0(string name)
    {
        var machine = MachineCatalogue.Find(name)!.Table;
        Assert.Equal(Enumerable.Range(0, machine.States.Count), Enum.GetValues(machine.StateType).Cast<object>().Select(Convert.ToInt32));
        Assert.Equal(Enumerable.Range(0, machine.Guards.Count).Select(bit => 1 << bit), Enum.GetValues(machine.GuardType).Cast<object>().Select(Convert.ToInt32).Where(bit => bit != 0));
    }

    [Fact]
    public void Every_machine_is_in_the_catalogue()
    {
        var built = new[] { typeof(Machine), typeof(Drivers.DriverKind), typeof(Checker) }
            .SelectMany(type => type.Assembly.GetTypes())
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(field => typeof(Machine).IsAssignableFrom(field.FieldType) && !field.DeclaringType!.ContainsGenericParameters)
            .Select(field => (Machine)field.GetValue(null)!);
        Assert.Equal(built.ToHashSet(), MachineCatalogue.All.Select(machine => machine.Table).ToHashSet());
    }

    /// <summary>The table says which guards let an event through: read back, they let through exactly those sets.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_table_prints_is_what_it_permits(string name)
    {
        var description = MachineCatalogue.Find(name)!;
        var machine = description.Table;
        for (var state = 0; state < machine.States.Count; state++)
        {
            for (var @event = 0; @event < machine.Events.Count; @event++)
            {
                var printed = description.Transitions.Where(each => each.State == machine.States[state] && each.Event == machine.Events[@event]).ToList();
                for (var guards = 0; guards < machine.GuardSets; guards++)
                {
                    var to = machine.Next(state, @event, guards);
                    var permitted = printed.Where(each => each.To is not null && Permits(machine, each.Guards, guards)).Select(each => each.To!);
                    Assert.Equal(to < 0 ? [] : [machine.States[to]], permitted);
                }
            }
        }
    }

    /// <summary>Reads <c>Linear (SKB-007), not Own (SKB-016) or Fits (SKB-008)</c>.</summary>
    private static bool Permits(Machine machine, string printed, int guards) => printed.Split(" or ").Any(@case =>
        @case.Split(new[] { ',', ' ' }, StringSplitOptions.RemoveEmptyEntries).Where(word => word[0] != '(').Aggregate((Holds: true, Not: false), (so, word) =>
            word == "not" ? (so.Holds, true) : (so.Holds && ((guards & (1 << machine.Guards.ToList().IndexOf(word))) != 0) != so.Not, false)).Holds);
}
