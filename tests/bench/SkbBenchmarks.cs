using BenchmarkDotNet.Attributes;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Costs;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Bench;

/// <summary>One operation of suite skb, the next of sequences that were recorded; the baseline is the zero-copy path alone.</summary>
[MemoryDiagnoser]
public class SkbBenchmarks
{
    private static readonly Suite Suite = Suites.Find("skb")!;

    private readonly Recording _recording = new(new SuiteRun(Suite, Profile.Tiny, 1), 0);
    private readonly Checker _judging = new(Profile.Tiny, Suite.LawsIn(Profile.Tiny));
    private readonly Checker _pair = new(Profile.Tiny, []);
    private readonly World _world = new(Profile.Tiny);
    private int _sequence;
    private int _next;

    [Benchmark(Baseline = true)]
    public Observation ZeroCopyOnly()
    {
        var operation = Next(out var begins);
        if (begins)
        {
            _world.Reset();
        }

        _world.BeginStep();
        return operation.Apply(_world);
    }

    [Benchmark]
    public bool WithoutLaws() => Apply(_pair);

    [Benchmark]
    public bool Checked() => Apply(_judging);

    private bool Apply(Checker checker)
    {
        var operation = Next(out var begins);
        if (begins)
        {
            checker.Reset();
        }

        return checker.Apply(operation);
    }

    private Operation Next(out bool begins)
    {
        if (_next == _recording.Sequences[_sequence].Count)
        {
            _sequence = (_sequence + 1) % _recording.Sequences.Count;
            _next = 0;
        }

        begins = _next == 0;
        return _recording.Sequences[_sequence][_next++];
    }
}
