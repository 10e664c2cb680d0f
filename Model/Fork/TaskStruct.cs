using System.Runtime.CompilerServices;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Model.Fork;

/// <summary>A process or a thread: who it is, what memory it has, and whether it waits. kernel: struct task_struct, include/linux/sched.h.</summary>
/// <param name="id">Its name.</param>
/// <param name="mm">Its memory, which may be another's too. kernel: CLONE_VM.</param>
/// <param name="pages">Pages that a process can map.</param>
public sealed class TaskStruct(MmId id, MmStruct mm, int pages)
{
    public MmId Id => id;

    public MmStruct Mm { get; private set; } = mm;

    /// <summary>What its CPU remembers of the page table.</summary>
    public Tlb Tlb { get; } = new(pages);

    /// <summary>Operations that are left of its slice. kernel: p->counter, in ticks.</summary>
    public int Counter { get; set; }

    /// <summary>The stored state of the machine; a law holds it against what the script's names say.</summary>
    public ProcessMachine.State State { get; private set; }

    /// <summary>Who sleeps until this process lets its memory go; null for nobody. kernel: p->p_opptr, where p->vfork_sem is set.</summary>
    public TaskStruct? VforkParent { get; private set; }

    /// <summary>An access of the process: by what its CPU remembers, or through the page table and by a fault.</summary>
    public Refusal Access(int n, bool write, out Page page)
    {
        if (Tlb.Find(n, write) is { } known)
        {
            page = known;
            return Refusal.None;
        }

        var refusal = Mm.Access(n, write, out page);
        if (refusal == Refusal.None)
        {
            Tlb.Fill(n, Mm.Ptes[n]);
        }

        return refusal;
    }

    /// <summary>The fault in which it stands; null where it stands in none, or where that is over but for the way back.</summary>
    public UnlockedFault? Fault { get; private set; }

    /// <summary>A page fault, which stops where it has given up the lock of the page table. kernel: do_page_fault(), arch/i386/mm/fault.c.</summary>
    internal Refusal BeginFault(int n, bool write)
    {
        if (!Mm.Allows(n, write))
        {
            return Refusal.NoAccess;
        }

        var refusal = Mm.BeginFault(n, write, out var unlocked);
        if (refusal == Refusal.None)
        {
            Fire(ProcessMachine.Event.Fault, ProcessMachine.Guard.None);
            Fault = unlocked;
        }

        return refusal;
    }

    /// <summary>It has the lock again, and goes on to the end of the fault.</summary>
    internal Refusal Resume()
    {
        var refusal = Fault is { } fault ? Mm.EndFault(fault) : Refusal.None;
        if (refusal == Refusal.None)
        {
            Fire(ProcessMachine.Event.Resume, ProcessMachine.Guard.None);
            Fault = null;
        }

        return refusal;
    }

    internal void Fork() => Fire(ProcessMachine.Event.Fork, ProcessMachine.Guard.None);

    /// <summary>Sleeps until the child lets go of the memory.</summary>
    internal void Vfork(TaskStruct child)
    {
        Fire(ProcessMachine.Event.Vfork, ProcessMachine.Guard.None);
        child.VforkParent = this;
    }

    /// <summary>Goes on with other memory.</summary>
    internal void Exec(MmStruct fresh)
    {
        Fire(ProcessMachine.Event.Exec, ProcessMachine.Guard.None);
        Mm = fresh;
        Tlb.Flush();
        Release();
    }

    internal void Exit()
    {
        Fire(ProcessMachine.Event.Exit, ProcessMachine.Guard.None);
        Release();
    }

    public void WriteState(StateWriter state)
    {
        state.Write((int)State);
        state.Write(VforkParent?.Id.Value ?? -1);
        state.Write(Counter);
        Tlb.WriteState(state);
        state.Write(Fault is null ? -1 : (int)Fault.Value.For);
        if (Fault is { } fault)
        {
            state.Write(fault.N);
            state.Write(fault.Write);
            state.Write(fault.Entry.Swap);
            state.Write(fault.Entry.Writable);
            state.Refer(fault.IsThere ? fault.Entry.Page : null);
            state.Write(fault.IsThere);
            state.Refer(fault.Page);
            fault.Page.WriteState(state);
            state.Write(fault.Old is not null);
            state.Write(fault.Entry.Dirty);
            state.Write(fault.Entry.Young);
            state.Write(fault.Entry.SwapExclusive);
            state.Write(Mm.Areas[fault.N].File?.Truncations == fault.Truncations);
        }

        state.Refer(Mm);
        if (state.Reach(Mm))
        {
            Mm.WriteState(state);
        }
    }

    /// <summary>kernel: mm_release().</summary>
    private void Release()
    {
        if (VforkParent is { } parent)
        {
            VforkParent = null;
            parent.Fire(ProcessMachine.Event.Wake, State == ProcessMachine.State.Ended || Mm != parent.Mm ? ProcessMachine.Guard.ChildLetGo : ProcessMachine.Guard.None);
        }
    }

    private void Fire(ProcessMachine.Event @event, ProcessMachine.Guard guards)
    {
        var next = ProcessMachine.Table.Next((int)State, (int)@event, (int)guards);
        if (next < 0)
        {
            Bug(@event, guards);
        }

        State = (ProcessMachine.State)next;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Bug(ProcessMachine.Event @event, ProcessMachine.Guard guards)
    {
        var rule = ProcessMachine.Table.Forbids(State, @event, guards);
        throw new BugException(rule, $"{@event} of {id}, which is {State} ({ProcessMachine.Table.Lacks(State, @event, guards)}; met: {guards})");
    }
}
