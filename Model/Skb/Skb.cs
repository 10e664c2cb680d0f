using System.Runtime.CompilerServices;
using ZeroCopy.Model.Net;

namespace ZeroCopy.Model.Skbs;

/// <summary>A socket buffer: a linear block for headers and, behind it, fragments of pages. kernel: struct sk_buff, include/linux/skbuff.h. Pointers are offsets into the block.</summary>
public sealed partial class Skb(SkbCache cache)
{
    private SkbMachine.State _state;

    /// <summary>The stored state of the machine; a law holds it against <see cref="Abstraction"/>.</summary>
    public SkbMachine.State State => _state;

    /// <summary>[head, end) and the shared info; other skbs may name it too.</summary>
    public DataBlock Block { get; private set; } = null!;

    /// <summary>First byte of the packet. kernel: data - head, the headroom.</summary>
    public int Data { get; private set; }

    /// <summary>End of the linear bytes. kernel: tail - head.</summary>
    public int Tail { get; private set; }

    /// <summary>All bytes of the packet.</summary>
    public int Len { get; private set; }

    /// <summary>Bytes in fragments.</summary>
    public int DataLen { get; private set; }

    /// <summary>Holders of this struct.</summary>
    public int Users { get; private set; }

    /// <summary>Sticky: the block may be shared.</summary>
    public bool Cloned { get; private set; }

    /// <summary>By <see cref="IpSummed"/>: a running sum of the payload, or the offset of the checksum field from h.raw.</summary>
    public uint Csum { get; set; }

    /// <summary>Memory charged for it. kernel: truesize, never changed by expand_head, linearize, pull and trim in 2.4.4.</summary>
    public int TrueSize { get; set; }

    /// <summary>Offset of the transport header in the block; -1 for none. kernel: h.raw - head.</summary>
    public int TransportHeader { get; set; }

    /// <summary>Offset of the network header in the block; -1 for none. kernel: nh.raw - head.</summary>
    public int NetworkHeader { get; set; }

    /// <summary>Chooses the band of the queueing discipline. kernel: skb->priority.</summary>
    public int Priority { get; set; }

    /// <summary>Its entry in the segment plan, once it was handed to a device; it pairs the packet with its counterpart on the other path.</summary>
    public int PlanNumber { get; set; }

    /// <summary>kernel: skb->cb, as TCP uses it (struct tcp_skb_cb).</summary>
    public ControlBlock Cb { get; } = new();

    /// <summary>The socket that it is charged to, told once with the last reference; not inherited by clones and copies. kernel: skb->sk with skb->destructor.</summary>
    public Sock? Sk { get; private set; }

    /// <summary>The list that it is on; null for none.</summary>
    public SkbQueue? List { get; internal set; }

    /// <summary>The skb after it on its list. kernel: skb->next.</summary>
    public Skb? NextInList => Next;

    internal Skb? Next { get; set; }

    internal Skb? Prev { get; set; }

    /// <summary>Its place in <see cref="SkbCache.Live"/>; what it was last for an skb that is free.</summary>
    public int LiveIndex { get; internal set; }

    /// <summary>What an operation counts where it gave another skb in place of this one.</summary>
    public const int Replaced = 1;

    /// <summary>kernel: skb_headlen().</summary>
    public int HeadLen => Len - DataLen;

    /// <summary>kernel: skb_is_nonlinear().</summary>
    public bool IsNonlinear => DataLen != 0;

    /// <summary>kernel: skb_headroom().</summary>
    public int Headroom => Data;

    /// <summary>kernel: skb_tailroom(), 0 for a paged skb.</summary>
    public int Tailroom => IsNonlinear ? 0 : Block.End - Tail;

    /// <summary>Whether another struct names the block. kernel: skb_cloned().</summary>
    public bool IsCloned => Cloned && Block.DataRef != 1;

    /// <summary>Whether the struct has other holders. kernel: skb_shared().</summary>
    public bool IsShared => Users != 1;

    public int NrFrags => Block.NrFrags;

    public ReadOnlySpan<Frag> Frags => Block.Frags;

    /// <summary>The linear bytes [data, tail).</summary>
    public Bytes Linear => Block.Bytes.Slice(Data, Tail - Data);

    /// <summary>The state that the data says; <paramref name="driverHolds"/> says whether a driver's ring or backlog has it.</summary>
    public SkbMachine.State Abstraction(bool driverHolds) =>
        Users == 0 ? cache.WaitsForSoftirq(this) ? SkbMachine.State.Dying : SkbMachine.State.Free
        : List is not null ? SkbMachine.State.Queued
        : driverHolds ? SkbMachine.State.InFlight
        : SkbMachine.State.Held;

    /// <summary>Whether [from, to) of the block is in no other live skb's [data, tail).</summary>
    public bool OwnsBytes(int from, int to)
    {
        if (!IsCloned)
        {
            return true;
        }

        for (var i = 0; i < cache.Live.Count; i++)
        {
            var other = cache.Live[i];
            if (other != this && other.Block == Block && other.Data < to && from < other.Tail)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes the machine one step; an event that the machine forbids here is a BUG of the rule that it breaks.</summary>
    public void Fire(SkbMachine.Event @event, SkbMachine.Guard asked = SkbMachine.Guard.None)
    {
        cache.Changes++;
        var guards = (int)asked | (Users == 1 ? (int)SkbMachine.Guard.Sole : 0) | (DataLen == 0 ? (int)SkbMachine.Guard.Linear : 0);
        var next = SkbMachine.Table.Next((int)_state, (int)@event, guards);
        if (next < 0)
        {
            Bug(@event, (SkbMachine.Guard)guards);
        }

        _state = (SkbMachine.State)next;
    }

    /// <summary>kernel: skb_get().</summary>
    public Skb Get()
    {
        Fire(SkbMachine.Event.Get);
        Users++;
        return this;
    }

    /// <summary>Drops a reference; with the last one the destructor runs and the data is released. kernel: kfree_skb(), __kfree_skb().</summary>
    public void Kfree()
    {
        Fire(SkbMachine.Event.Kfree);
        if (--Users > 0)
        {
            return;
        }

        Release();
    }

    /// <summary>Drops a reference where interrupts are off: with the last one it is queued for the softirq, which frees it. kernel: dev_kfree_skb_irq(), include/linux/netdevice.h.</summary>
    public void KfreeIrq()
    {
        Fire(SkbMachine.Event.KfreeIrq);
        if (--Users == 0)
        {
            cache.QueueForSoftirq(this);
        }
    }

    /// <summary>The softirq frees it. kernel: net_tx_action(), net/core/dev.c.</summary>
    internal void NetTxAction()
    {
        Fire(SkbMachine.Event.NetTxAction);
        Release();
    }

    /// <summary>Runs the destructor now: it has no owner any more. kernel: skb_orphan().</summary>
    public void Orphan()
    {
        Sk?.Wfree(this);
        Sk = null;
    }

    private void Release()
    {
        Orphan();
        ReleaseData();
        cache.Free(this);
    }

    /// <summary>Headroom for an empty skb. kernel: skb_reserve().</summary>
    public void Reserve(int count)
    {
        Fire(SkbMachine.Event.Reserve, Fits(Len == 0 && count <= Tailroom));
        Data += count;
        Tail += count;
        LoseSumStart();
    }

    /// <summary>Appends to the linear bytes and gives the new ones to be written. kernel: skb_put().</summary>
    public Bytes Put(int count)
    {
        Fire(SkbMachine.Event.Put, Fits(count <= Block.End - Tail) | Own(Tail, Tail + count));
        Tail += count;
        Len += count;
        Extended();
        return Block.Bytes[(Tail - count)..Tail];
    }

    /// <summary>Prepends bytes and gives them to be written. kernel: skb_push().</summary>
    public Bytes Push(int count)
    {
        Fire(SkbMachine.Event.Push, Fits(count <= Data) | Own(Data - count, Data));
        Data -= count;
        Len += count;
        Extended();
        return Block.Bytes.Slice(Data, count);
    }

    /// <summary>Drops linear bytes in front; false, and nothing changed, where the packet is shorter. kernel: skb_pull().</summary>
    public bool Pull(int count)
    {
        if (count > Len)
        {
            return false;
        }

        DropFront(count);
        if (count > 0)
        {
            Shortened();
            LoseSumStart();
        }

        return true;
    }

    private void DropFront(int count)
    {
        Fire(SkbMachine.Event.Pull, Fits(count <= HeadLen));
        Data += count;
        Len -= count;
    }

    /// <summary>Drops bytes in front, made linear first; false, and the same bytes, where the packet is shorter or there is no memory. kernel: pskb_pull().</summary>
    public bool PskbPull(int count) => count <= Len && (count <= HeadLen || PullTail(count - HeadLen)) && Pull(count);

    /// <summary>Whether so many bytes are linear now; false where the packet is shorter or there is no memory. kernel: pskb_may_pull().</summary>
    public bool MayPull(int count) => count <= HeadLen || (count <= Len && PullTail(count - HeadLen));

    /// <summary>Names the socket that it is charged to. kernel: skb_set_owner_w().</summary>
    public void SetOwnerW(Sock sk) => Sk = sk;

    internal void StartEmpty(DataBlock block, int trueSize)
    {
        Block = block;
        (Data, Tail, Len, DataLen) = (0, 0, 0, 0);
        (Users, Cloned, Csum, IpSummed) = (1, false, 0, ChecksumState.None);
        (IsReceived, _sum) = (false, ChecksumMachine.State.None);
        (TransportHeader, NetworkHeader) = (-1, -1);
        TrueSize = trueSize;
        (Priority, PlanNumber) = (0, -1);
        Sk = null;
        Cb.Reset();
    }

    /// <summary>The machine is switched off under it: nothing is released.</summary>
    internal void Abandon()
    {
        (_state, Users, List, Next, Prev, Sk) = (SkbMachine.State.Free, 0, null, null, null, null);
        Block = null!;
    }

    private static SkbMachine.Guard Fits(bool fits) => fits ? SkbMachine.Guard.Fits : SkbMachine.Guard.None;

    private SkbMachine.Guard Own(int from, int to) => OwnsBytes(from, to) ? SkbMachine.Guard.Own : SkbMachine.Guard.None;

    public void WriteState(StateWriter state)
    {
        if (!state.Reach(this))
        {
            return;
        }

        state.Write((int)_state);
        Block.WriteState(state);
        state.Write(Data);
        state.Write(Tail);
        state.Write(Len);
        state.Write(DataLen);
        state.Write(Users);
        state.Write(Cloned);
        state.Write(Csum);
        state.Write((int)IpSummed);
        state.Write(IsReceived);
        state.Write((int)_sum);
        state.Write(TrueSize);
        state.Write(TransportHeader);
        state.Write(NetworkHeader);
        state.Write(Priority);
        state.Write(Cb.Seq);
        state.Write(Cb.EndSeq);
        state.Write(Cb.Flags);
        state.Write(Cb.Attempts);
        state.Write(Cb.Payload);
        state.Write(Sk?.Id.Value ?? -1);
        state.Refer(List);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(SkbMachine.Event @event, SkbMachine.Guard guards)
    {
        var rule = SkbMachine.Table.Forbids(_state, @event, guards);
        throw new BugException(rule, () => $"{@event} of an skb that is {_state} ({SkbMachine.Table.Lacks(_state, @event, guards)}; met: {guards}; len {Len}, data_len {DataLen}, users {Users}, data {Data}, tail {Tail})");
    }

    /// <summary>kernel: struct tcp_skb_cb, include/net/tcp.h.</summary>
    public sealed class ControlBlock
    {
        /// <summary>First sequence number.</summary>
        public uint Seq { get; set; }

        /// <summary>Sequence number after the last byte; SYN and FIN count one.</summary>
        public uint EndSeq { get; set; }

        public byte Flags { get; set; }

        /// <summary>Transmissions so far that were not dropped at once.</summary>
        public int Attempts { get; set; }

        /// <summary>Payload bytes at the packet's end: what copying and summing count.</summary>
        public int Payload { get; set; }

        public void Reset() => (Seq, EndSeq, Flags, Attempts, Payload) = (0, 0, 0, 0, 0);

        internal void CopyFrom(ControlBlock other) =>
            (Seq, EndSeq, Flags, Attempts, Payload) = (other.Seq, other.EndSeq, other.Flags, other.Attempts, other.Payload);
    }
}
