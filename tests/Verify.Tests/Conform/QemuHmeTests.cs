using System.Buffers.Binary;
using System.Diagnostics;
using ZeroCopy.Cli.Qemu;
using ZeroCopy.Properties.Conform;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Conform;

/// <summary>Our HME driver on QEMU's sunhme.</summary>
public sealed class QemuHmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Ids => [.. Deviation.Known.Select(deviation => deviation.Id).Order()];

    [QemuFact]
    public void Frames_match_but_for_the_listed_deviations()
    {
        var (status, json) = Zcverify.RunJson("conform", "qemu-hme", "--frames", "3000");
        Assert.Equal(0, status);
        Assert.Equal("holds", (string?)json["result"]);
        Assert.Equal(3000, (int)json["cases"]!);
        Assert.Empty(json["mismatches"]!.AsArray());
        Assert.Equal((int)json["agreed"]!, (int)json["agreedMatched"]!);
        Assert.InRange((int)json["agreed"]!, 1500, 3000);
        Assert.Equal(Deviation.Known.Select(deviation => deviation.Id).Order(), json["deviations"]!.AsArray().Select(found => (string)found!["id"]!).Order());
        Assert.All(json["deviations"]!.AsArray(), found => Assert.Equal(
            File.ReadAllLines(PathOf((string)found!["id"]!, "script")), found["script"]!.AsArray().Select(line => (string)line!)));
    }

    [QemuFact(takesLong: true)]
    [Trait("Category", "Long")]
    public void Twenty_thousand_frames_ten_thousand_of_them_where_no_deviation_applies()
    {
        var (status, json) = Zcverify.RunJson("conform", "qemu-hme", "--frames", "20000", "--seed", "2");
        Assert.Equal(0, status);
        Assert.Equal(20_000, (int)json["cases"]!);
        Assert.True((int)json["agreedMatched"]! >= 10_000);
        Assert.Equal((int)json["agreed"]!, (int)json["agreedMatched"]!);
    }

    [QemuFact]
    public void Equal_seeds_give_equal_results_whatever_the_jobs()
    {
        string Run(string jobs)
        {
            var (_, json) = Zcverify.RunJson("conform", "qemu-hme", "--frames", "600", "--seed", "9", "--jobs", jobs);
            json.Remove("timing");
            return json.ToJsonString();
        }

        Assert.Equal(Run("1"), Run("2"));
    }

    /// <summary>A predicate that is taken away brings the mismatch back.</summary>
    [QemuTheory]
    [MemberData(nameof(Ids))]
    public void Without_its_predicate_a_deviation_is_a_mismatch(string id)
    {
        var others = Deviation.Known.Where(deviation => deviation.Id != id).ToList();
        using var qemus = new QemuRigs(1, Patience);
        var run = new ConformRun(qemus.Teams, others, seed: 1);
        run.Compare(600, () => false, _ => { });
        Assert.Contains(run.Shrink(() => false).Mismatches, found => found.Mismatch.What == "frame");
    }

    /// <summary>Tries every frame with fewer pieces, and with the same number and none longer but one shorter, each with every start and place of the sum: none shows the deviation.</summary>
    [QemuTheory]
    [MemberData(nameof(Ids))]
    public void Script_of_a_deviation_cannot_be_smaller(string id)
    {
        var deviation = Deviation.Known.Single(known => known.Id == id);
        var script = ConformScript.Parse(File.ReadAllText(PathOf(id, "script")));
        var comparison = Playing(deviation, out var qemus);
        using (qemus)
        {
            comparison.Play(script);
            Assert.Contains(comparison.Mismatches, mismatch => mismatch.What == "frame");

            var tried = 0;
            var kick = script.Steps.OfType<ConformStep.Xmit>().Select(step => step.Shape).ToList();
            comparison.Begin(16, hasIommu: false);
            foreach (var shape in SmallerThan(kick))
            {
                comparison.Apply(new ConformStep.Xmit(shape));
                comparison.Apply(new ConformStep.Run(1));
                Assert.True(comparison.Mismatches.Count == 0, $"{shape} shows {id} too");
                if (++tried % 2 == 0)
                {
                    comparison.Apply(new ConformStep.Interrupt());
                }
            }

            Assert.True(tried > (deviation == Deviation.UdpZero ? 4 : 500)); // A frame of one byte has no place for a sum.
        }
    }

    /// <summary>The command in Drivers/Hme/Deviations.md, word for word, but for the name of the deviation: a QEMU that this program has not touched sends the same wrong frames.</summary>
    [QemuTheory]
    [MemberData(nameof(Ids))]
    public void Transcript_shows_the_deviation_to_a_fresh_QEMU(string id)
    {
        using var folder = new TemporaryFolder();
        var page = File.ReadAllText(Repo.PathOf("Drivers", "Hme", "Deviations.md"));
        var command = page.Split("```sh\n")[1].Split("\n```")[0];
        Assert.Contains("HME-DEV-1.pcap", command, StringComparison.Ordinal);
        Zcverify.RunInShell(command.Replace("HME-DEV-1.pcap", folder["out.pcap"], StringComparison.Ordinal).Replace("HME-DEV-1", id, StringComparison.Ordinal));

        var script = ConformScript.Parse(File.ReadAllText(PathOf(id, "script")));
        var foretold = new Foretold(Deviation.Known);
        foretold.Kick();
        var frames = script.Steps.OfType<ConformStep.Xmit>().Select(step => Convert.ToHexStringLower(foretold.Next(step.Shape))).ToList();
        Assert.Equal(frames, Frames(File.ReadAllBytes(folder["out.pcap"])).Select(Convert.ToHexStringLower));
        Assert.Contains(frames[^1], page, StringComparison.Ordinal);
        Assert.Contains($"{string.Join('\n', File.ReadAllLines(PathOf(id, "script")))}\n", page, StringComparison.Ordinal);
    }

    [QemuTheory]
    [MemberData(nameof(Ids))]
    public void Transcript_is_what_the_script_sends(string id)
    {
        using var folder = new TemporaryFolder();
        var (status, output, _) = Zcverify.Run("conform", "qemu-hme", "--script", PathOf(id, "script"), "--transcript", folder["qtest"]);
        Assert.Equal(0, status);
        Assert.Contains(id, output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(PathOf(id, "qtest")), File.ReadAllText(folder["qtest"]));
    }

    [QemuTheory(takesLong: true)]
    [Trait("Category", "Long")]
    [InlineData("G37"), InlineData("H1"), InlineData("H2"), InlineData("H3"), InlineData("H4"), InlineData("G38"), InlineData("H5"), InlineData("H6")]
    [InlineData("H7"), InlineData("H8"), InlineData("H9"), InlineData("H10"), InlineData("H11"), InlineData("G30"), InlineData("H12"), InlineData("H13")]
    public void Mistake_in_the_driver_is_seen_through_QEMU_within_100_frames(string mutant)
    {
        var (status, json) = Zcverify.RunJson("conform", "qemu-hme", "--frames", "100", "--mutant", mutant);
        Assert.Equal(1, status);
        Assert.Contains(json["mismatches"]!.AsArray(), found =>
            ((string)found!["device"]!).StartsWith("QEMU", StringComparison.Ordinal) && (string?)found["what"] is not ("books" or "bug"));
    }

    [QemuTheory]
    [InlineData("KILL", "QEMU has ended with status 137")]
    [InlineData("STOP", "QEMU has not answered for 2 s")]
    public void QEMU_that_is_struck_down_ends_the_run(string signal, string message)
    {
        using var folder = new TemporaryFolder();
        using var process = Start(folder, "60s", "2s");
        var qemu = Qemu(process, folder);
        Zcverify.RunInShell($"sleep 1; kill -{signal} {qemu}");

        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        Assert.True(process.WaitForExit(Patience), "it goes on");
        Assert.Equal(3, process.ExitCode);
        Assert.Contains(message, error.Result, StringComparison.Ordinal);
        Assert.Contains("its standard error", error.Result, StringComparison.Ordinal);
        Assert.Single(error.Result.TrimEnd().Split('\n'));
        Assert.Equal("", output.Result);
        Assert.False(Directory.Exists($"/proc/{qemu}"), "QEMU is left behind");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"], "zcverify-qemu-*"));
    }

    [QemuFact]
    public void Killed_run_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using var process = Start(folder, "60s", "5s");
        var qemu = Qemu(process, folder);
        process.Kill();
        var gone = SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{qemu}") && !Directory.EnumerateFileSystemEntries(folder["tmp"], "zcverify-qemu-*").Any(), Patience);
        Assert.True(gone, "QEMU or its folder is left behind");
    }

    [QemuFact]
    public void Interrupted_run_says_what_it_has()
    {
        using var folder = new TemporaryFolder();
        using var process = Start(folder, "60s", "5s");
        var qemu = Qemu(process, folder);
        // Both, as Ctrl-C in a terminal would if QEMU were in the same group; the group of the test's own is not to be struck.
        Assert.NotEqual(GroupOf(process.Id), GroupOf(qemu));
        Zcverify.RunInShell($"sleep 1; kill -INT {process.Id}");
        Assert.True(process.WaitForExit(Patience), "it goes on");
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("interrupted after", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{qemu}"), "QEMU is left behind");
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder["tmp"], "zcverify-qemu-*"));
    }

    private static Comparison Playing(Deviation deviation, out QemuRigs qemus)
    {
        qemus = new QemuRigs(1, Patience);
        return new Comparison(qemus.Teams[0], [.. Deviation.Known.Where(known => known != deviation)]);
    }

    private static IEnumerable<Shape> SmallerThan(IReadOnlyList<Shape> kick)
    {
        const int longest = 10;
        var pieces = kick[^1].Pieces.Select(piece => piece.Length).ToList();
        var fewer = Enumerable.Range(1, longest).Select(length => new[] { length }).Where(_ => pieces.Count > 1 || kick.Count > 1);
        var shorter = Enumerable.Range(0, pieces.Count).Where(i => pieces[i] > 1).Select(i => pieces.Select((length, at) => at == i ? length - 1 : length).ToArray());
        foreach (var lengths in fewer.Concat(shorter.Where(lengths => lengths.Sum() > 0)).Concat(pieces.Count == 1 && kick.Count == 1 ? [[1]] : []))
        {
            var total = lengths.Sum();
            foreach (var data in Contents(total))
            {
                var shape = new Shape([.. lengths.Select(length => new Piece(length, 0))], null, data);
                yield return shape;
                for (var start = 0; start <= total - 2; start++)
                {
                    for (var location = start; location <= total - 2; location++)
                    {
                        yield return shape with { Sum = new SumRequest(start, location, IsUdp: false) };
                        if (!Deviation.UdpZero.Applies(new Sent(shape with { Sum = new SumRequest(start, location, IsUdp: true) }, IsFirst: true)))
                        {
                            yield return shape with { Sum = new SumRequest(start, location, IsUdp: true) };
                        }
                    }
                }
            }
        }
    }

    /// <summary>All bytes equal, and each single byte another.</summary>
    private static IEnumerable<byte[]> Contents(int length)
    {
        foreach (var (all, one) in new (byte, byte)[] { (0, 1), (0, 255), (255, 0), (1, 128) })
        {
            yield return [.. Enumerable.Repeat(all, length)];
            for (var i = 0; i < length; i++)
            {
                byte[] bytes = [.. Enumerable.Repeat(all, length)];
                bytes[i] = one;
                yield return bytes;
            }
        }
    }

    /// <summary>The packets of a capture file: https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html.</summary>
    private static IEnumerable<byte[]> Frames(byte[] pcap)
    {
        for (var at = 24; at < pcap.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(pcap.AsSpan(at + 8));
            yield return pcap[(at + 16)..(at + 16 + length)];
            at += 16 + length;
        }
    }

    private static Process Start(TemporaryFolder folder, string time, string timeout)
    {
        Directory.CreateDirectory(folder["tmp"]);
        return Zcverify.Start([("TMPDIR", folder["tmp"])], "conform", "qemu-hme", "--jobs", "1", "--time", time, "--timeout", timeout);
    }

    /// <summary>The QEMU that it has started.</summary>
    private static int Qemu(Process process, TemporaryFolder temporary)
    {
        while (!process.HasExited)
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)))
            {
                if (int.TryParse(folder, out var id) && IsQemuIn(temporary["tmp"], id))
                {
                    return id;
                }
            }

            Thread.Sleep(50);
        }

        throw new InvalidOperationException(process.StandardError.ReadToEnd());
    }

    private static bool IsQemuIn(string folder, int process)
    {
        try
        {
            var command = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
            return command[0].EndsWith(QemuProcess.Binary, StringComparison.Ordinal) && command.Any(word => word.Contains(folder, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return false;
        }
    }

    private static string GroupOf(int process) => Stat(process)[2];

    /// <summary>State, parent, group and so on: what stands behind the name. proc(5).</summary>
    private static string[] Stat(int process) => File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');

    private static string PathOf(string id, string kind) => Repo.PathOf("tests", "conform", $"{id}.{kind}");
}
