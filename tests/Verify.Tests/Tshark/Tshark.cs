using System.Diagnostics;
using System.Globalization;

namespace ZeroCopy.Tests.Tshark;

/// <summary>What tshark says of one frame.</summary>
/// <param name="Number">From 1.</param>
/// <param name="SourcePort">Of TCP or UDP.</param>
/// <param name="IpGood">The IP header's checksum.</param>
/// <param name="TransportGood">The TCP or UDP checksum.</param>
/// <param name="Malformed">A dissector gave up.</param>
/// <param name="Trouble">Something that TCP analysis flags.</param>
/// <param name="Retransmission">It is a retransmission, or the answer to one.</param>
/// <param name="Seq">TCP: relative sequence number.</param>
/// <param name="Payload">Bytes.</param>
internal sealed record Verdict(
    int Number, int SourcePort, bool IpGood, bool TransportGood, bool Malformed, bool Trouble, bool Retransmission, long Seq, byte[] Payload);

/// <summary>A foreign analyser. Only Ethernet, IP, TCP, UDP and data are dissected: the guesses that other dissectors make about random payload are not about us.</summary>
internal static class Tshark
{
    private static readonly string[] Fields =
    [
        "frame.number", "tcp.srcport", "udp.srcport", "ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
        "_ws.malformed", "tcp.analysis.flags", "tcp.analysis.retransmission", "tcp.analysis.duplicate_ack", "tcp.seq", "tcp.payload", "data.data",
    ];

    public static bool IsThere { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "tshark")));

    /// <summary>Judges each frame of a capture.</summary>
    public static IEnumerable<Verdict> Judge(string pcap)
    {
        using var process = Start([.. Args(pcap), "-T", "fields", "-E", "separator=|", .. Fields.SelectMany(field => new[] { "-e", field })]);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var value = line.Split('|');
            yield return new Verdict(
                int.Parse(value[0], CultureInfo.InvariantCulture),
                int.Parse(value[1] + value[2], CultureInfo.InvariantCulture),
                value[3] == "1",
                value[4] + value[5] == "1",
                value[6].Length > 0,
                value[7].Length > 0,
                value[8].Length + value[9].Length > 0,
                value[10].Length > 0 ? long.Parse(value[10], CultureInfo.InvariantCulture) : 0,
                Convert.FromHexString(value[1].Length > 0 ? value[11] : value[12]));
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>The first TCP stream as tshark reassembles it: what the side that opened it sent.</summary>
    public static byte[] Follow(string pcap)
    {
        using var process = Start([.. Args(pcap), "-q", "-z", "follow,tcp,raw,0"]);
        var bytes = new MemoryStream();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            // Lines of the other side begin with a tab; the frame of the output is not hexadecimal.
            if (line.Length > 0 && line.All(char.IsAsciiHexDigitLower))
            {
                bytes.Write(Convert.FromHexString(line));
            }
        }

        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return bytes.ToArray();
    }

    private static string[] Args(string pcap) =>
    [
        "-r", pcap, "-n", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
        "--disable-protocol", "ALL", "--enable-protocol", "frame", "--enable-protocol", "eth", "--enable-protocol", "ethertype", "--enable-protocol", "ip",
        "--enable-protocol", "tcp", "--enable-protocol", "udp", "--enable-protocol", "data",
        // A disabled protocol still guesses by its heuristics, but not on a port that is decoded as something.
        "-d", "tcp.port==40000,data", "-d", "udp.port==40000,data",
    ];

    private static Process Start(string[] args)
    {
        var start = new ProcessStartInfo("tshark", args) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
