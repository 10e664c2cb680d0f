using ZeroCopy.Model;
using ZeroCopy.Model.Pages;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over socket buffers.</summary>
/// <remarks>Verified: geometry, lengths, counts and states of every live skb; the bytes of every skb that the script names; what a failed call leaves. Not verified: cb and routing fields.</remarks>
public static class SkbLaws
{
    public static readonly Law GeometryHolds = Law.Always(SkbRules.Geometry,
        (in Step _, Skb skb) => IsGeometric(skb),
        (_, skb) => $"data {skb.Data}, tail {skb.Tail}, end {skb.Block.End}, len {skb.Len}, data_len {skb.DataLen}", Traits.Astray);

    public static readonly Law PagedLengthIsSum = Law.Always(SkbRules.PagedLength,
        (in Step _, Skb skb) => skb.DataLen == SumOfFrags(skb) + SumOfList(skb),
        (_, skb) => $"data_len {skb.DataLen}, {Fragments(skb)}, {SumOfList(skb)} bytes on its list", Traits.Paged | Traits.Astray);

    public static readonly Law ListOccurs = Law.Sometimes(SkbRules.PagedLength, (in Step _, Skb skb) => skb.Block.FragList.Count > 0, Traits.Listed).CountedByTraits();

    public static readonly Law FragmentsFit = Law.Always(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => FragsFit(skb, step.World.Profile),
        (_, skb) => Fragments(skb), Traits.Paged | Traits.Astray);

    public static readonly Law FullOfFragmentsOccurs = Law.Sometimes(SkbRules.FragmentsFit,
        (in Step step, Skb skb) => skb.NrFrags == step.World.Profile.MaxSkbFrags, Traits.Full).CountedByTraits();

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

    public static readonly Law SecondHolderOccurs = Law.Sometimes(SkbRules.NoneIsLost, (in Step step, Skb skb) => step.Recount.Holders(skb) > 1, Traits.Shared).CountedByTraits();

    public static readonly Law SharedIsMarked = Law.Always(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef <= 1 || skb.Cloned,
        (_, skb) => $"dataref {skb.Block.DataRef} and not marked cloned", Traits.SharedBlock);

    public static readonly Law SharedBlockOccurs = Law.Sometimes(SkbRules.SharedIsCloned,
        (in Step _, Skb skb) => skb.Block.DataRef > 1, Traits.SharedBlock).CountedByTraits();

    public static readonly Law BytesAgree = Law.Always(SkbRules.BytesAgree,
        (in Step step, SkbId name, Skb skb) => HasItsBytes(step, name, skb),
        (step, name) => ExplainBytes(step.World.Skb(name), step.Copying.HasSkb(name) ? step.Copying.Skb(name).Bytes : [], name), Traits.Astray);

    public static readonly Law PagedBytesOccur = Law.Sometimes(SkbRules.BytesAgree, (in Step _, SkbId _, Skb skb) => skb.IsNonlinear, Traits.Paged).CountedByTraits();

    public static readonly Law ReadAgrees = Law.Always(SkbRules.BytesAgree,
        (in Step step) => step.Operation is not (SkbCopyBits or SkbCopyAndCsumBits) || step.Seen.Read.SequenceEqual(step.Copying.Answer),
        (step, _) => $"read {Parting(step.Seen.Read, ", where the bytes are ", step.Copying.Answer)}", after: [typeof(SkbCopyBits), typeof(SkbCopyAndCsumBits)]);

    public static readonly Law StateIsAbstraction = Law.Always(SkbRules.LifeIsLegal,
        (in Step step, Skb skb) => IsAsItsDataSays(step, skb),
        (step, skb) => $"the machine says {skb.State}, the data says {skb.Abstraction(IsHeld(step, skb))}", Traits.Astray);

    public static readonly Law UnchangedWithoutMemory = Law.Always(SkbRules.KeepsAllWithoutMemory,
        (in Step step) => !IsKeeping(step) || Holdings.Of(step.World) == step.Recount.Before,
        (step, _) => $"{step.Operation} was refused, and something is not as it was", of: StepTraits.Refused);

    public static readonly Law RefusalWithoutMemoryOccurs = Law.Sometimes(SkbRules.KeepsAllWithoutMemory, IsKeeping, of: StepTraits.Refused);

    public static readonly Law LinearAsSaid = Law.Always(SkbRules.LinearBytes,
        (in Step step, SkbId name, Skb skb) => IsLinearAsSaid(step, name, skb),
        (step, name) => $"{name} has {step.World.Skb(name).HeadLen} linear bytes and {SumOfList(step.World.Skb(name))} on its list, operations say {step.Copying.Names.Shape(name).Linear} and {step.Copying.Names.Shape(name).Listed}", Traits.Astray);

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

    internal static bool IsGeometric(Skb skb) => skb.Data >= 0 && skb.Data <= skb.Tail && skb.Tail <= skb.Block.End && skb.Tail - skb.Data == skb.Len - skb.DataLen;

    internal static bool IsAsItsDataSays(in Step step, Skb skb) => skb.State == skb.Abstraction(IsHeld(step, skb));

    internal static bool HasItsParts(in Step step, Skb skb) => skb.DataLen == SumOfFrags(skb) + SumOfList(skb) && FragsFit(skb, step.World.Profile);

    internal static bool IsLinearAsSaid(in Step step, SkbId name, Skb skb) =>
        !step.Copying.Names.Has(name) || (step.Copying.Names.Shape(name) is var shape && skb.Tail - skb.Data == shape.Linear && SumOfList(skb) == shape.Listed);

    internal static bool HasItsBytes(in Step step, SkbId name, Skb skb) => step.Copying.HasSkb(name) && Differs(skb, step.Copying.Skb(name).Bytes) < 0;

    /// <summary>Index of the first byte at which a packet differs from an array; -1 for none. Walks linear part and fragments itself.</summary>
    internal static int Differs(Skb skb, ReadOnlySpan<byte> bytes)
    {
        var linear = skb.Block.Bytes.Span[skb.Data..skb.Tail];
        var at = DiffersIn(linear, bytes, 0);
        if (at >= 0)
        {
            return at;
        }

        var done = linear.Length;
        foreach (ref readonly var frag in skb.Frags)
        {
            at = DiffersIn(frag.Bytes.Span, bytes, done);
            if (at >= 0)
            {
                return at;
            }

            done += frag.Size;
        }

        foreach (var listed in skb.Block.FragList.Span)
        {
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

        var here = bytes.Slice(done, run.Length);
        return run.SequenceEqual(here) ? -1 : done + run.CommonPrefixLength(here);
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

    /// <summary>Two runs from their first difference on.</summary>
    public static string Parting(ReadOnlySpan<byte> found, string between, ReadOnlySpan<byte> expected)
    {
        var same = found.CommonPrefixLength(expected);
        return $"{(same > 0 ? $"from byte {same} on " : "")}{Rest(found[same..])}{between}{Rest(expected[same..])}";

        static string Rest(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "no more bytes" : Hex(bytes);
    }

    internal static string Hex(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= 32 ? Convert.ToHexStringLower(bytes) : $"{Convert.ToHexStringLower(bytes[..32])}... ({bytes.Length} bytes)";

    private static int SumOfFrags(Skb skb)
    {
        var sum = 0;
        foreach (ref readonly var frag in skb.Frags)
        {
            sum += frag.Size;
        }

        return sum;
    }

    private static int SumOfList(Skb skb)
    {
        var sum = 0;
        foreach (var listed in skb.Block.FragList.Span)
        {
            sum += listed.Len;
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
        foreach (ref readonly var frag in skb.Frags)
        {
            if (frag.Size < 1 || frag.Offset < 0 || frag.Offset + frag.Size > profile.PageSize)
            {
                return false;
            }
        }

        return skb.NrFrags <= profile.MaxSkbFrags;
    }

    internal static bool IsHeld(in Step step, Skb skb) => step.Recount.HolderOf(skb) is not null;
}
