using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ZeroCopy.Cli.Linux;

/// <summary>The kernel that runs here, as tests/adapters/linux-cow.c drives it: lines that fork and write, each answered by one. Nothing of it is left when it is disposed, nor when this program is killed.</summary>
internal sealed class LinuxCow : IDisposable
{
    private const string Source = "linux-cow.c";

    /// <summary>A shell compiles, removes the folder and becomes the adapter, which ends where our end of its standard input closes, and be it because we were killed.</summary>
    private const string Keeper =
        """
        "$@" </dev/null >&2 || { status=$?; echo "$1 has not compiled it" >&2; rm -r "$0"; exit $status; }
        exec 3<"$0/linux-cow"
        rm -r "$0"
        exec /proc/self/fd/3
        """;

    private static readonly TimeSpan Compilation = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly TimeSpan _timeout;
    private readonly Timer _watchdog;
    private readonly StringBuilder _stderr = new();
    private volatile bool _isLate;
    private bool _isDisposed;

    /// <summary>Starts it; an <see cref="AdapterException"/> says why it cannot be had.</summary>
    /// <param name="timeout">The longest wait for an answer.</param>
    public LinuxCow(TimeSpan timeout)
    {
        if (Missing is { } missing)
        {
            throw new AdapterException(missing) { IsMissing = true };
        }

        _timeout = timeout;
        _folder = Folder();
        _process = Start([
            // In a session of its own: Ctrl-C in a terminal is meant for us.
            "setsid", "sh", "-c", Keeper, _folder.FullName,
            .. Compiler()!, "-O1", "-o", Path.Combine(_folder.FullName, "linux-cow"), Path.Combine(_folder.FullName, Source),
        ]);
        _watchdog = new Timer(_ =>
        {
            _isLate = true;
            Kill();
        });
        try
        {
            Probe = CowProbe.Parse(Ask("probe", Compilation));
        }
        catch (AdapterException)
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the kernel lets us do and see.</summary>
    public CowProbe Probe { get; }

    /// <summary>The broker, which all modelled processes are children of.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Why it cannot be had; null where all is there.</summary>
    public static string? Missing =>
        !OperatingSystem.IsLinux() ? "this is not Linux: there is no kernel to compare with"
        : Environment.SystemPageSize != CowKernel.PageBytes ? $"pages have {Environment.SystemPageSize} bytes here, not {CowKernel.PageBytes}"
        : Compiler() is not null ? null
        : Environment.GetEnvironmentVariable("CC") is { Length: > 0 } named ? $"$CC is {named}, which is not there"
        : "cc is not on the PATH, nor does $CC name a C compiler; Debian has it in the package gcc";

    /// <summary>Sends a line and waits for the answer.</summary>
    public string Ask(string line) => Ask(line, _timeout);

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _watchdog.Change(_timeout, Timeout.InfiniteTimeSpan);
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before us.
        }

        _process.WaitForExit();
        _watchdog.Dispose();
        _process.Dispose();
        Remove(_folder);
    }

    private string Ask(string line, TimeSpan timeout)
    {
        _watchdog.Change(timeout, Timeout.InfiniteTimeSpan);
        string? answer = null;
        try
        {
            _process.StandardInput.Write(line + "\n");
            answer = _process.StandardOutput.ReadLine();
        }
        catch (IOException)
        {
            // A broken pipe says no more than an end of file.
        }

        if (answer is null)
        {
            throw Explain(line, timeout);
        }

        _watchdog.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return answer;
    }

    private AdapterException Explain(string line, TimeSpan timeout)
    {
        var isLate = _isLate;
        _process.WaitForExit();
        lock (_stderr)
        {
            var said = _stderr.ToString().Trim().ReplaceLineEndings(" | ");
            return new AdapterException(
                $"{(isLate ? $"'{line}' was not answered within {timeout.TotalSeconds} s" : $"the adapter has ended with status {_process.ExitCode} at '{line}'")}; its standard error {(said.Length == 0 ? "is empty" : $"says: {said}")}");
        }
    }

    private void Kill()
    {
        try
        {
            // A compiler as well; of the adapter, its processes go with it.
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception over) when (over is InvalidOperationException or Win32Exception)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>The words of the compiler's command: of $CC, or cc.</summary>
    private static string[]? Compiler()
    {
        string[] words = (Environment.GetEnvironmentVariable("CC") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } named ? named : ["cc"];
        var isThere = words[0].Contains('/', StringComparison.Ordinal)
            ? File.Exists(words[0])
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, words[0])));
        return isThere ? words : null;
    }

    /// <summary>A folder with the source.</summary>
    private static DirectoryInfo Folder()
    {
        try
        {
            var folder = Directory.CreateTempSubdirectory("zcverify-cow-");
            using var source = typeof(LinuxCow).Assembly.GetManifestResourceStream($"adapter/{Source}") ?? throw new InvalidOperationException($"{Source} is not in the assembly");
            using var file = File.Create(Path.Combine(folder.FullName, Source));
            source.CopyTo(file);
            return folder;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new AdapterException($"no folder can be made in {Path.GetTempPath()}: {failed.Message}", failed);
        }
    }

    /// <summary>The shell has removed it, unless it was not there or was killed.</summary>
    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private Process Start(string[] command)
    {
        var process = new Process { StartInfo = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true } };
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_stderr)
            {
                _stderr.Append(line.Data is null ? "" : line.Data + "\n");
            }
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception failed)
        {
            Remove(_folder);
            throw new AdapterException($"{command[0]} could not be started: {failed.Message}", failed);
        }

        process.StandardInput.AutoFlush = true;
        process.BeginErrorReadLine();
        return process;
    }
}
