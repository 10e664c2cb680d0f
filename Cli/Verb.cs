using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using ZeroCopy.Model;

namespace ZeroCopy.Cli;

/// <summary>What a run ended with.</summary>
public enum ExitStatus
{
    /// <summary>Everything held.</summary>
    Holds = 0,

    /// <summary>A violation, or a difference.</summary>
    Violation = 1,

    /// <summary>Wrong usage or input.</summary>
    InputError = 2,

    /// <summary>The harness itself failed.</summary>
    HarnessError = 3,

    /// <summary>Interrupted, with nothing found.</summary>
    Interrupted = 130,
}

/// <summary>Wrong usage or input: one line for the user.</summary>
public sealed class InputException(string message) : Exception(message);

/// <summary>What all verbs share: statuses, one line for each error, JSON for each status, Ctrl-C.</summary>
public static class Verb
{
    public static readonly JsonSerializerOptions Json = new() { WriteIndented = false };

    public static Option<bool> JsonOption() => new("--json") { Description = "print one JSON object and nothing else" };

    /// <summary>Parses and runs; every outcome is one of <see cref="ExitStatus"/>.</summary>
    public static int Run(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Action is HelpAction)
        {
            return parsed.Invoke();
        }

        var verb = parsed.CommandResult.Command.Name;
        var json = args.Contains("--json");
        if (parsed.Errors.Count > 0)
        {
            return Fail(verb, json, ExitStatus.InputError,
                parsed.UnmatchedTokens.Count > 0 ? $"'{parsed.UnmatchedTokens[0]}' is not known here; --help says more"
                : parsed.Errors[0].Message);
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    /// <summary>The action of a verb: runs it under Ctrl-C and turns exceptions into statuses.</summary>
    public static void SetVerb(this Command command, Func<ParseResult, CancellationToken, ExitStatus> run) => command.SetAction(parsed =>
    {
        var json = parsed.GetValue<bool>("--json");
        using var cancel = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            cancel.Cancel();
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return (int)run(parsed, cancel.Token);
        }
        catch (InputException wrong)
        {
            return Fail(command.Name, json, ExitStatus.InputError, wrong.Message);
        }
        catch (OperationCanceledException)
        {
            return Fail(command.Name, json, ExitStatus.Interrupted, "interrupted");
        }
        catch (AdapterException missing)
        {
            return Fail(command.Name, json, ExitStatus.HarnessError, missing.Message, ("probe", new JsonObject { ["available"] = !missing.IsMissing }));
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            return Fail(command.Name, json, ExitStatus.HarnessError, $"the harness failed: {(broken is AggregateException { InnerException: { } one } ? one : broken).Message}\n{broken.GetBaseException()}");
        }
    });

    /// <summary>A whole number in a range, given as an option.</summary>
    public static long Number(string text, string option, long from, long to) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to
            ? value
            : throw new InputException($"{option} '{text}' is not a whole number from {from} to {to}");

    /// <summary>The value of --seed; 1 where it was not given.</summary>
    public static ulong Seed(string? text) => text is null ? 1
        : text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InputException($"--seed '{text}' is not a number of 64 bits, decimal or 0x");

    /// <summary>A time such as 30s or 5m, given as an option.</summary>
    public static TimeSpan Time(string text, string option)
    {
        var unit = text.EndsWith('s') ? 1 : text.EndsWith('m') ? 60 : 0;
        return unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 1_000_000
            ? TimeSpan.FromSeconds((long)number * unit)
            : throw new InputException($"{option} '{text}' is not a time such as 30s or 5m");
    }

    public static string Word(ExitStatus status) => status switch
    {
        ExitStatus.Holds => "holds",
        ExitStatus.Violation => "violation",
        ExitStatus.InputError => "input-error",
        ExitStatus.HarnessError => "harness-error",
        ExitStatus.Interrupted => "interrupted",
        _ => throw new ModelException($"no status {status}"),
    };

    /// <summary>Says what went wrong: one line on standard error, and the JSON object where it was asked for.</summary>
    private static int Fail(string verb, bool json, ExitStatus status, string message, params IEnumerable<(string Name, JsonNode Value)> more)
    {
        Console.Error.WriteLine($"zcverify: {message}");
        if (json)
        {
            var printed = new JsonObject
            {
                ["schema"] = 1,
                ["verb"] = verb,
                ["result"] = Word(status),
                ["stopped"] = status == ExitStatus.Interrupted ? "interrupted" : null,
                ["error"] = message,
            };
            foreach (var (name, value) in more)
            {
                printed[name] = value;
            }

            Print(printed);
        }

        return (int)status;
    }

    /// <summary>The one JSON object of a run.</summary>
    public static void Print(JsonObject value) => Console.Out.WriteLine(value.ToJsonString(Json));
}
