using System.Buffers.Binary;
using System.Security.Cryptography;
using ZeroCopy.Cli;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Tshark;

/// <summary>Judged by tshark: every checksum good, no malformed frame, no retransmission unless asked for, and the payload is the file.</summary>
public sealed class TsharkTests
{
    private static readonly int[] NoAndSomeOptions = [0, 12];

    [TsharkFact]
    public void Small_files_pairwise() => Judge(Run.Pairwise(Run.All(Run.SmallFiles, [1460, 536, 1447, 1], [0, 12, 40])));

    [TsharkFact(takesLong: true)]
    [Trait("Category", "Long")]
    public void Small_files_in_every_combination() => Judge([.. Run.All(Run.SmallFiles, [1460, 536, 1447, 1], NoAndSomeOptions)]);

    [TsharkFact(takesLong: true)]
    [Trait("Category", "Long")]
    public void A_large_file_pairwise()
    {
        foreach (var run in Run.Pairwise(Run.All(["10000001"], [1460, 536, 1447], NoAndSomeOptions)))
        {
            JudgeStream(run);
        }
    }

    [TsharkFact]
    public void A_large_file() => JudgeStream(new Run("10000001", "hme", "tcp", 1447, "high", 12, true));

    [TsharkFact]
    public void A_wrong_bit_is_seen()
    {
        using var folder = new TemporaryFolder();
        Capture(folder["good.pcap"], [new Run("4097", "acenic", "tcp", 1460, "low", 0, false)]);
        var bytes = File.ReadAllBytes(folder["good.pcap"]);
        // 14 bytes into the payload of the last frame of data, wherever it is: the file is longer than all that follows it.
        bytes[^900] ^= 0x10;
        File.WriteAllBytes(folder["bad.pcap"], bytes);
        Assert.Single(Tshark.Judge(folder["bad.pcap"]), verdict => !verdict.TransportGood);
    }

    [TsharkFact]
    public void Three_segments_go_twice_when_asked_for()
    {
        using var folder = new TemporaryFolder();
        var run = new Run("4097", "acenic", "tcp", 536, "low", 0, true);
        using (var file = new OutputFile(folder["twice.pcap"]))
        {
            var pcap = new PcapWriter(file);
            run.Send(pcap.Write, retransmit: 3);
            file.Keep();
        }

        var verdicts = Tshark.Judge(folder["twice.pcap"]).ToList();
        Assert.All(verdicts, verdict => Assert.True(verdict is { IpGood: true, TransportGood: true, Malformed: false }, verdict.ToString()));
        Assert.Equal(3, verdicts.Count(verdict => verdict.Retransmission && verdict.Payload.Length > 0));
        Assert.Equal(run.Content(), Tshark.Follow(folder["twice.pcap"]));
    }

    /// <summary>A loopback device needs no sum: data frames carry the seed, which an analyser rightly calls bad, and the receiver takes them.</summary>
    [TsharkFact]
    public void Loopback_carries_the_seed()
    {
        using var folder = new TemporaryFolder();
        var run = new Run("4097", "loopback", "tcp", 1460, "high", 0, false);
        var frames = new List<byte[]>();
        using (var file = new OutputFile(folder["lo.pcap"]))
        {
            var pcap = new PcapWriter(file);
            var transfer = run.Send(log =>
            {
                pcap.Write(log);
                frames.AddRange(Enumerable.Range(0, log.Count).Where(i => !log[i].FromPeer).Select(i => log[i].Span.ToArray()));
            });
            file.Keep();
            Assert.Equal(run.Content().Length, transfer.Checker.World.Receiver.Received(new(0)));
        }

        Assert.All(Tshark.Judge(folder["lo.pcap"]), verdict => Assert.Equal(verdict.Payload.Length == 0, verdict.TransportGood));
        foreach (var frame in frames.Where(frame => frame.Length > 58))
        {
            // Longer than SYN: data. 10.0.0.1 and 10.0.0.2, protocol 6, the segment's length: added by hand.
            var seed = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6 + (frame.Length - 34);
            Assert.Equal(seed, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(50)));
        }
    }

    /// <summary>All runs in one capture, each with a port of its own.</summary>
    private static void Judge(IReadOnlyList<Run> runs)
    {
        using var folder = new TemporaryFolder();
        Capture(folder["all.pcap"], runs);
        var payloads = runs.Select(_ => new MemoryStream()).ToArray();
        var frames = 0;
        foreach (var verdict in Tshark.Judge(folder["all.pcap"]))
        {
            frames++;
            Assert.True(
                verdict is { IpGood: true, TransportGood: true, Malformed: false, Trouble: false, Retransmission: false },
                $"{verdict} of {(verdict.SourcePort > 40000 ? runs[verdict.SourcePort - 40001] : null)}");
            if (verdict.SourcePort > 40000)
            {
                var run = verdict.SourcePort - 40001;
                if (runs[run].IsTcp && verdict.Payload.Length > 0)
                {
                    payloads[run].Position = verdict.Seq - 1;
                }

                payloads[run].Write(verdict.Payload);
            }
        }

        Assert.True(frames >= runs.Count, $"{frames} frames");
        for (var i = 0; i < runs.Count; i++)
        {
            Assert.True(SHA256.HashData(payloads[i].ToArray()).AsSpan().SequenceEqual(SHA256.HashData(runs[i].Content())), $"{runs[i]}: the payload is not the file");
        }
    }

    private static void JudgeStream(Run run)
    {
        using var folder = new TemporaryFolder();
        Capture(folder["large.pcap"], [run]);
        var udp = new MemoryStream();
        foreach (var verdict in Tshark.Judge(folder["large.pcap"]))
        {
            Assert.True(verdict is { IpGood: true, TransportGood: true, Malformed: false, Trouble: false, Retransmission: false }, $"{run}: {verdict}");
            udp.Write(verdict.Payload);
        }

        var stream = run.IsTcp ? Tshark.Follow(folder["large.pcap"]) : udp.ToArray();
        Assert.Equal(Convert.ToHexString(SHA256.HashData(run.Content())), Convert.ToHexString(SHA256.HashData(stream)));
    }

    private static void Capture(string path, IReadOnlyList<Run> runs)
    {
        using var file = new OutputFile(path);
        var pcap = new PcapWriter(file);
        for (var i = 0; i < runs.Count; i++)
        {
            runs[i].Send(pcap.Write, socket: i);
        }

        file.Keep();
    }
}
