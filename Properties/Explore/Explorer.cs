using System.IO.Hashing;
using ZeroCopy.Model;

namespace ZeroCopy.Properties.Explore;

/// <summary>The exhaustive engine: breadth first, one level after the other, each state reached by replay and known by 128 bits of its canonical text. The first way to anything is a shortest one.</summary>
/// <remarks>
/// A state costs 16 bytes for its fingerprint and 12 for the way back, so that memory is bounded by the number of states. Two states with one fingerprint would be taken for one:
/// with 10^8 states the chance is below 10^-22. States behind a violation are not visited. The result is the same with any number of jobs: workers fill blocks of a level, and blocks are joined in order.
/// </remarks>
/// <param name="make">Makes one system for each job.</param>
/// <param name="jobs">Threads.</param>
public sealed class Explorer(Func<IExplored> make, int jobs)
{
    /// <summary>About 1 GB with what the sets need beside.</summary>
    public const int DefaultMostStates = 20_000_000;

    private const int BlockStates = 32;
    private const int BlocksAtOnce = 64;

    private readonly List<Node> _nodes = [];
    private readonly HashSet<UInt128> _seen = [];
    private readonly Worker[] _workers = [.. Enumerable.Range(0, jobs).Select(_ => new Worker(make()))];

    /// <param name="depth">States further away are not expanded; null expands every state.</param>
    /// <param name="starts">Starting states; null for each.</param>
    /// <param name="mostStates">It stops at this number.</param>
    /// <param name="stop">Asked now and then.</param>
    /// <param name="progress">Told states, states not yet expanded, and depth.</param>
    /// <param name="limit">Where it may end before, asked at the border of each block of states; null for nowhere.</param>
    public Exploration Run(int? depth, IReadOnlyList<int>? starts, int mostStates, Func<bool> stop, Action<long, long, int>? progress = null, SearchLimit? limit = null)
    {
        var blocksAtOnce = limit is null ? BlocksAtOnce : 1;
        var system = _workers[0].System;
        var broken = new List<Met>();
        foreach (var start in starts ?? [.. Enumerable.Range(0, system.Starts.Count)])
        {
            if (system.JudgeStart(start) is { Count: > 0 } laws)
            {
                broken.AddRange(laws.Select(law => new Met(law, new Trace(start, []))));
                continue;
            }

            Add(new Node(-1 - start, 0), _workers[0].FingerprintOf(start));
        }

        var found = new Findings(system, limit);
        var (first, level) = (0, 0);
        string? stopped = null;
        while (first < _nodes.Count && level != depth && stopped is null)
        {
            var end = _nodes.Count;
            var isLast = level + 1 == depth;
            if (limit is not null && (!isLast || limit.IsWhole) && first > 0 && found.Transitions + Foreseen(first, end, isLast ? limit.Ends : null, found.Transitions) > limit.Steps)
            {
                stopped = "steps";
                break;
            }

            for (; first < end && stopped is null; first = Math.Min(end, first + (BlockStates * blocksAtOnce)))
            {
                foreach (var block in Expand(first, Math.Min(end, first + (BlockStates * blocksAtOnce)), limit is null ? Kept.All : isLast ? Kept.Nothing : Kept.States, limit))
                {
                    Join(block, found);
                }

                progress?.Invoke(_nodes.Count, _nodes.Count - first, level);
                stopped = stop() ? "interrupted" : _nodes.Count >= mostStates ? "states" : limit is not null && found.Transitions >= limit.Steps ? "steps" : null;
            }

            if (first < end)
            {
                break;
            }

            level++;
            stopped ??= found.Wanted.Count > 0 ? "found" : null;
        }

        var deepest = _nodes.Count == 0 ? 0 : TraceOf(_nodes.Count - 1, null).Events.Count;
        return new Exploration(
            _nodes.Count, found.Transitions, deepest, first == _nodes.Count, first == _nodes.Count ? null : stopped, found.Deadlocks, found.FirstDeadlock is { } at ? TraceOf(at, null) : null,
            [.. Enumerable.Range(0, system.Events.Count).Where(e => !found.WasEnabled[e])],
            [.. broken.Concat(found.Violations.Select(met => new Met(met.What, TraceOf(met.Node, met.Event)))).DistinctBy(met => met.What)],
            [.. found.Premises.SelectMany((met, i) => met is { } step ? (IEnumerable<Met>)[new Met(system.Premises[i], TraceOf(step.Node, step.Event))] : [])])
        {
            Levels = level,
            Wanted = [.. found.Wanted.Select(met => TraceOf(met.Node, met.Event))],
        };
    }

    /// <summary>Transitions from the states from <paramref name="first"/> on, as far as those before tell.</summary>
    private Int128 Foreseen(int first, int end, Func<Trace, int>? ends, long before)
    {
        var events = _workers[0].System.Events.Count;
        var tried = (Int128)0;
        for (var node = first; node < end; node++)
        {
            tried += ends?.Invoke(TraceOf(node, null)) ?? events;
        }

        return tried * before / first / events;
    }

    /// <summary>The successors of the states from <paramref name="first"/> on, by block. The sets are only read meanwhile.</summary>
    private Block[] Expand(int first, int end, Kept kept, SearchLimit? limit)
    {
        var blocks = new Block[(end - first + BlockStates - 1) / BlockStates];
        var next = -1;
        Parallel.For(0, Math.Min(jobs, blocks.Length), new ParallelOptions { MaxDegreeOfParallelism = jobs }, job =>
        {
            for (var i = Interlocked.Increment(ref next); i < blocks.Length; i = Interlocked.Increment(ref next))
            {
                var block = new Block(_workers[job].System, limit);
                for (var node = first + (i * BlockStates); node < Math.Min(end, first + ((i + 1) * BlockStates)); node++)
                {
                    _workers[job].Expand(TraceOf(node, null), node, kept, kept == Kept.Nothing ? limit?.Ends : null, _seen, block);
                }

                blocks[i] = block;
            }
        });
        return blocks;
    }

    private void Join(Block block, Findings found)
    {
        found.Join(block);
        foreach (var (parent, @event, fingerprint) in block.Successors)
        {
            Add(new Node(parent, (ushort)@event), fingerprint);
        }
    }

    private void Add(Node node, UInt128 fingerprint)
    {
        if (_seen.Add(fingerprint))
        {
            _nodes.Add(node);
        }
    }

    private Trace TraceOf(int node, int? last)
    {
        var events = new List<int>();
        if (last is { } step)
        {
            events.Add(step);
        }

        for (; _nodes[node].Parent >= 0; node = _nodes[node].Parent)
        {
            events.Add(_nodes[node].Event);
        }

        events.Reverse();
        return new Trace(-1 - _nodes[node].Parent, events);
    }

    /// <summary>A search that need not see everything.</summary>
    /// <param name="Steps">It ends at this number of transitions, and before a level that will not fit in, as far as the levels before tell.</param>
    /// <param name="IsWanted">It ends with the level in which this law was broken: all ways of that length are told that were gone, one to each state.</param>
    /// <param name="IsWhole">The last level too is begun only where it will fit in.</param>
    /// <param name="Ends">So many of the first events are of use at the end of a way of the last level.</param>
    public sealed record SearchLimit(long Steps, Func<string, bool> IsWanted, bool IsWhole, Func<Trace, int> Ends);

    /// <summary>What is of use beside the judgement of each step.</summary>
    private enum Kept
    {
        /// <summary>New states, and deadlocks.</summary>
        All,

        /// <summary>New states.</summary>
        States,

        /// <summary>Nobody goes on from here.</summary>
        Nothing,
    }

    /// <param name="Parent">The state before it; -1 - s for the starting state s.</param>
    /// <param name="Event">The event from there.</param>
    private readonly record struct Node(int Parent, ushort Event);

    /// <summary>What was met in part of a level.</summary>
    private class Findings(IExplored system, SearchLimit? limit)
    {
        public bool[] WasEnabled { get; } = new bool[system.Events.Count];

        public (int Node, int Event)?[] Premises { get; } = new (int, int)?[system.Premises.Count];

        public List<(string What, int Node, int Event)> Violations { get; } = [];

        /// <summary>Every way to what a limited search is for.</summary>
        public List<(int Node, int Event)> Wanted { get; } = [];

        public long Transitions { get; set; }

        public long Deadlocks { get; set; }

        public int? FirstDeadlock { get; set; }

        public void Broke(string what, int node, int @event)
        {
            if (limit is not null && limit.IsWanted(what))
            {
                Wanted.Add((node, @event));
            }

            Keep(what, node, @event);
        }

        private void Keep(string what, int node, int @event)
        {
            if (!Violations.Exists(met => met.What == what))
            {
                Violations.Add((what, node, @event));
            }
        }

        public void Join(Findings later)
        {
            Transitions += later.Transitions;
            Deadlocks += later.Deadlocks;
            FirstDeadlock ??= later.FirstDeadlock;
            Wanted.AddRange(later.Wanted);
            foreach (var (what, node, @event) in later.Violations)
            {
                Keep(what, node, @event);
            }

            for (var i = 0; i < WasEnabled.Length; i++)
            {
                WasEnabled[i] |= later.WasEnabled[i];
            }

            for (var i = 0; i < Premises.Length; i++)
            {
                Premises[i] ??= later.Premises[i];
            }
        }
    }

    private sealed class Block(IExplored system, SearchLimit? limit) : Findings(system, limit)
    {
        /// <summary>States that were not seen before this part of the level.</summary>
        public List<(int Parent, int Event, UInt128 Fingerprint)> Successors { get; } = [];
    }

    private sealed class Worker(IExplored system)
    {
        private readonly StateWriter _state = new();
        private readonly List<int> _enabled = [];

        public IExplored System => system;

        public UInt128 FingerprintOf(int start)
        {
            system.Reset(start);
            return Fingerprint();
        }

        /// <summary>Takes each enabled event of a state, or at the end of a limited search each that is of use.</summary>
        public void Expand(Trace trace, int node, Kept kept, Func<Trace, int>? ends, HashSet<UInt128> seen, Block into)
        {
            var events = ends?.Invoke(trace) ?? system.Events.Count;
            if (events == 0)
            {
                return;
            }

            Reach(trace);
            var own = kept == Kept.All ? Fingerprint() : default;
            var isDrained = system.IsDrained;
            _enabled.Clear();
            for (var e = 0; e < events; e++)
            {
                if (system.Enabled(e))
                {
                    _enabled.Add(e);
                }
            }

            var leaves = false;
            for (var i = 0; i < _enabled.Count; i++)
            {
                if (i > 0)
                {
                    Reach(trace);
                }

                leaves |= Step(_enabled[i], node, own, kept, seen, into);
            }

            if (kept == Kept.All && !leaves && !isDrained)
            {
                into.Deadlocks++;
                into.FirstDeadlock ??= node;
            }
        }

        /// <returns>Whether the event leads to another state.</returns>
        private bool Step(int @event, int node, UInt128 own, Kept kept, HashSet<UInt128> seen, Block into)
        {
            into.Transitions++;
            into.WasEnabled[@event] = true;
            var broken = system.Judge(@event);
            for (var i = 0; i < into.Premises.Length; i++)
            {
                if (into.Premises[i] is null && system.Occurred(i))
                {
                    into.Premises[i] = (node, @event);
                }
            }

            foreach (var what in broken)
            {
                into.Broke(what, node, @event);
            }

            if (broken.Count > 0 || system.HasEnded || kept == Kept.Nothing)
            {
                return true;
            }

            var fingerprint = Fingerprint();
            if (!seen.Contains(fingerprint))
            {
                into.Successors.Add((node, @event, fingerprint));
            }

            return fingerprint != own;
        }

        private void Reach(Trace trace)
        {
            system.Reset(trace.Start);
            foreach (var @event in trace.Events)
            {
                system.Apply(@event);
            }
        }

        private UInt128 Fingerprint()
        {
            _state.Start();
            system.WriteState(_state);
            return XxHash128.HashToUInt128(_state.Written);
        }
    }
}
