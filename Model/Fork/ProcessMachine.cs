using Stateless;
using ZeroCopy.Specs;

namespace ZeroCopy.Model.Fork;

/// <summary>The life of a process, as far as fork and its memory go. kernel: struct task_struct, include/linux/sched.h; do_fork(), mm_release(), do_exit().</summary>
public static class ProcessMachine
{
    public enum State
    {
        /// <summary>It runs, or could. kernel: TASK_RUNNING.</summary>
        Running,

        /// <summary>It waits until its vfork child lets go of the memory that is both's. kernel: down(&amp;sem) in do_fork(); TASK_UNINTERRUPTIBLE.</summary>
        Asleep,

        /// <summary>It stands in a page fault, where it has given up the lock of the page table. It holds mmap_sem for reading. kernel: do_page_fault().</summary>
        Faulting,

        /// <summary>kernel: TASK_ZOMBIE.</summary>
        Ended,
    }

    public enum Event
    {
        /// <summary>A child with a copy of the memory, or a thread.</summary>
        Fork,

        /// <summary>A child with the same memory, for which it waits. kernel: CLONE_VFORK | CLONE_VM.</summary>
        Vfork,

        /// <summary>The child has let go. kernel: up(), mm_release().</summary>
        Wake,

        /// <summary>A new program, and no memory of before. kernel: exec_mmap().</summary>
        Exec,

        Exit,

        /// <summary>A page fault stops where others may come in between.</summary>
        Fault,

        /// <summary>The fault goes on, and back to the program.</summary>
        Resume,
    }

    /// <summary>What the guards ask.</summary>
    [Flags]
    public enum Guard
    {
        None = 0,

        /// <summary>The child that it waits for has ended, or has memory of its own.</summary>
        ChildLetGo = 1,
    }

    /// <summary>The compiled table that every process uses.</summary>
    public static readonly Machine<State, Event, Guard> Table = new(Configure, CowRules.ProcessLife);

    public static void Configure(StateMachine<State, Event> machine, Func<Guard, bool> holds)
    {
        var letGo = Tuple.Create<Func<bool>, string>(() => holds(Guard.ChildLetGo), CowRules.VforkSleeps.ToString());
        var sleeps = Tuple.Create<Func<bool>, string>(() => false, CowRules.VforkSleeps.ToString());

        machine.Configure(State.Running)
            .PermitReentry(Event.Fork)
            .Permit(Event.Vfork,   State.Asleep)
            .Permit(Event.Fault,   State.Faulting)
            .PermitReentry(Event.Exec)
            .Permit(Event.Exit,    State.Ended);

        machine.Configure(State.Asleep)
            .PermitIf(Event.Wake,  State.Running, letGo)
            .PermitReentryIf(Event.Fork, sleeps)
            .PermitReentryIf(Event.Exec, sleeps)
            .PermitReentryIf(Event.Exit, sleeps);

        machine.Configure(State.Faulting)
            .Permit(Event.Resume,  State.Running);

        machine.Configure(State.Ended);
    }
}
