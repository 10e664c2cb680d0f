using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ZeroCopy.Tests.Support;

/// <summary>The built program, as a user runs it.</summary>
internal static class Zcverify
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "zcverify.dll");

    /// <summary>Runs to the end and gives status, standard output and standard error.</summary>
    public static (int Status, string Out, string Error) Run(params string[] args)
    {
        using var process = Start(args);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>The command line of the built program, for a shell.</summary>
    public static string Spelled(params string[] args) => $"dotnet {Program} {string.Join(' ', args)}";

    /// <summary>Runs a line of shell.</summary>
    public static (int Status, string Out, string Error) RunInShell(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repo.Root })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Runs with --json and gives status and the one object that was printed.</summary>
    public static (int Status, JsonObject Json) RunJson(params string[] args)
    {
        var (status, output, _) = Run([.. args, "--json"]);
        return (status, JsonNode.Parse(output)!.AsObject());
    }

    /// <summary>Starts it, standard input empty and both outputs captured.</summary>
    public static Process Start(params string[] args) => Start([], args);

    /// <summary>The same in another environment.</summary>
    public static Process Start(IEnumerable<(string Name, string Value)> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repo.Root,
        };
        // As in the tests' own process: a short run is over before what its profile brings is compiled.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.ArgumentList.Add(Program);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Interrupts it when it has used so many seconds of processor time: on a busy machine it may still be starting when the clock says so.</summary>
    public static void InterruptAfter(Process process, double seconds)
    {
        while (!process.HasExited && process.TotalProcessorTime < TimeSpan.FromSeconds(seconds))
        {
            Thread.Sleep(100);
            process.Refresh();
        }

        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        kill!.WaitForExit();
    }
}
