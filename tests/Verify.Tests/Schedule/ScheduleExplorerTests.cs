using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Smp;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Schedule;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Schedule;

/// <summary>Every schedule within the bounds: pinned counts, and the same counts where nothing is pruned.</summary>
public sealed class ScheduleExplorerTests
{
    [Theory]
    [InlineData("acenic", MemoryModel.Tso, "mid-packet-1", 2, 2)]
    [InlineData("acenic", MemoryModel.Rmo, "empty-3", 1, 1)]
    [InlineData("acenic", MemoryModel.Rmo, "stopped-1", 0, 2)]
    [InlineData("hme", MemoryModel.Tso, "below-stop-2", 1, 0)]
    [InlineData("hme", MemoryModel.Rmo, "empty-2", 1, 2)]
    [InlineData("acenic", MemoryModel.Rmo, "closing-3", 0, 2)]
    [InlineData("hme", MemoryModel.Tso, "watchdog-3", 0, 1)]
    [InlineData("acenic", MemoryModel.Tso, "after-timeout-2", 1, 1)]
    public void Pruning_loses_no_schedule_and_no_state(string driver, MemoryModel model, string start, int preemptions, int reorderings)
    {
        var pruned = Explore(driver, model, start, preemptions, reorderings, prunes: true);
        var whole = Explore(driver, model, start, preemptions, reorderings, prunes: false);
        Assert.Equal(whole.Schedules, pruned.Schedules);
        Assert.Equal(whole.States, pruned.States);
        Assert.Equal(whole.Premises.Select(met => (met.Premise, met.Schedules)), pruned.Premises.Select(met => (met.Premise, met.Schedules)));
        Assert.Empty(pruned.Violations);
        Assert.Empty(whole.Violations);
        Assert.True(whole.Steps >= pruned.Steps);
    }

    /// <summary>A claim that fails on some schedules only fails on the same ones, by the same fewest preemptions.</summary>
    [Fact]
    public void Pruning_finds_the_same_violation()
    {
        var neverWaits = Law.Always(AceRules.WaitsForReclaimOnly,
            (in Properties.Laws.Step _, NetDevice device) => device.Smp is not { IsHandling: true } || device.Smp.IsOutsideDriver || device.Smp.Agents[0].IsIdle || device.Smp.Agents[0].Pending.Access != Access.SetBit,
            (_, _) => "the queue is stopped while the handler runs");
        var pruned = Explore("acenic", MemoryModel.Tso, "mid-packet-3", 1, 0, prunes: true, neverWaits);
        var whole = Explore("acenic", MemoryModel.Tso, "mid-packet-3", 1, 0, prunes: false, neverWaits);
        Assert.Equal(whole.Violations.Select(Told), pruned.Violations.Select(Told));
        Assert.Equal(whole.Schedules, pruned.Schedules);
    }

    [Theory]
    [InlineData("acenic", MemoryModel.Tso, "empty-1", 1, 1)]
    [InlineData("hme", MemoryModel.Rmo, "empty-1", 1, 1)]
    public void Counts_are_pinned(string driver, MemoryModel model, string start, int preemptions, int reorderings)
    {
        var result = Explore(driver, model, start, preemptions, reorderings, prunes: true);
        Assert.Equal(Small[(driver, model)], (result.States, (long)result.Schedules));
    }

    private static readonly Dictionary<(string, MemoryModel), (long, long)> Small = new()
    {
        [("acenic", MemoryModel.Tso)] = (2_826, 879),
        [("hme", MemoryModel.Rmo)] = (1_879, 401),
    };

    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("acenic", MemoryModel.Tso, 961_845, 12_566_668)]
    [InlineData("acenic", MemoryModel.Rmo, 2_183_010, 13_190_015)]
    [InlineData("hme", MemoryModel.Tso, 380_027, 1_398_610)]
    [InlineData("hme", MemoryModel.Rmo, 811_987, 1_536_041)]
    public void All_schedules_with_two_preemptions_and_two_reorderings_hold(string driver, MemoryModel model, long states, long schedules)
    {
        var mix = ScheduleMix.Find(driver)!;
        var profile = Model.Profile.Tiny with { MemoryModel = model };
        var (allStates, allSchedules) = (0L, 0L);
        for (var start = 0; start < mix.Starts.Count; start++)
        {
            var result = new ScheduleExplorer(mix, profile, Suites.Find(driver)!.LawsIn(profile), ScheduleExplorer.DefaultPreemptions, ScheduleExplorer.DefaultReorderings).Run(start);
            Assert.Empty(result.Violations);
            allStates += result.States;
            allSchedules += (long)result.Schedules;
        }

        Assert.Equal((states, schedules), (allStates, allSchedules));
    }

    private static string Told(ScheduleTo broken) => $"{broken.What} {broken.Preemptions} {broken.Reorderings}";

    private static ScheduleResult Explore(string driver, MemoryModel model, string start, int preemptions, int reorderings, bool prunes, Law? beside = null)
    {
        var mix = ScheduleMix.Find(driver)!;
        var profile = Model.Profile.Tiny with { MemoryModel = model };
        Law[] laws = [.. Suites.Find(driver)!.LawsIn(profile), .. beside is null ? (Law[])[] : [beside]];
        return new ScheduleExplorer(mix, profile, laws, preemptions, reorderings, prunes).Run(mix.Starts.ToList().FindIndex(each => each.Name == start));
    }
}
