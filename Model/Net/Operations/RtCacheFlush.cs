using ZeroCopy.Model.Copying;

namespace ZeroCopy.Model.Net;

/// <summary>The routing cache is flushed: every connection looks its route up again, and sees what its device can do now. kernel: rt_cache_flush(), net/ipv4/route.c; __sk_dst_check().</summary>
public sealed record RtCacheFlush : Operation
{
    public static readonly Spelling Spelling = new("rt_cache_flush", _ => new RtCacheFlush());

    public override bool Enabled(Names names) => true;

    public override Observation Apply(World world)
    {
        foreach (var sock in world.Socks)
        {
            (sock as TcpSock)?.RefreshRoute();
        }

        return world.Seen.Succeed();
    }

    public override void Apply(CopyingWorld world, Observation seen)
    {
        // It has no routes: it always copies.
    }

    public override string ToString() => "rt_cache_flush()";
}
