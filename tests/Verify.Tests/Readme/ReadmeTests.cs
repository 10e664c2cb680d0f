using ZeroCopy.Cli.Qemu;
using ZeroCopy.Tests.Support;

namespace ZeroCopy.Tests.Readme;

/// <summary>Every command in the README works, and the output that it shows is the real one.</summary>
public sealed class ReadmeTests
{
    private const string Prompt = "$ ";
    private const string Program = "./zcverify ";

    public static TheoryData<string> Commands => [.. Lines().Where(line => line.StartsWith(Program, StringComparison.Ordinal)).Distinct()];

    public static TheoryData<string, string> Shown
    {
        get
        {
            var data = new TheoryData<string, string>();
            var lines = Lines().ToList();
            for (var i = 0; i < lines.Count; i++)
            {
                if (lines[i].StartsWith(Prompt, StringComparison.Ordinal))
                {
                    data.Add(lines[i][Prompt.Length..], string.Join('\n', lines.Skip(i + 1).TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal))));
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_works(string command)
    {
        using var folder = new TemporaryFolder();
        var (status, _, error) = Zcverify.Run([.. Words(command).Select(word => word is "failures" or "fork.svg" ? folder[word] : word)]);
        var due = command.Contains("--mutant", StringComparison.Ordinal) ? 1
            : command.Contains("qemu", StringComparison.Ordinal) && QemuProcess.Find() is null ? 3
            : 0;
        Assert.True(status == due, $"{command}: {error}");
    }

    [Theory]
    [MemberData(nameof(Shown))]
    public void Shown_output_is_real(string command, string output)
    {
        var (status, real, _) = Zcverify.Run(Words(command));
        Assert.Equal(0, status);
        Assert.Equal(output, real.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public void The_first_commands_are_there()
    {
        Assert.Equal("./zcverify", Lines().First(line => line.StartsWith("./", StringComparison.Ordinal)));
        Assert.Contains("dotnet test", Lines());
        Assert.Equal(4, Shown.Count);
    }

    private static IEnumerable<string> Lines() => File.ReadAllLines(Repo.PathOf("README.md"));

    private static string[] Words(string command) => command[Program.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
