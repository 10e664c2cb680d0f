using ZeroCopy.Model.Net;

namespace ZeroCopy.Model.Smp;

/// <summary>Two CPUs, a card and its timer over one driver, one access at a time: whoever schedules it says which of them goes on, and which value an access that is early or late finds. No kernel function: it is the machine.</summary>
/// <remarks>
/// A store waits in its agent's buffer and reaches memory when somebody looks: an observer either finds it there, and all that must come before it, or finds the older value, which is one reordering.
/// Where nobody looks, it makes no difference when a store arrives. Under <see cref="MemoryModel.Rmo"/> a load may also have been early: it finds a value that the word had since the CPU's last barrier.
/// The card's own write-backs stay in order; an interrupt may overtake them; a register that is read flushes them.
/// </remarks>
public sealed partial class Interleaving(NetDevice device, MemoryModel model)
{
    private static readonly Stop Begins = Stop.Do("begins");

    /// <summary>Who made the last access; whether it only began, and whether it found an older value.</summary>
    private (AgentId Agent, bool Began, bool IsReordered) _last;

    private readonly Agent[] _agents = [.. Enum.GetValues<AgentId>().Select(id => new Agent(id))];
    private Agent? _handler;
    private readonly IHardware _hardware = device.Hardware;
    private int _halts = device.Hardware.Halts;

    /// <summary>What the handler stored on its CPU until it returned.</summary>
    private int _handlerFence;

    public IReadOnlyList<Agent> Agents => _agents;

    /// <summary>What the CPUs share beside the driver.</summary>
    public SharedSkb Shared { get; } = new();

    /// <summary>Whether both CPUs can begin with an skb: neither is in a procedure, and of the one before nothing is on its way.</summary>
    public bool CanShare => Shared.Skb is null && IsOutsideDriver && !IsOwn(_agents[0], Word.SkbList) && !IsOwn(_agents[0], Word.ReceiveQueueLock);

    /// <summary>The last access: who made it, what it was, what it loaded, and whether it found an older value.</summary>
    public Accessed Last => _last.Began
        ? new Accessed(_last.Agent, Begins, default, _last.IsReordered)
        : new Accessed(_last.Agent, _agents[(int)_last.Agent].Made, _agents[(int)_last.Agent].Loaded, _last.IsReordered);

    /// <summary>Coroutine steps since the start.</summary>
    public long Steps { get; private set; }

    /// <summary>Stores so far that put another skb into a slot, or none: where it stands still, the driver holds what it held.</summary>
    public long Changes { get; private set; }

    /// <summary>No procedure of the driver is under way on a CPU.</summary>
    public bool IsOutsideDriver => _agents[0].IsIdle && _agents[1].IsIdle;

    /// <summary>The interrupt handler is under way on one of the CPUs.</summary>
    public bool IsHandling => _handler is { IsInInterrupt: true };

    /// <summary>An interrupt was lost, and nothing has made up for it since: no later interrupt, no watchdog.</summary>
    public bool LacksIrq { get; private set; }

    /// <summary>Nobody can go on, and nothing outside will move it.</summary>
    public bool IsStill
    {
        get
        {
            if (LacksIrq)
            {
                return false;
            }

            foreach (var agent in _agents)
            {
                if (IsRunnable(agent.Id) || (agent.IsCpu && CanInterrupt(agent.Id)))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>A procedure begins on a CPU that is in none.</summary>
    public void Start(AgentId cpu, Func<Agent, IEnumerator<Stop>> procedure) => _agents[(int)cpu].Start(procedure(_agents[(int)cpu]));

    /// <summary>Whether an agent has something to do and can.</summary>
    public bool IsRunnable(AgentId id)
    {
        var agent = _agents[(int)id];
        if (agent.IsIdle)
        {
            return id switch
            {
                AgentId.Nic => _hardware.HasWork || AnyRegisterWrite(),
                AgentId.Tick => _hardware.HasNews,
                _ => device.NetTxSoftirq == id,
            };
        }

        return agent.Pending.Access switch
        {
            Access.SpinLock or Access.SpinLockIrq => Newest(agent.Pending.Word).Number == 0,
            Access.Await => Newest(agent.Pending.Word).Number != agent.Pending.Datum.Number,
            Access.SynchronizeIrq => !IsHandling || _handler == agent,
            _ => true,
        };
    }

    /// <summary>Whether the line is raised, and the CPU would take the interrupt now.</summary>
    public bool CanInterrupt(AgentId cpu) => _hardware.IsIrqRaised && CanHandle(cpu);

    /// <summary>Whether the CPU would take an interrupt, the line raised or not: it may be shared.</summary>
    public bool CanHandle(AgentId cpu) => !IsHandling && _agents[(int)cpu].IrqsOff == 0;

    /// <summary>The handler begins on a CPU, above what that is doing.</summary>
    public void Interrupt(AgentId cpu)
    {
        // kernel: do_IRQ(): desc->lock lies between one run of the handler and the next, on whatever CPU.
        ShowHandler(_agents[(int)cpu]);
        LacksIrq &= !_hardware.IsIrqRaised;
        _handler = _agents[(int)cpu];
        _handler.Start(device.Interrupt(_handler), isInterrupt: true);
    }

    /// <summary>A fault of the line: an interrupt that nobody takes, or one for nothing.</summary>
    public void SetIrq(bool raised)
    {
        LacksIrq |= !raised && _hardware.IsIrqRaised;
        _hardware.SetIrq(raised);
    }

    /// <summary>What waited for an interrupt has been looked after.</summary>
    public void WatchdogActed() => LacksIrq = false;

    /// <summary>How many values the agent's next access may find: 0 where it cannot go on. The first is the newest; any other is one reordering.</summary>
    public int Outcomes(AgentId id)
    {
        if (!IsRunnable(id))
        {
            return 0;
        }

        var agent = _agents[(int)id];
        if (agent.IsIdle)
        {
            return id == AgentId.Nic && _hardware.HasWork && AnyRegisterWrite() ? 2 : 1;
        }

        if (agent.Pending.Access is not (Access.Load or Access.Fetch) || (agent.Pending.Access == Access.Load && IsOwn(agent, agent.Pending.Word)))
        {
            return 1;
        }

        var outcomes = 1 + Late(agent);
        foreach (var (word, _) in agent.Earlier)
        {
            outcomes += word.Is(agent.Pending.Word) ? 1 : 0;
        }

        return outcomes;
    }

    /// <summary>The agent makes its next access, and goes on to the one after it.</summary>
    /// <param name="id">Who; it must be runnable.</param>
    /// <param name="outcome">Below <see cref="Outcomes"/>.</param>
    public void Step(AgentId id, int outcome)
    {
        Steps++;
        var agent = _agents[(int)id];
        _last = (id, agent.IsIdle, outcome > 0);
        if (agent.IsIdle)
        {
            Begin(agent, outcome);
            return;
        }

        ref readonly var stop = ref agent.Pending;
        var handled = agent == _handler && agent.IsInInterrupt;
        switch (stop.Access)
        {
            case Access.Load:
                Load(agent, stop.Word, outcome);
                break;
            case Access.Await:
                Observe(agent, stop.Word, 0, 0);
                Forget(agent, stop.Word);
                agent.Load(Read(agent, stop.Word));
                break;
            case Access.Fetch:
                Observe(agent, stop.Word, stop.Length, outcome);
                break;
            case Access.Store:
                Changes += stop.Word.IsRegister || stop.Word.Address != 0 || Newest(stop.Word).Skb == stop.Datum.Skb ? 0 : 1;
                Store(agent, stop.Word, stop.Datum);
                break;
            case Access.SpinLock or Access.SpinLockIrq:
                Observe(agent, stop.Word, 0, 0);
                Atomic(agent, stop.Word, stop.Datum);
                agent.Earlier.Clear();
                agent.IrqsOff += stop.Access == Access.SpinLockIrq ? 1 : 0;
                break;
            case Access.SpinUnlock or Access.SpinUnlockIrq:
                agent.Fence++;
                Store(agent, stop.Word, stop.Datum);
                agent.IrqsOff -= stop.Access == Access.SpinUnlockIrq ? 1 : 0;
                break;
            case Access.SetBit or Access.ClearBit:
                Atomic(agent, stop.Word, stop.Datum);
                break;
            case Access.AtomicDecAndTest:
                Observe(agent, stop.Word, 0, 0);
                var left = new Datum(Read(agent, stop.Word).Number - 1);
                Atomic(agent, stop.Word, left);
                agent.Load(left);
                break;
            case Access.Wmb:
                agent.Fence++;
                break;
            case Access.Rmb:
                agent.Earlier.Clear();
                break;
            case Access.SynchronizeIrq:
                // kernel: under desc->lock, where IRQ_INPROGRESS is looked at.
                ShowHandler(agent);
                agent.Earlier.Clear();
                break;
            case Access.Mb:
                Drain(agent);
                agent.Earlier.Clear();
                break;
            case Access.Readl:
                CommitRegisters(agent);
                Drain(_agents[(int)AgentId.Nic]);
                Drain(_agents[(int)AgentId.Tick]);
                // It completes before any later read begins: Documentation/memory-barriers.txt, kernel I/O barrier effects.
                agent.Earlier.Clear();
                agent.Load(new Datum(_hardware.ReadRegister((uint)stop.Word.Slot)));
                break;
            default:
                break;
        }

        agent.Advance();
        if (handled && !agent.IsInInterrupt)
        {
            _handlerFence = agent.Fence++;
        }
    }

    public void WriteState(StateWriter state)
    {
        foreach (var agent in _agents)
        {
            agent.WriteState(state);
        }

        state.Write(LacksIrq);
        Shared.WriteState(state);
        state.Write(_handler is null ? -1 : (long)_handler.Id);
        if (_handler is not null && !IsHandling)
        {
            foreach (var (_, _, fence) in _handler.Buffer)
            {
                state.Write(fence <= _handlerFence);
            }
        }
    }

    /// <summary>What the last run of the handler stored on another CPU arrives.</summary>
    private void ShowHandler(Agent to)
    {
        if (_handler is not { } before || before == to)
        {
            return;
        }

        ulong stored = 0;
        for (var i = 0; i < before.Buffer.Count; i++)
        {
            stored |= before.Buffer[i].Fence <= _handlerFence ? 1UL << i : 0;
        }

        Commit(before, stored);
    }

    private void Begin(Agent agent, int outcome)
    {
        switch (agent.Id)
        {
            case AgentId.Nic:
                if (outcome == 0)
                {
                    CommitRegisters(_agents[0]);
                    CommitRegisters(_agents[1]);
                }

                if (_hardware.HasWork)
                {
                    agent.Start(_hardware.Packet());
                }

                break;
            case AgentId.Tick:
                agent.Start(_hardware.Coalesce());
                break;
            default:
                device.NetTxSoftirq = null;
                agent.Start(device.QdiscRun(agent));
                break;
        }
    }
}

/// <summary>An access that was made.</summary>
/// <param name="Agent">Who made it.</param>
/// <param name="Stop">What it was.</param>
/// <param name="Loaded">What it found, where it loads.</param>
/// <param name="IsReordered">An older value.</param>
public readonly record struct Accessed(AgentId Agent, Stop Stop, Datum Loaded, bool IsReordered);
