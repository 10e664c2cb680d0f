using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;

namespace ZeroCopy.Properties.Costs;

/// <summary>The engine of the suites against FsCheck's own state machines, on one small model: a ring beside a plain queue, the same number of sequences of the same length.</summary>
public static class RingContest
{
    /// <summary>Operations in a sequence.</summary>
    public const int Length = 100;

    private const int Sequences = 50;

    public static Contest Measure(TimeSpan time, CancellationToken cancel)
    {
        var taken = Rounds.Measure(
            time, 1, [new(_ => Counted(FusedRing.Run(Ring.Entries, 1, Sequences))), new(_ => Counted(MachineRing.Run(Ring.Entries, 1, Sequences)))], cancel);
        return new Contest("ring", "FsCheck Machine", "operations", taken[0].PerSecond, taken[1].PerSecond);
    }

    private static long Counted(RingVerdict verdict) => verdict.Holds ? verdict.Operations : throw new Model.ModelException("the ring differs from a queue");
}

/// <summary>How an engine judged the ring.</summary>
/// <param name="Operations">Applied and judged.</param>
/// <param name="Holds">No operation differed from the queue.</param>
public readonly record struct RingVerdict(long Operations, bool Holds)
{
    /// <summary>So many sequences of a property.</summary>
    /// <param name="property">Says what held.</param>
    /// <param name="seed">Of FsCheck.</param>
    /// <param name="sequences">Tests of FsCheck.</param>
    /// <param name="operations">Asked afterwards.</param>
    internal static RingVerdict Of(Property property, ulong seed, int sequences, Func<long> operations)
    {
        var runner = new Runner();
        Check.One(Config.Quick.WithMaxTest(sequences).WithReplay(seed, 1).WithQuietOnSuccess(true).WithRunner(runner), property);
        return new RingVerdict(operations(), runner.Passed);
    }

    private sealed class Runner : IRunner
    {
        public bool Passed { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, TestResult r) => Passed = r.IsPassed;
    }
}
