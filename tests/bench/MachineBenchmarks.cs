using BenchmarkDotNet.Attributes;
using Stateless;
using ZeroCopy.Model;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Bench;

/// <summary>An event of the skb machine: Stateless fires it; the table that was compiled from it looks it up.</summary>
[MemoryDiagnoser]
public class MachineBenchmarks
{
    private readonly Machine<SkbMachine.State, SkbMachine.Event, SkbMachine.Guard>.Cell _cell = new() { State = SkbMachine.State.Held };
    private readonly StateMachine<SkbMachine.State, SkbMachine.Event> _live;
    private int _state = (int)SkbMachine.State.Held;

    public MachineBenchmarks() => _live = SkbMachine.Table.Live(_cell);

    [Benchmark(Baseline = true)]
    public SkbMachine.State Fire()
    {
        _live.Fire(_cell.State == SkbMachine.State.Held ? SkbMachine.Event.Enqueue : SkbMachine.Event.Unlink);
        return _cell.State;
    }

    [Benchmark]
    public int Table() => _state = SkbMachine.Table.Next(_state, (int)(_state == (int)SkbMachine.State.Held ? SkbMachine.Event.Enqueue : SkbMachine.Event.Unlink), 0);
}
