using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ZeroCopy.Cli.Qemu;

/// <summary>A QEMU without a guest: a sun4u whose CPU stands still, a sunhme on PCI bus B, its registers and memory over the qtest protocol, its frames as datagrams. Nothing of it is left when it is disposed, nor when this program is killed.</summary>
internal sealed partial class QemuProcess : IDisposable
{
    /// <summary>The binary; those of other targets have no sunhme.</summary>
    public const string Binary = "qemu-system-sparc64";

    private const int MemoryMegabytes = 512;

    /// <summary>A shell stands between us and QEMU. Where our end of its standard input closes, and be it because we were killed, it ends QEMU; and however QEMU ends, it removes the folder.</summary>
    private const string Keeper =
        """
        exec 3<&0
        "$@" 3<&- </dev/null & qemu=$!
        { cat <&3; kill -KILL $qemu; } >/dev/null 2>&1 & keeper=$!
        wait $qemu; status=$?
        rm -r "$0"
        kill $keeper 2>/dev/null
        exit $status
        """;

    private readonly Process _process;
    private readonly StringBuilder _stderr = new();

    private QemuProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_stderr)
            {
                _stderr.Append(line.Data is null ? "" : line.Data + "\n");
            }
        };
    }

    /// <summary>Where the binary is; null where it is not installed.</summary>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, Binary))
        .FirstOrDefault(File.Exists);

    /// <summary>Its version, such as 7.2.22.</summary>
    public static string Version(string binary)
    {
        using var process = Start(binary, "--version");
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return VersionNumber().Match(text) is { Success: true } match
            ? match.Value
            : throw new AdapterException($"{binary} --version says '{text.Trim()}', which is no version of QEMU");
    }

    /// <summary>Starts one and waits until it has connected.</summary>
    /// <param name="binary">From <see cref="Find"/>.</param>
    /// <param name="timeout">The longest wait for an answer.</param>
    /// <param name="link">Its qtest connection and the socket of its frames.</param>
    public static QemuProcess Start(string binary, TimeSpan timeout, out QtestLink link)
    {
        var folder = Folder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "qt")));
        listener.Listen(1);
        var frames = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        frames.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "rx")));

        var qemu = new QemuProcess(
            // In a session of its own: Ctrl-C in a terminal is meant for us, and QEMU would obey it first.
            Start(
                "setsid", "sh", "-c", Keeper, folder.FullName, binary,
                "-M", "sun4u", "-accel", "tcg", "-global", "sparc64-cpu.start-powered-off=on", "-m", $"{MemoryMegabytes}",
                "-nodefaults", "-display", "none", "-vga", "none", "-qtest", $"unix:{folder.FullName}/qt", "-qtest-log", "none",
                "-netdev", $"dgram,id=n0,local.type=unix,local.path={folder.FullName}/qn,remote.type=unix,remote.path={folder.FullName}/rx",
                "-device", "sunhme,bus=pciB,netdev=n0"));
        qemu._process.BeginErrorReadLine();
        var accepted = listener.AcceptAsync();
        try
        {
            if (Task.WaitAny(accepted, qemu._process.WaitForExitAsync(), Task.Delay(timeout)) != 0)
            {
                throw new AdapterException(qemu._process.HasExited ? "QEMU ended before it connected" : $"QEMU did not connect within {timeout.TotalSeconds} s");
            }
        }
        catch (AdapterException failed)
        {
            var told = qemu.Explain(failed);
            frames.Dispose();
            qemu.Dispose();
            throw told;
        }

        link = new QtestLink(accepted.Result, frames, timeout);
        return qemu;
    }

    /// <summary>A failure with how QEMU ended and what it wrote to its standard error.</summary>
    public AdapterException Explain(AdapterException failed)
    {
        // It may be about to end.
        var ended = _process.WaitForExit(TimeSpan.FromSeconds(0.5));
        if (ended)
        {
            // Without a limit, so that its last line has come.
            _process.WaitForExit();
        }

        lock (_stderr)
        {
            var said = _stderr.ToString().Trim().ReplaceLineEndings(" | ");
            return new AdapterException($"{failed.Message}{(ended ? $"; QEMU has ended with status {_process.ExitCode}" : "")}; its standard error {(said.Length == 0 ? "is empty" : $"says: {said}")}", failed);
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Where its sockets lie, whose paths may not be long.</summary>
    private static DirectoryInfo Folder()
    {
        const int longestSocketPath = 104;
        try
        {
            var folder = Directory.CreateTempSubdirectory("zcverify-qemu-");
            if (Path.Combine(folder.FullName, "qt").Length <= longestSocketPath)
            {
                return folder;
            }

            folder.Delete();
            throw new AdapterException($"{Path.GetTempPath()} is too long for the path of a socket; TMPDIR names another");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new AdapterException($"no folder can be made in {Path.GetTempPath()}: {failed.Message}", failed);
        }
    }

    private static Process Start(string binary, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })
                ?? throw new AdapterException($"{binary} could not be started");
        }
        catch (Win32Exception failed)
        {
            throw new AdapterException($"{binary} could not be started: {failed.Message}", failed);
        }
    }

    [GeneratedRegex("[0-9]+\\.[0-9]+\\.[0-9]+")]
    private static partial Regex VersionNumber();
}
