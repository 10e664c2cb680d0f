using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Tests.Skb;

/// <summary>The skb machine: what it forbids, and in whose name.</summary>
public sealed class SkbMachineTests
{
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
}
