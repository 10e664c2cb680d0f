using CsCheck;
using ZeroCopy.Properties.Costs;

namespace ZeroCopy.Bench;

/// <summary>The ring as CsCheck's SampleModelBased runs it: operations drawn without a look at the model, compared at the end of the sequence. Alone in its file: CsCheck's names collide with FsCheck's.</summary>
internal static class CsCheckRing
{
    /// <summary>CsCheck chooses the length of each sequence itself: 0 to 127 operations.</summary>
    public const double MeanLength = 63.5;

    /// <summary>Runs sequences on this thread; CsCheck throws where ring and queue differ.</summary>
    /// <returns>Operations applied.</returns>
    public static long Run(int sequences)
    {
        var operations = 0L;
        Gen.Const(() => (Actual: new Subject(Ring.Entries), Model: new Model()))
            .SampleModelBased(
                [
                    Gen.Int[0, 99].Operation<Subject, Model>(
                        (subject, value) =>
                        {
                            operations++;
                            subject.Last = subject.Ring.Produce(value) ? value : -1;
                        },
                        (model, value) => model.Produce(value)),
                    Gen.Operation<Subject, Model>(
                        subject =>
                        {
                            operations++;
                            subject.Last = subject.Ring.Consume(out var value) ? value : -1;
                        },
                        model => model.Consume()),
                ],
                equal: (subject, model) => subject.Last == model.Last && subject.Ring.Used == model.Queue.Count,
                iter: sequences,
                threads: 1);
        return operations;
    }

    private sealed class Subject(int entries)
    {
        public Ring Ring { get; } = new(entries);

        /// <summary>What the last operation moved, or -1.</summary>
        public int Last { get; set; } = -1;
    }

    private sealed class Model
    {
        public Queue<int> Queue { get; } = new(Ring.Entries);

        public int Last { get; private set; } = -1;

        public void Produce(int value)
        {
            Last = Queue.Count < Ring.Entries ? value : -1;
            if (Last >= 0)
            {
                Queue.Enqueue(value);
            }
        }

        public void Consume() => Last = Queue.TryDequeue(out var value) ? value : -1;
    }
}
