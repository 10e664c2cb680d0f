using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over socket buffers.</summary>
/// <remarks>Verified: geometry, lengths, counts and states of every live skb; the bytes of every skb that the script names; each refusal; what a failed call leaves. Not verified: cb and routing fields.</remarks>
public static class SkbLaws
{
    private static readonly Type[] Purges = [typeof(Model.Net.TcpDisconnect), typeof(Model.Net.TcpOutOfResources), typeof(Model.Net.TcpClose)];

    public static readonly Law GeometryHolds = Law.Always(SkbRules.Geometry,
        (in Step _, Skb skb) => skb.Data >= 0 && skb.Data <= skb.Tail && skb.Tail <= skb.Block.End && skb.Tail - skb.Data == skb.Len - skb.DataLen,
        (_, skb) => $"data {skb.Data}, tail {skb.Tail}, end {skb.Block.End}, len {skb.Len}, data_len {skb.DataLen}");

    public static readonly Law PagedLengthIsSum = Law.Always(SkbRules.PagedLength,
        (in Step _, Skb skb) => skb.DataLen == SumOfFrags(skb) + SumOfList(skb),
        (_, skb) => $"data_len {skb.DataLen}, {Fragments(skb)}, {SumOfList(skb)} bytes on its list", Traits.Paged);

    public static readonly Law ListOccurs = Law.Sometimes(SkbRules.PagedLength, (in Step _, Skb skb) => skb.Block.FragList.Count > 0, Traits.Listed);

    public static readonly Law FragmentsFit = Law.Always(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => FragsFit(skb, step.World.Profile),
        (_, skb) => Fragments(skb), Traits.Paged);

    public static readonly Law FullOfFragmentsOccurs = Law.Sometimes(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => skb.NrFrags == step.World.Profile.MaxSkbFrags, Traits.Paged);

    public static readonly Law DataRefCounts = Law.Always(SkbRules.DataRef,
        (in Step step, Skb skb) => skb.Block.DataRef > 0 && skb.Block.DataRef == step.Recount.Users(skb.Block),
        (step, skb) => skb.Block.DataRef > 0 ? $"dataref {skb.Block.DataRef}, and {step.Recount.Users(skb.Block)} live skbs name the block" : "a live skb names a block that was freed", Traits.Miscounted);

    public static readonly Law HoldersAreUsers = Law.Always(SkbRules.FreedByLastHolder,
        (in Step step, SkbId _, Skb skb) => skb.Users >= step.Recount.Holders(skb),
        (step, name) => $"{name} has users {step.World.Skb(name).Users} and {step.Recount.Holders(step.World.Skb(name))} holders", Traits.Miscounted);

    public static readonly Law ListHoldsItsSkbs = Law.Always(SkbRules.FreedByLastHolder,
        (in Step step, Skb skb) => ListIsHeld(step, skb),
        (_, skb) => $"an skb of the list of one with {skb.Len} bytes is free, or has fewer users than lists and names", Traits.Listed);

    public static readonly Law UsersAreHolders = Law.Always(SkbRules.NoneIsLost,
        (in Step step, Skb skb) => skb.Users <= step.Recount.Holders(skb),
        (step, skb) => $"users {skb.Users}, and {step.Recount.Holders(skb)} holders", Traits.Miscounted);

    public static readonly Law SecondHolderOccurs = Law.Sometimes(SkbRules.NoneIsLost, (in Step step, Skb skb) => step.Recount.Holders(skb) > 1, Traits.Shared);

    public static readonly Law SharedIsMarked = Law.Always(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef <= 1 || skb.Cloned,
        (_, skb) => $"dataref {skb.Block.DataRef} and not marked cloned", Traits.SharedBlock);

    public static readonly Law SharedBlockOccurs = Law.Sometimes(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef > 1, Traits.SharedBlock);

    public static readonly Law BytesAgree = Law.Always(SkbRules.BytesAgree,
        (in Step step, SkbId name, Skb skb) => step.Copying.HasSkb(name) && Differs(skb, step.Copying.Skb(name).Bytes) < 0,
        (step, name) => ExplainBytes(step.World.Skb(name), step.Copying.HasSkb(name) ? step.Copying.Skb(name).Bytes : [], name));

    public static readonly Law PagedBytesOccur = Law.Sometimes(SkbRules.BytesAgree, (in Step _, SkbId _, Skb skb) => skb.IsNonlinear, Traits.Paged);

    public static readonly Law ReadAgrees = Law.Always(SkbRules.BytesAgree,
        (in Step step) => step.Operation is not (SkbCopyBits or SkbCopyAndCsumBits) || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"read {Hex(step.Seen.Read)}, where the bytes are {Hex(step.Copying.Answer)}", after: [typeof(SkbCopyBits), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law RefusedForCause = Law.Always(SkbRules.RefusedForCause,
        (in Step step) => step.Seen.Succeeded || MemoryLaws.Judges(step.Operation) || HasCause(step),
        (step, _) => $"refused as {step.Seen.Refusal}, and nothing of the kind is there", of: StepTraits.Refused);

    public static readonly Law RefusalOccurs = Law.Sometimes(SkbRules.RefusedForCause, (in Step step) => !step.Seen.Succeeded, of: StepTraits.Refused);

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
        (step, _) => $"{Purged(step)!.Id} has dropped its connection: {Purged(step)!.WriteQueue.Length} skbs in its write queue, {Purged(step)!.WmemQueued} charged, its page {Purged(step)!.SendPageCache}", after: Purges);

    public static readonly Law PurgeUnderClonesOccurs = Law.Sometimes(SkbRules.PurgedAtOnce,
        (in Step step) => Purged(step) is { WmemAlloc: > 0 } sock && HasPagedClone(step.World, sock), after: Purges);

    public static readonly Law ChargeOccurs = Law.Sometimes(SkbRules.OwnerCharged, (in Step _, Model.Net.Sock sock) => sock.WmemAlloc > 0);

    public static readonly Law UnchangedWithoutMemory = Law.Always(SkbRules.KeepsAllWithoutMemory,
        (in Step step) => !IsKeeping(step) || Holdings.Of(step.World) == step.Recount.Before,
        (step, _) => $"{step.Operation} was refused, and something is not as it was", of: StepTraits.Refused);

    public static readonly Law RefusalWithoutMemoryOccurs = Law.Sometimes(SkbRules.KeepsAllWithoutMemory, IsKeeping, of: StepTraits.Refused);

    public static readonly Law LinearAsSaid = Law.Always(SkbRules.LinearBytes,
        (in Step step, SkbId name, Skb skb) => !step.Copying.Names.Has(name) || (skb.Tail - skb.Data == step.Copying.Names.Shape(name).Linear && SumOfList(skb) == step.Copying.Names.Shape(name).Listed),
        (step, name) => $"{name} has {step.World.Skb(name).HeadLen} linear bytes and {SumOfList(step.World.Skb(name))} on its list, operations say {step.Copying.Names.Shape(name).Linear} and {step.Copying.Names.Shape(name).Listed}");

    public static readonly Law RoomAsPromised = Law.Always(SkbRules.RoomAsPromised,
        (in Step step) => !step.Seen.Succeeded || HasPromisedRoom(step),
        (step, _) => $"after {step.Operation} the room is not there, or not its own", after: [typeof(SkbCow), typeof(SkbReallocHeadroom), typeof(SkbCopyExpand), typeof(PskbExpandHead)]);

    public static readonly Law RoomIsMade = Law.Sometimes(SkbRules.RoomAsPromised, (in Step step) => step.Seen.Succeeded && step.Operation is SkbCow { Headroom: > 0 }, after: [typeof(SkbCow)]);

    public static readonly Law PadIsZero = Law.Always(SkbRules.PadIsZero,
        (in Step step) => step.Operation is not SkbPadto pad || !step.Seen.Succeeded || IsPadded(step.World.Skb(pad.Skb), step.Copying.Skb(pad.Skb).Bytes.Length, pad.Length),
        (step, _) => $"what follows the packet after {step.Operation} is not zero, or not in its block", after: [typeof(SkbPadto)]);

    public static readonly Law PadOccurs = Law.Sometimes(SkbRules.PadIsZero,
        (in Step step) => step.Operation is SkbPadto pad && step.Seen.Succeeded && pad.Length > step.Copying.Skb(pad.Skb).Bytes.Length, after: [typeof(SkbPadto)]);

    public static readonly Law SplitIsChargedForItsBlock = Law.Always(SkbRules.ChargedForItsBlock,
        (in Step step) => step.Operation is not SkbSplit split || !step.Seen.Succeeded || step.World.Skb(split.Result).TrueSize == ChargeOf(step.World.Skb(split.Result).HeadLen, step.World.Profile),
        (step, _) => $"{step.Operation} gave an skb of truesize {step.World.Skb(((SkbSplit)step.Operation).Result).TrueSize} for {step.World.Skb(((SkbSplit)step.Operation).Result).HeadLen} linear bytes", after: [typeof(SkbSplit)]);

    public static readonly Law PagedSplitOccurs = Law.Sometimes(SkbRules.ChargedForItsBlock,
        (in Step step) => step.Operation is SkbSplit split && step.Seen.Succeeded && step.World.Skb(split.Result).DataLen > 0, after: [typeof(SkbSplit)]);

    public static readonly Law IrqRunsNoDestructor = Law.Always(SkbRules.DestructorInSoftirq,
        (in Step step) => step.Operation is not DevKfreeSkbIrq || step.Seen.Destructors == 0,
        (step, _) => $"{step.Operation} ran a destructor", after: [typeof(DevKfreeSkbIrq)]);

    public static readonly Law OwnedSkbWaits = Law.Sometimes(SkbRules.DestructorInSoftirq,
        (in Step step) => step.Operation is DevKfreeSkbIrq && step.World.Skbs.CompletionQueue.Count > 0 && step.World.Skbs.CompletionQueue[^1].Sk is not null, after: [typeof(DevKfreeSkbIrq)]);

    public static readonly Law SoftirqLeavesNone = Law.Always(SkbRules.SoftirqTakesAll,
        (in Step step) => step.Operation is not NetTxAction || step.World.Skbs.CompletionQueue.Count == 0,
        (step, _) => $"{step.World.Skbs.CompletionQueue.Count} skbs wait on behind the softirq", after: [typeof(NetTxAction)]);

    public static readonly Law SeveralWaitForSoftirq = Law.Sometimes(SkbRules.SoftirqTakesAll, (in Step step) => step.Seen.Count > 1, after: [typeof(NetTxAction)]);

    public static readonly Law SharedFragsAreMarked = Law.Always(SkbRules.SharedFragsMarked,
        (in Step step, SkbId _, Skb skb) => skb.Block.HasSharedFrags || !HasForeignFrag(step, skb),
        (step, name) => $"a fragment of {name} is somebody else's too: {string.Join(" ", step.World.Skb(name).Frags.ToArray())}", Traits.Paged);

    public static readonly Law ForeignFragOccurs = Law.Sometimes(SkbRules.SharedFragsMarked, (in Step step, SkbId _, Skb skb) => skb.NrFrags > 0 && HasForeignFrag(step, skb), Traits.Paged);

    public static readonly Law WriterLeavesPagesAlone = Law.Always(SkbRules.InPlaceWriterOwns,
        (in Step step) => step.Operation is not EspOutput || PagesAgree(step),
        (step, _) => $"{step.Operation} wrote to a page that the script has", after: [typeof(EspOutput)]);

    public static readonly Law WriteOfFragmentOccurs = Law.Sometimes(SkbRules.InPlaceWriterOwns,
        (in Step step) => step.Operation is EspOutput write && step.Seen.Succeeded && step.World.Skb(write.Skb).NrFrags > 0, after: [typeof(EspOutput)]);

    public static readonly Law OwnAfterUnshare = Law.Always(SkbRules.OwnAfterUnshare,
        (in Step step) => !step.Seen.Succeeded || step.Operation switch
        {
            SkbShareCheck check => step.World.Skb(check.Skb).Users == 1,
            SkbUnshare unshare => step.Recount.Users(step.World.Skb(unshare.Skb).Block) == 1,
            SkbOrphan orphan => step.World.Skb(orphan.Skb).Sk is null,
            _ => true,
        },
        (step, _) => $"after {step.Operation} somebody else has it", after: [typeof(SkbShareCheck), typeof(SkbUnshare), typeof(SkbOrphan)]);

    public static readonly Law UnshareOccurs = Law.Sometimes(SkbRules.OwnAfterUnshare, (in Step step) => step.Operation is SkbUnshare && step.Seen.Count > 0, after: [typeof(SkbUnshare)]);

    public static readonly Law SharedBytesStay = Law.Always(SkbRules.WriteOwnBytes,
        (in Step step, SkbId name, Skb skb) => step.Recount.Users(skb.Block) <= 1 || !step.Copying.HasSkb(name) || DiffersIn(skb.Linear.Span, step.Copying.Skb(name).Bytes, 0) < 0,
        (step, name) => $"{name} shares its block, and its linear bytes {Hex(step.World.Skb(name).Linear.Span)} are not {Hex(step.Copying.Skb(name).Bytes)} any more", Traits.SharedBlock);

    public static readonly Law SharedBytesOccur = Law.Sometimes(SkbRules.WriteOwnBytes, (in Step step, SkbId _, Skb skb) => skb.HeadLen > 0 && step.Recount.Users(skb.Block) > 1, Traits.SharedBlock);

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

        for (var i = 0; i < skb.Block.FragList.Count; i++)
        {
            var listed = skb.Block.FragList[i];
            at = done + listed.Len > bytes.Length ? bytes.Length : Differs(listed, bytes.Slice(done, listed.Len));
            if (at >= 0)
            {
                return done + at;
            }

            done += listed.Len;
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

    private static string Fragments(Skb skb) => skb.NrFrags == 0 ? "no fragments" : $"fragments {string.Join(" ", skb.Frags.ToArray())}";

    private static string ExplainBytes(Skb skb, ReadOnlySpan<byte> bytes, SkbId name)
    {
        var at = Differs(skb, bytes);
        var zeroCopy = new byte[skb.Len];
        skb.Linear.Span.CopyTo(zeroCopy);
        var done = skb.Linear.Length;
        var where = at < done ? "in the linear part" : "behind all that it has";
        for (var i = 0; i < skb.NrFrags; i++)
        {
            var frag = skb.Frags[i];
            frag.Bytes.Span[..Math.Clamp(zeroCopy.Length - done, 0, frag.Size)].CopyTo(zeroCopy.AsSpan(Math.Min(done, zeroCopy.Length)));
            where = at >= done && at < done + frag.Size ? $"in fragment {i} {frag}" : where;
            done += frag.Size;
        }

        for (var i = 0; i < skb.Block.FragList.Count; i++)
        {
            var bits = new byte[skb.Block.FragList[i].Len];
            skb.Block.FragList[i].CopyBits(0, new Bytes(bits, null, 0, bits.Length));
            bits.AsSpan(0, Math.Clamp(zeroCopy.Length - done, 0, bits.Length)).CopyTo(zeroCopy.AsSpan(Math.Min(done, zeroCopy.Length)));
            where = at >= done && at < done + bits.Length ? $"in skb {i} of its list" : where;
            done += bits.Length;
        }

        return $"{name} has {skb.Len} bytes, the copying path {bytes.Length}; first difference at byte {at}, {where}: {Hex(zeroCopy.AsSpan(0, Math.Min(done, zeroCopy.Length)))} and {Hex(bytes)}";
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

    private static int SumOfList(Skb skb)
    {
        var sum = 0;
        for (var i = 0; i < skb.Block.FragList.Count; i++)
        {
            sum += skb.Block.FragList[i].Len;
        }

        return sum;
    }

    private static bool ListIsHeld(in Step step, Skb skb)
    {
        for (var i = 0; i < skb.Block.FragList.Count; i++)
        {
            var listed = skb.Block.FragList[i];
            if (listed.Users == 0 || listed.Users < step.Recount.Holders(listed))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsKeeping(in Step step) =>
        step.Seen.Refusal == Refusal.NoMemory && step.World.Memory.FailedAt > 0 && step.Operation.KeepsAllWithoutMemory(step.Copying.Names);

    private static bool HasPromisedRoom(in Step step)
    {
        switch (step.Operation)
        {
            case SkbCow cow:
                return Has(step, cow.Skb, cow.Headroom, 0);
            case SkbReallocHeadroom more:
                return Has(step, more.Result, more.Headroom, 0);
            case SkbCopyExpand copy:
                return Has(step, copy.Result, copy.Headroom, copy.Tailroom);
            case PskbExpandHead expand:
                return Has(step, expand.Skb, expand.Headroom, expand.Tailroom);
            default:
                return true;
        }

        static bool Has(in Step step, SkbId name, int headroom, int tailroom)
        {
            var skb = step.World.Skb(name);
            return skb.Data >= headroom && skb.Block.End - skb.Tail >= tailroom && step.Recount.Users(skb.Block) == 1;
        }
    }

    private static bool IsPadded(Skb skb, int length, int least)
    {
        var pad = least - length;
        return pad <= 0 || (skb.DataLen == 0 && skb.Tail + pad <= skb.Block.End && !skb.Block.Bytes.Span.Slice(skb.Tail, pad).ContainsAnyExcept((byte)0));
    }

    /// <summary>What alloc_skb() charges for so many bytes.</summary>
    private static int ChargeOf(int bytes, Profile profile) => ((bytes + profile.CacheBytes - 1) / profile.CacheBytes * profile.CacheBytes) + Profile.SkbStructBytes;

    /// <summary>Whether a name of the script, or another block, has a byte of one of the fragments.</summary>
    private static bool HasForeignFrag(in Step step, Skb skb)
    {
        foreach (var frag in skb.Frags)
        {
            if (step.Recount.Holders(frag.Page) > 1 && IsForeign(step, skb.Block, frag))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsForeign(in Step step, DataBlock own, Frag frag)
    {
        for (var i = 0; i < step.World.NamedPages.Count; i++)
        {
            if (step.World.NamedPages[i] == frag.Page)
            {
                return true;
            }
        }

        var blocks = step.World.Skbs.LiveBlocks;
        for (var i = 0; i < blocks.Count; i++)
        {
            foreach (var other in blocks[i].Frags)
            {
                if (blocks[i] != own && other.Page == frag.Page && other.Offset < frag.Offset + frag.Size && frag.Offset < other.Offset + other.Size)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool PagesAgree(in Step step)
    {
        for (var name = 0; name < step.World.PageNames; name++)
        {
            if (step.World.TryPage(new PageId(name)) is { } page && !page.Bytes.Span.SequenceEqual(step.Copying.Page(new PageId(name))))
            {
                return false;
            }
        }

        return true;
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
        Refusal.Reset => step.Operation is Model.Net.Sendfile or Model.Net.TcpSendmsg or Model.Net.MsgZerocopy && step.Copying.Flow(SenderOf(step.Operation)).IsReset,
        Refusal.OutOfRange => IsBeyond(step),
        Refusal.BadSum => step.Operation is TcpChecksumComplete,
        Refusal.Invalid => step.Operation is Model.Smp.Interleave or Drivers.AceNic.MaxTxDesc,
        _ => false,
    };

    private static bool IsBeyond(in Step step) => step.Operation switch
    {
        SkbCopyBits read => read.Offset + read.Length > step.Copying.Names.Length(read.Skb),
        SkbPull pull => pull.Count > step.Copying.Names.Length(pull.Skb),
        PskbPull pull => pull.Count > step.Copying.Names.Length(pull.Skb),
        SkbPullRcsum pull => pull.Count > step.Copying.Names.Length(pull.Skb),
        PskbMayPull pull => pull.Length > step.Copying.Names.Length(pull.Skb),
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
            case SkbPullRcsum pull:
                return world.Skb(pull.Skb).Tail - world.Skb(pull.Skb).Data < pull.Count;
            case SkbFillPageDesc fill:
                return world.Skb(fill.Skb).NrFrags == world.Profile.MaxSkbFrags || step.Copying.Names.Shape(fill.Skb).Listed > 0;
            case SkbAppendPage append:
                return world.Skb(append.Skb).NrFrags == world.Profile.MaxSkbFrags || step.Copying.Names.Shape(append.Skb).Listed > 0;
            case SkbSplit split:
                return step.Copying.Names.Shape(split.Skb).Listed > 0;
            case TcpV4SendCheck check:
                return check.Start + check.Check + 2 > step.Copying.Names.Shape(check.Skb).Linear;
            case TcpRetransTryCollapse collapse:
                return world.Skb(collapse.Skb).Block.End - world.Skb(collapse.Skb).Tail < step.Copying.Names.Length(collapse.Next)
                    || step.Copying.Names.Shape(collapse.Skb).IsNonlinear || step.Copying.Names.Shape(collapse.Next).IsNonlinear;
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
            PskbMayPull pull => step.World.Skb(pull.Skb),
            PskbPull pull => step.World.Skb(pull.Skb),
            SkbTrim trim => SharedInList(step, step.World.Skb(trim.Skb)) ?? step.World.Skb(trim.Skb),
            PskbTrimRcsum trim => step.World.Skb(trim.Skb),
            SkbCow cow => step.World.Skb(cow.Skb),
            SkbAppendPage append => step.World.Skb(append.Skb),
            EspOutput write => step.World.Skb(write.Skb),
            TcpV4SendCheck check => step.World.Skb(check.Skb),
            SkbChecksumHelp help => step.World.Skb(help.Skb),
            TcpRetransTryCollapse collapse => IsShared(step, collapse.Next) ? step.World.Skb(collapse.Next) : step.World.Skb(collapse.Skb),
            PskbTrim trim => step.World.Skb(trim.Skb),
            PskbExpandHead expand => step.World.Skb(expand.Skb),
            SkbLinearize linearize => step.World.Skb(linearize.Skb),
            SkbSplit split => step.World.Skb(split.Skb),
            _ => null,
        };
        return skb is not null && IsShared(step, skb);
    }

    private static SockId SenderOf(Operation operation) => operation switch
    {
        Model.Net.Sendfile send => send.Sock,
        Model.Net.TcpSendmsg send => send.Sock,
        Model.Net.MsgZerocopy send => send.Sock,
        _ => throw new ModelException($"{operation} sends nothing over a connection"),
    };

    private static Skb? SharedInList(in Step step, Skb skb)
    {
        for (var i = 0; i < skb.Block.FragList.Count; i++)
        {
            if (IsShared(step, skb.Block.FragList[i]))
            {
                return skb.Block.FragList[i];
            }
        }

        return null;
    }

    private static bool IsShared(in Step step, SkbId name) => IsShared(step, step.World.Skb(name));

    private static bool IsShared(in Step step, Skb skb) => skb.Users > 1 || step.Recount.Users(skb.Block) > 1;

    /// <summary>The send buffer is full, or no frame of the peer has opened the connection.</summary>
    private static bool MustWait(in Step step)
    {
        if (step.Operation is SockWmalloc charged)
        {
            return step.World.Sock(charged.Sock).WmemAlloc >= step.World.Profile.SndBuf;
        }

        SockId? sock = step.Operation switch
        {
            Model.Net.Sendfile sendfile => sendfile.Sock,
            Model.Net.TcpSendmsg send => send.Sock,
            Model.Net.TcpClose close => close.Sock,
            Model.Net.MsgZerocopy call => call.Sock,
            _ => null,
        };
        if (step.Operation is Model.Net.IpRecvError read)
        {
            return step.World.Sock(read.Sock).ErrorQueue.Ranges.Count == 0;
        }

        return sock is { } id && (step.Copying.Flow(id).Ack == 0
            || (step.Operation is not Model.Net.TcpClose && QueuedBy(step.World.Sock(id)) >= step.World.Profile.SndBuf));
    }
}
