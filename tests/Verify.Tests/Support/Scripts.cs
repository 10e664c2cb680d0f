using ZeroCopy.Model;
using ZeroCopy.Properties;

namespace ZeroCopy.Tests.Support;

/// <summary>Scripts in tests: the operations as text, one a line.</summary>
internal static class Scripts
{
    public static Script Tiny(string operations) => Parse("tiny", operations);

    public static Script Real(string operations) => Parse("real", operations);

    /// <summary>Runs every operation and demands that each is enabled and that every law holds.</summary>
    public static Checker Holds(Script script)
    {
        var replay = new Replay(script);
        while (replay.Next(out var step))
        {
            Assert.False(step.Skipped, $"skipped: {step.Operation}");
            Assert.True(step.Violations.Count == 0, $"{step.Operation}: {string.Join("; ", step.Violations)}");
        }

        return replay.Checker;
    }

    private static Script Parse(string size, string operations) =>
        Script.Parse($"zcverify-script 1 size={size} kernel=linux244 suite=test\n{operations}", Language.All);
}
