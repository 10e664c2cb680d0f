using Spectre.Console;
using ZeroCopy.Properties.Send;

namespace ZeroCopy.Cli;

/// <summary>The progress of a large file on standard error: a bar on a terminal, else a line each tenth.</summary>
internal static class SendProgress
{
    private const long LargeBytes = 64 << 20;

    /// <summary>Runs the work, which reports the bytes sent so far.</summary>
    public static Transfer Show(long length, bool quiet, Func<Action<long>, Transfer> work)
    {
        if (quiet || length < LargeBytes)
        {
            return work(_ => { });
        }

        return Console.IsErrorRedirected ? work(Lines(length)) : Bar(length, work);
    }

    private static Transfer Bar(long length, Func<Action<long>, Transfer> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask("sending on both paths", maxValue: length);
                return work(sent => task.Value = sent);
            });
    }

    private static Action<long> Lines(long length)
    {
        var tenth = 0L;
        return sent =>
        {
            if (sent * 10 / length > tenth)
            {
                tenth = sent * 10 / length;
                Console.Error.WriteLine($"{tenth * 10} % of {length} bytes");
            }
        };
    }
}
