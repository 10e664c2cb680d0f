using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Skbs;

/// <summary>Writes each byte of the packet in place, after it has made them its own. kernel: esp_output() with skb_cow_data() of later kernels; the cipher is an exclusive or.</summary>
public sealed record EspOutput(SkbId Skb, int Key) : Operation
{
    public static readonly Spelling Spelling = new("esp_output", operands => new EspOutput(operands.Skb(), operands.Int("key", to: 255)));

    public override bool Enabled(Names names) => names.Has(Skb);

    public override bool KeepsAllWithoutMemory(Names names) => true;

    public override Observation Apply(World world)
    {
        var skb = world.Skb(Skb);
        if (skb.IsShared)
        {
            return world.Seen.Refuse(Refusal.NotOwn);
        }

        if (!skb.CowData())
        {
            return world.Seen.Refuse(Refusal.NoMemory);
        }

        skb.WriteInPlace((byte)Key);
        return world.Seen.Succeed(skb.IsNonlinear ? 0 : Skbs.Skb.Replaced);
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        if (seen.Succeeded)
        {
            if (seen.Count == Skbs.Skb.Replaced)
            {
                world.Linearize(Skb);
            }

            foreach (ref var b in world.Written(Skb))
            {
                b ^= (byte)Key;
            }
        }
    }

    public override string ToString() => $"esp_output({Skb}, {Key})";
}
