using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Smp;

namespace ZeroCopy.Tests.Schedule;

/// <summary>The memory models against the litmus tests that everybody knows: each outcome that hardware of the kind can show, and no other. Owens, Sarkar and Sewell, "A better x86 memory model: x86-TSO" (2009); SPARC V9 manual, appendix D.</summary>
public sealed class LitmusTests
{
    private static readonly Word X = new(Word.FirstOfDriver, 0);
    private static readonly Word Y = new(Word.FirstOfDriver, 1);

    [Theory]
    [InlineData(MemoryModel.Tso, false, "0 0|0 1|1 0|1 1")]
    [InlineData(MemoryModel.Rmo, false, "0 0|0 1|1 0|1 1")]
    [InlineData(MemoryModel.Tso, true, "0 1|1 0|1 1")]
    [InlineData(MemoryModel.Rmo, true, "0 1|1 0|1 1")]
    public void Store_buffering_needs_a_full_barrier(MemoryModel model, bool fenced, string outcomes) => Assert.Equal(outcomes, Outcomes(
        model,
        (cpu, read) => Then(Stop.Store(X, 1), fenced ? Stop.Mb : Stop.Pause, Stop.Load(Y), cpu, read),
        (cpu, read) => Then(Stop.Store(Y, 1), fenced ? Stop.Mb : Stop.Pause, Stop.Load(X), cpu, read)));

    [Theory]
    [InlineData(MemoryModel.Tso, false, false, "0 0|0 1|1 1")]
    [InlineData(MemoryModel.Rmo, false, false, "0 0|0 1|1 0|1 1")]
    [InlineData(MemoryModel.Rmo, true, false, "0 0|0 1|1 0|1 1")]
    [InlineData(MemoryModel.Rmo, false, true, "0 0|0 1|1 0|1 1")]
    [InlineData(MemoryModel.Rmo, true, true, "0 0|0 1|1 1")]
    public void Message_passing_needs_a_barrier_on_either_side(MemoryModel model, bool wmb, bool rmb, string outcomes) => Assert.Equal(outcomes, Outcomes(
        model,
        (_, _) => Steps(Stop.Store(X, 1), wmb ? Stop.Wmb : Stop.Pause, Stop.Store(Y, 1)),
        (cpu, read) => Both(Stop.Load(Y), rmb ? Stop.Rmb : Stop.Pause, Stop.Load(X), cpu, read)));

    [Theory]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.Rmo)]
    public void One_word_never_goes_back(MemoryModel model) => Assert.Equal("0 0|0 1|1 1", Outcomes(
        model,
        (_, _) => Steps(Stop.Store(X, 1)),
        (cpu, read) => Both(Stop.Load(X), Stop.Pause, Stop.Load(X), cpu, read)));

    [Theory]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.Rmo)]
    public void Locks_keep_what_they_guard_together(MemoryModel model) => Assert.Equal("0 0|1 1", Outcomes(
        model,
        (_, _) => Steps(Stop.SpinLock(Word.DriverLock), Stop.Store(X, 1), Stop.Store(Y, 1), Stop.SpinUnlock(Word.DriverLock)),
        Guarded));

    private static IEnumerator<Stop> Guarded(Agent cpu, List<int> read)
    {
        yield return Stop.SpinLock(Word.DriverLock);
        yield return Stop.Load(Y);
        read.Add(cpu.Value);
        yield return Stop.Load(X);
        read.Add(cpu.Value);
        yield return Stop.SpinUnlock(Word.DriverLock);
    }

    private static IEnumerator<Stop> Steps(params Stop[] stops)
    {
        foreach (var stop in stops)
        {
            yield return stop;
        }
    }

    private static IEnumerator<Stop> Then(Stop store, Stop barrier, Stop load, Agent cpu, List<int> read)
    {
        yield return store;
        yield return barrier;
        yield return load;
        read.Add(cpu.Value);
    }

    private static IEnumerator<Stop> Both(Stop first, Stop barrier, Stop second, Agent cpu, List<int> read)
    {
        yield return first;
        read.Add(cpu.Value);
        yield return barrier;
        yield return second;
        read.Add(cpu.Value);
    }

    /// <summary>What the loads can come to, over every schedule.</summary>
    private static string Outcomes(MemoryModel model, Func<Agent, List<int>, IEnumerator<Stop>> first, Func<Agent, List<int>, IEnumerator<Stop>> second)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        var pending = new Stack<(int Agent, int Outcome)[]>([[]]);
        while (pending.TryPop(out var schedule))
        {
            var (smp, one, two) = (new Interleaving(new TwoWords(), model), new List<int>(), new List<int>());
            smp.Start(AgentId.Cpu0, cpu => first(cpu, one));
            smp.Start(AgentId.Cpu1, cpu => second(cpu, two));
            foreach (var (agent, outcome) in schedule)
            {
                smp.Step((AgentId)agent, outcome);
            }

            var ended = true;
            for (var agent = 0; agent < 2; agent++)
            {
                for (var outcome = 0; outcome < smp.Outcomes((AgentId)agent); outcome++)
                {
                    ended = false;
                    pending.Push([.. schedule, (agent, outcome)]);
                }
            }

            if (ended)
            {
                outcomes.Add(string.Join(' ', one.Concat(two)));
            }
        }

        return string.Join('|', outcomes);
    }

    /// <summary>Two words and no card.</summary>
    private sealed class TwoWords() : NetDevice(new World(Model.Profile.Tiny), new DevId(0), "litmus", 1500, NetifFeatures.None)
    {
        private readonly long[] _words = new long[2];

        public override NetifFeatures HardwareFeatures => NetifFeatures.None;

        public override int InFlight => 0;

        public override TxRing Ring => default;

        public override int AddressBits => 32;

        protected override IDevice Device { get; } = new NoCard();

        public override bool HardStartXmit(Model.Skbs.Skb skb) => false;

        public override int RunDevice(int packets) => 0;

        public override void Interrupt()
        {
            // It has none.
        }

        public override void AddHeld(List<Model.Skbs.Skb> to)
        {
            // It holds none.
        }

        protected override Datum ReadOwn(in Word word) => new(_words[word.Slot]);

        protected override void WriteOwn(in Word word, in Datum datum) => _words[word.Slot] = datum.Number;
    }

    private sealed class NoCard : IHardware
    {
        public bool HasWork => false;

        public bool HasNews => false;

        public bool IsIrqRaised => false;

        public int Halts => 0;

        public void SetIrq(bool raised) => throw new ModelException("no line");

        public void WriteRegister(uint offset, uint value) => throw new ModelException("no registers");

        public uint ReadRegister(uint offset) => throw new ModelException("no registers");

        public int Run(int packets) => throw new ModelException("no packets");

        public void WriteState(StateWriter state) => throw new ModelException("no state");

        public IEnumerator<Stop> Packet() => throw new ModelException("no packets");

        public IEnumerator<Stop> Coalesce() => throw new ModelException("no news");
    }
}
