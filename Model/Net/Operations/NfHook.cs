using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>A netfilter hook is registered on the way out, or the last one goes. kernel: nf_register_hook(), nf_unregister_hook(), net/core/netfilter.c.</summary>
public sealed record NfHook(bool On) : Operation
{
    public static readonly Spelling Register = new("nf_register_hook", _ => new NfHook(true));

    public static readonly Spelling Unregister = new("nf_unregister_hook", _ => new NfHook(false));

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world)
    {
        world.NfHook = On;
        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // The hook lets everything pass; it costs, and changes nothing.
    }

    public override string ToString() => On ? "nf_register_hook()" : "nf_unregister_hook()";
}
