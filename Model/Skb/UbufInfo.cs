using System.Runtime.CompilerServices;
using ZeroCopy.Model.Net;

namespace ZeroCopy.Model.Skbs;

/// <summary>The notification of one zero-copy send: counted by the data blocks that carry the user's pages, then a range in the socket's error queue. kernel: struct ubuf_info, include/linux/skbuff.h (4.14), which lies in the control block of the skb that is queued.</summary>
public sealed class UbufInfo
{
    private CompletionMachine.State _state;

    /// <summary>The stored state of the machine; a law holds it against <see cref="Abstraction"/>.</summary>
    public CompletionMachine.State State => _state;

    /// <summary>Who is told; null while it is free.</summary>
    public Sock? Sk { get; private set; }

    /// <summary>First call of the range. kernel: uarg->id, ee_info.</summary>
    public uint Lo { get; private set; }

    /// <summary>Last call of the range, included. kernel: ee_data.</summary>
    public uint Hi { get; private set; }

    /// <summary>Whether it stands for a call: not after the call failed. kernel: uarg->len.</summary>
    public bool Numbered { get; private set; }

    /// <summary>Bytes were copied after all. kernel: !uarg->zerocopy, SO_EE_CODE_ZEROCOPY_COPIED.</summary>
    public bool Copied { get; private set; }

    /// <summary>Data blocks that carry it, and the call while it runs. kernel: uarg->refcnt.</summary>
    public int Refs { get; private set; }

    /// <summary>Its place in <see cref="SkbCache.LiveUbufs"/>.</summary>
    internal int LiveIndex { get; set; }

    /// <summary>The state that the data says; <paramref name="queued"/> says whether the error queue has it.</summary>
    public CompletionMachine.State Abstraction(bool queued) =>
        Sk is null ? CompletionMachine.State.Free
        : Refs > 0 ? CompletionMachine.State.Pending
        : queued ? CompletionMachine.State.Queued
        : CompletionMachine.State.Released;

    /// <summary>kernel: sock_zerocopy_get().</summary>
    public void Get()
    {
        Fire(CompletionMachine.Event.Get);
        Refs++;
    }

    /// <summary>Lets go of it; with the last reference the socket is told. kernel: sock_zerocopy_put().</summary>
    public void Put()
    {
        Fire(CompletionMachine.Event.Put);
        if (--Refs == 0)
        {
            Sk!.ZerocopyCallback(this);
        }
    }

    /// <summary>A carrier lets go, and says whether it copied: what one copied, was copied. kernel: skb_zcopy_clear().</summary>
    public void Clear(bool copied)
    {
        Copied |= copied;
        Put();
    }

    /// <summary>Bytes of the call were copied. kernel: uarg->zerocopy = 0.</summary>
    public void MarkCopied()
    {
        Fire(CompletionMachine.Event.Copied);
        Copied = true;
    }

    /// <summary>The call failed and gives its number back, before any reference goes. kernel: sock_zerocopy_put_abort().</summary>
    internal void Abort()
    {
        Fire(CompletionMachine.Event.Abort);
        Numbered = false;
    }

    internal void Start(Sock sk, uint id)
    {
        Fire(CompletionMachine.Event.Alloc);
        (Sk, Lo, Hi, Numbered, Copied, Refs) = (sk, id, id, true, false, 1);
    }

    /// <summary>Whether the range of another goes on where this one ends. kernel: skb_zerocopy_notify_extend().</summary>
    internal bool IsContinuedBy(UbufInfo next) => next.Lo == unchecked(Hi + 1) && next.Copied == Copied;

    internal void Extend(UbufInfo next)
    {
        Fire(CompletionMachine.Event.Extend, IsContinuedBy(next) ? CompletionMachine.Guard.Continues : CompletionMachine.Guard.None);
        Hi = next.Hi;
    }

    internal void Fire(CompletionMachine.Event @event, CompletionMachine.Guard asked = CompletionMachine.Guard.None)
    {
        var guards = (int)asked | (Refs == 1 ? (int)CompletionMachine.Guard.Last : 0) | (Numbered ? (int)CompletionMachine.Guard.Numbered : 0);
        var next = CompletionMachine.Table.Next((int)_state, (int)@event, guards);
        if (next < 0)
        {
            Bug(@event, (CompletionMachine.Guard)guards);
        }

        _state = (CompletionMachine.State)next;
        if (_state == CompletionMachine.State.Free)
        {
            Sk = null;
        }
    }

    /// <summary>The machine is switched off under it.</summary>
    internal void Abandon() => (_state, Sk, Refs) = (CompletionMachine.State.Free, null, 0);

    public void WriteState(StateWriter state)
    {
        if (!state.Reach(this))
        {
            return;
        }

        state.Write((int)_state);
        state.Write(Sk?.Id.Value ?? -1);
        state.Write(Lo);
        state.Write(Hi);
        state.Write(Numbered);
        state.Write(Copied);
        state.Write(Refs);
    }

    public override string ToString() => $"{Lo}..{Hi}{(Copied ? " copied" : "")}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(CompletionMachine.Event @event, CompletionMachine.Guard guards)
    {
        var rule = CompletionMachine.Table.Forbids(_state, @event, guards);
        throw new BugException(rule, $"{@event} of the notification {this}, which is {_state} ({CompletionMachine.Table.Lacks(_state, @event, guards)}; met: {guards}; count {Refs})");
    }
}
