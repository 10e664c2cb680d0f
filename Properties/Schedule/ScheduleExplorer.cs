using System.IO.Hashing;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Schedule;

/// <summary>What the schedules from one starting state came to.</summary>
/// <param name="Start">Its name.</param>
/// <param name="States">Distinct states: the worlds, where each agent stands, whose turn it is, and what is left of the bounds.</param>
/// <param name="Steps">Accesses judged.</param>
/// <param name="Schedules">Ways from the start to where nobody can go on.</param>
/// <param name="Violations">One for each law: the schedule with the fewest preemptions and reorderings, and of those the first.</param>
/// <param name="Premises">One for each premise that was met.</param>
public sealed record ScheduleResult(string Start, long States, long Steps, UInt128 Schedules, IReadOnlyList<ScheduleTo> Violations, IReadOnlyList<MetOn> Premises);

/// <summary>A premise, and the schedules on which it was met.</summary>
/// <param name="Premise">Its law.</param>
/// <param name="Schedules">On how many.</param>
/// <param name="Shortest">Of the schedules that met it the one with the fewest preemptions and reorderings, up to there.</param>
public sealed record MetOn(Law Premise, UInt128 Schedules, ScheduleTo Shortest);

/// <summary>A law, and the schedule that broke it or met it.</summary>
/// <param name="What">Rule and law.</param>
/// <param name="Preemptions">Times that an agent was left which could go on.</param>
/// <param name="Reorderings">Accesses that found an older value.</param>
/// <param name="Start">The starting state.</param>
/// <param name="Script">All of it, the starting state's own operations first; what one agent does in a row is one line.</param>
public sealed record ScheduleTo(string What, int Preemptions, int Reorderings, string Start, IReadOnlyList<Operation> Script)
{
    /// <summary>It was one of the starting state's own operations: no schedule begins there.</summary>
    public bool IsBeforeStart { get; init; }
}

/// <summary>The interleaved engine, exhaustive: every schedule with at most so many preemptions and reorderings, depth first by replay.</summary>
/// <remarks>
/// A preemption leaves an agent that could go on; where an agent has come to its end or waits, the next is free. A reordering is an access that finds an older value. A state that was visited with the same turn and the same
/// left of both bounds is not visited again: all that can follow from it was seen, and how many schedules that is, is known. So the counts are those of the tree without pruning, which a test walks where it is small.
/// </remarks>
public sealed class ScheduleExplorer(ScheduleMix mix, Profile profile, IReadOnlyList<Law> laws, int preemptions, int reorderings, bool prunes = true)
{
    public const int DefaultPreemptions = 2;
    public const int DefaultReorderings = 2;

    private static readonly DevId Device = new(0);

    private readonly Checker _checker = new(profile, laws);
    private readonly StateWriter _state = new();
    private readonly Dictionary<UInt128, UInt128[]> _below = [];
    private readonly List<Operation> _path = [];
    private readonly List<Law> _premises = [.. laws.Where(law => law.Kind == LawKind.Sometimes)];
    private readonly List<ScheduleTo> _broken = [];
    private readonly ScheduleTo?[] _met = new ScheduleTo?[laws.Count(law => law.Kind == LawKind.Sometimes)];
    private IReadOnlyList<Operation> _before = [];
    private string _name = "";
    private Func<bool> _stop = static () => false;
    private long _steps;

    /// <summary>Whether a rule was broken on the way so far.</summary>
    public bool HasBroken(string rule) => _broken.Exists(broken => broken.What.StartsWith(rule + " ", StringComparison.Ordinal));

    /// <summary>Whether anything was broken on the way so far.</summary>
    public bool HasBrokenAny => _broken.Count > 0;

    /// <summary>Explores from one starting state. Where one of its own operations breaks something, that is what is found, and there are no schedules from it.</summary>
    /// <param name="start">Its place in the mix.</param>
    /// <param name="stop">Asked at each state; what follows is left out then.</param>
    public ScheduleResult Run(int start, Func<bool>? stop = null)
    {
        (_name, _before) = mix.Starts[start];
        _stop = stop ?? (static () => false);
        _below.Clear();
        _broken.Clear();
        Array.Clear(_met);
        _path.Clear();
        _steps = 0;
        if (!JudgeStart())
        {
            return new ScheduleResult(_name, 0, 0, UInt128.Zero, [.. _broken.Select(broken => broken with { IsBeforeStart = true })], []);
        }

        var counts = Visit(null, 0, 0);
        return new ScheduleResult(mix.Starts[start].Name, _below.Count, _steps, counts[0], [.. _broken],
            [.. _premises.Select((premise, i) => _met[i] is { } shortest ? new MetOn(premise, counts[0] - counts[i + 1], shortest) : null).OfType<MetOn>()]);
    }

    private bool JudgeStart()
    {
        _checker.Reset();
        for (var i = 0; i < _before.Count; i++)
        {
            if (!_checker.Apply(_before[i]))
            {
                throw new ModelException($"start '{_name}': {_before[i]} is not enabled");
            }

            if (_checker.Violations.Count > 0)
            {
                _before = [.. _before.Take(i + 1)];
                Broke(0, 0);
                return false;
            }
        }

        return true;
    }

    /// <summary>Schedules from here on; then, for each premise, those on which it is never met.</summary>
    private UInt128[] Visit(AgentId? turn, int preempted, int reordered)
    {
        var key = Fingerprint(turn, preempted, reordered);
        if (prunes && _below.TryGetValue(key, out var known))
        {
            return known;
        }

        var counts = new UInt128[_premises.Count + 1];
        var moves = Moves(turn, preempted, reordered);
        if (moves.Count == 0)
        {
            Array.Fill(counts, UInt128.One);
        }

        for (var i = 0; i < moves.Count && !_stop(); i++)
        {
            if (i > 0)
            {
                Reach();
            }

            var (move, agent, cost, late) = moves[i];
            _path.Add(move);
            _checker.ForgetCounts();
            _checker.Apply(move);
            _steps++;
            if (_checker.Violations.Count > 0)
            {
                Broke(preempted + cost, reordered + late);
            }
            else
            {
                var met = new bool[_premises.Count];
                for (var premise = 0; premise < met.Length; premise++)
                {
                    met[premise] = _checker.Hits(_premises[premise]) > 0;
                    if (met[premise] && (_met[premise] is not { } shortest || preempted + cost + reordered + late < shortest.Preemptions + shortest.Reorderings))
                    {
                        _met[premise] = To(_premises[premise].ToString(), preempted + cost, reordered + late);
                    }
                }

                var below = Visit(agent, preempted + cost, reordered + late);
                counts[0] += below[0];
                for (var premise = 0; premise < met.Length; premise++)
                {
                    counts[premise + 1] += met[premise] ? 0 : below[premise + 1];
                }
            }

            _path.RemoveAt(_path.Count - 1);
        }

        _below[key] = counts;
        return counts;
    }

    private List<(Operation Move, AgentId Agent, int Preempts, int Reorders)> Moves(AgentId? turn, int preempted, int reordered)
    {
        var smp = _checker.World.Device(Device).Smp!;
        var moves = new List<(Operation, AgentId, int, int)>();
        var leaves = turn is { } running && smp.IsRunnable(running);
        foreach (var agent in smp.Agents)
        {
            var cost = leaves && agent.Id != turn ? 1 : 0;
            if (preempted + cost <= preemptions)
            {
                for (var outcome = 0; outcome < smp.Outcomes(agent.Id) && reordered + Math.Min(outcome, 1) <= reorderings; outcome++)
                {
                    moves.Add((outcome == 0 ? new RunStops(Device, agent.Id, 1) : new Reorder(Device, agent.Id, outcome), agent.Id, cost, Math.Min(outcome, 1)));
                }
            }

            if (agent.IsCpu && smp.CanInterrupt(agent.Id) && preempted + (leaves ? 1 : 0) <= preemptions)
            {
                moves.Add((new Irq(Device, agent.Id), agent.Id, leaves ? 1 : 0, 0));
            }
        }

        return moves;
    }

    private void Reach()
    {
        _checker.Reset();
        foreach (var operation in _before)
        {
            _checker.Advance(operation);
        }

        foreach (var move in _path)
        {
            _checker.Advance(move);
        }
    }

    private void Broke(int preempted, int reordered)
    {
        foreach (var violation in _checker.Violations)
        {
            var what = $"{violation.Rule.Id} {violation.Law}";
            var known = _broken.FindIndex(met => met.What == what);
            if (known < 0)
            {
                _broken.Add(To(what, preempted, reordered));
            }
            else if (preempted + reordered < _broken[known].Preemptions + _broken[known].Reorderings)
            {
                _broken[known] = To(what, preempted, reordered);
            }
        }
    }

    private ScheduleTo To(string what, int preempted, int reordered) => new(what, preempted, reordered, _name, [.. _before, .. Joined(_path)]);

    /// <summary>What one agent does in a row is one line.</summary>
    private static List<Operation> Joined(IReadOnlyList<Operation> moves)
    {
        var joined = new List<Operation>();
        foreach (var move in moves)
        {
            if (move is RunStops next && joined.Count > 0 && joined[^1] is RunStops last && last.Agent == next.Agent)
            {
                joined[^1] = last with { Stops = last.Stops + next.Stops };
            }
            else
            {
                joined.Add(move);
            }
        }

        return joined;
    }

    private UInt128 Fingerprint(AgentId? turn, int preempted, int reordered)
    {
        _state.Start();
        _checker.WriteState(_state);
        _state.Write(turn is { } agent ? (long)agent : -1);
        _state.Write(preempted);
        _state.Write(reordered);
        return XxHash128.HashToUInt128(_state.Written);
    }
}
