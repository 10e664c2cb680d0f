using ZeroCopy.Cli.Mutants;
using ZeroCopy.Properties.Report;
using ZeroCopy.Tests.Generate;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>What users see, as approved texts.</summary>
public sealed class ApprovedTests(ApprovedTests.Reported reported) : IClassFixture<ApprovedTests.Reported>
{
    public static TheoryData<string, string> Texts => new()
    {
        { "spec", "spec" },
        { "spec-rule", "spec SKB-009" },
        { "spec-machine", "spec skb" },
        { "send-udp", "send LICENSE --driver unconverted --proto udp --mss 512" },
        { "fork", "fork --then stay --order child" },
        { "replay", "replay tests/regressions/2026-11-23-retransmit-while-clone-in-ring.script" },
        { "replay-fork", "replay tests/regressions/cow/iouring-fork.linux244.script" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Output_is_as_approved(string name, string command)
    {
        var (_, output, _) = Zcverify.Run(command.Split(' '));
        IsApproved(name, ".txt", output);
    }

    /// <summary>The README shows it.</summary>
    [Fact]
    public void Chart_is_as_approved()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, Zcverify.Run("fork", "--chart", folder["fork.svg"]).Status);
        IsApproved(Chart, ".svg", File.ReadAllText(folder["fork.svg"]));
    }

    /// <summary>The witness of a recorded bug, shrunk and reported on the model with the bug compiled in: a reference count, the ring and its mappings, bytes on the wire.</summary>
    [Theory]
    [MemberData(nameof(ReportIds))]
    public void Report_is_as_approved(string id)
    {
        var mutant = Sources.Find(id)!;
        var lines = mutant.Witness.Split('\n', 2);
        var script = $"{lines[0]} mutant={id} expect={mutant.Breaks}\n{lines[1]}";
        IsApproved($"report-{id}", ".md", reported.With(mutant).Call<string>(
            "ZeroCopy.Properties", typeof(BugReport).FullName!, nameof(BugReport.OfScript), script, $"failures/{mutant.Breaks}.script", Evaluations));
    }

    internal static void IsApproved(string name, string extension, string text)
    {
        var path = Repo.PathOf("tests", "approved", name + extension);
        var approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved != text)
        {
            File.WriteAllText(Repo.PathOf("tests", "approved", name + ".received" + extension), text);
        }

        Assert.Equal(approved, text);
    }

    [Fact]
    public void No_text_is_left_over() => Assert.Empty(Directory.EnumerateFiles(Repo.PathOf("tests", "approved"))
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Where(name => !name.EndsWith(".received", StringComparison.Ordinal))
        .Except(Texts.Select(row => (string)row[0])).Except(Reports.Select(id => $"report-{id}")).Except([Chart]).Except(CoverageTests.Texts));

    private const string Chart = "fork-chart";

    /// <summary>Witnesses are as short as they get: what is left is operands.</summary>
    private const int Evaluations = 6000;

    private static readonly string[] Reports = ["Z9", "D1", "D10", "C15", "G41"];

    public static TheoryData<string> ReportIds => [.. Reports];

    /// <summary>The bugs with approved reports, in one build that is made where it is first asked for.</summary>
    public sealed class Reported
    {
        private readonly Lazy<WovenBuild> _build = new(() => new WovenBuild([.. Sources.Mutants.Where(mutant => ReportIds.Contains(mutant.Id))]));

        internal MutantBuild With(MutantFile mutant) => _build.Value.With(mutant);
    }
}
