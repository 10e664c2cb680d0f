using FsCheck;
using FsCheck.Xunit;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties.Fork;

namespace ZeroCopy.Tests.Fork;

/// <summary>Copies after fork: measured on the model, and by set arithmetic.</summary>
public sealed class ForkExperimentTests
{
    [Theory]
    [InlineData(ForkOrder.Parent, Then.Exec, 44, 124)]
    [InlineData(ForkOrder.Parent, Then.Exit, 44, 124)]
    [InlineData(ForkOrder.Parent, Then.Stay, 44, 60)]
    [InlineData(ForkOrder.Child, Then.Exec, 20, 124)]
    [InlineData(ForkOrder.Child, Then.Exit, 20, 124)]
    [InlineData(ForkOrder.Child, Then.Stay, 44, 60)]
    public void Of_64_pages_the_parent_writes_40_and_the_child_20(ForkOrder order, Then then, int copies, int pteWrites)
    {
        var experiment = new ForkExperiment(64, Pages("0-39"), Pages("24-43"), then);
        Assert.Equal(copies, experiment.Expected(order));
        foreach (var kernel in Enum.GetValues<Kernel>())
        {
            var outcome = experiment.Run(new ModelForkMachine(kernel, 64), order, CancellationToken.None);
            Assert.True(outcome.Holds);
            Assert.Equal(new ForkCost(60, copies, 0, copies, pteWrites), outcome.Cost);
            Assert.Equal(new ForkCost(0, 0, 0, 0, 128), outcome.Fork);
        }
    }

    /// <summary>On either side of the number of pages up to which each operation is judged.</summary>
    [Property(MaxTest = 200)]
    public void Measured_is_as_expected(byte pages, byte[] parent, byte[] child, ForkOrder order, Then then, Kernel kernel)
    {
        var count = 1 + (pages % 80);
        var experiment = new ForkExperiment(count, Among(count, parent), Among(count, child), then);
        var outcome = experiment.Run(new ModelForkMachine(kernel, count), order, CancellationToken.None);
        var faults = experiment.ParentWrites.Count + experiment.ChildWrites.Count;
        Assert.Empty(outcome.Violations);
        Assert.Equal(new ForkCost(faults, outcome.Expected, 0, outcome.Expected, faults + (then == Then.Stay ? 0 : count)), outcome.Cost);
        Assert.Equal(2 * count, outcome.Fork.PteWrites);
    }

    [Fact]
    public void The_child_that_stays_costs_the_same_in_either_order()
    {
        var experiment = new ForkExperiment(9, Pages("0-3,8"), Pages("2-5"), Then.Stay);
        Assert.Equal([7, 7], Enum.GetValues<ForkOrder>().Select(experiment.Expected));
    }

    [Fact]
    public void Thousands_of_pages_are_judged_at_the_end_of_each_phase()
    {
        var machine = new ModelForkMachine(Kernel.Linux244, ForkExperiment.PagesMax);
        var outcome = new ForkExperiment(ForkExperiment.PagesMax, Pages("0-4095"), Pages("1000-2999"), Then.Exec).Run(machine, ForkOrder.Child, CancellationToken.None);
        Assert.Equal("every law after the last operation of each phase", machine.Judged);
        Assert.True(outcome.Holds);
        Assert.Equal(2000, outcome.Cost.Copies);
    }

    [Fact]
    public void A_machine_that_copies_too_much_does_not_hold()
    {
        var outcome = new ForkExperiment(4, Pages("0-1"), Pages("none"), Then.Stay).Run(new Wasteful(), ForkOrder.Parent, CancellationToken.None);
        Assert.Equal((2, 3), (outcome.Expected, outcome.Cost.Copies));
        Assert.False(outcome.Holds);
    }

    /// <summary>do_wp_page() that never takes the page where it lies, and a fork that leaves the parent's entries writable.</summary>
    [Theory]
    [InlineData("Model/Pages/MmStruct.Fault.cs", "|| page.Count == 1", "", "64")]
    [InlineData("Model/Pages/MmStruct.Fork.cs", "parent.Writable = false;", "", "64")]
    [InlineData("Model/Pages/MmStruct.Fork.cs", "parent.Writable = false;", "", "100")]
    public void A_wrong_kernel_is_a_violation(string file, string find, string replace, string pages)
    {
        var source = Sources.Of("Model").Single(source => source.Path == file).Text;
        var build = MutantBuild.Of(find, new Dictionary<string, string> { [file] = source.Replace(find, replace, StringComparison.Ordinal) });
        Assert.Equal(1, build.Call<int>("zcverify", "ZeroCopy.Cli.CommandLine", "Run", new[] { "fork", "--pages", pages }, find));
    }

    [Theory]
    [InlineData("none", "none", 0)]
    [InlineData("7", "7", 1)]
    [InlineData("0-3,8", "0-3,8", 5)]
    [InlineData("8,3,0-2,1-2", "0-3,8", 5)]
    [InlineData("0-9", "0-9", 10)]
    public void Ranges_are_spelled_in_order(string text, string spelled, int count)
    {
        Assert.Null(PageSet.Refuse(text, 10, out var set));
        Assert.Equal((spelled, count), (set.ToString(), set.Count));
    }

    [Property]
    public bool A_spelled_set_reads_as_itself(byte[] pages)
    {
        var set = PageSet.Of(pages.Select(page => (int)page));
        return PageSet.Refuse(set.ToString(), 256, out var read) is null && read.Pages.SequenceEqual(set.Pages);
    }

    private static PageSet Pages(string text)
    {
        Assert.Null(PageSet.Refuse(text, ForkExperiment.PagesMax, out var set));
        return set;
    }

    private static PageSet Among(int pages, byte[] drawn) => PageSet.Of(drawn.Select(page => page % pages));

    /// <summary>Copies each page that is written, and one more at the first.</summary>
    private sealed class Wasteful : ForkMachine
    {
        private long _copies;

        public override ForkCost Cost => new(0, _copies, 0, null, null);

        public override string Judged => "never";

        public override long Steps => 0;

        public override bool Start(int pages) => true;

        public override bool Fork() => true;

        public override bool Write(Relative who, int page, bool endsPhase)
        {
            _copies += page == 0 ? 2 : 1;
            return true;
        }

        public override bool LetGo(Then how) => true;
    }
}
