using ZeroCopy.Properties.Conform;

namespace ZeroCopy.Cli.Qemu;

/// <summary>A running QEMU as one side of a comparison. It ends with this.</summary>
internal sealed class QemuRig : IDisposable
{
    private readonly QemuProcess _process;
    private readonly QtestLink _link;

    /// <summary>Starts one; an <see cref="AdapterException"/> says why it cannot be had.</summary>
    public QemuRig(string binary, string version, TimeSpan timeout, Action<string>? sent)
    {
        _process = QemuProcess.Start(binary, timeout, out _link);
        _link.Sent = sent;
        _link.Explain = _process.Explain;
        try
        {
            var machine = new Sun4u(_link);
            Rig = new Rig($"QEMU {version}", site =>
            {
                var device = new QemuHme(machine, site);
                return new Card(device, () => device.IsIrqRaised, KeepsBooks: false);
            });
        }
        catch (AdapterException)
        {
            Dispose();
            throw;
        }
    }

    public Rig Rig { get; }

    public void Dispose()
    {
        _link.Dispose();
        _process.Dispose();
    }
}
