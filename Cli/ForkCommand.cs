using System.CommandLine;
using System.Diagnostics;
using System.Text;
using ZeroCopy.Cli.Linux;
using ZeroCopy.Model;
using ZeroCopy.Properties.Fork;

namespace ZeroCopy.Cli;

/// <summary><c>zcverify fork</c>: what copy-on-write costs when the parent runs first, and when the child does; measured, and by set arithmetic.</summary>
internal static class ForkCommand
{
    private static readonly Option<string> Pages = new("--pages") { Description = $"anonymous pages of the process, 1 to {ForkExperiment.PagesMax}", DefaultValueFactory = _ => "64" };
    private static readonly Option<string> ParentWrites = new("--parent-writes") { Description = $"pages that the parent writes after fork: 0-39,44 or {PageSet.NoPage}", DefaultValueFactory = _ => "0-39" };
    private static readonly Option<string> ChildWrites = new("--child-writes") { Description = "pages that the child writes", DefaultValueFactory = _ => "24-43" };
    private static readonly Option<string> Order = new("--order") { Description = "who runs first: parent, child or both, one after the other", DefaultValueFactory = _ => "both" };
    private static readonly Option<string> ThenDoes = new("--then") { Description = "what the child does when it has written: exec, exit or stay", DefaultValueFactory = _ => "exec" };
    private static readonly Option<string> On = new("--on") { Description = "model, or linux: the running kernel", DefaultValueFactory = _ => "model" };
    private static readonly Option<string> KernelWord = new("--kernel") { Description = "the model's rules: linux244 or linux6", DefaultValueFactory = _ => "linux244" };
    private static readonly Option<string?> Chart = new("--chart") { Description = "write an SVG: copies over the number of pages that the parent writes" };
    private static readonly Option<string?> Mutant = new("--mutant") { Description = "run with this recorded bug compiled in" };
    private static readonly Option<bool> JsonOut = Verb.JsonOption();

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command(
            "fork",
            $"What copy-on-write costs after fork, by who runs first, beside what set arithmetic expects. Everything is counted from the return of fork to the end; what fork itself takes (page-table writes, frames) is told apart. Laws are evaluated after each operation up to {ModelForkMachine.PagesJudgedEachStep} pages, and beyond at the end of each phase. Status 1 when one is broken, or copies are not as expected.")
        {
            Pages, ParentWrites, ChildWrites, Order, ThenDoes, On, KernelWord, Chart, Mutant, JsonOut,
        };
        command.SetVerb(Run);
        return command;
    }

    private static ExitStatus Run(ParseResult parsed, CancellationToken cancel)
    {
        var pages = (int)Verb.Number(parsed.GetValue(Pages)!, "--pages", 1, ForkExperiment.PagesMax);
        var experiment = new ForkExperiment(pages, PagesOf(parsed, ParentWrites, pages), PagesOf(parsed, ChildWrites, pages), Word(parsed, ThenDoes, ("exec", Then.Exec), ("exit", Then.Exit), ("stay", Then.Stay)));
        var orders = Word<IReadOnlyList<ForkOrder>>(parsed, Order, ("parent", [ForkOrder.Parent]), ("child", [ForkOrder.Child]), ("both", [ForkOrder.Parent, ForkOrder.Child]));
        var kernel = Word(parsed, KernelWord, ("linux244", Kernel.Linux244), ("linux6", Kernel.Linux6));
        var isOnModel = Word(parsed, On, ("model", true), ("linux", false));
        if (CommonOptions.Mutant(parsed.GetValue(Mutant)) is { } mutant && CommandLine.Mutant is null)
        {
            return ScriptInput.On(mutant, parsed);
        }

        if (!isOnModel && pages > KernelForkMachine.PagesMax)
        {
            throw new InputException($"--pages {pages} is too many for --on linux: the adapter has {KernelForkMachine.PagesMax}");
        }

        using var cpu = isOnModel ? null : new OneCpu(0);
        using var cow = isOnModel ? null : new LinuxCow(Patience);
        if (cow is { Probe.HasPfn: false })
        {
            throw new AdapterException("--on linux counts copies by page frames, which /proc/PID/pagemap shows to root alone");
        }

        ForkMachine machine = cow is null ? new ModelForkMachine(kernel, pages) : new KernelForkMachine(cow);
        var whose = cow is null ? parsed.GetValue(KernelWord)! : cow.Probe.Release;
        using var output = parsed.GetValue(Chart) is { } path ? new OutputFile(path) : null;
        var chart = output is null ? null : new ForkChart(experiment, orders, $"{parsed.GetValue(On)}, {whose}");
        var clock = Stopwatch.StartNew();
        var outcomes = orders.Select(order => experiment.Run(machine, order, cancel)).ToList();
        chart?.Measure(machine, done => Terminal.Tell($"chart: {done} of {chart.Runs} runs"), cancel);
        Terminal.Tell(null);
        output?.Write(Encoding.UTF8.GetBytes(chart!.Svg()));
        output?.Keep();
        var report = new ForkReport(parsed.GetValue(On)!, whose, parsed.GetValue(ThenDoes)!, experiment, machine.Judged, outcomes, chart, parsed.GetValue(Chart), clock.Elapsed);
        if (parsed.GetValue(JsonOut))
        {
            Verb.Print(report.Json());
        }
        else
        {
            report.Print();
        }

        return report.Status;
    }

    private static PageSet PagesOf(ParseResult parsed, Option<string> option, int pages) =>
        PageSet.Refuse(parsed.GetValue(option)!, pages, out var set) is { } wrong ? throw new InputException($"{option.Name} {wrong}") : set;

    private static T Word<T>(ParseResult parsed, Option<string> option, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var word = parsed.GetValue(option);
        var words = new List<string>();
        foreach (var choice in choices)
        {
            if (choice.Word == word)
            {
                return choice.Value;
            }

            words.Add(choice.Word);
        }

        throw new InputException($"{option.Name} '{word}' is not {string.Join(", ", words[..^1])} or {words[^1]}");
    }
}
