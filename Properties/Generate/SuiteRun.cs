using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using ZeroCopy.Model;
using ZeroCopy.Model.Pages;

namespace ZeroCopy.Properties.Generate;

/// <summary>What a number that FsCheck drew says of one sequence.</summary>
/// <param name="Seed">Of the operations and their operands.</param>
/// <param name="Size">How many objects it works with, 1 to 100 per cent.</param>
/// <param name="Mix">Gives each share of the mix a factor of 0 to 3: swarm testing leaves some operations out.</param>
public sealed record Plan(ulong Seed, int Size, ulong Mix)
{
    public static Plan Of(ulong drawn) => new(Rng.Mix(drawn, 0, 0), 1 + (int)(Rng.Mix(drawn, 1, 0) % 100), Rng.Mix(drawn, 2, 0));

    /// <summary>The factor for the share of the i-th operation.</summary>
    public int Factor(int i) => (int)(Rng.Mix(Mix, (ulong)i, 0) >> 62);
}

/// <summary>A suite run on random sequences, in blocks of fixed size: what a block finds depends on the seed, the suite and its number, on nothing else.</summary>
/// <param name="suite">What is run.</param>
/// <param name="profile">Sizes and rules.</param>
/// <param name="seed">Of the whole run.</param>
public sealed class SuiteRun(Suite suite, Profile profile, ulong seed)
{
    /// <summary>Sequences in a block: FsCheck is asked once for each.</summary>
    public const int BlockCases = 50;

    /// <summary>Failures of one law through one operation that are kept to be shrunk.</summary>
    public const int KeptOfAKind = 3;

    private readonly ulong _seed = Rng.Mix(seed, Rng.Mix(suite.Name), (ulong)profile.Size);

    private Worker? _kept;

    public Suite Suite => suite;

    /// <summary>Runs the block of this number on the caller's thread, in worlds that are kept for the next: what a thread of <see cref="Run"/> does, without its start.</summary>
    /// <param name="block">From 0.</param>
    /// <param name="held">Takes the operations that each sequence applied, unless it broke something.</param>
    public Tally RunBlock(long block, Action<IReadOnlyList<Operation>>? held = null) =>
        (_kept ??= new Worker(suite, profile)).Run(Rng.Mix(_seed, (ulong)block, 0), block * BlockCases, BlockCases, held);

    /// <summary>Runs the first cases of a block up to one that fails; null where all hold.</summary>
    /// <param name="block">From 0.</param>
    /// <param name="cases">At most <see cref="BlockCases"/>.</param>
    public Failure? FirstFailure(long block, int cases)
    {
        var failures = (_kept ??= new Worker(suite, profile)).Run(Rng.Mix(_seed, (ulong)block, 0), block * BlockCases, cases, stopsAtFailure: true).Failures;
        return failures.Count == 0 ? null : failures[0];
    }

    /// <summary>Runs blocks until so many cases are done, or it is told that they are enough; asked at the border of each block. What is begun is finished, so that a number of cases repeats the run.</summary>
    /// <param name="cases">Sequences at most; <see cref="long.MaxValue"/> for no limit.</param>
    /// <param name="jobs">Threads.</param>
    /// <param name="enough">Asked before each block, from any thread.</param>
    /// <param name="progress">Given what is merged so far, from one thread at a time.</param>
    public Tally Run(long cases, int jobs, Func<bool> enough, Action<Tally> progress)
    {
        var total = new Tally(suite);
        var done = new SortedDictionary<long, Tally>();
        var next = 0L;
        var merged = 0L;
        Exception? broken = null;
        void Work()
        {
            try
            {
                var worker = new Worker(suite, profile);
                while (Volatile.Read(ref broken) is null && !enough())
                {
                    var block = Interlocked.Increment(ref next) - 1;
                    var first = block * BlockCases;
                    if (first >= cases)
                    {
                        return;
                    }

                    var tally = worker.Run(Rng.Mix(_seed, (ulong)block, 0), first, (int)Math.Min(BlockCases, cases - first));
                    lock (done)
                    {
                        done.Add(block, tally);
                        while (done.Remove(merged, out var front))
                        {
                            total.Add(front);
                            merged++;
                        }

                        progress(total);
                    }
                }
            }
            catch (Exception failed) when (failed is not OutOfMemoryException)
            {
                Interlocked.CompareExchange(ref broken, failed, null);
            }
        }

        var threads = Enumerable.Range(1, jobs - 1).Select(_ => new Thread(Work)).ToList();
        threads.ForEach(thread => thread.Start());
        Work();
        threads.ForEach(thread => thread.Join());
        return broken is null ? total : throw broken;
    }

    /// <summary>One thread's worlds and counters.</summary>
    private sealed class Worker
    {
        /// <summary>A mix may leave out whatever could go on: then nothing is drawn, and that is counted as skipped.</summary>
        private const int MostTries = 40;

        /// <summary>Operations that ask for memory more often than this do so as often as their data is long.</summary>
        private const int MostBounded = 3;

        /// <summary>What a common operation's weight is worth, against that of one which ends the sequence.</summary>
        private const int CommonWeight = 64;

        /// <summary>The sum of all shares is cut in at most so many.</summary>
        private const int Slices = 64;

        private static readonly Gen<ulong> Numbers =
            Gen.Choose(int.MinValue, int.MaxValue).Zip(Gen.Choose(int.MinValue, int.MaxValue), (high, low) => unchecked(((ulong)(uint)high << 32) | (uint)low));

        private readonly Suite _suite;
        private readonly Draw[] _mix;
        private readonly bool _hasSetup;
        private readonly bool _hasDrivers;
        private readonly bool _hasProcesses;
        private readonly Profile _profile;
        private readonly Checker _checker;
        private readonly Hand _hand;
        private readonly Arbitrary<Plan> _plans;
        private readonly Rng _rng = new(0);
        private readonly int[] _upTo;
        private readonly int[] _coverage;
        private readonly Needs[] _needs;
        private readonly int[] _allocates;

        /// <summary>Where the search for a share begins, by its highest bits.</summary>
        private readonly int[] _from = new int[Slices];
        private int _sliceBits;

        /// <summary>Under which name an operation counts, by the handle of its type.</summary>
        private readonly Dictionary<nint, int> _ofSetup = [];

        /// <summary>In a structure each: a list of references asks of every one whether it is an operation.</summary>
        private readonly List<Applied> _applied = [];

        public Worker(Suite suite, Profile profile)
        {
            _suite = suite;
            (_mix, _hasSetup, _hasDrivers, _hasProcesses) = ([.. suite.Mix], suite.HasSetup, suite.Drivers.Count > 0, suite.HasProcesses);
            _profile = profile;
            _checker = new Checker(profile, suite.LawsIn(profile));
            _hand = new Hand(_checker, _rng, suite.Mix);
            _upTo = new int[suite.Mix.Count];
            var names = suite.Mix.Select(draw => draw.Name).Distinct().ToList();
            _coverage = [.. suite.Mix.Select(draw => names.IndexOf(draw.Name))];
            _needs = [.. suite.Mix.Select(draw => draw.Needs)];
            _allocates = [.. suite.Mix.Select(draw => draw.Allocates)];
            _plans = Arb.From(Numbers.Select(Plan.Of));
        }

        public Tally Run(ulong seed, long first, int count, Action<IReadOnlyList<Operation>>? held = null, bool stopsAtFailure = false)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var tally = new Tally(_suite);
            Exception? broken = null;
            var config = Config.Quick
                .WithMaxTest(count)
                .WithReplay(seed, 1)
                .WithQuietOnSuccess(true)
                .WithRunner(Silent.Runner);
            // FsCheck stops at the first false and would shrink: the property is true, and what is found is kept aside.
            Check.One(config, Prop.ForAll(_plans, (Plan plan) =>
            {
                try
                {
                    if (broken is null && !(stopsAtFailure && tally.FailedCases > 0) && RunSequence(plan, first + tally.Cases, tally))
                    {
                        held?.Invoke(Operations());
                    }
                }
                catch (Exception failed) when (failed is not OutOfMemoryException)
                {
                    broken = new ModelException($"suite {_suite}, after {_applied.Count} operations of a sequence: {string.Join("; ", Operations())}", failed);
                }

                tally.Cases++;
                return true;
            }));
            if (broken is not null)
            {
                throw broken;
            }

            tally.Take(_checker);
            _checker.ForgetCounts();
            tally.AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
            return tally;
        }

        /// <returns>Whether every law held. An operation that had to end in a BUG is not among those that can be applied again.</returns>
        private bool RunSequence(Plan plan, long number, Tally tally)
        {
            _checker.Reset();
            _applied.Clear();
            _hand.FailsAt = 0;
            _rng.Seed(plan.Seed);
            _hand.Begin(plan.Size);
            var sum = 0;
            for (var i = 0; i < _upTo.Length; i++)
            {
                var draw = _mix[i];
                sum += draw.Weight * Math.Max(plan.Factor(i), draw.Always ? 1 : 0) * (draw.IsRare ? 1 : CommonWeight);
                _upTo[i] = sum;
            }

            BeginPicking(sum);
            for (var drawn = 0; drawn < Suite.Length(_profile.Size); drawn++)
            {
                var operation = Draw(sum, out var kind);
                var coverage = tally.Operations[kind];
                if (operation is null || !_checker.Apply(operation))
                {
                    tally.Skipped++;
                    coverage.Skip();
                    continue;
                }

                tally.Applied++;
                tally.LiveSkbs += _checker.World.Skbs.Live.Count;
                _applied.Add(new Applied(operation));
                _hand.FailsAt = operation is FailAlloc fail ? fail.K : 0;
                if (_checker.HasPanicked)
                {
                    coverage.CountBug();
                    _applied.RemoveAt(_applied.Count - 1);
                    return true;
                }

                if (_checker.Violations.Count == 0)
                {
                    coverage.Count(_checker.World.Seen.Succeeded, _checker.World.Memory.FailedAt);
                    continue;
                }

                coverage.CountBug();
                tally.Fail(new Failure(number, Operations(), [.. _checker.Violations]));
                return false;
            }

            return true;
        }

        private List<Operation> Operations() => [.. _applied.Select(applied => applied.Operation)];

        private Operation? Draw(int sum, out int kind)
        {
            if ((_hand.Planned() ?? (_hasSetup && _rng.OneIn(2) ? Setup() : null)) is { } given)
            {
                kind = KindOf(given);
                return given;
            }

            var available = _hand.Available();
            Operation? drawn = null;
            var index = 0;
            for (var tries = 1; tries <= MostTries && drawn is null; tries++)
            {
                index = Pick(sum);
                if ((_needs[index] & ~available) == 0 && (!_hand.IsFailing || tries >= MostTries / 2 || _allocates[index] >= Math.Min(_hand.FailsAt, MostBounded)))
                {
                    drawn = _mix[index].Make(_hand);
                }
            }

            kind = drawn is not null && _mix[index].Prepares ? KindOf(drawn) : _coverage[index];
            return drawn;
        }

        /// <summary>Under which name an operation counts that another draw made.</summary>
        private int KindOf(Operation operation)
        {
            var type = operation.GetType().TypeHandle.Value;
            if (!_ofSetup.TryGetValue(type, out var kind))
            {
                var text = operation.ToString();
                kind = _ofSetup[type] = Enumerable.Range(0, _coverage.Length)
                    .Where(i => text.StartsWith(_suite.Mix[i].Name + "(", StringComparison.Ordinal) || text.Contains(" = " + _suite.Mix[i].Name + "(", StringComparison.Ordinal))
                    .Select(i => _coverage[i]).First();
            }

            return kind;
        }

        private Operation? Setup() =>
            (_hasDrivers ? NetDraws.Setup(_hand, _suite.Drivers) : null) ?? (_hasProcesses ? PagesDraws.Setup(_hand) : null);

        private void BeginPicking(int sum)
        {
            _sliceBits = Math.Max(0, 32 - BitOperations.LeadingZeroCount((uint)sum) - BitOperations.Log2(Slices));
            var index = 0;
            for (var slice = 0; slice < Slices && slice << _sliceBits < sum; slice++)
            {
                while (slice << _sliceBits >= _upTo[index])
                {
                    index++;
                }

                _from[slice] = index;
            }
        }

        private int Pick(int sum)
        {
            var at = _rng.Below(sum);
            var index = _from[at >> _sliceBits];
            while (at >= _upTo[index])
            {
                index++;
            }

            return index;
        }

        private readonly record struct Applied(Operation Operation);
    }

    /// <summary>FsCheck reports nothing itself: what a run has to say is in the tally.</summary>
    private sealed class Silent : IRunner
    {
        public static readonly Silent Runner = new();

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, TestResult r)
        {
        }
    }
}
