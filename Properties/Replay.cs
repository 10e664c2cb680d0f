using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;
using ZeroCopy.Properties.Laws;
using ZeroCopy.Properties.Report;
using ZeroCopy.Model.Skbs;

namespace ZeroCopy.Properties;

/// <summary>One step of a replay.</summary>
/// <param name="Operation">What was asked.</param>
/// <param name="Skipped">It was not enabled.</param>
/// <param name="Violations">What it broke.</param>
/// <param name="Changes">What it did, for people.</param>
public sealed record ReplayStep(Operation Operation, bool Skipped, IReadOnlyList<Violation> Violations, IReadOnlyList<string> Changes);

/// <summary>Runs a script again, one operation at a time, up to its first violation.</summary>
public sealed class Replay(Script script)
{
    private readonly Checker _checker = new(script.Header.Profile, Suites.LawsFor(script.Header));
    private int _next;

    public int Applied { get; private set; }

    public int Skipped { get; private set; }

    public IReadOnlyList<Violation> Violations { get; private set; } = [];

    /// <summary>The checker with both worlds as they are now.</summary>
    public Checker Checker => _checker;

    /// <summary>Takes one step; false at the end, after a violation, and after a BUG that had to come.</summary>
    public bool Next(out ReplayStep step)
    {
        step = null!;
        if (_next == script.Operations.Count || Violations.Count > 0 || _checker.HasPanicked)
        {
            return false;
        }

        var operation = script.Operations[_next++];
        var before = Explains ? new Picture(_checker.World) : null;
        if (!_checker.Apply(operation))
        {
            Skipped++;
            step = new ReplayStep(operation, true, [], []);
            return true;
        }

        Applied++;
        Violations = [.. _checker.Violations];
        step = new ReplayStep(operation, false, Violations, before is null ? [] : [.. Changes(_checker.World.Seen, _checker.HasPanicked), .. new Picture(_checker.World).Since(before)]);
        return true;
    }

    /// <summary>Whether each step says what it changed: pictures of the world take their time.</summary>
    public bool Explains { get; init; }

    /// <summary>Runs to the end.</summary>
    public void Run()
    {
        while (Next(out _))
        {
        }
    }

    /// <summary>Runs to the end and says what was violated first: empty for nothing.</summary>
    public static IReadOnlyList<Violation> Run(Script script)
    {
        var replay = new Replay(script);
        replay.Run();
        return replay.Violations;
    }

    /// <summary>Ids of the rules that a script violates first, with spaces between; empty for none. Text in and text out, so that another build of the model can be asked.</summary>
    public static string Violated(string script) =>
        string.Join(' ', Run(Script.Parse(script, Language.All)).Select(violation => violation.Rule.Id).Distinct());

    private static List<string> Changes(Observation seen, bool hasPanicked)
    {
        var lines = new List<string>();
        if (hasPanicked)
        {
            lines.Add("BUG, as it must be: the sequence ends here");
        }
        else if (!seen.Succeeded)
        {
            lines.Add($"refused: {seen.Refusal}");
        }
        else if (seen.Count > 0)
        {
            lines.Add($"count {seen.Count}");
        }

        lines.AddRange(seen.Plan.Select(segment => $"segment {segment.Number}: {segment.Flow} seq {segment.Seq} len {segment.Length} attempt {segment.Attempt} to {segment.Device}"));
        lines.AddRange(seen.Drops.Select(drop => $"segment {drop.Number} dropped: {drop.Reason}"));
        for (var i = 0; i < seen.Frames.Count; i++)
        {
            lines.Add($"frame of {seen.Frames[i].Length} bytes {(seen.Frames[i].FromPeer ? "from the peer" : $"from {seen.Frames[i].Device}")}");
        }

        return lines;
    }
}
