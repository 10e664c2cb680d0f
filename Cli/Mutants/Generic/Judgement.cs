using System.Collections.Concurrent;

namespace ZeroCopy.Cli.Mutants.Generic;

/// <summary>Every mutant of a sample, judged.</summary>
internal static class Judgement
{
    /// <summary>Judges each by the same run; what comes out depends on sample, seed and cases alone.</summary>
    public static IReadOnlyList<GenericResult> Of(IReadOnlyList<GenericMutant> mutants, ulong seed, long cases, int jobs, CancellationToken cancel)
    {
        Terminal.Tell("compiling the sample, and running the model without it ...");
        var first = new GenericBuild(mutants, seed, cases);
        var copies = new ConcurrentBag<GenericBuild> { first };
        var results = new GenericResult[mutants.Count];
        var (done, killed) = (0, 0);
        Parallel.For(0, mutants.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancel }, i =>
        {
            var build = copies.TryTake(out var free) ? free : first.Again();
            results[i] = build.Judge(mutants[i]);
            copies.Add(build);
            lock (results)
            {
                killed += results[i].IsKilled ? 1 : 0;
                Terminal.Tell($"{killed} of {++done} killed, {mutants.Count} in all");
            }
        });
        Terminal.Tell(null);
        return results;
    }
}
