using BenchmarkDotNet.Attributes;
using ZeroCopy.Properties.Costs;

namespace ZeroCopy.Bench;

/// <summary>A hundred thousand operations on a ring beside a queue: as suites run, by FsCheck's state machines, and by CsCheck. Times are for an operation.</summary>
[MemoryDiagnoser]
public class RingBenchmarks
{
    private const int Sequences = 1000;
    private const int Operations = Sequences * RingContest.Length;

    [Benchmark(OperationsPerInvoke = Operations)]
    public bool Fused() => Whole(FusedRing.Run(Ring.Entries, 1, Sequences));

    [Benchmark(OperationsPerInvoke = Operations)]
    public bool FsCheckMachine() => Whole(MachineRing.Run(Ring.Entries, 1, Sequences));

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public bool CsCheckModelBased()
    {
        var operations = CsCheckRing.Run((int)(Operations / CsCheckRing.MeanLength));
        return Math.Abs(operations - Operations) < Operations / 10 ? true : throw new InvalidOperationException($"CsCheck drew {operations} operations, not about {Operations}");
    }

    private static bool Whole(RingVerdict verdict) => verdict is { Holds: true, Operations: Operations } ? true
        : throw new InvalidOperationException($"{verdict}: {Operations} operations that hold were asked for");
}
