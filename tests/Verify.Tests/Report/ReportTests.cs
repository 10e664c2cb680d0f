using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using PacketDotNet;
using Xunit.Sdk;
using ZeroCopy.Cli;
using ZeroCopy.Cli.Mutants;
using ZeroCopy.Model;
using ZeroCopy.Properties;
using ZeroCopy.Properties.Report;
using ZeroCopy.Properties.Shrink;
using ZeroCopy.Specs;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Report;

/// <summary>What lies in the folder of failures, as the one who gets it meets it. Whole texts: <see cref="Cli.ApprovedTests"/>.</summary>
public sealed class ReportTests
{
    private const string Connection = """
        eth0 = register_netdev(acenic, mtu=68)
        file0 = open(low, 000102030405060708090a0b0c0d0e0f)
        sk0 = tcp_v4_connect(eth0, mss=1)
        device_run(eth0, 1)
        netif_rx(eth0, 1)
        sys_sendfile(sk0, file0, 0, 1)
        device_run(eth0, 16)
        """;

    /// <summary>More skbs and steps than a table of 110 columns has room for.</summary>
    private static readonly string Many = string.Join('\n', Enumerable.Range(0, 15).Select(i => $"skb{i} = alloc_skb({i})")) + "\nskb_append_page(skb3, low, 4, 0)\nkfree_skb(skb14)\n";

    [Fact]
    public void Fact_OnTheMutant_Fails_OnTheModel_Passes()
    {
        var mutant = Sources.Find("S15")!;
        var lines = mutant.Witness.Split('\n', 2);
        var script = Script.Parse($"{lines[0]} mutant={mutant.Id} expect={mutant.Breaks}\n{lines[1]}", Language.All);
        var rule = Catalogue.Find(mutant.Breaks)!;
        var text = ReportFact.Of(script, rule, $"{rule.Id}-0123abcd");
        Assert.Contains($"recorded bug {mutant.Id} compiled in", text, StringComparison.Ordinal);
        var image = Compile(text);

        var failed = Assert.Throws<EmptyException>(() => RunFact(MutantBuild.Of(mutant), image));
        Assert.Contains(rule.Id, failed.Message, StringComparison.Ordinal);
        RunFact(AssemblyLoadContext.Default, image);
    }

    [Fact]
    public void Fact_OfNoMutant_SaysNothingOfOne() =>
        Assert.DoesNotContain("recorded bug", ReportFact.Of(Scripts.Tiny("skb0 = alloc_skb(0)"), SkbRules.BytesAgree, "SKB-1"), StringComparison.Ordinal);

    [Fact]
    public void Kept_FramesWereSent_HasThemAsPcap()
    {
        using var folder = new TemporaryFolder();
        var (store, finding) = (new FailureStore(folder.Path), Found(Connection));
        store.Keep([finding]);
        var files = store.FilesOf(finding);
        Assert.Equal([".script", ".md", ".cs", ".pcap"], files.Select(Path.GetExtension));
        Assert.Equal(files.Order(), Directory.EnumerateFiles(folder.Path).Order());
        var frames = Frames(File.ReadAllBytes(files[3]));
        Assert.Equal([58, 58, 54, 55, 54], frames.Select(frame => frame.Length));
        Assert.All(frames, frame => Assert.True(((TcpPacket)PacketDotNet.Packet.ParsePacket(LinkLayers.Ethernet, frame).Extract<IPv4Packet>().PayloadPacket).ValidTcpChecksum));
        Assert.Contains($"the {frames.Count} frames on the wire", File.ReadAllText(files[1]), StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_Again_RewritesTheSameFiles()
    {
        using var folder = new TemporaryFolder();
        var finding = Found(Connection);
        new FailureStore(folder.Path).Keep([finding]);
        var before = Directory.EnumerateFiles(folder.Path).Order().ToDictionary(path => path, File.ReadAllBytes);
        new FailureStore(folder.Path).Keep([finding]);
        Assert.Equal(before, Directory.EnumerateFiles(folder.Path).Order().ToDictionary(path => path, File.ReadAllBytes));
    }

    [Fact]
    public void Lanes_TooMany_ShowTheLatestAndSayWhatIsLeftOut()
    {
        var report = Report(Many);
        var picture = report[report.IndexOf("## Who holds what", StringComparison.Ordinal)..report.IndexOf("## The world", StringComparison.Ordinal)];
        var table = picture.Split("```")[1].Trim('\n').Split('\n');
        Assert.Equal(11, table.Length);
        Assert.All(table, line => Assert.InRange(line.Length, 1, 110));
        Assert.Equal(["step", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17"], Regex.Split(table[0], " +"));
        Assert.Contains(table, line => Regex.IsMatch(line, @"^page low\+\d+ +1 f  \.$"));
        Assert.Contains(table, line => line.StartsWith("skb14", StringComparison.Ordinal) && line.EndsWith(" x", StringComparison.Ordinal));
        Assert.Contains("so are 6 lanes that changed last before the others", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_LeftOut_SayWhatTheyDisable()
    {
        var report = Report(Connection);
        Assert.Contains("1. `eth0 = register_netdev(acenic, mtu=68)`", report, StringComparison.Ordinal);
        Assert.Equal(
            ["without it steps 3 to 7 are not enabled", "without it step 6 is not enabled, and the rule holds", "without it step 6 is not enabled, and the rule holds", "without it the rule holds", "without it the rule holds", "without it the rule holds"],
            Regex.Matches(report, @"^   - \*(.*)\*$", RegexOptions.Multiline).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Operands_Varied_GiveWhereTheOutcomeChanges()
    {
        var report = Report(Connection);
        Assert.Contains("- step 3, `tcp_v4_connect`, mss: holds from 1 to 28; step 3 is not enabled from 29 to 1500\n", report, StringComparison.Ordinal);
        Assert.Contains("- step 1, `register_netdev`, kind: holds with acenic, hme, unconverted, loopback\n", report, StringComparison.Ordinal);
    }

    /// <summary>Other values lead to places that no sequence was drawn in: the model stands them all, and breaks no rule there.</summary>
    [LongFact]
    [Trait("Category", "Long")]
    public void Variants_OfEachWitness_HoldOnTheModel() => Assert.All(Sources.Mutants, mutant =>
    {
        var report = BugReport.Of(Found(Script.Parse(mutant.Witness, Language.All)), "failures/a.script");
        Assert.Contains("## What may vary", report, StringComparison.Ordinal);
        Assert.DoesNotMatch(": breaks | instead |breaks another rule|the same rule is broken", report);
    });

    /// <summary>A schedule, a loop that never ends, processes under linux6.</summary>
    [LongTheory]
    [Trait("Category", "Long")]
    [InlineData("D50"), InlineData("D13b"), InlineData("G42"), InlineData("K9"), InlineData("S3")]
    public void Report_Repeated_IsTheSame(string id)
    {
        var mutant = Sources.Find(id)!;
        var lines = mutant.Witness.Split('\n', 2);
        var build = MutantBuild.Of(mutant);
        string Once() => build.Call<string>("ZeroCopy.Properties", "ZeroCopy.Properties.Report.BugReport", nameof(BugReport.OfScript), $"{lines[0]} mutant={id} expect={mutant.Breaks}\n{lines[1]}", "failures/a.script", 1);
        var report = Once();
        Assert.Equal(report, Once());
        Assert.All(report.Split("## Who holds what")[^1].Split("```")[1].Split('\n'), line => Assert.InRange(line.Length, 0, 110));
    }

    private static Finding Found(string operations) => Found(Scripts.Tiny(operations));

    private static Finding Found(Script script) =>
        new(0, script.Operations, new Shrunk(script, [new Violation(SkbRules.BytesAgree, "NoLaw", script.Operations.Count - 1, script.Operations[^1], "nothing")], 1, false));

    private static string Report(string operations) => BugReport.Of(Found(operations), "failures/a.script");

    private static List<byte[]> Frames(byte[] pcap)
    {
        var frames = new List<byte[]>();
        for (var at = 24; at < pcap.Length; at += 16 + frames[^1].Length)
        {
            frames.Add(pcap[(at + 16)..(at + 16 + BinaryPrimitives.ReadInt32LittleEndian(pcap.AsSpan(at + 8)))]);
        }

        return frames;
    }

    private static byte[] Compile(string text)
    {
        using var image = new MemoryStream();
        var result = CSharpCompilation.Create(
            "Failure",
            [CSharpSyntaxTree.ParseText(text)],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable)).Emit(image);
        Assert.Empty(result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        return image.ToArray();
    }

    /// <summary>Runs the one fact of the one class, with the libraries of that context.</summary>
    private static void RunFact(AssemblyLoadContext context, byte[] image)
    {
        var type = Assert.Single(context.LoadFromStream(new MemoryStream(image)).GetExportedTypes());
        Assert.Equal("PIN_001_0123abcd", type.Name);
        var fact = Assert.Single(type.GetMethods(), method => method.GetCustomAttribute<FactAttribute>() is not null);
        fact.Invoke(Activator.CreateInstance(type), BindingFlags.DoNotWrapExceptions, null, null, null);
    }
}
