using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Drivers.Hme;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Tests.Machines;

/// <summary>The machines of a ring's slots, of the queue and of a mapping: what they forbid, and in whose name.</summary>
public sealed class TransmitMachineTests
{
    [Theory]
    [InlineData(AceTxDescMachine.State.Posted, AceTxDescMachine.Event.Fill, AceTxDescMachine.Guard.None, "ACE-010")]
    [InlineData(AceTxDescMachine.State.Posted, AceTxDescMachine.Event.Reclaim, AceTxDescMachine.Guard.None, "ACE-010")]
    [InlineData(AceTxDescMachine.State.Filled, AceTxDescMachine.Event.Consume, AceTxDescMachine.Guard.None, "ACE-010")]
    [InlineData(AceTxDescMachine.State.Posted, AceTxDescMachine.Event.Clean, AceTxDescMachine.Guard.None, "ACE-010")]
    [InlineData(AceTxDescMachine.State.Filled, AceTxDescMachine.Event.Post, AceTxDescMachine.Guard.Last | AceTxDescMachine.Guard.End, "ACE-004")]
    [InlineData(AceTxDescMachine.State.Filled, AceTxDescMachine.Event.Post, AceTxDescMachine.Guard.End, "ACE-002")]
    public void Slot_of_AceNIC(AceTxDescMachine.State state, AceTxDescMachine.Event @event, AceTxDescMachine.Guard guards, string rule)
    {
        Assert.False(AceTxDescMachine.Table.TryNext(state, @event, guards, out _));
        Assert.Equal(rule, AceTxDescMachine.Table.Forbids(state, @event, guards).Id);
    }

    [Theory]
    [InlineData(HmeTxDescMachine.State.Free, HmeTxDescMachine.Event.Give, HmeTxDescMachine.Guard.None, "HME-010")]
    [InlineData(HmeTxDescMachine.State.Own, HmeTxDescMachine.Event.Fill, HmeTxDescMachine.Guard.None, "HME-010")]
    [InlineData(HmeTxDescMachine.State.Own, HmeTxDescMachine.Event.Reclaim, HmeTxDescMachine.Guard.None, "HME-010")]
    [InlineData(HmeTxDescMachine.State.Own, HmeTxDescMachine.Event.Unwind, HmeTxDescMachine.Guard.None, "HME-011")]
    [InlineData(HmeTxDescMachine.State.Filled, HmeTxDescMachine.Event.Give, HmeTxDescMachine.Guard.First | HmeTxDescMachine.Guard.Owns, "HME-011")]
    [InlineData(HmeTxDescMachine.State.Filled, HmeTxDescMachine.Event.Give, HmeTxDescMachine.Guard.Owns, "HME-001")]
    public void Descriptor_of_HME(HmeTxDescMachine.State state, HmeTxDescMachine.Event @event, HmeTxDescMachine.Guard guards, string rule)
    {
        Assert.False(HmeTxDescMachine.Table.TryNext(state, @event, guards, out _));
        Assert.Equal(rule, HmeTxDescMachine.Table.Forbids(state, @event, guards).Id);
    }

    [Theory]
    [InlineData(QueueMachine.State.Stopped, QueueMachine.Event.Xmit, QueueMachine.Guard.Fits, "NET-014")]
    [InlineData(QueueMachine.State.Stopped, QueueMachine.Event.WakeQueue, QueueMachine.Guard.None, "NET-011")]
    [InlineData(QueueMachine.State.Awake, QueueMachine.Event.Busy, QueueMachine.Guard.None, "NET-011")]
    public void Queue(QueueMachine.State state, QueueMachine.Event @event, QueueMachine.Guard guards, string rule)
    {
        Assert.False(QueueMachine.Table.TryNext(state, @event, guards, out _));
        Assert.Equal(rule, QueueMachine.Table.Forbids(state, @event, guards).Id);
    }

    [Theory]
    [InlineData(MappingMachine.State.Unmapped, MappingMachine.Event.DeviceRead, MappingMachine.Guard.None, "DMA-003")]
    [InlineData(MappingMachine.State.Mapped, MappingMachine.Event.DeviceRead, MappingMachine.Guard.None, "DMA-003")]
    [InlineData(MappingMachine.State.Mapped, MappingMachine.Event.DeviceWrite, MappingMachine.Guard.Inside, "DMA-003")]
    [InlineData(MappingMachine.State.Unmapped, MappingMachine.Event.Unmap, MappingMachine.Guard.None, "DMA-002")]
    [InlineData(MappingMachine.State.Mapped, MappingMachine.Event.Unmap, MappingMachine.Guard.None, "DMA-002")]
    public void Mapping(MappingMachine.State state, MappingMachine.Event @event, MappingMachine.Guard guards, string rule)
    {
        Assert.False(MappingMachine.Table.TryNext(state, @event, guards, out _));
        Assert.Equal(rule, MappingMachine.Table.Forbids(state, @event, guards).Id);
    }
}
