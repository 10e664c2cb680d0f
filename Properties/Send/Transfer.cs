using ZeroCopy.Drivers;
using ZeroCopy.Model;
using ZeroCopy.Model.Net;
using ZeroCopy.Model.Pages;
using ZeroCopy.Properties.Laws;

namespace ZeroCopy.Properties.Send;

/// <summary>What one path made of a file.</summary>
public sealed class PathTotals
{
    public long Frames { get; set; }

    public long PayloadBytes { get; set; }

    public long CpuCopiedBytes { get; set; }

    public long CpuSummedBytes { get; set; }

    public long Descriptors { get; set; }

    /// <summary>Fragments of emitted frames that name page-cache pages.</summary>
    public long PageReferences { get; set; }
}

/// <summary>Where the paths first parted.</summary>
/// <param name="Frame">Of all that the device emitted, from 1.</param>
/// <param name="Offset">From the Ethernet header on.</param>
/// <param name="ZeroCopy">Up to 16 bytes from there, in hexadecimal.</param>
/// <param name="Copying">Up to 16 bytes from there, in hexadecimal.</param>
public sealed record FirstDifference(long Frame, int Offset, string ZeroCopy, string Copying);

/// <summary>Sends one file from the page cache to the wire, on both paths, by operations of the World: as an FTP or web server would.</summary>
public sealed class Transfer
{
    private const int Batch = 64;

    private readonly DevId _device = new(0);
    private readonly FileId _file = new(0);
    private readonly SockId _sock;
    private readonly SendOptions _options;
    private readonly FileContent _content;
    private readonly Action<Observation> _afterStep;
    private readonly List<Operation>? _script;
    private readonly CancellationToken _cancel;
    private int _retransmit;

    /// <param name="options">How.</param>
    /// <param name="content">What.</param>
    /// <param name="afterStep">Sees the frames of each step.</param>
    /// <param name="keepScript">Whether <see cref="Script"/> is wanted.</param>
    /// <param name="cancel">Stops between two operations.</param>
    public Transfer(SendOptions options, FileContent content, Action<Observation> afterStep, bool keepScript, CancellationToken cancel)
    {
        _options = options;
        _sock = options.Sock;
        _content = content;
        _afterStep = afterStep;
        _script = keepScript ? [] : null;
        _cancel = cancel;
        _retransmit = options.Retransmit;
    }

    public Checker Checker { get; } = new(Profile.Real);

    public PathTotals ZeroCopy { get; } = new();

    public PathTotals Copying { get; } = new();

    /// <summary>Bytes of the file that were accepted.</summary>
    public long Sent { get; private set; }

    /// <summary>What was broken; empty where both paths agree and every law held.</summary>
    public IReadOnlyList<Violation> Violations { get; private set; } = [];

    public FirstDifference? FirstDifference { get; private set; }

    /// <summary>The operations, to be replayed.</summary>
    public Script? Script => _script is null ? null : new Script(new ScriptHeader(Profile.Real, "transmit"), _script);

    /// <summary>Runs to the end, to the first violation, or until cancelled (<see cref="OperationCanceledException"/>).</summary>
    public void Run()
    {
        var done = Do(new RegisterNetdev(_device, _options.Driver, _options.Mtu, _options.Off))
            && Do(new OpenFile(_file, _options.Memory, _content))
            && (_options.Tcp ? RunTcp() : RunUdp());
        ZeroCopy.Descriptors = Checker.World.Devices.Count > 0 ? Checker.World.Device(_device).Descriptors : 0;
        ZeroCopy.CpuCopiedBytes = Checker.World.Cost.CopiedBytes;
        ZeroCopy.CpuSummedBytes = Checker.World.Cost.SummedBytes;
        Copying.CpuCopiedBytes = Checker.Copying.CopiedBytes;
        Copying.CpuSummedBytes = Checker.Copying.SummedBytes;
        if (done && Sent != _content.Length)
        {
            throw new ModelException($"{Sent} of {_content.Length} bytes were sent");
        }
    }

    private bool RunTcp()
    {
        if (!Do(new TcpConnect(_sock, _device, _options.Mss, _options.IpOptions, _options.Timestamps, TcpConnect.DefaultIsn)) || !Drain())
        {
            return false;
        }

        while (Sent < _content.Length)
        {
            if (!Do(new Sendfile(_sock, _file, Sent, _content.Length - Sent)))
            {
                return false;
            }

            var accepted = Checker.World.Seen.Count;
            Sent += accepted;
            if (!Drain() || !Do(new ReclaimPages(_file)))
            {
                return false;
            }

            if (accepted == 0)
            {
                throw new ModelException($"the socket takes no more at byte {Sent}, with nothing in flight");
            }
        }

        return Do(new TcpClose(_sock)) && Drain() && Do(new ReclaimPages(_file));
    }

    private bool RunUdp()
    {
        if (!Do(new UdpConnect(_sock, _device, _options.IpOptions)))
        {
            return false;
        }

        // An empty file is one empty datagram.
        for (var datagrams = 1; Sent < _content.Length || datagrams == 1; datagrams++)
        {
            var count = (int)Math.Min(_options.Mss, _content.Length - Sent);
            if (!Do(new UdpSendmsg(_sock, _file, Sent, count)))
            {
                return false;
            }

            if (!Checker.World.Seen.Succeeded)
            {
                throw new ModelException($"datagram {datagrams} was refused: {Checker.World.Seen.Refusal}");
            }

            Sent += count;
            if (datagrams % Batch == 0 && (!Drain() || !Do(new ReclaimPages(_file))))
            {
                return false;
            }
        }

        return Drain() && Do(new ReclaimPages(_file));
    }

    /// <summary>Lets device, interrupt and peer work until nothing is on its way.</summary>
    private bool Drain()
    {
        var device = Checker.World.Device(_device);
        while (true)
        {
            if (!Do(new DeviceRun(_device, Batch)))
            {
                return false;
            }

            var moved = Checker.World.Seen.Count;
            if (!Do(new Interrupt(_device)) || !SendTwice())
            {
                return false;
            }

            if (Checker.World.Wire.Pending(_device) > 0)
            {
                if (!Do(new NetifRx(_device, Batch)))
                {
                    return false;
                }

                moved += Checker.World.Seen.Count;
            }

            if (moved == 0)
            {
                return device.QueueLength == 0 && device.InFlight == 0
                    ? true
                    : throw new ModelException($"nothing moves on {device.Driver}, with {device.InFlight} packets in flight and {device.QueueLength} queued");
            }
        }
    }

    /// <summary>While retransmissions are asked for: the oldest segment of data goes again, then the peer's acknowledgement of it arrives.</summary>
    private bool SendTwice()
    {
        while (_retransmit > 0 && Checker.World.Wire.Pending(_device) > 0 && OldestIsData())
        {
            _retransmit--;
            if (!Do(new TcpRetransmitTimer(_sock)) || !Do(new DeviceRun(_device, Batch)) || !Do(new Interrupt(_device)) || !Do(new NetifRx(_device, 1)))
            {
                return false;
            }
        }

        return true;
    }

    private bool OldestIsData() => _options.Tcp
        && Checker.World.Tcp(_sock).WriteQueue.First is { Len: > 0 } oldest && oldest != Checker.World.Tcp(_sock).SendHead;

    /// <summary>Applies one operation; false where something was broken.</summary>
    private bool Do(Operation operation)
    {
        _cancel.ThrowIfCancellationRequested();
        if (!Checker.Apply(operation))
        {
            throw new ModelException($"{operation} is not enabled");
        }

        _script?.Add(operation);
        var seen = Checker.World.Seen;
        _afterStep(seen);
        if (Checker.Violations.Count > 0)
        {
            Violations = [.. Checker.Violations];
            if (EqvLaws.FirstDifference(seen, Checker.Copying) is { } difference)
            {
                FirstDifference = new FirstDifference(
                    ZeroCopy.Frames + difference.Frame + 1, difference.Offset, Head(difference.ZeroCopy), Head(difference.Copying));
            }

            return false;
        }

        Count(seen);
        return true;
    }

    private void Count(Observation seen)
    {
        for (var i = 0; i < seen.Frames.Count; i++)
        {
            ZeroCopy.Frames += seen.Frames[i].FromPeer ? 0 : 1;
        }

        Copying.Frames += Checker.Copying.Emitted.Count;
        foreach (var segment in seen.Plan)
        {
            ZeroCopy.PayloadBytes += segment.Length;
            Copying.PayloadBytes += segment.Length;
        }

        foreach (var decision in seen.Decisions)
        {
            ZeroCopy.PageReferences += decision.PageReferences;
        }
    }

    private static string Head(byte[] bytes) => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(16, bytes.Length)));
}
