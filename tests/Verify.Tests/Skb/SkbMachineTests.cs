using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;
using Machine = ZeroCopy.Model.Machine<ZeroCopy.Model.Skbs.SkbMachine.State, ZeroCopy.Model.Skbs.SkbMachine.Event, ZeroCopy.Model.Skbs.SkbMachine.Guard>;

namespace ZeroCopy.Tests.Skb;

/// <summary>The skb machine: its table is the live machine, and its guards carry rules.</summary>
public sealed class SkbMachineTests
{
    private const int GuardSets = 16;

    [Property(MaxTest = 1000)]
    public bool Table_and_live_machine_agree(SkbMachine.State state, SkbMachine.Event @event, byte guards) => Agree(state, @event, guards % GuardSets);

    [Fact]
    public void Table_and_live_machine_agree_everywhere()
    {
        foreach (var state in Enum.GetValues<SkbMachine.State>())
        {
            foreach (var @event in Enum.GetValues<SkbMachine.Event>())
            {
                Assert.All(Enumerable.Range(0, GuardSets), guards => Assert.True(Agree(state, @event, guards), $"{state} {@event} {(SkbMachine.Guard)guards}"));
            }
        }
    }

    [Fact]
    public void Each_guard_carries_a_rule()
    {
        var info = SkbMachine.Table.Live(new Machine.Cell()).GetInfo();
        Assert.All(
            info.States.SelectMany(state => state.FixedTransitions).SelectMany(transition => transition.GuardConditionsMethodDescriptions),
            guard => Assert.Contains(Catalogue.All, rule => rule.ToString() == guard.Description));
    }

    [Theory]
    [InlineData(SkbMachine.State.Held, SkbMachine.Event.Put, SkbMachine.Guard.Fits | SkbMachine.Guard.Own, "SKB-007")]
    [InlineData(SkbMachine.State.Held, SkbMachine.Event.Put, SkbMachine.Guard.Linear | SkbMachine.Guard.Own, "SKB-008")]
    [InlineData(SkbMachine.State.Held, SkbMachine.Event.Push, SkbMachine.Guard.Fits, "SKB-016")]
    [InlineData(SkbMachine.State.Held, SkbMachine.Event.Linearize, SkbMachine.Guard.None, "SKB-009")]
    [InlineData(SkbMachine.State.Queued, SkbMachine.Event.Kfree, SkbMachine.Guard.Sole, "SKB-010")]
    [InlineData(SkbMachine.State.InFlight, SkbMachine.Event.Pull, SkbMachine.Guard.Fits, "SKB-011")]
    [InlineData(SkbMachine.State.Free, SkbMachine.Event.Kfree, SkbMachine.Guard.Sole, "SKB-014")]
    public void Forbidden_event_names_its_rule(SkbMachine.State state, SkbMachine.Event @event, SkbMachine.Guard guards, string rule) =>
        Assert.Equal(rule, SkbMachine.Table.Forbids(state, @event, guards).Id);

    private static bool Agree(SkbMachine.State state, SkbMachine.Event @event, int guards)
    {
        var cell = new Machine.Cell { State = state, Guards = guards };
        var live = SkbMachine.Table.Live(cell);
        var permitted = live.CanFire(@event);
        if (permitted)
        {
            live.Fire(@event);
        }

        return SkbMachine.Table.TryNext(state, @event, (SkbMachine.Guard)guards, out var next) == permitted && next == cell.State;
    }
}
