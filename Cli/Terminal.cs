using Spectre.Console;

namespace ZeroCopy.Cli;

/// <summary>Standard output: colours and tables on a terminal, plain lines that never wrap in a pipe.</summary>
internal static class Terminal
{
    private const int NeverWrap = 10_000;

    public static IAnsiConsole Out { get; } = Create();

    /// <summary>One line on a terminal that the next is written over; null clears it. Nothing in a pipe.</summary>
    public static void Tell(string? line)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.Write($"\r\e[K{line}");
        }
    }

    /// <summary>How far something is: over and over on a terminal, a plain line at each tenth in a pipe.</summary>
    /// <param name="done">How many are done.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="what">What they are.</param>
    public static void Progress(int done, int count, string what)
    {
        if (!Console.IsErrorRedirected)
        {
            Tell($"{done} of {count} {what}");
        }
        else if (done * 10 / count > (done - 1) * 10 / count)
        {
            Console.Error.WriteLine($"{done} of {count} {what}");
        }
    }

    private static IAnsiConsole Create()
    {
        var console = AnsiConsole.Console;
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = NeverWrap;
        }

        return console;
    }
}
