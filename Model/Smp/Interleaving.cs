using ZeroCopy.Model.Net;

namespace ZeroCopy.Model.Smp;

/// <summary>Two CPUs, a card and its timer over one driver, one access at a time: whoever schedules it says which of them goes on, and which value an access that is early or late finds. No kernel function: it is the machine.</summary>
/// <remarks>
/// A store waits in its agent's buffer and reaches memory when somebody looks: an observer either finds it there, and all that must come before it, or finds the older value, which is one reordering.
/// Where nobody looks, it makes no difference when a store arrives. Under <see cref="MemoryModel.Rmo"/> a load may also have been early: it finds a value that the word had since the CPU's last barrier.
/// The card's own write-backs stay in order; an interrupt may overtake them; a register that is read flushes them.
/// </remarks>
public sealed class Interleaving(NetDevice device, MemoryModel model)
{
    /// <summary>Stores that a CPU can hold back. UltraSPARC-I/II user's manual: eight entries.</summary>
    public const int BufferEntries = 8;

    private static readonly Stop Begins = Stop.Do("begins");

    private readonly Agent[] _agents = [.. Enum.GetValues<AgentId>().Select(id => new Agent(id))];
    private Agent? _handler;

    /// <summary>What the handler stored on its CPU until it returned.</summary>
    private int _handlerFence;

    public MemoryModel Model => model;

    public IReadOnlyList<Agent> Agents => _agents;

    /// <summary>The last access: who made it, what it was, what it loaded, and whether it found an older value.</summary>
    public Accessed Last { get; private set; }

    /// <summary>Coroutine steps since the start.</summary>
    public long Steps { get; private set; }

    /// <summary>Stores to the driver's own fields and slots so far: where it stands still, the driver holds what it held.</summary>
    public long Changes { get; private set; }

    /// <summary>Loads that found an older value, and stores that were overtaken so.</summary>
    public int Reorderings { get; private set; }

    /// <summary>No procedure of the driver is under way on a CPU.</summary>
    public bool IsOutsideDriver => _agents[0].IsIdle && _agents[1].IsIdle;

    /// <summary>The interrupt handler is under way on one of the CPUs.</summary>
    public bool IsHandling => _handler is { IsInInterrupt: true };

    /// <summary>Nobody can go on.</summary>
    public bool IsStill
    {
        get
        {
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

    /// <summary>Whether an agent that has something to do is kept waiting by another.</summary>
    public bool IsWaiting(AgentId id) => !_agents[(int)id].IsIdle && !IsRunnable(id);

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
                AgentId.Nic => !device.Hardware.IsHalted && (device.Hardware.HasWork || AnyRegisterWrite()),
                AgentId.Tick => !device.Hardware.IsHalted && device.Hardware.HasNews,
                _ => device.NetTxSoftirq == id,
            };
        }

        return agent.Pending.Access switch
        {
            Access.SpinLock or Access.SpinLockIrq => Newest(agent.Pending.Word).Number == 0,
            Access.Await => Newest(agent.Pending.Word).Number != agent.Pending.Datum.Number,
            _ => true,
        };
    }

    /// <summary>Whether the line is raised, and the CPU would take the interrupt now.</summary>
    public bool CanInterrupt(AgentId cpu) => device.Hardware.IsIrqRaised && CanHandle(cpu);

    /// <summary>Whether the CPU would take an interrupt, the line raised or not: it may be shared.</summary>
    public bool CanHandle(AgentId cpu) => !IsHandling && _agents[(int)cpu].IrqsOff == 0;

    /// <summary>The handler begins on a CPU, above what that is doing.</summary>
    public void Interrupt(AgentId cpu)
    {
        // kernel: do_IRQ(): desc->lock lies between one run of the handler and the next, on whatever CPU.
        if (_handler is { } before && before.Id != cpu)
        {
            ulong stored = 0;
            for (var i = 0; i < before.Buffer.Count; i++)
            {
                stored |= before.Buffer[i].Fence <= _handlerFence ? 1UL << i : 0;
            }

            Commit(before, stored);
        }

        _handler = _agents[(int)cpu];
        _handler.Start(device.Interrupt(_handler), isInterrupt: true);
    }

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
            return id == AgentId.Nic && device.Hardware.HasWork && AnyRegisterWrite() ? 2 : 1;
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
        Reorderings += outcome > 0 ? 1 : 0;
        var agent = _agents[(int)id];
        if (agent.IsIdle)
        {
            Begin(agent, outcome);
            Last = new Accessed(id, Begins, default, outcome > 0);
            return;
        }

        var stop = agent.Pending;
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
                Changes += stop.Word.IsRegister || stop.Word.Address != 0 ? 0 : 1;
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
            case Access.Wmb:
                agent.Fence++;
                break;
            case Access.Rmb:
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
                agent.Load(new Datum(device.Hardware.ReadRegister((uint)stop.Word.Slot)));
                break;
            default:
                break;
        }

        Last = new Accessed(id, stop, agent.Loaded, outcome > 0);
        agent.Advance();
        if (handled && !agent.IsInInterrupt)
        {
            _handlerFence = agent.Fence++;
        }
    }

    /// <summary>The newest value of a word, whoever has it.</summary>
    public Datum Newest(in Word word)
    {
        foreach (var agent in _agents)
        {
            for (var i = agent.Buffer.Count - 1; i >= 0; i--)
            {
                if (agent.Buffer[i].Word.Is(word))
                {
                    return agent.Buffer[i].Datum;
                }
            }
        }

        return device.Read(word);
    }

    /// <summary>Whether any store has not reached memory.</summary>
    public bool AnyBuffered
    {
        get
        {
            foreach (var agent in _agents)
            {
                if (agent.Buffer.Count > 0)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public void WriteState(StateWriter state)
    {
        foreach (var agent in _agents)
        {
            agent.WriteState(state);
        }

        state.Write(_handler is null ? -1 : (long)_handler.Id);
        if (_handler is not null && !IsHandling)
        {
            foreach (var (_, _, fence) in _handler.Buffer)
            {
                state.Write(fence <= _handlerFence);
            }
        }
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

                if (device.Hardware.HasWork && !device.Hardware.IsHalted)
                {
                    agent.Start(device.Hardware.Packet());
                }

                break;
            case AgentId.Tick:
                agent.Start(device.Hardware.Coalesce());
                break;
            default:
                device.NetTxSoftirq = null;
                agent.Start(device.QdiscRun(agent));
                break;
        }
    }

    private void Load(Agent agent, in Word word, int outcome)
    {
        var late = IsOwn(agent, word) ? 0 : Late(agent);
        if (outcome <= late)
        {
            Observe(agent, word, 0, outcome);
            Forget(agent, word);
            agent.Load(Read(agent, word));
            return;
        }

        // An early load: the oldest first. What is older than it cannot be seen any more.
        var nth = outcome - late;
        for (var i = 0; i < agent.Earlier.Count; i++)
        {
            if (agent.Earlier[i].Word.Is(word) && --nth == 0)
            {
                agent.Load(agent.Earlier[i].Datum);
                for (var older = i - 1; older >= 0; older--)
                {
                    if (agent.Earlier[older].Word.Is(word))
                    {
                        agent.Earlier.RemoveAt(older);
                    }
                }

                return;
            }
        }

        throw new ModelException($"{agent} has no outcome {outcome} of a load");
    }

    /// <summary>A CPU sees its own stores before others do.</summary>
    private Datum Read(Agent agent, in Word word)
    {
        for (var i = agent.Buffer.Count - 1; i >= 0; i--)
        {
            if (agent.Buffer[i].Word.Is(word))
            {
                return agent.Buffer[i].Datum;
            }
        }

        return device.Read(word);
    }

    private static bool IsOwn(Agent agent, in Word word)
    {
        foreach (var (stored, _, _) in agent.Buffer)
        {
            if (stored.Is(word))
            {
                return true;
            }
        }

        return false;
    }

    private static void Forget(Agent agent, in Word word)
    {
        for (var i = agent.Earlier.Count - 1; i >= 0; i--)
        {
            if (agent.Earlier[i].Word.Is(word))
            {
                agent.Earlier.RemoveAt(i);
            }
        }
    }

    private void Store(Agent agent, in Word word, in Datum datum)
    {
        // Two agents that store one word do so in the order in which they come.
        foreach (var other in _agents)
        {
            if (other != agent && IsOwn(other, word) && !word.IsRegister)
            {
                CommitAll(other, word, 0);
            }
        }

        agent.Buffer.Add(new StoredWord(word, datum, agent.Fence));
        Forget(agent, word);
        if (agent.Buffer.Count > BufferEntries)
        {
            Commit(agent, 1);
        }
    }

    private void Atomic(Agent agent, in Word word, in Datum datum)
    {
        if (model == MemoryModel.Tso)
        {
            Drain(agent);
        }
        else
        {
            ulong before = 0;
            for (var i = 0; i < agent.Buffer.Count; i++)
            {
                before |= agent.Buffer[i].Fence < agent.Fence || agent.Buffer[i].Word.Is(word) ? 1UL << i : 0;
            }

            Commit(agent, before);
        }

        Store(agent, word, datum);
        Commit(agent, 1UL << (agent.Buffer.Count - 1));
    }

    /// <summary>Stores of others that an access would find on their way: each may be late.</summary>
    private int Late(Agent observer)
    {
        var count = 0;
        var stop = observer.Pending;
        foreach (var agent in _agents)
        {
            if (agent != observer)
            {
                foreach (var (word, _, _) in agent.Buffer)
                {
                    count += IsSeenBy(word, stop.Word, stop.Length) ? 1 : 0;
                }
            }
        }

        return count;
    }

    private static bool IsSeenBy(in Word stored, in Word seen, int length) =>
        length == 0 ? stored.Is(seen) : stored.Address >= seen.Address && stored.Address < seen.Address + (ulong)length;

    /// <summary>What the observer looks at arrives first, but for the store that is late and those that cannot pass it.</summary>
    /// <param name="observer">Who looks.</param>
    /// <param name="word">What at.</param>
    /// <param name="length">Bytes of ring memory from there on; 0 for the word alone.</param>
    /// <param name="late">Which of the stores on their way is late, from 1; 0 for none.</param>
    private void Observe(Agent observer, in Word word, int length, int late)
    {
        foreach (var agent in _agents)
        {
            if (agent == observer)
            {
                continue;
            }

            ulong arriving = 0;
            var held = -1;
            for (var i = 0; i < agent.Buffer.Count; i++)
            {
                if (IsSeenBy(agent.Buffer[i].Word, word, length))
                {
                    if (--late == 0)
                    {
                        held = i;
                    }
                    else
                    {
                        arriving |= 1UL << i;
                    }
                }
            }

            for (var i = agent.Buffer.Count - 1; i >= 0; i--)
            {
                if ((arriving >> i & 1) != 0 && held >= 0 && (Before(agent, i) >> held & 1) != 0)
                {
                    arriving &= ~(1UL << i);
                }
            }

            Commit(agent, arriving);
        }
    }

    private void CommitAll(Agent agent, in Word word, int length)
    {
        ulong arriving = 0;
        for (var i = 0; i < agent.Buffer.Count; i++)
        {
            arriving |= IsSeenBy(agent.Buffer[i].Word, word, length) ? 1UL << i : 0;
        }

        Commit(agent, arriving);
    }

    private void CommitRegisters(Agent agent)
    {
        ulong arriving = 0;
        for (var i = 0; i < agent.Buffer.Count; i++)
        {
            arriving |= agent.Buffer[i].Word.IsRegister ? 1UL << i : 0;
        }

        Commit(agent, arriving);
    }

    private bool AnyRegisterWrite()
    {
        foreach (var agent in _agents)
        {
            foreach (var (word, _, _) in agent.Buffer)
            {
                if (word.IsRegister)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Drain(Agent agent) => Commit(agent, ~0UL);

    /// <summary>The stores that must arrive before this one, itself among them.</summary>
    private ulong Before(Agent agent, int index)
    {
        var before = 1UL << index;
        for (var later = index; later >= 0; later--)
        {
            if ((before >> later & 1) == 0)
            {
                continue;
            }

            for (var i = 0; i < later; i++)
            {
                if (model == MemoryModel.Tso || !agent.IsCpu || agent.Buffer[i].Fence < agent.Buffer[later].Fence || agent.Buffer[i].Word.Is(agent.Buffer[later].Word)
                    || (agent.Buffer[i].Word.IsRegister && agent.Buffer[later].Word.IsRegister))
                {
                    before |= 1UL << i;
                }
            }
        }

        return before;
    }

    /// <summary>Stores reach memory, with all that must come before them.</summary>
    private void Commit(Agent agent, ulong arriving)
    {
        if (arriving == 0 || agent.Buffer.Count == 0)
        {
            return;
        }

        ulong all = 0;
        for (var i = agent.Buffer.Count - 1; i >= 0; i--)
        {
            if ((arriving >> i & 1) != 0)
            {
                all |= Before(agent, i);
            }
        }

        for (var i = 0; i < agent.Buffer.Count; i++)
        {
            if ((all >> i & 1) != 0)
            {
                Arrive(agent, agent.Buffer[i].Word, agent.Buffer[i].Datum);
            }
        }

        var kept = 0;
        for (var i = 0; i < agent.Buffer.Count; i++)
        {
            if ((all >> i & 1) == 0)
            {
                agent.Buffer[kept++] = agent.Buffer[i];
            }
        }

        agent.Buffer.RemoveRange(kept, agent.Buffer.Count - kept);
    }

    private void Arrive(Agent from, in Word word, in Datum datum)
    {
        if (model == MemoryModel.Rmo && !word.IsRegister)
        {
            foreach (var other in _agents)
            {
                // Only a procedure that is under way can have loaded early.
                if (other != from && other.IsCpu && !other.IsIdle && device.Read(word) is var before && before != datum)
                {
                    other.Earlier.Add((word, before));
                }
            }
        }

        device.Write(word, datum);
    }
}

/// <summary>An access that was made.</summary>
/// <param name="Agent">Who made it.</param>
/// <param name="Stop">What it was.</param>
/// <param name="Loaded">What it found, where it loads.</param>
/// <param name="IsReordered">An older value.</param>
public readonly record struct Accessed(AgentId Agent, Stop Stop, Datum Loaded, bool IsReordered);
