using System.CommandLine;
using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli;

/// <summary>A script from a file or from standard input.</summary>
internal static class ScriptInput
{
    private const string StandardInput = "-";

    /// <summary>Kept, so that a mutant's copy of the program can read it again.</summary>
    private static string? _fromStandardInput;

    /// <summary>Reads and parses; what is wrong is an <see cref="InputException"/> that names token and line.</summary>
    public static Script Read(string path) => Read(path, static text => Script.Parse(text, Language.All));

    /// <summary>The same for a script of another language.</summary>
    public static T Read<T>(string path, Func<string, T> parse)
    {
        try
        {
            return parse(Text(path));
        }
        catch (ScriptException wrong)
        {
            throw new InputException($"{path}: {wrong.Message}");
        }
    }

    /// <summary>Runs the command line again on the model with the recorded bug that the script's header names.</summary>
    public static ExitStatus On(string mutant, ParseResult parsed)
    {
        if (_fromStandardInput is { } text)
        {
            Console.SetIn(new StringReader(text));
        }

        return CommandLine.On(mutant, [.. parsed.Tokens.Select(token => token.Value)]);
    }

    private static string Text(string path)
    {
        if (path == StandardInput)
        {
            return _fromStandardInput = Console.In.ReadToEnd();
        }

        try
        {
            return Directory.Exists(path) ? throw new InputException($"{path} is a directory") : File.ReadAllText(path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {failed.Message}");
        }
    }
}
