using Spectre.Console;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Cli;

/// <summary>How far a run is, on standard error: a live line for each suite on a terminal, nothing in a pipe, where a plain line appears with each suite's end.</summary>
internal abstract class RunProgress : IDisposable
{
    public static RunProgress Start(bool json, IReadOnlyList<Suite> suites, long? cases, TimeSpan? time) =>
        json || Console.IsErrorRedirected ? new Plain(quiet: json) : new Live(suites, cases, time);

    public abstract void Report(Suite suite, Tally tally, TimeSpan elapsed);

    public abstract void Finish(SuiteResult result);

    public abstract void Dispose();

    private static string Say(Tally tally, TimeSpan elapsed) =>
        $"{tally.Applied:N0} operations, {tally.Applied / Math.Max(elapsed.TotalSeconds, 1e-3):N0}/s{(tally.FailedCases == 0 ? "" : $", {tally.FailedCases:N0} sequences violate")}";

    private sealed class Plain(bool quiet) : RunProgress
    {
        public override void Report(Suite suite, Tally tally, TimeSpan elapsed)
        {
        }

        public override void Finish(SuiteResult result)
        {
            if (!quiet)
            {
                Console.Error.WriteLine($"{result.Suite.Name}: {Say(result.Tally, TimeSpan.FromSeconds(result.Seconds))}");
            }
        }

        public override void Dispose()
        {
        }
    }

    /// <summary>Spectre draws from a thread of its own until it is told that all is done.</summary>
    private sealed class Live : RunProgress
    {
        private readonly Dictionary<Suite, ProgressTask> _tasks = [];
        private readonly ManualResetEventSlim _done = new();
        private readonly Thread _thread;
        private readonly long? _cases;
        private readonly TimeSpan? _time;

        public Live(IReadOnlyList<Suite> suites, long? cases, TimeSpan? time)
        {
            (_cases, _time) = (cases, time);
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
            using var ready = new ManualResetEventSlim();
            _thread = new Thread(() => console.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
                .Start(context =>
                {
                    foreach (var suite in suites)
                    {
                        _tasks.Add(suite, context.AddTask(Line(suite, "waiting"), autoStart: true, maxValue: 1));
                    }

                    ready.Set();
                    _done.Wait();
                }));
            _thread.Start();
            ready.Wait();
        }

        public override void Report(Suite suite, Tally tally, TimeSpan elapsed)
        {
            _tasks[suite].Value = _cases is { } cases ? (double)tally.Cases / cases : elapsed / _time!.Value;
            _tasks[suite].Description = Line(suite, Say(tally, elapsed));
        }

        public override void Finish(SuiteResult result)
        {
            _tasks[result.Suite].Value = 1;
            _tasks[result.Suite].Description = Line(result.Suite, Say(result.Tally, TimeSpan.FromSeconds(result.Seconds)));
        }

        public override void Dispose()
        {
            _done.Set();
            _thread.Join();
            _done.Dispose();
        }

        private static string Line(Suite suite, string what) => $"{suite.Name,-9} {what}".EscapeMarkup();
    }
}
