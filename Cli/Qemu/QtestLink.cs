using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ZeroCopy.Cli.Qemu;

/// <summary>QEMU's qtest protocol: lines that write and read physical memory, answered in their order; and the frames that the card sends, one datagram each. qemu: softmmu/qtest.c.</summary>
/// <remarks>Lines are gathered and go out together: a round trip is what costs.</remarks>
internal sealed class QtestLink : IDisposable
{
    private const int LongestFrame = 65536;
    private const string Answer = "OK 0x";
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly Socket _socket;
    private readonly Socket _frames;
    private readonly TimeSpan _timeout;
    private readonly StringBuilder _lines = new();
    private readonly List<int> _answers = [];
    private readonly byte[] _received = new byte[64 << 10];
    private readonly byte[] _datagram = new byte[LongestFrame];
    private string _rest = "";

    /// <summary>Told of every line that goes out: together they are a transcript that can be fed to another QEMU.</summary>
    public Action<string>? Sent { get; set; }

    public QtestLink(Socket socket, Socket frames, TimeSpan timeout)
    {
        (_socket, _frames, _timeout) = (socket, frames, timeout);
        _socket.ReceiveTimeout = _socket.SendTimeout = _frames.ReceiveTimeout = (int)timeout.TotalMilliseconds;
    }

    /// <summary>Adds to a failure what became of QEMU.</summary>
    public Func<AdapterException, AdapterException> Explain { get; set; } = static failed => failed;

    /// <summary>Asks for bytes to be written with the next <see cref="Flush"/>.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> bytes)
    {
        _lines.Append(CultureInfo.InvariantCulture, $"write 0x{address:x} {bytes.Length} 0x").Append(Convert.ToHexStringLower(bytes)).Append('\n');
        _answers.Add(0);
    }

    /// <summary>Asks for bytes to be read with the next <see cref="Flush"/>, which gives them in this order.</summary>
    public void Read(ulong address, int length)
    {
        _lines.Append(CultureInfo.InvariantCulture, $"read 0x{address:x} {length}\n");
        _answers.Add(length);
    }

    /// <summary>Sends what was gathered and waits for all answers.</summary>
    /// <returns>What was read.</returns>
    public List<byte[]> Flush()
    {
        try
        {
            return Exchange();
        }
        catch (SocketException failed)
        {
            throw Explain(new AdapterException(
                failed.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
                    ? $"QEMU has not answered for {_timeout.TotalSeconds} s"
                    : $"the connection to QEMU is broken ({failed.Message})",
                failed));
        }
        catch (AdapterException failed)
        {
            throw Explain(failed);
        }
    }

    private List<byte[]> Exchange()
    {
        var lines = _lines.ToString();
        Sent?.Invoke(lines);
        _socket.Send(Encoding.ASCII.GetBytes(lines));
        var read = new List<byte[]>();
        foreach (var length in _answers)
        {
            var line = Line();
            if (line == "OK" && length == 0)
            {
                continue;
            }

            read.Add(length > 0 && line.Length == Answer.Length + (2 * length) && line.StartsWith(Answer, StringComparison.Ordinal) && line.AsSpan(Answer.Length).IndexOfAnyExcept(Hexadecimal) < 0
                ? Convert.FromHexString(line.AsSpan(Answer.Length))
                : throw new AdapterException($"QEMU answers '{line}' where OK{(length == 0 ? "" : $" and {length} byte{(length == 1 ? "" : "s")}")} is due"));
        }

        _lines.Clear();
        _answers.Clear();
        return read;
    }

    /// <summary>The next frame.</summary>
    /// <param name="isDue">It must come: its descriptor has been handed back.</param>
    /// <returns>Valid until the next call; null where there is none and none is due.</returns>
    public ReadOnlyMemory<byte>? Frame(bool isDue)
    {
        if (!isDue && _frames.Available == 0)
        {
            return null;
        }

        try
        {
            return _datagram.AsMemory(0, _frames.Receive(_datagram));
        }
        catch (SocketException failed)
        {
            throw Explain(new AdapterException($"QEMU has handed a packet's last descriptor back, and its frame has not come within {_timeout.TotalSeconds} s", failed));
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _frames.Dispose();
    }

    /// <summary>The next line; those about interrupts come in between.</summary>
    private string Line()
    {
        while (true)
        {
            var end = _rest.IndexOf('\n');
            if (end < 0)
            {
                var count = _socket.Receive(_received);
                _rest = count > 0
                    ? _rest + Encoding.ASCII.GetString(_received, 0, count)
                    : throw new AdapterException("QEMU has closed the connection");
                continue;
            }

            var line = _rest[..end];
            _rest = _rest[(end + 1)..];
            if (!line.StartsWith("IRQ", StringComparison.Ordinal))
            {
                return line;
            }
        }
    }
}
