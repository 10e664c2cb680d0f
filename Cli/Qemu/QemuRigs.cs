using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Cli.Qemu;

/// <summary>QEMUs beside each other, each with our own device as a team. They end with this.</summary>
internal sealed class QemuRigs : IDisposable
{
    private readonly List<QemuRig> _qemus = [];

    /// <summary>Starts them; an <see cref="AdapterException"/> says why one cannot be had.</summary>
    /// <param name="count">How many.</param>
    /// <param name="timeout">The longest wait for an answer.</param>
    /// <param name="sent">Told of every line that goes to them; null for nobody.</param>
    public QemuRigs(int count, TimeSpan timeout, Action<string>? sent = null)
    {
        var binary = QemuProcess.Find() ?? throw new AdapterException($"{QemuProcess.Binary} is not on the PATH; Debian has it in the package qemu-system-sparc") { IsMissing = true };
        Version = QemuProcess.Version(binary);
        try
        {
            for (var i = 0; i < count; i++)
            {
                _qemus.Add(new QemuRig(binary, Version, timeout, sent));
            }
        }
        catch (AdapterException)
        {
            Dispose();
            throw;
        }
    }

    public string Version { get; }

    public IReadOnlyList<IReadOnlyList<Rig>> Teams => [.. _qemus.Select(qemu => (Rig[])[qemu.Rig, Rig.Ours()])];

    public void Dispose() => _qemus.ForEach(qemu => qemu.Dispose());
}
