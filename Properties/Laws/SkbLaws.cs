using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over socket buffers.</summary>
/// <remarks>Verified: geometry, lengths, counts and states of every live skb; the bytes of every skb that the script names; each refusal. Not verified: cb and routing fields, frag_list (no operation makes one yet).</remarks>
public static class SkbLaws
{
    public static readonly Law GeometryHolds = Law.Always(SkbRules.Geometry,
        (in Step _, Skb skb) => skb.Data >= 0 && skb.Data <= skb.Tail && skb.Tail <= skb.Block.End && skb.Tail - skb.Data == skb.Len - skb.DataLen,
        (_, skb) => $"data {skb.Data}, tail {skb.Tail}, end {skb.Block.End}, len {skb.Len}, data_len {skb.DataLen}");

    public static readonly Law PagedLengthIsSum = Law.Always(SkbRules.PagedLength,
        (in Step _, Skb skb) => skb.DataLen == SumOfFrags(skb),
        (_, skb) => $"data_len {skb.DataLen}, fragments {string.Join(" ", skb.Frags.ToArray())}");

    public static readonly Law FragmentsFit = Law.Always(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => FragsFit(skb, step.World.Profile),
        (_, skb) => $"fragments {string.Join(" ", skb.Frags.ToArray())}");

    public static readonly Law FullOfFragmentsOccurs = Law.Sometimes(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => skb.NrFrags == step.World.Profile.MaxSkbFrags);

    public static readonly Law DataRefCounts = Law.Always(SkbRules.DataRef,
        (in Step step, Skb skb) => skb.Block.DataRef == step.Recount.Users(skb.Block),
        (step, skb) => $"dataref {skb.Block.DataRef}, and {step.Recount.Users(skb.Block)} live skbs name the block");

    public static readonly Law HoldersAreUsers = Law.Always(SkbRules.FreedByLastHolder,
        (in Step step, SkbId _, Skb skb) => skb.Users >= step.Recount.Holders(skb),
        (step, name) => $"{name} has users {step.World.Skb(name).Users} and {step.Recount.Holders(step.World.Skb(name))} holders");

    public static readonly Law UsersAreHolders = Law.Always(SkbRules.NoneIsLost,
        (in Step step, Skb skb) => skb.Users <= step.Recount.Holders(skb),
        (step, skb) => $"users {skb.Users}, and {step.Recount.Holders(skb)} holders");

    public static readonly Law SecondHolderOccurs = Law.Sometimes(SkbRules.NoneIsLost, (in Step step, Skb skb) => step.Recount.Holders(skb) > 1);

    public static readonly Law SharedIsMarked = Law.Always(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef <= 1 || skb.Cloned,
        (_, skb) => $"dataref {skb.Block.DataRef} and not marked cloned");

    public static readonly Law SharedBlockOccurs = Law.Sometimes(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef > 1);

    public static readonly Law BytesAgree = Law.Always(SkbRules.BytesAgree,
        (in Step step, SkbId name, Skb skb) => step.Copying.HasSkb(name) && Differs(skb, step.Copying.Skb(name).Bytes) < 0,
        (step, name) => ExplainBytes(step.World.Skb(name), step.Copying.HasSkb(name) ? step.Copying.Skb(name).Bytes : [], name));

    public static readonly Law PagedBytesOccur = Law.Sometimes(SkbRules.BytesAgree, (in Step _, SkbId _, Skb skb) => skb.IsNonlinear);

    public static readonly Law ReadAgrees = Law.Always(SkbRules.BytesAgree,
        (in Step step) => step.Operation is not SkbCopyBits || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"read {Hex(step.Seen.Read)}, where the bytes are {Hex(step.Copying.Answer)}");

    public static readonly Law RefusedForCause = Law.Always(SkbRules.RefusedForCause,
        (in Step step) => step.Seen.Succeeded || HasCause(step),
        (step, _) => $"refused as {step.Seen.Refusal}, and nothing of the kind is there");

    public static readonly Law RefusalOccurs = Law.Sometimes(SkbRules.RefusedForCause, (in Step step) => !step.Seen.Succeeded);

    public static readonly Law StateIsAbstraction = Law.Always(SkbRules.LifeIsLegal,
        (in Step step, Skb skb) => skb.State == skb.Abstraction(IsHeld(step, skb)),
        (step, skb) => $"the machine says {skb.State}, the data says {skb.Abstraction(IsHeld(step, skb))}");

    public static readonly Law ChargesAddUp = Law.Always(SkbRules.OwnerCharged,
        (in Step step, Model.Net.Sock sock) => sock.WmemAlloc == ChargedTo(step.World, sock) && sock.WmemQueued == QueuedBy(sock),
        (step, sock) => $"{sock.Id}: wmem_alloc {sock.WmemAlloc}, skbs charged to it {ChargedTo(step.World, sock)}; wmem_queued {sock.WmemQueued}, its write queue {QueuedBy(sock)}");

    public static readonly Law TapChargesAddUp = Law.Always(SkbRules.TapCharged,
        (in Step step) => Mischarged(step.World) is null,
        (step, _) => $"{Mischarged(step.World)!.Id}: rmem_alloc {Mischarged(step.World)!.RmemAlloc}, and {Waiting(Mischarged(step.World)!)} wait in it");

    public static readonly Law TapChargeOccurs = Law.Sometimes(SkbRules.TapCharged, (in Step step) => step.World.Taps.Count > 0 && step.World.Taps[0].RmemAlloc > 0);

    public static readonly Law NothingIsLeft = Law.Always(SkbRules.OwnerCharged,
        (in Step step) => !IsQuiet(step.World) || (step.World.Skbs.Live.Count == 0 && NothingHeld(step.World)),
        (step, _) => $"nobody has a packet, and there are {step.World.Skbs.Live.Count} skbs; charged: {string.Join(", ", step.World.Socks.Select(sock => sock.WmemAlloc + sock.WmemQueued))}; pages: {string.Join(", ", step.World.Memory.InUse.Where(page => page.Count > 1).Select(page => $"{page} count {page.Count}"))}");

    public static readonly Law QuietAfterSendingOccurs = Law.Sometimes(SkbRules.OwnerCharged,
        (in Step step, Model.Net.Sock sock) => sock is Model.Net.TcpSock tcp && unchecked(tcp.SndUna - tcp.FirstSeq) is > 0 and < 0x80000000 && IsQuiet(step.World));

    public static readonly Law PurgeLeavesNothing = Law.Always(SkbRules.PurgedAtOnce,
        (in Step step) => Purged(step) is not { } sock || (sock.WriteQueue.Length == 0 && sock.WmemQueued == 0 && sock.SendPageCache is null),
        (step, _) => $"{Purged(step)!.Id} has dropped its connection: {Purged(step)!.WriteQueue.Length} skbs in its write queue, {Purged(step)!.WmemQueued} charged, its page {Purged(step)!.SendPageCache}");

    public static readonly Law PurgeUnderClonesOccurs = Law.Sometimes(SkbRules.PurgedAtOnce,
        (in Step step) => Purged(step) is { WmemAlloc: > 0 } sock && HasPagedClone(step.World, sock));

    public static readonly Law ChargeOccurs = Law.Sometimes(SkbRules.OwnerCharged, (in Step _, Model.Net.Sock sock) => sock.WmemAlloc > 0);

    /// <summary>Index of the first byte at which a packet differs from an array; -1 for none. Walks linear part and fragments itself.</summary>
    internal static int Differs(Skb skb, ReadOnlySpan<byte> bytes)
    {
        var at = DiffersIn(skb.Linear.Span, bytes, 0);
        if (at >= 0)
        {
            return at;
        }

        var done = skb.Linear.Length;
        foreach (var frag in skb.Frags)
        {
            at = DiffersIn(frag.Bytes.Span, bytes, done);
            if (at >= 0)
            {
                return at;
            }

            done += frag.Size;
        }

        return done == bytes.Length && skb.Len == bytes.Length ? -1 : Math.Min(done, bytes.Length);
    }

    private static int DiffersIn(ReadOnlySpan<byte> run, ReadOnlySpan<byte> bytes, int done)
    {
        if (done + run.Length > bytes.Length)
        {
            return bytes.Length;
        }

        var common = run.CommonPrefixLength(bytes.Slice(done, run.Length));
        return common == run.Length ? -1 : done + common;
    }

    private static string ExplainBytes(Skb skb, ReadOnlySpan<byte> bytes, SkbId name)
    {
        var at = Differs(skb, bytes);
        var zeroCopy = new byte[skb.Len];
        skb.Linear.Span.CopyTo(zeroCopy);
        var done = skb.Linear.Length;
        var where = at < done ? "the linear part" : "beyond the packet";
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            frag.Bytes.Span.CopyTo(zeroCopy.AsSpan(Math.Min(done, zeroCopy.Length)));
            where = at >= done && at < done + frag.Size ? $"fragment {i} {frag}" : where;
            done += frag.Size;
        }

        return $"{name} has {skb.Len} bytes, the copying path {bytes.Length}; first difference at byte {at}, in {where}: {Hex(zeroCopy)} and {Hex(bytes)}";
    }

    internal static string Hex(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= 32 ? Convert.ToHexStringLower(bytes) : $"{Convert.ToHexStringLower(bytes[..32])}... ({bytes.Length} bytes)";

    private static int SumOfFrags(Skb skb)
    {
        var sum = 0;
        foreach (var frag in skb.Frags)
        {
            sum += frag.Size;
        }

        return sum;
    }

    private static bool FragsFit(Skb skb, Profile profile)
    {
        foreach (var frag in skb.Frags)
        {
            if (frag.Size < 1 || frag.Offset < 0 || frag.Offset + frag.Size > profile.PageSize)
            {
                return false;
            }
        }

        return skb.NrFrags <= profile.MaxSkbFrags;
    }

    internal static bool IsHeld(in Step step, Skb skb) => step.Recount.HolderOf(skb) is not null;

    private static int ChargedTo(World world, Model.Net.Sock sock)
    {
        var sum = 0;
        for (var i = 0; i < world.Skbs.Live.Count; i++)
        {
            sum += world.Skbs.Live[i].Sk == sock ? world.Skbs.Live[i].TrueSize : 0;
        }

        return sum;
    }

    private static bool IsQuiet(World world)
    {
        for (var i = 0; i < world.Socks.Count; i++)
        {
            if (world.Socks[i] is Model.Net.TcpSock { WriteQueue.Length: > 0 })
            {
                return false;
            }
        }

        for (var i = 0; i < world.Devices.Count; i++)
        {
            if (world.Devices[i].QueueLength > 0 || world.Devices[i].InFlight > 0)
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

        return true;
    }

    private static bool NothingHeld(World world)
    {
        for (var i = 0; i < world.Socks.Count; i++)
        {
            if (world.Socks[i].WmemAlloc != 0 || world.Socks[i].WmemQueued != 0)
            {
                return false;
            }
        }

        for (var i = 0; i < world.Memory.InUse.Count; i++)
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
    private static Model.Net.TcpSock? Purged(in Step step) => step.Operation switch
    {
        Model.Net.TcpDisconnect disconnect => step.World.Tcp(disconnect.Sock),
        Model.Net.TcpOutOfResources kill => step.World.Tcp(kill.Sock),
        Model.Net.TcpClose { LingerNot: true } close => step.World.Tcp(close.Sock),
        _ => null,
    };

    private static bool HasPagedClone(World world, Model.Net.Sock sock)
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

    private static Model.Net.PacketSock? Mischarged(World world)
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

    private static int Waiting(Model.Net.PacketSock tap)
    {
        var sum = 0;
        for (var skb = tap.ReceiveQueue.First; skb is not null; skb = skb.NextInList)
        {
            sum += skb.TrueSize;
        }

        return sum;
    }

    private static int QueuedBy(Model.Net.Sock sock)
    {
        var sum = 0;
        for (var skb = (sock as Model.Net.TcpSock)?.WriteQueue.First; skb is not null; skb = skb.NextInList)
        {
            sum += skb.TrueSize;
        }

        return sum;
    }

    private static bool HasCause(in Step step) => step.Seen.Refusal switch
    {
        Refusal.NoMemory => step.World.Memory.FailedAllocations > step.Seen.FailedAllocationsBefore || step.Seen.Drops.Count > 0,
        Refusal.NoRoom => LacksRoom(step),
        Refusal.NotOwn => IsNotOwn(step),
        Refusal.WouldBlock => step.Operation is Model.Net.PacketRecvmsg receive ? step.Copying.Waiting(receive.Tap) == 0 && step.Copying.Answer.IsEmpty : MustWait(step),
        Refusal.Reset => step.Operation is Model.Net.Sendfile or Model.Net.TcpSendmsg && step.Copying.Flow(SenderOf(step.Operation)).IsReset,
        Refusal.OutOfRange => step.Operation is SkbCopyBits read && read.Offset + read.Length > step.Copying.Skb(read.Skb).Bytes.Length,
        _ => false,
    };

    private static bool LacksRoom(in Step step)
    {
        var world = step.World;
        switch (step.Operation)
        {
            case SkbReserve reserve:
                return world.Skb(reserve.Skb).Block.End - world.Skb(reserve.Skb).Tail < reserve.Count || world.Skb(reserve.Skb).DataLen > 0;
            case SkbPut put:
                return world.Skb(put.Skb).Block.End - world.Skb(put.Skb).Tail < put.Count || world.Skb(put.Skb).DataLen > 0;
            case SkbPush push:
                return world.Skb(push.Skb).Data < push.Count;
            case SkbPull pull:
                return world.Skb(pull.Skb).Tail - world.Skb(pull.Skb).Data < pull.Count;
            case SkbFillPageDesc fill:
                return world.Skb(fill.Skb).NrFrags == world.Profile.MaxSkbFrags;
            default:
                return false;
        }
    }

    private static bool IsNotOwn(in Step step)
    {
        var skb = step.Operation switch
        {
            SkbPut put => step.World.Skb(put.Skb),
            SkbPush push => step.World.Skb(push.Skb),
            SkbFillPageDesc fill => step.World.Skb(fill.Skb),
            PskbPullTail pull => step.World.Skb(pull.Skb),
            PskbTrim trim => step.World.Skb(trim.Skb),
            PskbExpandHead expand => step.World.Skb(expand.Skb),
            SkbLinearize linearize => step.World.Skb(linearize.Skb),
            SkbSplit split => step.World.Skb(split.Skb),
            _ => null,
        };
        return skb is not null && (skb.Users > 1 || step.Recount.Users(skb.Block) > 1);
    }

    private static SockId SenderOf(Operation operation) => operation is Model.Net.Sendfile sendfile ? sendfile.Sock : ((Model.Net.TcpSendmsg)operation).Sock;

    /// <summary>The send buffer is full, or no frame of the peer has opened the connection.</summary>
    private static bool MustWait(in Step step)
    {
        SockId? sock = step.Operation switch
        {
            Model.Net.Sendfile sendfile => sendfile.Sock,
            Model.Net.TcpSendmsg send => send.Sock,
            Model.Net.TcpClose close => close.Sock,
            _ => null,
        };
        return sock is { } id && (step.Copying.Flow(id).Ack == 0
            || (step.Operation is not Model.Net.TcpClose && QueuedBy(step.World.Sock(id)) >= step.World.Profile.SndBuf));
    }
}
