using ZeroCopy.Model;
using ZeroCopy.Properties.Explore;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Explore;

/// <summary>The exhaustive engine on systems whose counts others have published, and on ours against an engine that is slow and plain.</summary>
public sealed class ExplorerTests
{
    [Theory]
    [InlineData(3, 288, 1), InlineData(3, 288, 2), InlineData(5, 8832, 1), InlineData(5, 8832, 2)]
    public void TwoPhase_commit_has_the_published_states(int managers, int states, int jobs)
    {
        var result = All(() => new TwoPhase(managers), jobs);
        Assert.Equal(states, result.States);
        Assert.True(result.IsComplete && result.Holds);
        Assert.Equal(["everyone committed", "someone aborted"], result.Witnesses.Select(met => met.What));

        // Each manager prepares and is heard, the decision, each manager learns it.
        Assert.Equal((3 * managers) + 1, result.Witnesses[0].Trace.Events.Count);
    }

    [Theory]
    [InlineData(2, 390, 1), InlineData(2, 390, 2), InlineData(3, 21527, 1), InlineData(3, 21527, 2)]
    public void ReadersWriters_has_the_published_states(int actors, int states, int jobs)
    {
        var result = All(() => new ReadersWriters(actors), jobs);
        Assert.Equal(states, result.States);
        Assert.True(result.IsComplete && result.Holds);
        Assert.Equal(2, result.Witnesses.Count);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public void Counter_example_is_a_shortest_one_and_deadlocks_are_told(int jobs)
    {
        var result = All(() => new Stairs(), jobs);
        Assert.Equal([0, 1, 1], Assert.Single(result.Violations).Trace.Events);
        Assert.Equal("Five", result.Violations[0].What);
        Assert.Equal([1, 1, 2], result.Deadlock!.Events);
        Assert.Equal(1, result.DeadlockCount);
        Assert.Equal(6, result.States);
        Assert.Equal([3], result.NeverEnabled);
        Assert.False(result.Holds);
    }

    /// <summary>A start that breaks a rule on the way is told as such, and nothing goes on from there.</summary>
    [Fact]
    public void Start_that_is_broken_is_a_violation()
    {
        var result = new Explorer(() => new Stairs(isBroken: true), 2).Run(null, null, Explorer.DefaultMostStates, () => false);
        var met = Assert.Single(result.Violations);
        Assert.Equal("Ground", met.What);
        Assert.Empty(met.Trace.Events);
        Assert.Equal(0, result.States);
        Assert.False(result.Holds);
    }

    [Fact]
    public void Bound_on_states_stops_and_says_so()
    {
        var result = new Explorer(() => new ReadersWriters(3), 2).Run(null, null, 1000, () => false);
        Assert.Equal("states", result.Stopped);
        Assert.False(result.IsComplete);
        Assert.InRange(result.States, 1000, 21526);
    }

    /// <summary>Pinned: whoever changes a mix, or what is state, sees it here.</summary>
    [Theory]
    [InlineData("skb", 25020, 135662), InlineData("pages", 35205, 309826), InlineData("transmit", 8716, 25853), InlineData("completion", 19595, 62212), InlineData("threads", 49001, 296951)]
    public void Default_mix_has_the_pinned_states(string suite, int states, int transitions) => HasPinned(suite, states, transitions, 2);

    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("skb", 25020, 135662), InlineData("pages", 35205, 309826), InlineData("transmit", 8716, 25853), InlineData("completion", 19595, 62212), InlineData("threads", 49001, 296951)]
    public void Default_mix_has_the_pinned_states_on_one_core(string suite, int states, int transitions) => HasPinned(suite, states, transitions, 1);

    /// <summary>A parent and a child, two pages, one free page of swap space: every state.</summary>
    [LongFact]
    [Trait("Category", "Long")]
    public void Fork_is_complete_with_the_pinned_states()
    {
        var mix = ExploreMix.Find("fork")!;
        var result = new Explorer(() => new WorldExplored(mix, Profile.Tiny), 2).Run(null, null, Explorer.DefaultMostStates, () => false);
        Assert.True(result.IsComplete);
        Assert.Equal((319280, 5038448, 26), (result.States, result.Transitions, result.Depth));
        Assert.True(result.Holds);
        Assert.Empty(result.NeverEnabled);
    }

    [Theory]
    [InlineData("skb", 4), InlineData("pages", 3), InlineData("fork", 4), InlineData("threads", 4), InlineData("transmit", 2), InlineData("acenic", 2), InlineData("hme", 2), InlineData("completion", 2)]
    public void Whole_worlds_and_exact_texts_give_the_same_counts(string suite, int depth) => Agree(suite, depth);

    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("skb", 0), InlineData("pages", 0), InlineData("transmit", 0), InlineData("threads", 2), InlineData("completion", 0), InlineData("acenic", 1), InlineData("hme", 1)]
    public void Whole_worlds_and_exact_texts_agree_on_the_default_mix(string suite, int less) => Agree(suite, ExploreMix.Find(suite)!.DefaultDepth - less);

    private static void HasPinned(string suite, int states, int transitions, int jobs)
    {
        var mix = ExploreMix.Find(suite)!;
        var result = new Explorer(() => new WorldExplored(mix, Profile.Tiny), jobs).Run(mix.DefaultDepth, null, Explorer.DefaultMostStates, () => false);
        Assert.Equal((states, transitions), (result.States, result.Transitions));
        Assert.True(result.Holds);
        Assert.Empty(result.NeverEnabled);
    }

    private static void Agree(string suite, int depth)
    {
        var mix = ExploreMix.Find(suite)!;
        var fast = new Explorer(() => new WorldExplored(mix, Profile.Tiny), 2).Run(depth, null, Explorer.DefaultMostStates, () => false);
        Assert.Equal(new WholeWorlds(mix).Count(depth), ((int)fast.States, (int)fast.Transitions));
    }

    private static Exploration All(Func<IExplored> make, int jobs) => new Explorer(make, jobs).Run(null, null, Explorer.DefaultMostStates, () => false);

    /// <summary>Steps of 1 and 2 up to 5, where a law breaks; a side door from 1 that leads nowhere.</summary>
    private sealed class Stairs(bool isBroken = false) : IExplored
    {
        private int _at;

        public IReadOnlyList<string> Starts => ["bottom"];

        public IReadOnlyList<string> Events => ["one", "two", "door", "fly"];

        public IReadOnlyList<string> Premises => [];

        public bool IsDrained => _at == 4;

        public void Reset(int start) => _at = 0;

        public IReadOnlyList<string> JudgeStart(int start) => isBroken ? ["Ground"] : [];

        public bool Enabled(int @event) => @event switch
        {
            0 or 1 => _at < 5 && _at >= 0,
            2 => _at == 4,
            _ => false,
        };

        public void Apply(int @event) => _at = @event == 2 ? -1 : _at + @event + 1;

        public IReadOnlyList<string> Judge(int @event)
        {
            Apply(@event);
            return _at >= 5 ? ["Five"] : [];
        }

        public bool Occurred(int premise) => false;

        public void WriteState(StateWriter state) => state.Write(_at);
    }
}
