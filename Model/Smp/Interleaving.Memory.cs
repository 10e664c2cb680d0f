using System.Runtime.InteropServices;

namespace ZeroCopy.Model.Smp;

/// <summary>Store buffers and what others see of them: who looks decides when a store has arrived.</summary>
public sealed partial class Interleaving
{
    /// <summary>Stores that a CPU can hold back. UltraSPARC-I/II user's manual: eight entries.</summary>
    public const int BufferEntries = 8;

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

    private void Load(Agent agent, in Word word, int outcome)
    {
        var late = outcome == 0 || IsOwn(agent, word) ? 0 : Late(agent);
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
        foreach (ref readonly var stored in CollectionsMarshal.AsSpan(agent.Buffer))
        {
            if (stored.Word.Is(word))
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
            if (other != agent && !word.IsRegister && IsOwn(other, word))
            {
                Commit(other, Matching(other, word));
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
        ref readonly var stop = ref observer.Pending;
        foreach (var agent in _agents)
        {
            if (agent != observer)
            {
                foreach (ref readonly var stored in CollectionsMarshal.AsSpan(agent.Buffer))
                {
                    count += IsSeenBy(stored.Word, stop.Word, stop.Length) ? 1 : 0;
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

    private static ulong Matching(Agent agent, in Word word)
    {
        ulong matching = 0;
        for (var i = 0; i < agent.Buffer.Count; i++)
        {
            matching |= agent.Buffer[i].Word.Is(word) ? 1UL << i : 0;
        }

        return matching;
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
        if (model == MemoryModel.Tso || !agent.IsCpu)
        {
            return (2UL << index) - 1;
        }

        var before = 1UL << index;
        for (var later = index; later >= 0; later--)
        {
            if ((before >> later & 1) == 0)
            {
                continue;
            }

            for (var i = 0; i < later; i++)
            {
                if (agent.Buffer[i].Fence < agent.Buffer[later].Fence || agent.Buffer[i].Word.Is(agent.Buffer[later].Word)
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
        if (_halts != _hardware.Halts)
        {
            // What the card has sent on its way to memory still arrives; it goes on with nothing, and owes no interrupt.
            (_halts, LacksIrq) = (_hardware.Halts, false);
            _agents[(int)AgentId.Nic].Abandon();
            _agents[(int)AgentId.Tick].Abandon();
        }
    }
}
