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
