using System.Collections.Immutable;
using FsCheck;
using FsCheck.Experimental;
using FsCheck.Fluent;

namespace ZeroCopy.Properties.Costs;

/// <summary>The ring as FsCheck's own state machines run it: objects for operations, a model that never changes, judged when all is drawn.</summary>
public static class MachineRing
{
    /// <param name="entries">The ring's; the queue takes <see cref="Ring.Entries"/>.</param>
    /// <param name="seed">Of FsCheck.</param>
    /// <param name="sequences">Of <see cref="RingContest.Length"/> operations.</param>
    public static RingVerdict Run(int entries, ulong seed, int sequences)
    {
        var machine = new Machine(entries);
        return RingVerdict.Of(machine.ToProperty(), seed, sequences, () => machine.Judged);
    }

    /// <summary>The queue after an operation, and what the operation should have said.</summary>
    private sealed record Expected(ImmutableQueue<int> Queue, int Used, bool Accepted, int Value);

    private sealed class Machine(int entries) : Machine<Ring, Expected>(RingContest.Length)
    {
        private Gen<Operation<Ring, Expected>>? _next;

        public long Judged { get; set; }

        public override Arbitrary<Setup<Ring, Expected>> Setup { get; } = Arb.From(Gen.Constant<Setup<Ring, Expected>>(new Empty(entries)));

        public override Gen<Operation<Ring, Expected>> Next(Expected model) => _next ??= Gen.OneOf(
            Gen.Choose(0, 99).Select(value => (Operation<Ring, Expected>)new Produce(this, value)),
            Gen.Fresh(() => (Operation<Ring, Expected>)new Consume(this)));
    }

    private sealed class Empty(int entries) : Setup<Ring, Expected>
    {
        public override Ring Actual() => new(entries);

        public override Expected Model() => new([], 0, true, 0);
    }

    private sealed class Produce(Machine machine, int value) : Operation<Ring, Expected>
    {
        public override Expected Run(Expected model) => model.Used < Ring.Entries
            ? new Expected(model.Queue.Enqueue(value), model.Used + 1, true, 0)
            : model with { Accepted = false };

        public override Property Check(Ring ring, Expected model)
        {
            machine.Judged++;
            return (ring.Produce(value) == model.Accepted && ring.Used == model.Used).ToProperty();
        }

        public override string ToString() => $"produce({value})";
    }

    private sealed class Consume(Machine machine) : Operation<Ring, Expected>
    {
        public override Expected Run(Expected model) => model.Used > 0
            ? new Expected(model.Queue.Dequeue(out var value), model.Used - 1, true, value)
            : model with { Accepted = false, Value = 0 };

        public override Property Check(Ring ring, Expected model)
        {
            machine.Judged++;
            return (ring.Consume(out var value) == model.Accepted && value == model.Value && ring.Used == model.Used).ToProperty();
        }

        public override string ToString() => "consume()";
    }
}
