using System.Text.Json.Nodes;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>Wrong usage and input: status 2, one line, nothing lost.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("send missing", "missing does not exist")]
    [InlineData("send .", ". is a directory")]
    [InlineData("send /proc/self/mem", "/proc/self/mem cannot be read")]
    [InlineData("send /dev/zero", "/dev/zero is not a regular file")]
    [InlineData("send LICENSE --pcap missing/o.pcap", "missing/o.pcap cannot be written")]
    [InlineData("send LICENSE --pcap tests", "tests is a directory")]
    [InlineData("send LICENSE --pcap /dev/full", "/dev/full is not a regular file")]
    [InlineData("send LICENSE --script /dev/full", "/dev/full is not a regular file")]
    [InlineData("send LICENSE --pcap LICENSE", "LICENSE is named twice")]
    [InlineData("send LICENSE --driver ne2000", "'ne2000' is not a driver")]
    [InlineData("send LICENSE --proto sctp", "'sctp' is not a protocol")]
    [InlineData("send LICENSE --memory attic", "'attic' is not a place in memory")]
    [InlineData("send LICENSE --memory dma", "'dma' is not a place in memory")]
    [InlineData("send LICENSE --features -tso", "'-tso' is not a feature")]
    [InlineData("send LICENSE --features sg", "'sg' is not a feature")]
    [InlineData("send LICENSE --driver hme --features +highdma", "hme lacks highdma")]
    [InlineData("send LICENSE --driver unconverted --features -sg", "unconverted lacks sg")]
    [InlineData("send LICENSE --mss 0", "--mss 0 is out of range")]
    [InlineData("send LICENSE --mss 1461", "--mss 1461 is out of range for MTU 1500: 1 to 1460")]
    [InlineData("send LICENSE --proto udp --mss 1473", "--mss 1473 is out of range for MTU 1500: 1 to 1472")]
    [InlineData("send LICENSE --mss -1", "--mss -1 is out of range")]
    [InlineData("send LICENSE --mss 99999999999999999999", "--mss '99999999999999999999' is not a whole number in range")]
    [InlineData("send LICENSE --mss ten", "--mss 'ten' is not a whole number in range")]
    [InlineData("send LICENSE --mtu 67", "--mtu 67 is out of range for acenic: 68 to 9000")]
    [InlineData("send LICENSE --driver hme --mtu 1501", "--mtu 1501 is out of range for hme: 68 to 1500")]
    [InlineData("send LICENSE --ip-options 41", "--ip-options 41 is out of range")]
    [InlineData("send LICENSE --ip-options -4", "--ip-options -4 is out of range")]
    [InlineData("send LICENSE --retransmit -1", "--retransmit -1 is out of range")]
    [InlineData("send LICENSE --proto udp --timestamps", "--timestamps is for --proto tcp")]
    [InlineData("send LICENSE --mtu 68 --ip-options 40", "MTU 68 leaves no room for data")]
    [InlineData("send LICENSE --speed 9", "--speed")]
    [InlineData("send", "Required argument 'FILE' missing")]
    [InlineData("fly", "fly")]
    [InlineData("replay missing", "missing cannot be read")]
    [InlineData("replay tests", "tests is a directory")]
    [InlineData("mutants --generic 0", "--generic '0' is not a whole number from 1 to 100000")]
    [InlineData("mutants S1 --generic 3", "--generic takes no names of recorded bugs, no --set, --seeds, --without or --needed")]
    [InlineData("mutants --cases 3", "--seed and --cases go with --generic")]
    [InlineData("fork --pages 0", "--pages '0' is not a whole number from 1 to 4096")]
    [InlineData("fork --pages 4097", "--pages '4097' is not a whole number from 1 to 4096")]
    [InlineData("fork --parent-writes 0-5,64", "--parent-writes '64' is out of range: pages are 0 to 63")]
    [InlineData("fork --pages 30", "--parent-writes '0-39' is out of range: pages are 0 to 29")]
    [InlineData("fork --parent-writes 9-5", "--parent-writes '9-5' ends before it begins")]
    [InlineData("fork --child-writes 1-2-3", "--child-writes '1-2-3' is neither a page nor a range of pages")]
    [InlineData("fork --child-writes 1,,3", "--child-writes '' is neither a page nor a range of pages")]
    [InlineData("fork --child-writes all", "--child-writes 'all' is neither a page nor a range of pages")]
    [InlineData("fork --child-writes 99999999999", "--child-writes '99999999999' is neither a page nor a range of pages")]
    [InlineData("fork --order first", "--order 'first' is not parent, child or both")]
    [InlineData("fork --then dance", "--then 'dance' is not exec, exit or stay")]
    [InlineData("fork --on linux --pages 513", "--pages 513 is too many for --on linux: the adapter has 512")]
    [InlineData("fork --on mars", "--on 'mars' is not model or linux")]
    [InlineData("fork --kernel linux5", "--kernel 'linux5' is not linux244 or linux6")]
    [InlineData("fork --chart tests", "tests is a directory")]
    [InlineData("fork --chart missing/o.svg", "missing/o.svg cannot be written")]
    [InlineData("fork --mutant X0", "'X0' is not a mutant")]
    [InlineData("spec XYZ-001", "'XYZ-001' is neither a rule nor a machine")]
    public void Is_refused_with_one_line(string command, string message)
    {
        var (status, output, error) = Zcverify.Run(command.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.DoesNotContain(Directory.EnumerateFiles(Repo.Root), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_stays_a_device()
    {
        if (!File.Exists("/dev/full"))
        {
            return;
        }

        Zcverify.Run("send", "LICENSE", "--pcap", "/dev/full");
        Assert.Throws<IOException>(() => File.WriteAllText("/dev/full", "x"));
    }

    [Fact]
    public void Json_is_printed_for_errors_too()
    {
        var (status, json) = Zcverify.RunJson("send", "missing");
        Assert.Equal(2, status);
        Assert.Equal("input-error", (string?)json["result"]);
        Assert.Equal("send", (string?)json["verb"]);
    }

    [Fact]
    public void A_script_names_word_and_line()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["bad.script"], "zcverify-script 1 size=tiny kernel=linux244 suite=skb\nskb0 = alloc_skb(4)\nskb_fly(skb0)\n");
        var (status, _, error) = Zcverify.Run("replay", folder["bad.script"]);
        Assert.Equal(2, status);
        Assert.Contains("line 3: 'skb_fly' is not an operation", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_is_for_small_files()
    {
        using var folder = new TemporaryFolder();
        var (status, _, error) = Zcverify.Run("send", folder.File("large", 4097), "--script", folder["o.script"]);
        Assert.Equal(2, status);
        Assert.Contains("--script is for files of up to 4096 bytes", error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["o.script"]));
    }

    [Fact]
    public void An_existing_target_survives_what_fails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["o.pcap"], "kept");
        Assert.Equal(2, Zcverify.Run("send", "/proc/self/mem", "--pcap", folder["o.pcap"]).Status);
        Assert.Equal("kept", File.ReadAllText(folder["o.pcap"]));
        Assert.Single(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void A_file_that_may_not_grow_keeps_the_old_one()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["o.pcap"], "kept");
        var (status, _, error) = Zcverify.RunInShell($"export DOTNET_EnableWriteXorExecute=0; trap '' XFSZ; ulimit -f 64; exec {Zcverify.Spelled("send", folder.File("large", 2_000_000), "--pcap", folder["o.pcap"])}");
        Assert.Equal(2, status);
        Assert.Contains("cannot be written", error, StringComparison.Ordinal);
        Assert.Equal("kept", File.ReadAllText(folder["o.pcap"]));
        Assert.Equal(2, Directory.EnumerateFiles(folder.Path).Count());
    }

    [Fact]
    public void Interrupt_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        using (var sparse = File.Create(folder["large"]))
        {
            sparse.SetLength(8L << 30);
        }

        using var process = Zcverify.Start("send", folder["large"], "--pcap", folder["o.pcap"], "--json");
        while (!Directory.EnumerateFiles(folder.Path, "*.tmp").Any() && !process.HasExited)
        {
            Thread.Sleep(20);
        }

        using var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("interrupted", (string?)JsonNode.Parse(output)!["stopped"]);
        Assert.Equal("interrupted", (string?)JsonNode.Parse(output)!["result"]);
        Assert.Equal([folder["large"]], Directory.EnumerateFiles(folder.Path));
    }
}
