using Spectre.Console;

namespace ZeroCopy.Cli;

/// <summary>Standard output: colours and tables on a terminal, plain lines that never wrap in a pipe.</summary>
internal static class Terminal
{
    private const int NeverWrap = 10_000;

    public static IAnsiConsole Out { get; } = Create();

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
