namespace ZeroCopy.Model.Smp;

/// <summary>What runs by itself: a CPU, the card, its coalescing timer.</summary>
public enum AgentId : byte
{
    Cpu0,
    Cpu1,

    /// <summary>The card takes packets from the ring.</summary>
    Nic,

    /// <summary>The card's timer tells the host how far it is.</summary>
    Tick,
}

/// <summary>An agent: the procedures that it is in, and what it has stored and others may not see yet.</summary>
public sealed class Agent(AgentId id)
{
    private readonly List<Procedure> _stack = [];

    /// <summary>The access that it makes next, and the one before it, by turns: a stop is too large to be copied on its way.</summary>
    private readonly Stop[] _stops = new Stop[2];
    private int _next;

    public AgentId Id => id;

    public bool IsCpu => id <= AgentId.Cpu1;

    /// <summary>It is in no procedure.</summary>
    public bool IsIdle => _stack.Count == 0;

    /// <summary>The access that it makes next.</summary>
    public ref readonly Stop Pending => ref _stops[_next];

    /// <summary>The access that it made last.</summary>
    internal ref readonly Stop Made => ref _stops[_next ^ 1];

    /// <summary>What the last load gave.</summary>
    public Datum Loaded { get; private set; }

    public int Value => (int)Loaded.Number;

    /// <summary>Interrupts are off: spinlocks that it holds.</summary>
    public int IrqsOff { get; internal set; }

    /// <summary>Stores that memory does not show yet, oldest first. kernel: none; the CPU's store buffer, the bridge's posted writes.</summary>
    internal List<StoredWord> Buffer { get; } = new(Interleaving.BufferEntries + 1);

    /// <summary>Values that words had since the last barrier: an early load may have seen one.</summary>
    internal List<(Word Word, Datum Datum)> Earlier { get; } = [];

    /// <summary>wmb()s so far: a store passes no store of a smaller number.</summary>
    internal int Fence { get; set; }

    /// <summary>Whether the procedure on top came by interrupt.</summary>
    public bool IsInInterrupt
    {
        get
        {
            foreach (var procedure in _stack)
            {
                if (procedure.IsInterrupt)
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal void Start(IEnumerator<Stop> steps, bool isInterrupt = false)
    {
        // Nothing that a procedure loads can be older than its own beginning.
        Earlier.Clear();
        _stack.Add(new Procedure(steps, Pending, isInterrupt));
        Advance();
    }

    /// <summary>What the pending access loaded; the procedure sees it when it goes on.</summary>
    internal void Load(in Datum datum)
    {
        Loaded = datum;
        var top = _stack[^1];
        top.Seen = Mix(Mix(top.Seen, datum.Number), datum.Skb?.PlanNumber ?? -1);
    }

    /// <summary>Goes on to the next access.</summary>
    internal void Advance()
    {
        _next ^= 1;
        ref var next = ref _stops[_next];
        while (_stack.Count > 0)
        {
            var top = _stack[^1];
            top.Stops++;
            if (top.Steps.MoveNext())
            {
                next = top.Steps.Current;
                if (next.Access != Access.Call)
                {
                    return;
                }

                _stack.Add(new Procedure(next.Callee, default, IsInterrupt: false));
                continue;
            }

            _stack.RemoveAt(_stack.Count - 1);
            if (top.IsInterrupt)
            {
                next = top.Resumes;
                return;
            }
        }
    }

    /// <summary>Leaves what it was in; what it stored is on its way.</summary>
    internal void Abandon() => _stack.Clear();

    internal void Reset()
    {
        _stack.Clear();
        Buffer.Clear();
        Earlier.Clear();
        Array.Clear(_stops);
        (Loaded, IrqsOff, Fence) = (default, 0, 0);
    }

    public void WriteState(StateWriter state)
    {
        state.Write(_stack.Count);
        foreach (var procedure in _stack)
        {
            state.Write(procedure.Steps.GetType().Name);
            state.Write(procedure.Stops);
            state.Write(unchecked((long)procedure.Seen));
        }

        // What it is about to store it may have worked out before others went on.
        state.Write(_stack.Count == 0 ? 0 : Pending.Datum.Number);
        state.Write(Buffer.Count);
        for (var i = 0; i < Buffer.Count; i++)
        {
            // Of barriers only what they keep apart: from the store before it, and from those to come.
            Write(state, Buffer[i].Word, Buffer[i].Datum);
            state.Write(i > 0 && Buffer[i].Fence == Buffer[i - 1].Fence);
            state.Write(Buffer[i].Fence == Fence);
        }

        state.Write(Earlier.Count);
        foreach (var (word, datum) in Earlier)
        {
            Write(state, word, datum);
        }
    }

    public override string ToString() => ScheduleStep.Spell(id);

    private static void Write(StateWriter state, in Word word, in Datum datum)
    {
        state.Write(word.Kind);
        state.Write(word.Slot);
        state.Write((long)word.Address);
        state.Write(datum.Number);
        state.Write(datum.Skb?.PlanNumber ?? -1);
    }

    private static ulong Mix(ulong hash, long value)
    {
        unchecked
        {
            var mixed = (hash ^ (ulong)value) * 0x9E3779B97F4A7C15;
            return mixed ^ (mixed >> 32);
        }
    }

    private sealed record Procedure(IEnumerator<Stop> Steps, Stop Resumes, bool IsInterrupt)
    {
        public int Stops { get; set; }

        /// <summary>All that it has read, mixed: with the number of stops this is where it stands.</summary>
        public ulong Seen { get; set; }
    }
}

/// <summary>A store on its way.</summary>
/// <param name="Word">Where to.</param>
/// <param name="Datum">What.</param>
/// <param name="Fence">Barriers before it.</param>
internal readonly record struct StoredWord(Word Word, Datum Datum, int Fence);
