using FsCheck;
using FsCheck.Fluent;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Costs;

/// <summary>The ring as suites run: FsCheck draws a seed for each sequence, and what is drawn from it is applied to ring and queue and judged at once.</summary>
public static class FusedRing
{
    private static readonly Arbitrary<ulong> Seeds = Arb.From(
        Gen.Choose(int.MinValue, int.MaxValue).Zip(Gen.Choose(int.MinValue, int.MaxValue), (high, low) => unchecked(((ulong)(uint)high << 32) | (uint)low)));

    /// <param name="entries">The ring's; the queue takes <see cref="Ring.Entries"/>.</param>
    /// <param name="seed">Of FsCheck.</param>
    /// <param name="sequences">Of <see cref="RingContest.Length"/> operations.</param>
    public static RingVerdict Run(int entries, ulong seed, int sequences)
    {
        var operations = 0L;
        var ring = new Ring(entries);
        var queue = new Queue<int>(Ring.Entries);
        var rng = new Rng(0);
        bool Holds(ulong plan)
        {
            rng.Seed(plan);
            ring.Reset();
            queue.Clear();
            for (var i = 0; i < RingContest.Length; i++)
            {
                operations++;
                if (!(rng.OneIn(2) ? Produce(ring, queue, rng.Below(100)) : Consume(ring, queue)) || ring.Used != queue.Count)
                {
                    return false;
                }
            }

            return true;
        }

        return RingVerdict.Of(Prop.ForAll(Seeds, (ulong plan) => Holds(plan)), seed, sequences, () => operations);
    }

    private static bool Produce(Ring ring, Queue<int> queue, int value)
    {
        var accepted = queue.Count < Ring.Entries;
        if (accepted)
        {
            queue.Enqueue(value);
        }

        return ring.Produce(value) == accepted;
    }

    private static bool Consume(Ring ring, Queue<int> queue)
    {
        var there = queue.TryDequeue(out var expected);
        return ring.Consume(out var value) == there && value == expected;
    }
}
