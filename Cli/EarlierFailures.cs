using System.Text.Json.Nodes;
using Spectre.Console;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Cli;

/// <summary>What became of a script that was in the folder before the run.</summary>
internal enum Fate
{
    /// <summary>A rule is still broken.</summary>
    Violates,

    /// <summary>Every law holds now; it was moved.</summary>
    Fixed,

    /// <summary>It cannot be read or does not parse; it stays where it is.</summary>
    Unreadable,

    /// <summary>It is of another model than the one that runs: with another recorded bug, or with none. Nothing is known of it.</summary>
    OfAnotherModel,
}

/// <summary>A script of the folder, and what its replay showed.</summary>
/// <param name="File">Where it was found.</param>
/// <param name="Header">Its first line; null where it does not parse.</param>
/// <param name="Fate">What became of it.</param>
internal sealed record EarlierFailure(string File, ScriptHeader? Header, Fate Fate)
{
    /// <summary>What it breaks now.</summary>
    public IReadOnlyList<Violation> Violations { get; init; } = [];

    /// <summary>Its operations that were not enabled.</summary>
    public int Skipped { get; init; }

    /// <summary>Where it lies now; null where it was not moved.</summary>
    public string? MovedTo { get; init; }

    /// <summary>Why it could not be read.</summary>
    public string? Error { get; init; }
}

/// <summary>The scripts that earlier runs left, replayed before a run begins: each on the sizes, kernel, memory model and suite of its first line, whatever the run itself was asked for.</summary>
internal sealed class EarlierFailures
{
    private readonly List<EarlierFailure> _all = [];

    public IReadOnlyList<EarlierFailure> All => _all;

    public int Count(Fate fate) => _all.Count(failure => failure.Fate == fate);

    /// <summary>Replays the scripts of the folder in the order of their names, and moves those that hold.</summary>
    /// <param name="store">The folder.</param>
    /// <param name="cancel">Ends it between two steps; a script that was not finished stays and is not counted.</param>
    public static EarlierFailures Replay(FailureStore store, CancellationToken cancel)
    {
        var earlier = new EarlierFailures();
        foreach (var file in store.Scripts())
        {
            if (Judge(store, file, cancel) is not { } judged)
            {
                break;
            }

            earlier._all.Add(judged);
        }

        return earlier;
    }

    private static EarlierFailure? Judge(FailureStore store, string file, CancellationToken cancel)
    {
        Script script;
        try
        {
            script = FileType.Exists(file) && !FileType.IsRegular(file) ? throw new InputException($"{file} is not a regular file") : ScriptInput.Read(file);
        }
        catch (InputException wrong)
        {
            return new EarlierFailure(file, null, Fate.Unreadable) { Error = wrong.Message };
        }

        if ((CommonOptions.IdOf(script.Header.Mutant) ?? script.Header.Mutant) != CommandLine.Mutant)
        {
            return new EarlierFailure(file, script.Header, Fate.OfAnotherModel);
        }

        var replay = new Replay(script);
        try
        {
            while (!cancel.IsCancellationRequested && replay.Next(out _))
            {
            }
        }
        catch (ModelException broken)
        {
            throw new InvalidOperationException($"{file}: {broken.Message}", broken);
        }

        return cancel.IsCancellationRequested ? null
            : replay.Violations.Count > 0 ? new EarlierFailure(file, script.Header, Fate.Violates) { Violations = replay.Violations, Skipped = replay.Skipped }
            : new EarlierFailure(file, script.Header, Fate.Fixed) { Skipped = replay.Skipped, MovedTo = store.MoveToFixed(file) };
    }

    /// <summary>One line in all, and one for each script that is not as it was or cannot be told.</summary>
    public void Print(IAnsiConsole console)
    {
        if (_all.Count == 0)
        {
            return;
        }

        string Part(Fate fate, string what) => Count(fate) is var count and > 0 ? $", {count} {what}" : "";
        console.MarkupLineInterpolated(
            $"earlier failures: {Count(Fate.Violates) + Count(Fate.Fixed)} replayed{Part(Fate.Violates, "still violated")}{Part(Fate.Fixed, "fixed")}{Part(Fate.Unreadable, "not readable")}{Part(Fate.OfAnotherModel, "of another model left alone")}");
        foreach (var failure in _all)
        {
            switch (failure.Fate)
            {
                case Fate.Violates:
                    var now = failure.Violations[0].Rule;
                    var instead = failure.Header!.Expect is { } expected && failure.Violations.All(violation => violation.Rule.Id != expected) ? $" (no longer {expected})" : "";
                    console.MarkupLineInterpolated($"  [red]violated[/]  {failure.File}: {now.ToString()}{instead}");
                    break;
                case Fate.Fixed:
                    var skipped = failure.Skipped == 0 ? "" : $", with {failure.Skipped} of its operations not enabled";
                    console.MarkupLineInterpolated($"  [green]fixed[/]     {failure.File}: every law holds{skipped}; moved to {failure.MovedTo!}");
                    break;
                case Fate.Unreadable:
                    console.MarkupLineInterpolated($"  [yellow]unread[/]    {failure.Error!}");
                    break;
            }
        }
    }

    /// <summary>What could not be read, on standard error: where standard output is for programs.</summary>
    public void Complain()
    {
        foreach (var failure in _all.Where(failure => failure.Fate == Fate.Unreadable))
        {
            Console.Error.WriteLine($"zcverify: {failure.Error}");
        }
    }

    public JsonArray Json() => [.. _all.Select(Json)];

    private static JsonObject Json(EarlierFailure failure) => new()
    {
        ["file"] = failure.File,
        ["result"] = failure.Fate switch
        {
            Fate.Violates => "violation",
            Fate.Fixed => "fixed",
            Fate.Unreadable => "unreadable",
            Fate.OfAnotherModel => "of-another-model",
            _ => throw new ModelException($"no fate {failure.Fate}"),
        },
        ["suite"] = failure.Header?.Suite,
        ["mutant"] = failure.Header?.Mutant,
        ["expect"] = failure.Header?.Expect,
        ["rule"] = failure.Violations.Count > 0 ? failure.Violations[0].Rule.Id : null,
        ["law"] = failure.Violations.Count > 0 ? failure.Violations[0].Law : null,
        ["found"] = failure.Violations.Count > 0 ? failure.Violations[0].Explanation : null,
        ["skipped"] = failure.Skipped,
        ["movedTo"] = failure.MovedTo,
        ["error"] = failure.Error,
    };
}
