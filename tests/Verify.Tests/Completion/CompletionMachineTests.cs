using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;
using Machine = ZeroCopy.Model.Machine<ZeroCopy.Model.Skbs.CompletionMachine.State, ZeroCopy.Model.Skbs.CompletionMachine.Event, ZeroCopy.Model.Skbs.CompletionMachine.Guard>;

namespace ZeroCopy.Tests.Completion;

/// <summary>The completion machine: its table is the live machine, and its guards carry rules.</summary>
public sealed class CompletionMachineTests
{
    private const int GuardSets = 8;

    [Property(MaxTest = 1000)]
    public bool Table_and_live_machine_agree(CompletionMachine.State state, CompletionMachine.Event @event, byte guards) => Agree(state, @event, guards % GuardSets);

    [Fact]
    public void Table_and_live_machine_agree_everywhere()
    {
        foreach (var state in Enum.GetValues<CompletionMachine.State>())
        {
            foreach (var @event in Enum.GetValues<CompletionMachine.Event>())
            {
                Assert.All(Enumerable.Range(0, GuardSets), guards => Assert.True(Agree(state, @event, guards), $"{state} {@event} {(CompletionMachine.Guard)guards}"));
            }
        }
    }

    [Fact]
    public void Each_guard_carries_a_rule()
    {
        var info = CompletionMachine.Table.Live(new Machine.Cell()).GetInfo();
        Assert.All(
            info.States.SelectMany(state => state.FixedTransitions).SelectMany(transition => transition.GuardConditionsMethodDescriptions),
            guard => Assert.Contains(Catalogue.All, rule => rule.ToString() == guard.Description));
    }

    [Theory]
    [InlineData(CompletionMachine.State.Pending, CompletionMachine.Guard.None, CompletionMachine.State.Pending)]
    [InlineData(CompletionMachine.State.Pending, CompletionMachine.Guard.Last, CompletionMachine.State.Released)]
    public void Pending_Put_IsReleasedByTheLast(CompletionMachine.State state, CompletionMachine.Guard guards, CompletionMachine.State expected)
    {
        Assert.True(CompletionMachine.Table.TryNext(state, CompletionMachine.Event.Put, guards, out var next));
        Assert.Equal(expected, next);
    }

    [Theory]
    [InlineData(CompletionMachine.Event.Queue, CompletionMachine.Guard.Numbered, CompletionMachine.State.Queued)]
    [InlineData(CompletionMachine.Event.Join, CompletionMachine.Guard.Numbered | CompletionMachine.Guard.Continues, CompletionMachine.State.Free)]
    [InlineData(CompletionMachine.Event.Discard, CompletionMachine.Guard.None, CompletionMachine.State.Free)]
    public void Released_Event_GoesOn(CompletionMachine.Event @event, CompletionMachine.Guard guards, CompletionMachine.State expected)
    {
        Assert.True(CompletionMachine.Table.TryNext(CompletionMachine.State.Released, @event, guards, out var next));
        Assert.Equal(expected, next);
    }

    [Theory]
    [InlineData(CompletionMachine.State.Free, CompletionMachine.Event.Put, CompletionMachine.Guard.Last, "PIN-051")]
    [InlineData(CompletionMachine.State.Queued, CompletionMachine.Event.Get, CompletionMachine.Guard.None, "PIN-051")]
    [InlineData(CompletionMachine.State.Pending, CompletionMachine.Event.Abort, CompletionMachine.Guard.None, "NET-050")]
    [InlineData(CompletionMachine.State.Released, CompletionMachine.Event.Queue, CompletionMachine.Guard.None, "NET-050")]
    [InlineData(CompletionMachine.State.Released, CompletionMachine.Event.Discard, CompletionMachine.Guard.Numbered, "NET-050")]
    [InlineData(CompletionMachine.State.Released, CompletionMachine.Event.Join, CompletionMachine.Guard.Numbered, "NET-052")]
    [InlineData(CompletionMachine.State.Queued, CompletionMachine.Event.Extend, CompletionMachine.Guard.None, "NET-052")]
    public void Forbidden_event_names_its_rule(CompletionMachine.State state, CompletionMachine.Event @event, CompletionMachine.Guard guards, string rule) =>
        Assert.Equal(rule, CompletionMachine.Table.Forbids(state, @event, guards).Id);

    private static bool Agree(CompletionMachine.State state, CompletionMachine.Event @event, int guards)
    {
        var cell = new Machine.Cell { State = state, Guards = guards };
        var live = CompletionMachine.Table.Live(cell);
        var permitted = live.CanFire(@event);
        if (permitted)
        {
            live.Fire(@event);
        }

        return CompletionMachine.Table.TryNext(state, @event, (CompletionMachine.Guard)guards, out var next) == permitted && next == cell.State;
    }
}
