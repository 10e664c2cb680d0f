using ZeroCopy.Model;
using ZeroCopy.Specs;

namespace ZeroCopy.Properties.Report;

/// <summary>A script as a test of xunit in a file of its own: it fails while the script violates a rule, and passes once it does not.</summary>
public static class ReportFact
{
    /// <summary>The text of the file.</summary>
    /// <param name="script">What is replayed.</param>
    /// <param name="rule">What it breaks.</param>
    /// <param name="name">The name that the files of the report share.</param>
    public static string Of(Script script, Rule rule, string name)
    {
        var lines = script.ToString().TrimEnd().Split('\n').Select(line => $"        {line}\n");
        var remark = script.Header.Mutant is { } mutant
            ? $"    // It fails on the model with the recorded bug {mutant} compiled in, and passes on the model as it is.\n"
            : "";
        return $$""""
            using System.Linq;
            using Xunit;
            using ZeroCopy.Model;
            using ZeroCopy.Properties;

            namespace ZeroCopy.Failures;

            /// <summary>{{rule.ToString().Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)}}</summary>
            public sealed class {{string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'))}}
            {
            {{remark}}    private const string Text = """
            {{string.Concat(lines)}}        """;

                [Fact]
                public void Script_Replayed_BreaksNoRule() =>
                    Assert.Empty(Replay.Run(Script.Parse(Text, Language.All)).Select(violation => $"{violation.Rule}: {violation.Explanation}"));
            }

            """";
    }
}
