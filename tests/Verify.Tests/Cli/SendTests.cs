using System.Text.Json.Nodes;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>What a send prints and writes.</summary>
public sealed class SendTests
{
    [Fact]
    public void Json_has_every_field()
    {
        using var folder = new TemporaryFolder();
        var (status, json) = Zcverify.RunJson("send", folder.File("a.bin", 4097), "--pcap", folder["o.pcap"]);
        Assert.Equal(0, status);
        string[] fields =
        [
            "schema", "verb", "result", "file", "bytes", "sha256", "driver", "proto", "mss", "mtu", "memory", "features", "identical",
            "firstDifference", "zeroCopy", "copying", "pcap", "timing",
        ];
        Assert.All(fields, field => Assert.True(json.ContainsKey(field), field));
        Assert.Equal("holds", (string?)json["result"]);
        Assert.Equal(4097, (long)json["bytes"]!);
        Assert.Equal("low", (string?)json["memory"]);
        Assert.Equal(["sg", "csum", "highdma"], json["features"]!.AsArray().Select(word => (string?)word));
        Assert.True((bool)json["identical"]!);
        Assert.Null(json["firstDifference"]);
        var zeroCopy = json["zeroCopy"]!;

        // SYN, ACK, three segments of data of which the last spans two pages, FIN, ACK.
        Assert.Equal(7, (long)zeroCopy["frames"]!);
        Assert.Equal(4097, (long)zeroCopy["payloadBytes"]!);
        Assert.Equal(0, (long)zeroCopy["cpuCopiedBytes"]!);
        Assert.Equal(0, (long)zeroCopy["cpuSummedBytes"]!);
        Assert.Equal(11, (long)zeroCopy["descriptors"]!);
        Assert.Equal(4, (long)zeroCopy["pageReferences"]!);
        Assert.Equal(4097, (long)json["copying"]!["cpuCopiedBytes"]!);
        Assert.Equal(4097, (long)json["copying"]!["cpuSummedBytes"]!);
        Assert.True(File.Exists(folder["o.pcap"]));
        Assert.Equal(2, Directory.EnumerateFiles(folder.Path).Count());
    }

    [Fact]
    public void Json_is_the_same_twice_but_for_timing()
    {
        using var folder = new TemporaryFolder();
        string[] command = ["send", folder.File("a.bin", 50_000), "--driver", "hme", "--memory", "high", "--timestamps"];
        JsonObject first = Zcverify.RunJson(command).Json, second = Zcverify.RunJson(command).Json;
        first.Remove("timing");
        second.Remove("timing");
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Theory]
    [InlineData("acenic", "tcp")]
    [InlineData("hme", "tcp")]
    [InlineData("unconverted", "udp")]
    [InlineData("loopback", "tcp")]
    public void A_script_that_was_written_replays(string driver, string protocol)
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Zcverify.Run("send", folder.File("ten", 10), "--driver", driver, "--proto", protocol, "--script", folder["o.script"]).Status);
        var (status, json) = Zcverify.RunJson("replay", folder["o.script"]);
        Assert.Equal(0, status);
        Assert.Equal("holds", (string?)json["result"]);
        Assert.Equal(0, (long)json["skipped"]!);
    }

    [Fact]
    public void An_empty_file_is_one_empty_datagram()
    {
        using var folder = new TemporaryFolder();
        var (_, json) = Zcverify.RunJson("send", folder.File("empty", 0), "--proto", "udp");
        Assert.Equal(1, (long)json["zeroCopy"]!["frames"]!);
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", (string?)json["sha256"]);
    }

    [LongFact]
    [Trait("Category", "Long")]
    public void A_gibibyte_and_a_wrapped_sequence_need_no_more_memory_than_a_megabyte()
    {
        using var folder = new TemporaryFolder();
        foreach (var length in new[] { 1L << 30, 5L << 30 })
        {
            using (var sparse = File.Create(folder["sparse"]))
            {
                sparse.SetLength(length);
            }

            using var process = Zcverify.Start("send", folder["sparse"], "--json");
            var peak = 0L;
            while (!process.WaitForExit(200))
            {
                process.Refresh();
                peak = Math.Max(peak, process.HasExited ? 0 : process.WorkingSet64);
            }

            Assert.Equal(0, process.ExitCode);
            Assert.Equal(length, (long)JsonNode.Parse(process.StandardOutput.ReadToEnd())!["zeroCopy"]!["payloadBytes"]!);
            Assert.InRange(peak, 1, 500L << 20);
        }
    }
}
