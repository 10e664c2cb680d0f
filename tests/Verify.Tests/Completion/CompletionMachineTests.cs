using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Tests.Completion;

/// <summary>The completion machine: what it permits and forbids, and in whose name.</summary>
public sealed class CompletionMachineTests
{
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
}
