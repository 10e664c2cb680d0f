using System.CommandLine;
using ZeroCopy.Cli.Mutants;

namespace ZeroCopy.Cli;

/// <summary>The program: its verbs, and the recorded bug that it was compiled with.</summary>
internal static class CommandLine
{
    /// <summary>The mutant that runs under this copy of the program; null for the model as it is.</summary>
    public static string? Mutant { get; private set; }

    /// <summary>Parses and runs. A mutant's copy of the program is entered here too, so that the types it meets are the mutant's own.</summary>
    /// <param name="args">Without a verb: every suite for a few seconds.</param>
    /// <param name="mutant">What this copy was compiled with.</param>
    public static int Run(string[] args, string? mutant)
    {
        Mutant = mutant;
        var root = new RootCommand("An executable specification of Linux 2.4.4 zero-copy networking and copy-on-write fork. Without a verb it runs every suite, 5 s each.")
        {
            RunCommand.Create(),
            ExploreCommand.Create(),
            ReplayCommand.Create(),
            ShrinkCommand.Create(),
            MutantsCommand.Create(),
            SendCommand.Create(),
            ForkCommand.Create(),
            ConformCommand.Create(),
            SpecCommand.Create(),
            BenchCommand.Create(),
        };
        return Verb.Run(root, args.Length == 0 || (args[0].StartsWith("--", StringComparison.Ordinal) && args[0] is not ("--help" or "--version")) ? ["run", .. args] : args);
    }

    /// <summary>Runs the same command line on the model with a recorded bug compiled in.</summary>
    public static ExitStatus On(string mutant, IReadOnlyList<string> args)
    {
        var found = Sources.Find(mutant) ?? throw new InputException($"'{mutant}' is not a mutant; 'zcverify mutants --list' names them");
        Terminal.Tell($"compiling the model with {found.Id}, {found.Title} ...");
        var build = MutantBuild.Of(found);
        Terminal.Tell(null);
        return (ExitStatus)build.Call<int>("zcverify", "ZeroCopy.Cli.CommandLine", nameof(Run), args.ToArray(), found.Id);
    }
}
