namespace ZeroCopy.Properties.Shrink;

/// <summary>What was proved of scripts, judged by the same laws with the same steps: scripts that start far apart meet on the way, and what comes then was gone through before.</summary>
public sealed class Proofs
{
    private readonly Dictionary<(string Script, string Law, bool IsThrough), (Shrunk End, int Left)> _ends = [];
    private readonly List<((string Script, string Law, bool IsThrough) At, int Evaluations)> _way = [];

    /// <summary>A proof begins.</summary>
    internal void Begin() => _way.Clear();

    /// <summary>What an earlier proof made of this script; null where none met it, or where that would take more than the budget.</summary>
    /// <param name="shrunk">So far.</param>
    /// <param name="isThrough">Whether it was changed in all ways already.</param>
    /// <param name="budget">Scripts to be tried at most.</param>
    internal Shrunk? Of(Shrunk shrunk, bool isThrough, int budget)
    {
        var at = (shrunk.Script.ToString(), $"{shrunk.Violations[0].Rule.Id}/{shrunk.Violations[0].Law}", isThrough);
        _way.Add((at, shrunk.Evaluations));
        return _ends.TryGetValue(at, out var known) && shrunk.Evaluations + known.Left <= budget
            ? End(known.End with { Evaluations = shrunk.Evaluations + known.Left })
            : null;
    }

    /// <summary>Each script on the way leads here.</summary>
    internal Shrunk End(Shrunk end)
    {
        if (!end.Exhausted)
        {
            foreach (var (at, evaluations) in _way)
            {
                _ends.TryAdd(at, (end, end.Evaluations - evaluations));
            }
        }

        return end;
    }
}
