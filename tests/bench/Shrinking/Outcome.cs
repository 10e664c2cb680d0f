namespace ZeroCopy.Bench.Shrinking;

/// <summary>A failing script.</summary>
/// <param name="Script">Its last line breaks the rule, and none before it breaks one.</param>
/// <param name="Rule">Id of the rule.</param>
internal sealed record Failing(string[] Script, string Rule);

/// <summary>What a shrinker made of a failing script.</summary>
/// <param name="Script">The smallest that it found.</param>
/// <param name="Evaluations">Scripts that it tried.</param>
/// <param name="IsCertified">Whether no smaller one over a stated set of lines breaks the rule.</param>
/// <param name="Steps">Operations that were judged for that.</param>
internal sealed record Outcome(string[] Script, int Evaluations, bool IsCertified = false, long Steps = 0)
{
    public int Length => Script.Length;
}
