using ZeroCopy.Drivers.AceNic;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Skbs;
using ZeroCopy.Model.Smp;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Laws;

/// <summary>Laws over calls that are refused: there is a cause. Those of processes and files have theirs in <see cref="MemoryLaws"/>.</summary>
/// <remarks>Verified: each kind of refusal against room, holders, sums and what the copying path knows. Not verified: which of two causes is told.</remarks>
public static class RefusalLaws
{
    public static readonly Law RefusedForCause = Law.Always(SkbRules.RefusedForCause,
        (in Step step) => step.Seen.Succeeded || MemoryLaws.Judges(step.Operation) || HasCause(step),
        (step, _) => $"refused as {step.Seen.Refusal}, and nothing of the kind is there", of: StepTraits.Refused);

    public static readonly Law RefusalOccurs = Law.Sometimes(SkbRules.RefusedForCause, (in Step step) => !step.Seen.Succeeded, of: StepTraits.Refused);

    private static bool HasCause(in Step step) => step.Seen.Refusal switch
    {
        Refusal.NoMemory => step.World.Memory.FailedAllocations > step.Seen.FailedAllocationsBefore || step.Seen.Drops.Count > 0,
        Refusal.NoRoom => LacksRoom(step),
        Refusal.NotOwn => IsNotOwn(step),
        Refusal.WouldBlock => step.Operation is PacketRecvmsg receive ? step.Copying.Waiting(receive.Tap) == 0 && step.Copying.Answer.IsEmpty : MustWait(step),
        Refusal.Reset => step.Operation is Sendfile or TcpSendmsg or MsgZerocopy && step.Copying.Flow(SenderOf(step.Operation)).IsReset,
        Refusal.OutOfRange => IsBeyond(step),
        Refusal.BadSum => step.Operation is TcpChecksumComplete,
        Refusal.Invalid => step.Operation is Interleave or MaxTxDesc,
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
        Sendfile send => send.Sock,
        TcpSendmsg send => send.Sock,
        MsgZerocopy send => send.Sock,
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
            Sendfile sendfile => sendfile.Sock,
            TcpSendmsg send => send.Sock,
            TcpClose close => close.Sock,
            MsgZerocopy call => call.Sock,
            _ => null,
        };
        if (step.Operation is IpRecvError read)
        {
            return step.World.Sock(read.Sock).ErrorQueue.Ranges.Count == 0;
        }

        return sock is { } id && (step.Copying.Flow(id).Ack == 0
            || (step.Operation is not TcpClose && ChargeLaws.QueuedBy(step.World.Sock(id)) >= step.World.Profile.SndBuf));
    }
}
