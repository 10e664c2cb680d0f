using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over what sockets and taps are charged for, and that nothing is left in the end.</summary>
/// <remarks>Verified: sums over the live skbs and queues, taken anew at each step. Not verified: what a limit of the send buffer should be.</remarks>
public static class ChargeLaws
{
    private static readonly Type[] Purges = [typeof(TcpDisconnect), typeof(TcpOutOfResources), typeof(TcpClose)];

    public static readonly Law ChargesAddUp = Law.Always(SkbRules.OwnerCharged,
        (in Step step, Sock sock) => sock.WmemAlloc == ChargedTo(step.World, sock) && sock.WmemQueued == QueuedBy(sock),
        (step, sock) => $"{sock.Id}: wmem_alloc {sock.WmemAlloc}, skbs charged to it {ChargedTo(step.World, sock)}; wmem_queued {sock.WmemQueued}, its write queue {QueuedBy(sock)}");

    public static readonly Law ChargeOccurs = Law.Sometimes(SkbRules.OwnerCharged, (in Step _, Sock sock) => sock.WmemAlloc > 0);

    public static readonly Law TapChargesAddUp = Law.Always(SkbRules.TapCharged,
        (in Step step) => Mischarged(step.World) is null,
        (step, _) => $"{Mischarged(step.World)!.Id}: rmem_alloc {Mischarged(step.World)!.RmemAlloc}, and {Waiting(Mischarged(step.World)!)} wait in it");

    public static readonly Law TapChargeOccurs = Law.Sometimes(SkbRules.TapCharged, (in Step step) => step.World.Taps.Count > 0 && step.World.Taps[0].RmemAlloc > 0);

    public static readonly Law NothingIsLeft = Law.Always(SkbRules.OwnerCharged,
        (in Step step) => !IsQuiet(step.World) || (step.World.Skbs.Live.Count == 0 && NothingHeld(step.World)),
        (step, _) => $"nobody has a packet, and there are {step.World.Skbs.Live.Count} skbs; charged: {string.Join(", ", step.World.Socks.Select(sock => sock.WmemAlloc + sock.WmemQueued))}; pages: {string.Join(", ", step.World.Memory.InUse.Where(page => page.Count > 1).Select(page => $"{page} count {page.Count}"))}");

    public static readonly Law QuietAfterSendingOccurs = Law.Sometimes(SkbRules.OwnerCharged,
        (in Step step, Sock sock) => sock is TcpSock tcp && unchecked(tcp.SndUna - tcp.FirstSeq) is > 0 and < 0x80000000 && IsQuiet(step.World), of: SockTraits.Tcp);

    public static readonly Law PurgeLeavesNothing = Law.Always(SkbRules.PurgedAtOnce,
        (in Step step) => Purged(step) is not { } sock || (sock.WriteQueue.Length == 0 && sock.WmemQueued == 0 && sock.SendPageCache is null),
        (step, _) => $"{Purged(step)!.Id} has dropped its connection: {Purged(step)!.WriteQueue.Length} skbs in its write queue, {Purged(step)!.WmemQueued} charged, its page {Purged(step)!.SendPageCache}", after: Purges);

    public static readonly Law PurgeUnderClonesOccurs = Law.Sometimes(SkbRules.PurgedAtOnce,
        (in Step step) => Purged(step) is { WmemAlloc: > 0 } sock && HasPagedClone(step.World, sock), after: Purges);

    private static int ChargedTo(World world, Sock sock)
    {
        var sum = 0;
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            sum += world.Skbs.Live[i].Sk == sock ? world.Skbs.Live[i].TrueSize : 0;
        }

        return sum;
    }

    internal static int QueuedBy(Sock sock)
    {
        var sum = 0;
        for (var skb = (sock as TcpSock)?.WriteQueue.First; skb is not null; skb = skb.NextInList)
        {
            sum += skb.TrueSize;
        }

        return sum;
    }

    private static PacketSock? Mischarged(World world)
    {
        for (var i = 0; i < world.Taps.Count; i++)
        {
            if (world.Taps[i].RmemAlloc != Waiting(world.Taps[i]) || world.Taps[i].RmemAlloc >= world.Profile.RcvBuf)
            {
                return world.Taps[i];
            }
        }

        return null;
    }

    private static int Waiting(PacketSock tap)
    {
        var sum = 0;
        for (var skb = tap.ReceiveQueue.First; skb is not null; skb = skb.NextInList)
        {
            sum += skb.TrueSize;
        }

        return sum;
    }

    private static bool IsQuiet(World world)
    {
        for (var i = 0; i < world.Socks.Count; i++)
        {
            if (world.Socks[i] is TcpSock { WriteQueue.Length: > 0 })
            {
                return false;
            }
        }

        for (var i = 0; i < world.Devices.Count; i++)
        {
            if (world.Devices[i].QueueLength > 0 || world.Devices[i].InFlight > 0 || world.Devices[i].Smp?.Shared.Skb is not null)
            {
                return false;
            }
        }

        for (var i = 0; i < world.Taps.Count; i++)
        {
            if (world.Taps[i].ReceiveQueue.Length > 0)
            {
                return false;
            }
        }

        for (var name = 0; name < world.SkbNames; name++)
        {
            if (world.TrySkb(new SkbId(name)) is not null)
            {
                return false;
            }
        }

        return world.Skbs.CompletionQueue.Count == 0;
    }

    /// <summary>Of pages only where no process and no pin holds any.</summary>
    private static bool NothingHeld(World world)
    {
        for (var i = 0; i < world.Socks.Count; i++)
        {
            if (world.Socks[i].WmemAlloc != 0 || world.Socks[i].WmemQueued != 0)
            {
                return false;
            }
        }

        for (var i = 0; i < world.Memory.InUse.Count && world.Mms.Count == 0 && world.Pins.Count == 0; i++)
        {
            var page = world.Memory.InUse[i];
            if (page.Count > 1 && page.Mapping is not null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The socket that this step lets go of at once; null for none.</summary>
    private static TcpSock? Purged(in Step step) => step.Operation switch
    {
        TcpDisconnect disconnect => step.World.Tcp(disconnect.Sock),
        TcpOutOfResources kill => step.World.Tcp(kill.Sock),
        TcpClose { LingerNot: true } close => step.World.Tcp(close.Sock),
        _ => null,
    };

    private static bool HasPagedClone(World world, Sock sock)
    {
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            if (world.Skbs.Live[i].Sk == sock && world.Skbs.Live[i].NrFrags > 0)
            {
                return true;
            }
        }

        return false;
    }
}
