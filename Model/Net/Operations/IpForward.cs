using ZeroCopy.Model.Copying;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Model.Net;

/// <summary>A datagram of another host goes on over a device, with its list of skbs if it has one; its name is gone. kernel: ip_forward(), net/ipv4/ip_forward.c; ip_send(), ip_finish_output2(), net/ipv4/ip_output.c.</summary>
public sealed record IpForward(SkbId Skb, DevId Device) : Operation
{
    public static readonly Spelling Spelling = new("ip_forward", operands => new IpForward(operands.Skb(), operands.Dev()));

    /// <summary>ip_rcv() has seen to it that the packet is the stack's own, and whole. What is longer than the device's packets ip_send() fragments, or answers where it has DF: both are left out.</summary>
    public override bool Enabled(Names names) => names.Has(Skb) && names.Has(Device) && !names.IsShared(Skb) && names.Shape(Skb).IsDatagram && names.Length(Skb) <= names.Mtu(Device);

    public override Observation Apply(World world)
    {
        var (skb, device) = (world.Skb(Skb), world.Device(Device));
        var came = skb.IpSummed;
        world.Unbind(Skb);
        skb.Cb.Payload = skb.Len - Ipv4.HeaderBytes;
        skb.ForgetReceived();
        // The header changes: what a clone has, it goes on to read.
        if (!skb.Cow(Ethernet.HeaderBytes) || (world.NfHook && !device.PassHook(skb)))
        {
            skb.Kfree();
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        Ipv4.DecreaseTtl(skb.Linear.Span);
        var ethernet = skb.Push(Ethernet.HeaderBytes);
        Ethernet.Write(ethernet.Span, destination: 2, source: 1);
        ethernet.Shadow.Clear();
        var number = world.NextSegment();
        world.Seen.Forwarded(new Forward(number, Skb, Device, NetDevice.BandOf(skb.Priority), came));
        return device.DevQueueXmit(skb, number) == NetXmit.NoMemory ? world.Seen.Refuse(Refusal.NoMemory) : world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        world.Follow(seen);
        world.Unbind(Skb);
    }

    public override string ToString() => $"ip_forward({Skb}, {Device})";
}
