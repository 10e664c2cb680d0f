using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Cli;

/// <summary>What users see, as approved texts.</summary>
public sealed class ApprovedTests
{
    public static TheoryData<string, string> Texts => new()
    {
        { "spec", "spec" },
        { "spec-rule", "spec SKB-009" },
        { "spec-machine", "spec skb" },
        { "send-udp", "send LICENSE --driver unconverted --proto udp --mss 512" },
        { "replay", "replay tests/regressions/2026-11-23-retransmit-while-clone-in-ring.script" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Output_is_as_approved(string name, string command)
    {
        var (_, output, _) = Zcverify.Run(command.Split(' '));
        var path = Repo.PathOf("tests", "approved", name + ".txt");
        var approved = File.Exists(path) ? File.ReadAllText(path) : "";
        if (approved != output)
        {
            File.WriteAllText(Repo.PathOf("tests", "approved", name + ".received.txt"), output);
        }

        Assert.Equal(approved, output);
    }

    [Fact]
    public void No_text_is_left_over() => Assert.Empty(Directory.EnumerateFiles(Repo.PathOf("tests", "approved"), "*.txt")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .Where(name => !name.EndsWith(".received", StringComparison.Ordinal))
        .Except(Texts.Select(row => (string)row[0])));
}
