using ZeroCopy.Model;
using ZeroCopy.Properties.Generate;

namespace ZeroCopy.Properties.Costs;

/// <summary>The operations that sequences of a suite have applied, to be applied again with less around them: that shows where the time goes.</summary>
public sealed class Recording
{
    private readonly List<Operation[]> _sequences = [];

    /// <summary>Runs a block of the suite and keeps the sequences that held.</summary>
    public Recording(SuiteRun run, long block) => Tally = run.RunBlock(block, applied => _sequences.Add([.. applied]));

    /// <summary>What was counted meanwhile.</summary>
    public Tally Tally { get; }

    public IReadOnlyList<IReadOnlyList<Operation>> Sequences => _sequences;

    /// <summary>Both paths, and the laws that the checker has.</summary>
    /// <returns>Operations applied.</returns>
    public long Replay(Checker checker)
    {
        var count = 0L;
        foreach (var sequence in _sequences)
        {
            checker.Reset();
            foreach (var operation in sequence)
            {
                if (!checker.Apply(operation) || checker.Violations.Count > 0)
                {
                    throw new ModelException($"{operation} held before and does not repeat");
                }
            }

            count += sequence.Length;
        }

        return count;
    }

    /// <summary>The zero-copy path alone: nothing compares, nothing judges.</summary>
    /// <returns>Operations applied.</returns>
    public long Replay(World world)
    {
        var count = 0L;
        foreach (var sequence in _sequences)
        {
            world.Reset();
            foreach (var operation in sequence)
            {
                world.Take(operation);
            }

            count += sequence.Length;
        }

        return count;
    }
}
