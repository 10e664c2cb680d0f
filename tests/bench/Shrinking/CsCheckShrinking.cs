using CsCheck;

namespace ZeroCopy.Bench.Shrinking;

/// <summary>CsCheck on the predicate that a failing script breaks: it cannot start from a given value, so it draws arrays of the lines of that script, no longer than it. Once something failed, it draws what it takes for smaller. Alone in its file: CsCheck's names collide with FsCheck's.</summary>
internal static class CsCheckShrinking
{
    /// <summary>Scripts that it draws.</summary>
    public const int Budget = 20_000;

    /// <returns>The shortest that failed; the script itself where none did.</returns>
    public static Outcome Run(string[] script, Func<string[], string[]?> fails)
    {
        var (evaluations, smallest) = (0, script);
        try
        {
            Gen.OneOf([.. script.Select(Gen.Const)]).Array[1, script.Length].Sample(
                lines =>
                {
                    evaluations++;
                    if (fails(lines) is not { } applied)
                    {
                        return true;
                    }

                    smallest = applied.Length < smallest.Length ? applied : smallest;
                    return false;
                },
                iter: Budget,
                threads: 1,
                seed: "0000KOIKwel0");
        }
        catch (CsCheckException)
        {
            // Thus it tells that something failed: what, was noted on the way.
        }

        return new Outcome(smallest, evaluations);
    }
}
